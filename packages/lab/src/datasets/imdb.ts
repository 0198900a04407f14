/** Film reviews: IMDB (Maas et al. 2011), its human-edited counterparts (Kaushik et al. 2020), and SST-2 sentences (Socher et al. 2013). */

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

const reviews = (split: string) =>
  tableFile({
    set: "imdb",
    path: `classification/imdb_${split}.tsv.gz`,
    columns: ["label", "rating", "id", "text"],
    row: ({ label, rating, id, text }, fault): ImdbReview => ({
      label: Number(oneOf("label", label, ["0", "1"], fault)) as Sentiment,
      rating: wholeIn("rating", rating, [1, 10], fault),
      id: filled("id", id, fault),
      text: filled("text", text, fault),
    }),
  });

export const imdbFiles = { train: reviews("train"), test: reviews("test") };

export type ImdbData = Splits<typeof imdbFiles>;

/**
 * The official 25,000 and 25,000 reviews.
 * @throws DataError with file and line.
 */
export function readImdb(folder: string): ImdbData {
  return readSplits(folder, imdbFiles);
}

/** A review as it was or, with its label flipped, as somebody revised it. */
export interface CounterfactualReview {
  readonly label: Sentiment;
  /** Equal for the two reviews of a pair. */
  readonly pair: string;
  readonly kind: "original" | "revised";
  readonly text: string;
}

const counterfactualReviews = (split: string) =>
  tableFile({
    set: "imdb-counterfactual",
    path: `classification/imdb_counterfactual_${split}.tsv.gz`,
    columns: ["label", "pair", "kind", "text"],
    row: ({ label, pair, kind, text }, fault): CounterfactualReview => ({
      label: Number(oneOf("label", label, ["0", "1"], fault)) as Sentiment,
      pair: filled("pair", pair, fault),
      kind: oneOf("kind", kind, ["original", "revised"], fault),
      text: filled("text", text, fault),
    }),
  });

export const imdbCounterfactualFiles = {
  train: counterfactualReviews("train"),
  dev: counterfactualReviews("dev"),
  test: counterfactualReviews("test"),
};

/** The pairs of 1,707, 245 and 488 IMDB reviews and their revisions. */
export function readImdbCounterfactual(folder: string): Splits<typeof imdbCounterfactualFiles> {
  return readSplits(folder, imdbCounterfactualFiles);
}

export interface LabelledSentence {
  readonly label: Sentiment;
  readonly text: string;
}

const sentences = (split: string) =>
  tableFile({
    set: "sst2",
    byHand: true,
    path: `classification/sst2_${split}.tsv.gz`,
    columns: ["label", "text"],
    row: ({ label, text }, fault): LabelledSentence => ({
      label: Number(oneOf("label", label, ["0", "1"], fault)) as Sentiment,
      text: filled("text", text, fault),
    }),
  });

export const sst2Files = { train: sentences("train"), dev: sentences("dev"), test: sentences("test") };

/** SST-2: 6,920, 872 and 1,821 sentences of film reviews. */
export function readSst2(folder: string): Splits<typeof sst2Files> {
  return readSplits(folder, sst2Files);
}
