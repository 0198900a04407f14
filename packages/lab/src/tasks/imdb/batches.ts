/** Arrays of a batch of reviews. */
import { numpy as np } from "@jax-js/jax";
import type { GaussianBasis } from "fenchel";
import { coordinateArray } from "fenchel/jax";
import { rowLength } from "../../base/ragged.ts";
import { regressionRows } from "../../nn/regression-rows.ts";
import type { Attention } from "../attention.ts";
import { textArrays, type TextBatchPlan } from "../text-classification.ts";
import type { ReviewSplit, ReviewVocabulary } from "./data.ts";
import type { ReviewBatch } from "./model.ts";

export interface ReviewArrays {
  readonly batch: ReviewBatch;
  readonly labels: np.Array;
  readonly counted: np.Array;
}

export interface ReviewArraysOptions {
  readonly batchSize: number;
  /** Ridge penalty of the regression of the states on the basis functions. */
  readonly ridge: number;
  /** Distance beyond a text over which its states are taken to be 0, in lengths of the text. */
  readonly padding: number;
}

/** Arrays of the texts of a plan. */
export type ReviewBatches = (split: ReviewSplit, plan: TextBatchPlan) => ReviewArrays;

/** Words of texts, their log-count ratios and, for a density, the regression on its basis for texts of their lengths. */
export function reviewBatches(
  { discrete, density }: Pick<Attention<GaussianBasis>, "discrete" | "density">,
  { wordRatios, bigramRatios }: Pick<ReviewVocabulary, "wordRatios" | "bigramRatios">,
  { batchSize, ridge, padding }: ReviewArraysOptions,
): ReviewBatches {
  const regressionOf = density === null ? null : regressionRows(density.basis, { ridge, padding });
  return (split, plan) => {
    const { texts: read, labels, counted } = textArrays(split, plan, batchSize);
    const size = batchSize * plan.length;
    const bigrams = new Int32Array(size);
    const ratios = new Float32Array(size);
    const ratiosOfBigrams = new Float32Array(size);
    const lengths = new Int32Array(batchSize);
    const { ids, starts } = split.words;
    plan.texts.forEach((index, row) => {
      const from = row * plan.length;
      const start = starts[index]!;
      const length = rowLength(split.words, index);
      lengths[row] = length;
      for (let i = 0; i < length; i++) {
        const bigram = split.bigrams[start + i]!;
        bigrams[from + i] = bigram;
        ratios[from + i] = wordRatios[ids[start + i]!]!;
        ratiosOfBigrams[from + i] = bigramRatios[bigram]!;
      }
    });
    const shape = [batchSize, plan.length];
    const batch = {
      ...read,
      bigrams: np.array(bigrams, { shape }),
      ratios: np.array(ratios, { shape }),
      bigramRatios: np.array(ratiosOfBigrams, { shape }),
    };
    if (density === null) return { batch, labels, counted };
    const regression = regressionOf!(lengths, plan.length);
    const coordinates = discrete === null ? {} : { coordinates: coordinateArray(density.basis, lengths, plan.length) };
    return { batch: { ...batch, regression, ...coordinates }, labels, counted };
  };
}
