/** Confidence intervals of scores by the percentile bootstrap over examples. */
import { uniformNumbers } from "../../base/rng.ts";
import { corpusScore, exampleCount, meanOfExamples, type SufficientStatistics } from "./sufficient-statistics.ts";

/** Any statistic of `count` examples, given by their numbers, of which some come several times. */
export interface ExampleStatistic {
  readonly count: number;
  statistic(examples: Int32Array): number;
}

/** One value per example, whose mean is meant; sufficient statistics; or any statistic. */
export type Resampled = ArrayLike<number> | SufficientStatistics | ExampleStatistic;

export interface ResamplingOptions {
  /** Number of resamples. */
  readonly resamples?: number;
  /** Seed of the random numbers; default 0. The same seed gives the same result. */
  readonly seed?: number;
  /** Share of the resampled scores within the interval, in (0, 1); default 0.95. */
  readonly confidence?: number;
}

export interface Interval {
  /** The score of the examples as they are. */
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
  /** Mean of the resampled scores. */
  readonly mean: number;
  readonly confidence: number;
  readonly resamples: number;
  readonly seed: number;
}

/** The score of chosen examples. */
export function scorerOf(items: Resampled): { count: number; score: (chosen: Int32Array) => number; all: number } {
  if ("statistic" in items) {
    const { count } = items;
    if (!(Number.isInteger(count) && count >= 1)) {
      throw new RangeError(`count must be an integer from 1, got ${count}`);
    }
    const score = (chosen: Int32Array) => items.statistic(chosen);
    return { count, score, all: score(Int32Array.from({ length: count }, (_, i) => i)) };
  }
  const statistics = "rows" in items ? items : meanOfExamples(items);
  const { rows, width } = statistics;
  const sums = new Float64Array(width);
  const score = (chosen: Int32Array) => {
    sums.fill(0);
    for (let c = 0; c < chosen.length; c++) {
      const at = chosen[c]! * width;
      for (let k = 0; k < width; k++) sums[k]! += rows[at + k]!;
    }
    return statistics.score(sums, chosen.length);
  };
  return { count: exampleCount(statistics), score, all: corpusScore(statistics) };
}

/** The checked number of resamples. */
export function checkResamples(resamples: number): number {
  if (!(Number.isInteger(resamples) && resamples >= 1)) {
    throw new RangeError(`resamples must be an integer from 1, got ${resamples}`);
  }
  return resamples;
}

/** Fills `chosen` with draws of as many examples, with replacement. */
export function draw(chosen: Int32Array, uniform: () => number): void {
  for (let i = 0; i < chosen.length; i++) chosen[i] = Math.floor(uniform() * chosen.length);
}

/** The quantile of sorted values, interpolated linearly between two of them. */
export function quantile(sorted: Float64Array, share: number): number {
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  return sorted[below]! + (at - below) * (sorted[Math.ceil(at)]! - sorted[below]!);
}

/** The interval of the middle `confidence` of values, which are sorted in place. */
export function percentileInterval(values: Float64Array, confidence: number): { low: number; high: number } {
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
 * The percentile bootstrap interval of a score over test examples: the middle 95 % of its values on `resamples` choices of as many
 * examples, drawn with replacement. Quantiles between two values are interpolated.
 *
 * Throws a RangeError for no examples, a value, score or option out of range. Cost: resamples x examples x width; BLEU of 1,000 sentences
 * takes about 30 ms for 1,000 resamples.
 *
 * @param items - One value per example (the mean is scored), sufficient statistics such as `bleuStatistics`, or `{ count, statistic }` for
 *   any other score of chosen examples.
 * @param options - Confidence (default 0.95), resamples (default 1000), seed (default 0).
 *
 * Efron and Tibshirani, "An Introduction to the Bootstrap" (1993); Koehn, "Statistical Significance Tests for Machine Translation
 * Evaluation" (2004).
 *
 * @example
 * bootstrapInterval([1, 1, 1, 0], { seed: 1 }).low; // 0.25
 */
export function bootstrapInterval(
  items: Resampled,
  { confidence = 0.95, resamples = 1000, seed = 0 }: ResamplingOptions = {},
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
  return { estimate: all, ...percentileInterval(scores, confidence), mean, confidence, resamples, seed };
}
