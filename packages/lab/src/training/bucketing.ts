/** Items that have something in common, such as a length, stand in batches together. */

/** What the items of a batch have in common, and their indices. */
export type BucketedBatch<K> = readonly [key: K, members: readonly number[]];

/** Puts items into batches of `size` in the given order: the full ones as they fill, then those that stay open, in the order begun. */
export function bucketBatches<K>(
  order: readonly number[],
  size: number,
  keyOf: (index: number) => K,
): { readonly full: readonly BucketedBatch<K>[]; readonly open: readonly BucketedBatch<K>[] } {
  const open = new Map<K, number[]>();
  const full: BucketedBatch<K>[] = [];
  for (const index of order) {
    const key = keyOf(index);
    const members = open.get(key) ?? [];
    members.push(index);
    if (members.length === size) {
      full.push([key, members]);
      open.delete(key);
    } else open.set(key, members);
  }
  return { full, open: [...open] };
}

/** Batches of items of one length, all but the last of every length full; these come last, the shortest first. */
export function lengthBuckets(
  order: readonly number[],
  size: number,
  lengthOf: (index: number) => number,
): readonly BucketedBatch<number>[] {
  const { full, open } = bucketBatches(order, size, lengthOf);
  return [...full, ...open.toSorted(([a], [b]) => a - b)];
}
