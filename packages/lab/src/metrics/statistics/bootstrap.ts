/** How far a score would move with other test items: the percentile bootstrap. */
import { uniformNumbers } from "../../nn/rng.ts";
import { itemCount, meanSums, corpusScore } from "./sufficient-statistics.ts";
import type { SufficientStatistics } from "./sufficient-statistics.ts";

/** Any figure of some of `count` items, given by their numbers, of which some come several times. */
export interface ItemStatistic {
  readonly count: number;
  statistic(items: Int32Array): number;
}

/** One value an item, of which the mean is meant; sums over items; or any statistic. */
export type Resampled = ArrayLike<number> | SufficientStatistics | ItemStatistic;

export interface ResamplingOptions {
  /** How often items are drawn; default 1000. */
  readonly resamples?: number;
  /** Of the random numbers; default 0. The same seed gives the same result. */
  readonly seed?: number;
}

export interface BootstrapOptions extends ResamplingOptions {
  /** Share of the resampled scores within the interval, in (0, 1); default 0.95. */
  readonly confidence?: number;
}

export interface Interval {
  /** The score of the items as they are. */
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
  /** Mean of the resampled scores. */
  readonly mean: number;
  readonly confidence: number;
  readonly resamples: number;
  readonly seed: number;
}

/** The score of chosen items. */
export function scorerOf(items: Resampled): { count: number; score: (chosen: Int32Array) => number; all: number } {
  if ("statistic" in items) {
    const { count } = items;
    if (!(Number.isInteger(count) && count >= 1)) {
      throw new RangeError(`count must be an integer from 1, got ${count}`);
    }
    const score = (chosen: Int32Array) => items.statistic(chosen);
    return { count, score, all: score(Int32Array.from({ length: count }, (_, i) => i)) };
  }
  const summed = "rows" in items ? items : meanSums(items);
  const { rows, width } = summed;
  const sums = new Float64Array(width);
  const score = (chosen: Int32Array) => {
    sums.fill(0);
    for (let c = 0; c < chosen.length; c++) {
      const at = chosen[c]! * width;
      for (let k = 0; k < width; k++) sums[k]! += rows[at + k]!;
    }
    return summed.score(sums, chosen.length);
  };
  return { count: itemCount(summed), score, all: corpusScore(summed) };
}

/** The checked number of resamples. */
export function checkResamples(resamples: number): number {
  if (!(Number.isInteger(resamples) && resamples >= 1)) {
    throw new RangeError(`resamples must be an integer from 1, got ${resamples}`);
  }
  return resamples;
}

/** Fills `chosen` with draws of as many items, with replacement. */
export function draw(chosen: Int32Array, uniform: () => number): void {
  for (let i = 0; i < chosen.length; i++) chosen[i] = Math.floor(uniform() * chosen.length);
}

/** The quantile of sorted values, between two of them in proportion. */
export function quantile(sorted: Float64Array, share: number): number {
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  return sorted[below]! + (at - below) * (sorted[Math.ceil(at)]! - sorted[below]!);
}

/** The middle `confidence` of values, which are sorted in place. */
export function middle(values: Float64Array, confidence: number): { low: number; high: number } {
  if (!(confidence > 0 && confidence < 1)) {
    throw new RangeError(`confidence must be between 0 and 1, got ${confidence}`);
  }
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new RangeError(`the score of resample ${bad} must be finite, got ${values[bad]}`);
  values.sort();
  const outside = (1 - confidence) / 2;
  return { low: quantile(values, outside), high: quantile(values, 1 - outside) };
}

/**
 * The percentile bootstrap interval of a score over test items: the middle 95 % of its values on `resamples` choices of as many items,
 * drawn with replacement. Quantiles between two values are interpolated.
 *
 * - `items`: one value an item (the mean is scored), sums over items such as `bleuSums`, or `{ count, statistic }` for any other figure.
 * - Throws a RangeError for no items, a value, score or option out of range.
 * - Cost: resamples x items x figures an item; BLEU of 1,000 sentences takes about 30 ms for 1,000 resamples.
 *
 * Efron and Tibshirani, "An Introduction to the Bootstrap" (1993); Koehn, "Statistical Significance Tests for Machine Translation
 * Evaluation" (2004).
 *
 * @example
 * bootstrapInterval([1, 1, 1, 0], { seed: 1 }); // estimate 0.75, low 0.25, high 1
 */
export function bootstrapInterval(
  items: Resampled,
  { confidence = 0.95, resamples = 1000, seed = 0 }: BootstrapOptions = {},
): Interval {
  const { count, score, all } = scorerOf(items);
  const uniform = uniformNumbers(seed);
  const chosen = new Int32Array(count);
  const scores = new Float64Array(checkResamples(resamples));
  for (let s = 0; s < resamples; s++) {
    draw(chosen, uniform);
    scores[s] = score(chosen);
  }
  const mean = scores.reduce((sum, value) => sum + value, 0) / resamples;
  return { estimate: all, ...middle(scores, confidence), mean, confidence, resamples, seed };
}

/**
 * `bootstrapInterval` of the accuracy, the share of predictions that equal their label.
 * Throws a RangeError for no labels, or predictions that are not as many.
 *
 * @example
 * accuracyInterval([0, 1, 1, 0], [0, 1, 0, 0], { seed: 1 }); // estimate 0.75, low 0.25, high 1
 */
export function accuracyInterval(
  labels: ArrayLike<number>,
  predictions: ArrayLike<number>,
  options: BootstrapOptions = {},
): Interval {
  if (labels.length === 0) throw new RangeError("labels must not be empty");
  if (labels.length !== predictions.length) {
    throw new RangeError(`predictions must be as many as labels (${labels.length}), got ${predictions.length}`);
  }
  return bootstrapInterval(
    Float64Array.from(labels, (label, i) => Number(label === predictions[i])),
    options,
  );
}
