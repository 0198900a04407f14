/** SciTLDR-A: abstracts of papers and summaries of one sentence (Cachola et al. 2020). */

import { oneLineText, packRecords, sourceLines, type ConvertedFile, type Sources } from "./kit/convert.ts";
import { pinned, type DataSet } from "./kit/dataset.ts";
import { parseRecord, readSplits, recordFields, recordsFile, type Splits } from "./kit/schema.ts";

export interface SciTldrPaper {
  readonly id: string;
  readonly title: string;
  /** The sentences of the abstract. */
  readonly text: readonly string[];
  /** One summary for training; one or more for dev and test. */
  readonly summaries: readonly string[];
}

const papers = (split: string) =>
  recordsFile({
    set: "scitldr",
    path: `summarization/scitldr_${split}.jsonl.gz`,
    row: (record, fault): SciTldrPaper => {
      const [text, summaries] = [record.texts("text"), record.texts("summaries")];
      if (text.length === 0) throw fault('member "text" is empty');
      if (summaries.length === 0) throw fault('member "summaries" is empty');
      return { id: record.text("id"), title: record.text("title"), text, summaries };
    },
  });

const files = { train: papers("train"), dev: papers("dev"), test: papers("test") };

/** Abstracts of 1,992, 619 and 618 papers with summaries of one sentence. */
export function readSciTldr(folder: string): Splits<typeof files> {
  return readSplits(folder, files);
}

/** Rows, bytes and SHA-256 of the official files. */
const OFFICIAL = {
  train: [1992, 3155015, "b222771d387be585cfdf5ae957b36757138415a352e0a3e3b23f73f87c3b1119"],
  dev: [619, 1124865, "3191fa98ccc09521332b7a1cd63b1930be4e8df125a235ccd31e40329709525e"],
  test: [618, 1204107, "fb42dd6cd4f4a1928ae8a01a189456fbfe994a07e938bd49f68653933f6503c9"],
} as const;
const SPLITS = ["train", "dev", "test"] as const;

function* convert(sources: Sources): Generator<ConvertedFile> {
  for (const split of SPLITS) {
    const rows = function* () {
      for (const { text, fault } of sourceLines(sources(`${split}.jsonl`))) {
        const record = recordFields(parseRecord(text, fault), fault);
        yield {
          id: record.text("paper_id"),
          title: oneLineText(record.text("title")),
          text: record.texts("source").map(oneLineText),
          summaries: record.texts("target").map(oneLineText),
        };
      }
    };
    yield packRecords(files[split].path, rows());
  }
}

export const sciTldr: DataSet = {
  name: "scitldr",
  task: "summarization",
  title: "SciTLDR-A, abstracts and their TLDRs (Cachola et al. 2020)",
  licence: "Apache-2.0",
  address: "https://github.com/allenai/scitldr",
  files: Object.values(files),
  download: {
    remote: pinned(
      "allenai/scitldr",
      "5ccad9c00a60ad75c9e04abf7f27d0f53f983b20",
      SPLITS.map((split) => {
        const [, bytes, sha256] = OFFICIAL[split];
        const name = `${split}.jsonl`;
        return { name, path: `SciTLDR-Data/SciTLDR-A/${name}`, bytes, checksum: { sha256 } };
      }),
    ),
    convert,
    produces: Object.fromEntries(SPLITS.map((split) => [files[split].path, OFFICIAL[split][0]])),
  },
};
