/** Predictions for reviews, and the scores of a split. */
import { intervalOf, wordShares, type Density1d } from "../../figures/density-1d.ts";
import { attentionStatistics, meanAttentionStatistics } from "../../metrics/index.ts";
import type { ShownReview } from "./data.ts";
import { mean } from "../text-classification.ts";

export interface ReviewPrediction {
  /** Number of words of the text. */
  readonly words: number;
  /** Probability of a positive review. */
  readonly probability: number;
  /** Negative log-likelihood of the review's label, in nats. */
  readonly loss: number;
  readonly right: boolean;
  /** Discrete weights, one per word; null where there are none. */
  readonly weights: Float32Array | null;
  readonly density: Density1d | null;
}

/** Prediction of a review of the report. */
export interface ReviewExample extends ShownReview, Pick<ReviewPrediction, "probability" | "density"> {
  /** One weight per word; null where words have none. */
  readonly weights: readonly number[] | null;
}

/** Attention to every word of a text: its weight, its share of the density or, with both, their mean. */
export function wordAttention({
  weights,
  density,
  words,
}: {
  readonly weights: ArrayLike<number> | null;
  readonly density: Density1d | null;
  readonly words: number;
}): number[] {
  const shares = density === null ? null : wordShares(density, words);
  if (weights === null) return shares ?? [];
  return Array.from(weights, (weight, i) => (shares === null ? weight : (weight + shares[i]!) / 2));
}

/** Scores of a split. Texts without words count for the answers, not for attention. */
export function reviewScores(predictions: readonly ReviewPrediction[]): Record<string, number> {
  const scores: Record<string, number> = {
    accuracy: mean(predictions.map(({ right }) => (right ? 1 : 0))),
    loss: mean(predictions.map(({ loss }) => loss)),
  };
  const weights = predictions.flatMap((one) => (one.weights === null || one.weights.length === 0 ? [] : [one.weights]));
  if (weights.length > 0) {
    const { sparsity, supportSize, entropy } = meanAttentionStatistics(weights.map((row) => attentionStatistics(row)));
    Object.assign(scores, { sparsity, supportSize, entropy });
  }
  const densities = predictions.flatMap(({ density }) => (density === null ? [] : [density]));
  if (densities.length > 0) {
    const intervals = densities.map(intervalOf);
    scores["interval"] = mean(intervals.map(({ low, high }) => Math.max(0, Math.min(1, high) - Math.max(0, low))));
    scores["location"] = mean(densities.map(({ location }) => location));
    scores["deviation"] = mean(intervals.map(({ deviation }) => deviation));
  }
  return scores;
}
