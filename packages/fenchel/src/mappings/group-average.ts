/** Groups of entries that share one weight: what structured mappings have in common. */

/** Marks entries of weight 0 as being in no group. */
export function markZeros(weights: Float64Array, groups: Int32Array, count: number): void {
  for (let i = 0; i < count; i++) if (!(weights[i]! > 0)) groups[i] = -1;
}

let sums = new Float64Array(0);
let sizes = new Int32Array(0);

/** Replaces `values` by their means over the groups, ids below `count`; entries in no group keep theirs. */
export function averageGroups(groups: Int32Array, count: number, values: Float64Array): void {
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
