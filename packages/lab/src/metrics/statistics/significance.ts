/** Paired significance tests of the difference between two systems on the same test examples. */
import { uniformNumbers } from "../../base/rng.ts";
import { checkResamples, draw, percentileInterval, scorerOf, type ResamplingOptions } from "./bootstrap.ts";
import { checkSameSize, corpusScore, corpusSums, meanOfExamples } from "./sufficient-statistics.ts";
import type { SufficientStatistics } from "./sufficient-statistics.ts";

export interface SignificanceOptions extends ResamplingOptions {
  /** "permutation" (default): outputs are exchanged at random. "bootstrap": examples are drawn with replacement. */
  readonly method?: "permutation" | "bootstrap";
}

export interface Significance {
  readonly method: "permutation" | "bootstrap";
  /** Scores of the first and the second system on all examples. */
  readonly first: number;
  readonly second: number;
  /** second - first. */
  readonly difference: number;
  /** In (0, 1]. */
  readonly pValue: number;
  /** Percentile bootstrap interval of second - first. */
  readonly interval: { readonly low: number; readonly high: number };
  readonly confidence: number;
  readonly resamples: number;
  readonly seed: number;
}

/** Relative rounding of sums in another order: differences this close count as equal. */
const ROUNDING = 1e-12;

/** Share of random exchanges with at least the observed difference. */
function permutationPValue(
  a: SufficientStatistics,
  b: SufficientStatistics,
  resamples: number,
  uniform: () => number,
): number {
  const { width } = a;
  const count = a.rows.length / width;
  const first = corpusScore(a);
  const second = corpusScore(b);
  const observed = Math.abs(second - first) - ROUNDING * Math.max(1, Math.abs(first), Math.abs(second));
  const gaps = b.rows.map((value, i) => value - a.rows[i]!);
  const [sumsA, sumsB] = [corpusSums(a), corpusSums(b)];
  const [left, right] = [new Float64Array(width), new Float64Array(width)];
  let asLarge = 0;
  for (let s = 0; s < resamples; s++) {
    left.set(sumsA);
    right.set(sumsB);
    for (let i = 0; i < count; i++) {
      if (uniform() < 0.5) continue;
      for (let k = 0, at = i * width; k < width; k++, at++) {
        left[k]! += gaps[at]!;
        right[k]! -= gaps[at]!;
      }
    }
    if (Math.abs(a.score(left, count) - a.score(right, count)) >= observed) asLarge++;
  }
  return (asLarge + 1) / (resamples + 1);
}

/** second - first on resamples of the examples. */
function bootstrapDifferences(
  a: SufficientStatistics,
  b: SufficientStatistics,
  resamples: number,
  uniform: () => number,
): Float64Array {
  const [first, second] = [scorerOf(a), scorerOf(b)];
  const chosen = new Int32Array(first.count);
  return Float64Array.from({ length: resamples }, () => {
    draw(chosen, uniform);
    return second.score(chosen) - first.score(chosen);
  });
}

/**
 * Test of the difference between two systems scored on the same examples, and its confidence interval.
 *
 * - "permutation", two-sided, also called approximate randomization: p = (1 + trials with |difference| at least the observed) /
 *   (1 + trials), every trial exchanging the two outputs of each example with probability 1/2. 10,000 trials unless stated, so that p is
 *   at least 1e-4. Two equal systems have p = 1. sacreBLEU's test counts larger differences only: the two agree unless differences are
 *   exactly equal.
 * - "bootstrap", one-sided, as Koehn's: p = (1 + resamples on which the better system is not better) / (1 + resamples); 1,000 resamples
 *   unless stated.
 *
 * The interval is the percentile bootstrap's over as many resamples. Several comparisons need `holmAdjusted`; several seeds
 * `averageRuns`. Throws a RangeError for systems with different numbers of examples, and for options out of range. Cost: resamples x
 * examples x width, twice for "permutation".
 *
 * @param first - One value per example, or sufficient statistics such as `bleuStatistics` or `macroF1Statistics`.
 * @param second - The same of the other system, examples in the same order.
 * @param options - Method, confidence (default 0.95), resamples, seed (default 0).
 *
 * Koehn, "Statistical Significance Tests for Machine Translation Evaluation" (2004); Riezler and Maxwell, "On Some Pitfalls in
 * Automatic Evaluation and Significance Testing for MT" (2005).
 *
 * @example
 * pairedSignificance([0, 0, 0, 0, 0, 1], [1, 1, 1, 1, 1, 1]).pValue; // 0.0625937
 */
export function pairedSignificance(
  first: ArrayLike<number> | SufficientStatistics,
  second: ArrayLike<number> | SufficientStatistics,
  options: SignificanceOptions = {},
): Significance {
  const { method = "permutation", seed = 0, confidence = 0.95 } = options;
  if (method !== "permutation" && method !== "bootstrap") {
    throw new RangeError(`method must be "permutation" or "bootstrap", got ${JSON.stringify(method)}`);
  }
  const resamples = checkResamples(options.resamples ?? (method === "bootstrap" ? 1000 : 10_000));
  const [a, b] = [first, second].map((items) => ("rows" in items ? items : meanOfExamples(items))) as [
    SufficientStatistics,
    SufficientStatistics,
  ];
  checkSameSize("first", a, "second", b);
  const scores = { first: corpusScore(a), second: corpusScore(b) };
  const difference = scores.second - scores.first;
  const differences = bootstrapDifferences(a, b, resamples, uniformNumbers(seed));
  const notBetter = differences.filter((other) => !(other * difference > 0)).length;
  const pValue =
    method === "bootstrap"
      ? (notBetter + 1) / (resamples + 1)
      : permutationPValue(a, b, resamples, uniformNumbers(seed));
  const interval = percentileInterval(differences, confidence);
  return { method, ...scores, difference, pValue, interval, confidence, resamples, seed };
}

/**
 * p-values adjusted for several comparisons, in the order given: the k-th smallest of m times m - k + 1, at least the one before and at
 * most 1. Rejecting those at most a keeps the chance of any false rejection at most a, whatever the dependence.
 *
 * Throws a RangeError for what is no number in [0, 1]. O(m log m).
 *
 * @param pValues - One per comparison, for instance of every mapping with softmax.
 *
 * Holm, "A Simple Sequentially Rejective Multiple Test Procedure" (1979).
 *
 * @example
 * holmAdjusted([0.01, 0.04, 0.03]); // [0.03, 0.06, 0.06]
 */
export function holmAdjusted(pValues: readonly number[]): number[] {
  pValues.forEach((p, i) => {
    if (!(p >= 0 && p <= 1)) throw new RangeError(`pValues[${i}] must be a number in [0, 1], got ${p}`);
  });
  const adjusted = pValues.map(() => 1);
  let largest = 0;
  const order = pValues.map((_, i) => i).sort((a, b) => pValues[a]! - pValues[b]!);
  order.forEach((at, k) => {
    largest = Math.max(largest, Math.min(1, (pValues.length - k) * pValues[at]!));
    adjusted[at] = largest;
  });
  return adjusted;
}
