/** Scores of a corpus that are functions of sums over its items: what resampling and significance tests need. */

/** Figures of every item, and the score that follows from their sums over any choice of items. */
export interface SufficientStatistics {
  /** Row-major: `width` numbers an item. */
  readonly rows: Float64Array;
  readonly width: number;
  /** The score of `count` items with these sums. */
  score(sums: Float64Array, count: number): number;
}

/** How many items there are. Throws a RangeError for none. */
export function itemCount({ rows, width }: SufficientStatistics): number {
  if (rows.length === 0) throw new RangeError("items must not be empty");
  return rows.length / width;
}

/** The score of all items. Linear. */
export function corpusScore(items: SufficientStatistics): number {
  const count = itemCount(items);
  const { rows, width } = items;
  const sums = new Float64Array(width);
  for (let i = 0; i < rows.length; i++) sums[i % width]! += rows[i]!;
  return items.score(sums, count);
}

/**
 * The mean of one value an item: accuracy from 0 and 1, ROUGE from the F1 of every summary, the mean loss.
 *
 * Throws a RangeError for no values or one that is not finite.
 *
 * @example
 * scoreOfAll(meanSums([1, 0, 1, 1])); // 0.75
 */
export function meanSums(values: ArrayLike<number>): SufficientStatistics {
  if (values.length === 0) throw new RangeError("values must not be empty");
  const rows = Float64Array.from(values);
  const bad = rows.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new RangeError(`values[${bad}] must be finite, got ${values[bad]}`);
  return { rows, width: 1, score: (sums, count) => sums[0]! / count };
}
