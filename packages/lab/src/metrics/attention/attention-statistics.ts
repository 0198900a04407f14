/** Sparsity, support, segments and entropy of attention weights. */
import { checkWeights } from "./token-selection.ts";

/** Statistics of the attention over one text, or their means over texts. */
export interface AttentionStatistics {
  /** Share of weights that are exactly 0, in [0, 1]. */
  readonly sparsity: number;
  /** Number of words with a positive weight. */
  readonly supportSize: number;
  /** Number of maximal runs of neighbouring words with one positive weight. */
  readonly segments: number;
  /** Shannon entropy of the weights in nats, from 0. */
  readonly entropy: number;
}

/** Neighbouring words that share one positive weight. */
export interface Segment {
  readonly start: number;
  /** One past the last word. */
  readonly end: number;
  readonly weight: number;
}

/**
 * The maximal runs of neighbouring words with one positive weight, in order. Two weights are one when their `groups` are equal or,
 * without groups, when the floats are equal: a solver that fuses words gives them one value, bit by bit. Words of one weight that do not
 * touch are two segments. Linear.
 *
 * Throws a RangeError for a weight that is negative or no number, and for groups that are not as many.
 *
 * @param weights - One per word, from 0.
 * @param groups - One label per word where the mapping tells its groups.
 *
 * @example
 * attentionSegments([0, 0.25, 0.25, 0, 0.5]); // [{ start: 1, end: 3, weight: 0.25 }, { start: 4, end: 5, weight: 0.5 }]
 */
export function attentionSegments(weights: ArrayLike<number>, groups?: ArrayLike<number>): Segment[] {
  checkWeights("weights", weights);
  if (groups !== undefined && groups.length !== weights.length) {
    throw new RangeError(`groups must be as many as weights (${weights.length}), got ${groups.length}`);
  }
  const key = groups ?? weights;
  const segments: Segment[] = [];
  for (let start = 0; start < weights.length;) {
    if (weights[start] === 0) {
      start++;
      continue;
    }
    let end = start + 1;
    while (end < weights.length && key[end] === key[start] && weights[end]! > 0) end++;
    segments.push({ start, end, weight: weights[start]! });
    start = end;
  }
  return segments;
}

/**
 * Sparsity, support size, number of segments and Shannon entropy -sum y log y in nats of the attention over one text. Linear.
 *
 * Throws a RangeError for no weights, and as `attentionSegments` does.
 *
 * @param weights - One per word, from 0; their sum is 1 for the entropy to mean what it says.
 * @param groups - As for `attentionSegments`.
 *
 * @example
 * attentionStatistics([0, 0.5, 0.5, 0]); // { sparsity: 0.5, supportSize: 2, segments: 1, entropy: 0.693147 }
 */
export function attentionStatistics(weights: ArrayLike<number>, groups?: ArrayLike<number>): AttentionStatistics {
  if (weights.length === 0) throw new RangeError("weights must not be empty");
  const segments = attentionSegments(weights, groups).length;
  let supportSize = 0;
  let entropy = 0;
  for (let i = 0; i < weights.length; i++) {
    const weight = weights[i]!;
    if (weight === 0) continue;
    supportSize++;
    entropy -= weight * Math.log(weight);
  }
  // A single weight of 1 gives -0.
  return { sparsity: 1 - supportSize / weights.length, supportSize, segments, entropy: Math.max(0, entropy) };
}

/**
 * The mean of every statistic over texts (macro average). Throws a RangeError for no texts.
 *
 * @param texts - From `attentionStatistics`.
 *
 * @example
 * meanAttentionStatistics([attentionStatistics([1]), attentionStatistics([0, 0, 0.5, 0.5])]).supportSize; // 1.5
 */
export function meanAttentionStatistics(texts: readonly AttentionStatistics[]): AttentionStatistics {
  if (texts.length === 0) throw new RangeError("texts must not be empty");
  const mean = (key: keyof AttentionStatistics): number =>
    texts.reduce((sum, text) => sum + text[key], 0) / texts.length;
  return {
    sparsity: mean("sparsity"),
    supportSize: mean("supportSize"),
    segments: mean("segments"),
    entropy: mean("entropy"),
  };
}
