/** Isotonic regression by pooling adjacent violators, exact, with its blocks. */

/**
 * Makes `values[0 .. count)` non-increasing: replaces it by the closest non-increasing sequence in the Euclidean norm and
 * returns the number of blocks; block b covers [starts[b], starts[b + 1]) and has one value. Equal neighbours share a
 * block. O(n). (Ayer et al. 1955.)
 */
export function poolAdjacentViolators(values: Float64Array, count: number, starts: Int32Array): number {
  // While pooling, values[b] holds block b's mean: blocks are never more than entries read.
  let blocks = 0;
  for (let i = 0; i < count; i++) {
    let start = i;
    let mean = values[i]!;
    while (blocks > 0 && values[blocks - 1]! <= mean) {
      blocks -= 1;
      const before = starts[blocks]!;
      const weight = (i + 1 - start) / (i + 1 - before);
      mean = values[blocks]! + (mean - values[blocks]!) * weight;
      start = before;
    }
    starts[blocks] = start;
    values[blocks] = mean;
    blocks += 1;
  }
  starts[blocks] = count;
  return blocks;
}
