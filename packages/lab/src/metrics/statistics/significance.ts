/** Whether two systems differ by more than chance on the same test items. */
import { uniformNumbers } from "../../nn/rng.ts";
import { checkResamples, draw, middle, scorerOf } from "./bootstrap.ts";
import type { Resampled, ResamplingOptions } from "./bootstrap.ts";
import { meanSums } from "./sufficient-statistics.ts";
import type { SufficientStatistics } from "./sufficient-statistics.ts";

export interface SignificanceOptions extends ResamplingOptions {
  /** "randomization" (default): outputs are exchanged at random. "bootstrap": test items are drawn with replacement. */
  readonly method?: "randomization" | "bootstrap";
}

export interface Significance {
  readonly method: "randomization" | "bootstrap";
  /** Scores of the first and the second system on all items. */
  readonly first: number;
  readonly second: number;
  /** second - first. */
  readonly difference: number;
  readonly pValue: number;
  /** Bootstrap only: the middle 95 % of second - first. */
  readonly interval?: { readonly low: number; readonly high: number };
  readonly resamples: number;
  readonly seed: number;
}

/** Sums of rounded values differ by rounding alone when summed in another order. */
const ROUNDING = 1e-12;

type Scored = Pick<Significance, "first" | "second" | "pValue" | "interval">;

function byRandomization(
  a: SufficientStatistics,
  b: SufficientStatistics,
  resamples: number,
  uniform: () => number,
): Scored {
  const { width } = a;
  const count = a.rows.length / width;
  const first = scorerOf(a).all;
  const second = scorerOf(b).all;
  const observed = Math.abs(second - first) - ROUNDING * Math.max(1, Math.abs(first), Math.abs(second));
  const gaps = b.rows.map((value, i) => value - a.rows[i]!);
  const total = (rows: Float64Array) => {
    const sums = new Float64Array(width);
    rows.forEach((value, i) => (sums[i % width]! += value));
    return sums;
  };
  const [sumsA, sumsB] = [total(a.rows), total(b.rows)];
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
  return { first, second, pValue: (asLarge + 1) / (resamples + 1) };
}

function byBootstrap(a: Resampled, b: Resampled, resamples: number, uniform: () => number): Scored {
  const scorers = [scorerOf(a), scorerOf(b)] as const;
  const [first, second] = [scorers[0].all, scorers[1].all];
  const chosen = new Int32Array(scorers[0].count);
  const differences = new Float64Array(resamples);
  let notBetter = 0;
  for (let s = 0; s < resamples; s++) {
    draw(chosen, uniform);
    const difference = scorers[1].score(chosen) - scorers[0].score(chosen);
    differences[s] = difference;
    if (!(difference * (second - first) > 0)) notBetter++;
  }
  return { first, second, pValue: (notBetter + 1) / (resamples + 1), interval: middle(differences, 0.95) };
}

/**
 * Tests whether two systems scored on the same items differ.
 *
 * - "randomization": p = (1 + trials with |difference| at least the observed) / (1 + trials), where every trial exchanges the two
 *   outputs of each item with probability 1/2. Two-sided; 10,000 trials unless stated. Two equal systems have p = 1. This is sacreBLEU's
 *   paired approximate randomization, which counts larger differences only: the two agree unless differences are exactly equal.
 * - "bootstrap": p = (1 + resamples on which the better system is not better) / (1 + resamples). One-sided, as Koehn's; 1,000
 *   resamples unless stated. Also gives the interval of the difference.
 * - `first`, `second`: one value an item, or sums over items of the same metric, such as `bleuSums`.
 * - Throws a RangeError for systems with different numbers of items, and for options out of range.
 * - Cost: resamples x items x figures an item.
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
  const { method = "randomization", seed = 0 } = options;
  if (method !== "randomization" && method !== "bootstrap") {
    throw new RangeError(`method must be "randomization" or "bootstrap", got ${JSON.stringify(method)}`);
  }
  const resamples = checkResamples(options.resamples ?? (method === "bootstrap" ? 1000 : 10_000));
  const [a, b] = [first, second].map((items) => ("rows" in items ? items : meanSums(items))) as [
    SufficientStatistics,
    SufficientStatistics,
  ];
  if (a.rows.length !== b.rows.length || a.width !== b.width) {
    const size = ({ rows, width }: SufficientStatistics) => `${rows.length / width} items of ${width} figures`;
    throw new RangeError(`second must have ${size(a)} like first, got ${size(b)}`);
  }
  const test = method === "bootstrap" ? byBootstrap : byRandomization;
  const scored = test(a, b, resamples, uniformNumbers(seed));
  return { method, difference: scored.second - scored.first, resamples, seed, ...scored };
}
