/** Film reviews with the passages that an annotator gave as reasons (Zaidan and Eisner 2007; ERASER, DeYoung et al. 2020). */

import type { TokenSpan } from "../base/annotations.ts";
import { DataError } from "../base/data-error.ts";
import { readUnpacked } from "../base/text-file.ts";
import type { Sentiment } from "./imdb.ts";
import { tarFiles } from "./kit/archive.ts";
import { oneLineText, packRecords, sourceLines, type ConvertedFile, type Sources } from "./kit/convert.ts";
import type { DataSet } from "./kit/dataset.ts";
import { checksumOf, parseRecord, recordFields, recordsFile, type Fault } from "./kit/schema.ts";

export type { TokenSpan };

export interface RationaleReview {
  readonly id: string;
  readonly label: Sentiment;
  readonly tokens: readonly string[];
  /** Ascending, without overlap. */
  readonly rationales: readonly TokenSpan[];
}

interface SplitReview extends RationaleReview {
  readonly split: "train" | "dev" | "test";
}

const SPLITS = ["train", "dev", "test"] as const;

const file = recordsFile({
  set: "movie-rationales",
  path: "classification/movie_rationales.jsonl.gz",
  row: (record, fault): SplitReview => {
    const [label, split, tokens] = [record.whole("label"), record.text("split"), record.texts("tokens")];
    if (label !== 0 && label !== 1) throw fault(`member "label" must be 0 or 1, got ${label}`);
    const known = SPLITS.find((name) => name === split);
    if (known === undefined)
      throw fault(`member "split" must be one of ${SPLITS.join(", ")}, got ${JSON.stringify(split)}`);
    if (tokens.length === 0) throw fault('member "tokens" is empty');
    const rationales = record.spans("rationales");
    for (const [i, [start, end]] of rationales.entries()) {
      const before = rationales[i - 1]?.[1] ?? 0;
      if (start < before || end <= start || end > tokens.length)
        throw fault(
          `rationales[${i}] is [${start}, ${end}]: expected a span from ${before} to ${tokens.length} tokens`,
        );
    }
    return { id: record.text("id"), label, split: known, tokens, rationales };
  },
});

export interface MovieRationales {
  readonly train: readonly RationaleReview[];
  readonly dev: readonly RationaleReview[];
  readonly test: readonly RationaleReview[];
  readonly checksum: string;
}

/**
 * 1,440, 160 and 200 reviews with their rationales.
 * @throws DataError with file and line.
 */
export function readMovieRationales(folder: string): MovieRationales {
  const content = file.read(folder);
  const [train, dev, test] = SPLITS.map((name) => content.rows.filter(({ split }) => split === name)) as [
    SplitReview[],
    SplitReview[],
    SplitReview[],
  ];
  return { train, dev, test, checksum: checksumOf([[file, content]]) };
}

/** Numbers of the first review of dev, of the first of test, and of the first that lacks rationales of the original annotators. */
const [FIRST_DEV, FIRST_TEST, END] = [720, 800, 900];

/** The spans of an annotation's evidence, overlapping ones as one. */
function evidenceSpans(evidences: unknown, fault: Fault): [number, number][] {
  const flat: unknown[] = Array.isArray(evidences) ? evidences.flat() : [];
  const spans = flat.map((item): [number, number] => {
    const { start_token: start, end_token: end } = (item ?? {}) as Record<string, unknown>;
    if (!Number.isInteger(start) || !Number.isInteger(end))
      throw fault("an evidence without start_token and end_token");
    return [start as number, end as number];
  });
  spans.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const merged: [number, number][] = [];
  for (const [start, end] of spans) {
    const last = merged.at(-1);
    if (last !== undefined && start < last[1]) last[1] = Math.max(last[1], end);
    else merged.push([start, end]);
  }
  return merged;
}

const ARCHIVE = "movies.tar.gz";

/** docs/NAME holds the tokens of a review, {train,val,test}.jsonl the annotations. */
async function* convert(sources: Sources): AsyncGenerator<ConvertedFile> {
  const path = sources(ARCHIVE);
  const documents = new Map<string, string[]>();
  const annotations: { name: string; bytes: Uint8Array }[] = [];
  for (const { name, bytes } of await tarFiles(path, readUnpacked(path))) {
    const base = name.split("/").at(-1)!;
    // Files that macOS adds to archives.
    if (base.startsWith("._")) continue;
    if (/(?:^|\/)docs\/[^/]+$/.test(name))
      documents.set(base, oneLineText(Buffer.from(bytes).toString("utf8")).split(" "));
    else if (/(?:^|\/)(?:train|val|test)\.jsonl$/.test(name)) annotations.push({ name: base, bytes });
  }
  const reviews: SplitReview[] = [];
  for (const { name, bytes } of annotations) {
    for (const { text, fault } of sourceLines(`${path}:${name}`, Buffer.from(bytes))) {
      const object = parseRecord(text, fault);
      const record = recordFields(object, fault);
      const document = record.text("annotation_id");
      const parts = /^((?:neg|pos)R_(\d+))(?:\.txt)?$/.exec(document);
      const number = Number(parts?.[2] ?? END);
      if (number >= END) continue;
      const tokens = documents.get(document) ?? documents.get(`${document}.txt`);
      if (tokens === undefined) throw fault(`there is no docs/${document}`);
      reviews.push({
        id: parts![1]!,
        label: record.text("classification") === "POS" ? 1 : 0,
        split: number < FIRST_DEV ? "train" : number < FIRST_TEST ? "dev" : "test",
        tokens,
        rationales: evidenceSpans(object.evidences, fault),
      });
    }
  }
  if (reviews.length === 0) throw new DataError(`${path}: no reviews with evidence`);
  reviews.sort((a, b) => a.id.localeCompare(b.id, "en"));
  yield packRecords(file.path, reviews);
}

export const movieRationales: DataSet = {
  name: "movie-rationales",
  task: "movie-rationales",
  title: "film reviews with human rationales (Zaidan and Eisner 2007; ERASER, DeYoung et al. 2020)",
  licence: "research use",
  address: "https://www.eraserbenchmark.com/",
  files: [file],
  download: {
    remote: [
      {
        name: ARCHIVE,
        url: `https://www.eraserbenchmark.com/zipped/${ARCHIVE}`,
        bytes: 3899487,
        checksum: { sha256: "66e18d4e6c9df9e9f5544572b0bfe92a39673f74ecbfc3859b46cedb2f5b2dee" },
      },
    ],
    convert,
  },
  note: "split by number: reviews 0 to 719 of each label for training, 720 to 799 for dev, 800 to 899 for test",
};
