/** Film reviews with the passages that made a person judge them so (Zaidan and Eisner 2007). */

import type { TokenSpan } from "../base/annotations.ts";
import { checksumOf, recordsFile } from "./kit/schema.ts";
import type { Sentiment } from "./imdb.ts";

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

export const rationaleFiles = {
  reviews: recordsFile({
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
  }),
};

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
  const { reviews } = rationaleFiles;
  const content = reviews.read(folder);
  const [train, dev, test] = SPLITS.map((name) => content.rows.filter(({ split }) => split === name)) as [
    SplitReview[],
    SplitReview[],
    SplitReview[],
  ];
  return { train, dev, test, checksum: checksumOf([[reviews, content]]) };
}
