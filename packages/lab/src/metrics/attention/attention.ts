/** What the attention over one text looks like: how sparse, in how many pieces, how spread. */

import type { AttentionStatistics } from "../../tasks/run-types.ts";

/** Neighbouring words that share one positive weight. */
export interface Segment {
  readonly start: number;
  /** One past the last word. */
  readonly end: number;
  readonly weight: number;
}

function checkWeights(weights: ArrayLike<number>, groups: ArrayLike<number> | undefined): void {
  for (let i = 0; i < weights.length; i++) {
    if (!(weights[i]! >= 0 && weights[i]! < Infinity))
      throw new RangeError(`weights[${i}] must be a number from 0, got ${weights[i]}`);
  }
  if (groups !== undefined && groups.length !== weights.length) {
    throw new RangeError(`groups must be as many as weights (${weights.length}), got ${groups.length}`);
  }
}

/**
 * The maximal runs of neighbouring words with one positive weight, in order.
 *
 * Two weights are one when their `groups` are equal or, without groups, when the floats are equal: a solver that fuses words gives them
 * one value, bit by bit. Words of one weight that do not touch are two segments.
 *
 * @example
 * attentionSegments([0, 0.25, 0.25, 0, 0.5]); // [{ start: 1, end: 3, weight: 0.25 }, { start: 4, end: 5, weight: 0.5 }]
 */
export function attentionSegments(weights: ArrayLike<number>, groups?: ArrayLike<number>): Segment[] {
  checkWeights(weights, groups);
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
 * Share of exact zeros, size of the support, number of segments and Shannon entropy -sum y log y in nats of one text's weights.
 * Linear. Throws a RangeError for a weight that is negative or no number, and for no weights at all.
 */
export function attentionStatistics(weights: ArrayLike<number>, groups?: ArrayLike<number>): AttentionStatistics {
  if (weights.length === 0) throw new RangeError("weights must not be empty");
  const segments = attentionSegments(weights, groups).length;
  let support = 0;
  let entropy = 0;
  for (let i = 0; i < weights.length; i++) {
    const weight = weights[i]!;
    if (weight === 0) continue;
    support++;
    entropy -= weight * Math.log(weight);
  }
  // A single weight of 1 gives -0.
  return { zeros: 1 - support / weights.length, support, segments, entropy: Math.max(0, entropy) };
}

/** The mean of every statistic over texts. */
export function meanStatistics(texts: readonly AttentionStatistics[]): AttentionStatistics {
  if (texts.length === 0) throw new RangeError("texts must not be empty");
  const mean = (of: (text: AttentionStatistics) => number): number =>
    texts.reduce((sum, text) => sum + of(text), 0) / texts.length;
  return {
    zeros: mean((text) => text.zeros),
    support: mean((text) => text.support),
    segments: mean((text) => text.segments),
    entropy: mean((text) => text.entropy),
  };
}
