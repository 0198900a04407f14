/** Groups of entries that share one weight: the Jacobian that structured mappings have in common. */
import { projectionProduct } from "./simplex.ts";

/** Marks entries of weight 0 as being in no group. */
export function markZeros(weights: Float64Array, groups: Int32Array, count: number): void {
  for (let i = 0; i < count; i++) if (!(weights[i]! > 0)) groups[i] = -1;
}

let sums = new Float64Array(0);
let sizes = new Int32Array(0);

/** Replaces `values` by their means over the groups, ids below `count`; entries in no group keep theirs. */
function averageGroups(groups: Int32Array, count: number, values: Float64Array): void {
  if (sums.length < count) {
    sums = new Float64Array(Math.max(count, 2 * sums.length));
    sizes = new Int32Array(sums.length);
  }
  sums.fill(0, 0, count);
  sizes.fill(0, 0, count);
  for (let i = 0; i < count; i++) {
    const group = groups[i]!;
    if (group < 0) continue;
    sums[group] = sums[group]! + values[i]!;
    sizes[group] = sizes[group]! + 1;
  }
  for (let i = 0; i < count; i++) {
    const group = groups[i]!;
    if (group >= 0) values[i] = sums[group]! / sizes[group]!;
  }
}

/** A solved row: its weights, the groups of entries that share one, and how many entries it has. */
interface GroupedRow {
  readonly weights: Float64Array;
  readonly groups: Int32Array;
  readonly count: number;
}

/**
 * out = J u with J = J_P J_prox, for a projection P of a prox that makes the groups: centre over the support, then average
 * over the groups. A group has one weight, so that these two projectors commute.
 */
export function groupedProjectionProduct(row: GroupedRow, u: Float64Array, out: Float64Array): void {
  projectionProduct(row.weights, row.count, u, out);
  averageGroups(row.groups, row.count, out);
}
