/** Word alignments extracted from attention weights. */
import type { AlignmentLink } from "../../base/annotations.ts";
import { checkWeights } from "../attention/token-selection.ts";

/**
 * Weights that make a link: the largest per query ("argmax"; of equal ones the first), all that equal the largest ("argmax-all", as
 * fused words share one weight), or every weight above a threshold; above 0 is the support.
 */
export type AlignmentRule = "argmax" | "argmax-all" | { readonly above: number };

export interface AttentionAlignmentOptions {
  readonly queries: number;
  readonly keys: number;
  /** Default "argmax". */
  readonly rule?: AlignmentRule;
  /** Sentence whose words the queries are: "target" (default), as a decoder attends to its source, or "source". */
  readonly queriesAre?: "target" | "source";
}

/**
 * The links [source, target] of one sentence pair from its attention weights: a query is linked to the keys that `rule` selects. Weights
 * of 0 make no link, so that an empty query has none.
 *
 * Throws a RangeError for a weight that is negative or no number, another count of weights, or a threshold below 0. Cost: linear in the
 * weights.
 *
 * @param weights - Row-major, `queries` x `keys`, padding left out.
 * @param options - Sizes, rule, and the side of the queries.
 *
 * @example
 * attentionAlignment([0.5, 0.5, 0, 1], { queries: 2, keys: 2 }); // [[0, 0], [1, 1]]
 */
export function attentionAlignment(
  weights: ArrayLike<number>,
  { queries, keys, rule = "argmax", queriesAre = "target" }: AttentionAlignmentOptions,
): AlignmentLink[] {
  if (weights.length !== queries * keys) {
    throw new RangeError(
      `weights must be ${queries} x ${keys} numbers (${queries * keys}), got ${String(weights.length)}`,
    );
  }
  if (typeof rule === "object" && !(rule.above >= 0)) {
    throw new RangeError(`rule.above must be a number from 0, got ${rule.above}`);
  }
  checkWeights("weights", weights);
  const links: AlignmentLink[] = [];
  for (let q = 0; q < queries; q++) {
    let largest = 0;
    for (let k = 0; k < keys; k++) largest = Math.max(largest, weights[q * keys + k]!);
    if (largest === 0) continue;
    for (let k = 0; k < keys; k++) {
      const weight = weights[q * keys + k]!;
      if (!(typeof rule === "object" ? weight > rule.above : weight === largest)) continue;
      links.push(queriesAre === "target" ? [k, q] : [q, k]);
      if (rule === "argmax") break;
    }
  }
  return links;
}
