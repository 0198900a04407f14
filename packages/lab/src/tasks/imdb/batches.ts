/** The arrays of a batch of reviews. */
import { numpy as np } from "@jax-js/jax";
import { coordinateArray } from "fenchel/jax";
import { batchArrays, type TextBatchPlan } from "../spam/batches.ts";
import type { ReviewAttention } from "./attention.ts";
import type { ReviewBatch } from "./model.ts";
import type { ReviewData, ReviewText } from "./data.ts";
import { regressionRows } from "./regression-rows.ts";

export interface ReviewArrays {
  readonly batch: ReviewBatch;
  readonly labels: np.Array;
  readonly counted: np.Array;
}

export interface ReviewArraysOptions {
  readonly batchSize: number;
  /** Strength of the ridge regression of the states on the basis functions. */
  readonly ridge: number;
  /** How far beyond a text its states are taken to be 0, in lengths of the text. */
  readonly padding: number;
}

/** Makes the arrays of the planned texts of a split. */
export type ReviewBatches = (texts: readonly ReviewText[], plan: TextBatchPlan) => ReviewArrays;

/** The words of texts, what is known of them and, for a density, what its basis makes of texts of their lengths. */
export function reviewBatches(
  { discrete, density }: ReviewAttention,
  { wordRatios, pairRatios }: Pick<ReviewData, "wordRatios" | "pairRatios">,
  { batchSize, ridge, padding }: ReviewArraysOptions,
): ReviewBatches {
  const regressionOf = density === null ? null : regressionRows(density.basis, { ridge, padding });
  return (texts, plan) => {
    const { texts: read, labels, counted } = batchArrays(texts, plan, batchSize);
    const size = batchSize * plan.length;
    const pairs = new Int32Array(size);
    const ratios = new Float32Array(size);
    const ratiosOfPairs = new Float32Array(size);
    const lengths = new Int32Array(batchSize);
    plan.texts.forEach((index, row) => {
      const text = texts[index]!;
      const from = row * plan.length;
      lengths[row] = text.words.length;
      pairs.set(text.pairs, from);
      text.words.forEach((word, i) => {
        ratios[from + i] = wordRatios[word]!;
        ratiosOfPairs[from + i] = pairRatios[text.pairs[i]!]!;
      });
    });
    const shape = [batchSize, plan.length];
    const batch = {
      ...read,
      pairs: np.array(pairs, { shape }),
      ratios: np.array(ratios, { shape }),
      pairRatios: np.array(ratiosOfPairs, { shape }),
    };
    if (density === null) return { batch, labels, counted };
    const regression = regressionOf!(lengths, plan.length);
    const coordinates = discrete === null ? {} : { coordinates: coordinateArray(density.basis, lengths, plan.length) };
    return { batch: { ...batch, regression, ...coordinates }, labels, counted };
  };
}
