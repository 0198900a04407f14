/** IMDB film reviews (Maas et al. 2011). */

import { DataError } from "../base/data-error.ts";
import { readUnpacked } from "../base/text-file.ts";
import { tarFiles } from "./kit/archive.ts";
import { oneLineText, packTable, type ConvertedFile, type Sources } from "./kit/convert.ts";
import type { DataSet } from "./kit/dataset.ts";
import { filled, oneOf, readSplits, tableFile, wholeIn, type Splits } from "./kit/schema.ts";

/** 1 is positive, 0 negative. */
export type Sentiment = 0 | 1;

export interface ImdbReview {
  readonly label: Sentiment;
  /** Stars, 1 to 4 or 7 to 10. */
  readonly rating: number;
  /** Such as "pos/7795". */
  readonly id: string;
  readonly text: string;
}

const COLUMNS = ["label", "rating", "id", "text"] as const;

const reviews = (split: string) =>
  tableFile({
    set: "imdb",
    path: `classification/imdb_${split}.tsv.gz`,
    columns: COLUMNS,
    row: ({ label, rating, id, text }, fault): ImdbReview => ({
      label: Number(oneOf("label", label, ["0", "1"], fault)) as Sentiment,
      rating: wholeIn("rating", rating, [1, 10], fault),
      id: filled("id", id, fault),
      text: filled("text", text, fault),
    }),
  });

const files = { train: reviews("train"), test: reviews("test") };

export type ImdbData = Splits<typeof files>;

/**
 * The official 25,000 and 25,000 reviews.
 * @throws DataError with file and line.
 */
export function readImdb(folder: string): ImdbData {
  return readSplits(folder, files);
}

const ARCHIVE = "aclImdb_v1.tar.gz";

/** A file a review, aclImdb/train/pos/7795_9.txt with 9 stars; rows are in the order of these names. */
async function* convert(sources: Sources): AsyncGenerator<ConvertedFile> {
  const path = sources(ARCHIVE);
  const splits = { train: [] as [number, string, string, string][], test: [] as [number, string, string, string][] };
  for (const { name, bytes } of await tarFiles(path, readUnpacked(path))) {
    const parts = /^aclImdb\/(train|test)\/(pos|neg)\/(\d+)_(\d+)\.txt$/.exec(name);
    if (parts === null) continue;
    const [, split, side, id, rating] = parts as unknown as [string, "train" | "test", string, string, string];
    // The reviews have the line breaks of the web pages that they come from.
    const text = oneLineText(
      Buffer.from(bytes)
        .toString("utf8")
        .replace(/<br\s*\/?>/gi, " "),
    );
    splits[split].push([side === "pos" ? 1 : 0, rating, `${side}/${id}`, text]);
  }
  for (const split of ["train", "test"] as const) {
    if (splits[split].length === 0) throw new DataError(`${path}: no reviews in aclImdb/${split}`);
    splits[split].sort((a, b) => a[2].localeCompare(b[2], "en", { numeric: true }));
    yield packTable(files[split].path, COLUMNS, splits[split]);
  }
}

export const imdb: DataSet = {
  name: "imdb",
  task: "imdb",
  title: "IMDB film reviews (Maas et al. 2011)",
  licence: "research use; cite the paper",
  address: "https://ai.stanford.edu/~amaas/data/sentiment/",
  files: Object.values(files),
  download: {
    remote: [
      {
        name: ARCHIVE,
        url: `https://ai.stanford.edu/~amaas/data/sentiment/${ARCHIVE}`,
        bytes: 84125825,
        checksum: { sha256: "c40f74a18d3b61f90feba1e17730e0d38e8b97c05fde7008942e91923d1658fe" },
      },
    ],
    convert,
    produces: { [files.train.path]: 25000, [files.test.path]: 25000 },
  },
};
