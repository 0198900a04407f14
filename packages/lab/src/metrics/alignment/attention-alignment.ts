/** Word links that attention weights speak for. */
import type { AlignmentLink } from "../../datasets/alignment.ts";

/**
 * Which weights make a link: the largest of a query ("argmax"; of equal ones the first), all that equal the largest ("argmax-all", as
 * fused words share one weight), or every weight above a threshold; above 0 is the support.
 */
export type AlignmentRule = "argmax" | "argmax-all" | { readonly above: number };

export interface AttentionLinksOptions {
  readonly queries: number;
  readonly keys: number;
  /** Default "argmax". */
  readonly rule?: AlignmentRule;
  /** Which sentence the queries are words of: "target" (default), as a decoder attends to its source, or "source". */
  readonly queriesAre?: "target" | "source";
}

/**
 * The links of one sentence pair from its attention weights: a query is linked to the keys that `rule` selects. Weights of 0 make no
 * link, so that an empty query has none.
 *
 * - `weights`: row-major, `queries` x `keys`, padding left out.
 * - Throws a RangeError for a weight that is negative or no number, another count of weights, or a threshold below 0.
 * - Cost: linear in the weights.
 *
 * @example
 * attentionLinks([0.5, 0.5, 0, 1], { queries: 2, keys: 2 }); // [[0, 0], [1, 1]]
 */
export function attentionAlignment(
  weights: ArrayLike<number>,
  { queries, keys, rule = "argmax", queriesAre = "target" }: AttentionLinksOptions,
): AlignmentLink[] {
  if (weights.length !== queries * keys) {
    throw new RangeError(
      `weights must be ${queries} x ${keys} numbers (${queries * keys}), got ${String(weights.length)}`,
    );
  }
  if (typeof rule === "object" && !(rule.above >= 0)) {
    throw new RangeError(`rule.above must be a number from 0, got ${rule.above}`);
  }
  const links: AlignmentLink[] = [];
  for (let q = 0; q < queries; q++) {
    let largest = 0;
    for (let k = 0; k < keys; k++) {
      const weight = weights[q * keys + k]!;
      if (!(weight >= 0 && weight < Infinity)) {
        throw new RangeError(`weights[${q * keys + k}] must be a number from 0, got ${weight}`);
      }
      largest = Math.max(largest, weight);
    }
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
