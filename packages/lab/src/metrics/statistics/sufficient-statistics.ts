/** Sufficient statistics of corpus scores: sums over examples that a score depends on, as resampling and significance tests need them. */

/** Numbers per example, and the score that follows from their sums over any choice of examples. */
export interface SufficientStatistics {
  /** Row-major: `width` numbers per example. */
  readonly rows: Float64Array;
  readonly width: number;
  /** The score of `count` examples with these sums. */
  score(sums: Float64Array, count: number): number;
}

/** The number of examples. Throws a RangeError for none. */
export function exampleCount({ rows, width }: SufficientStatistics): number {
  if (rows.length === 0) throw new RangeError("items must not be empty");
  return rows.length / width;
}

/** The sums over all examples. Linear. */
export function corpusSums({ rows, width }: SufficientStatistics): Float64Array {
  const sums = new Float64Array(width);
  for (let i = 0; i < rows.length; i++) sums[i % width]! += rows[i]!;
  return sums;
}

/**
 * The score of all examples. Linear.
 *
 * @param statistics - From `bleuStatistics`, `meanOfExamples` and their like.
 *
 * @example
 * corpusScore(meanOfExamples([1, 0, 1, 1])); // 0.75
 */
export function corpusScore(statistics: SufficientStatistics): number {
  return statistics.score(corpusSums(statistics), exampleCount(statistics));
}

/**
 * Sufficient statistics of the mean of one value per example: accuracy from 0 and 1, ROUGE from the F1 of every summary, the mean loss.
 *
 * Throws a RangeError for no values or one that is not finite.
 *
 * @param values - One per example.
 *
 * @example
 * corpusScore(meanOfExamples([1, 0, 1, 1])); // 0.75
 */
export function meanOfExamples(values: ArrayLike<number>): SufficientStatistics {
  if (values.length === 0) throw new RangeError("values must not be empty");
  const rows = Float64Array.from(values);
  const bad = rows.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new RangeError(`values[${bad}] must be finite, got ${values[bad]}`);
  return { rows, width: 1, score: (sums, count) => sums[0]! / count };
}

/**
 * Sufficient statistics of several runs on the same examples, such as one system trained with several seeds: every example's numbers
 * averaged over the runs. For means of examples the score is the mean of the runs' scores; BLEU and the like are pooled over the runs.
 * A test on them asks for the difference on other examples, not with other seeds.
 *
 * Throws a RangeError for no runs, or runs of different sizes.
 *
 * @param runs - The same metric of every run, examples in the same order.
 *
 * @example
 * corpusScore(averageRuns([meanOfExamples([1, 0]), meanOfExamples([1, 1])])); // 0.75
 */
export function averageRuns(runs: readonly SufficientStatistics[]): SufficientStatistics {
  const [first] = runs;
  if (first === undefined) throw new RangeError("runs must not be empty");
  const rows = new Float64Array(first.rows.length);
  runs.forEach((run, r) => {
    checkSameSize("runs[0]", first, `runs[${r}]`, run);
    for (let i = 0; i < rows.length; i++) rows[i]! += run.rows[i]! / runs.length;
  });
  return { rows, width: first.width, score: (sums, count) => first.score(sums, count) };
}

/** Throws a RangeError where two systems were not scored on as many examples by the same metric. */
export function checkSameSize(
  name: string,
  expected: SufficientStatistics,
  otherName: string,
  other: SufficientStatistics,
): void {
  if (other.rows.length === expected.rows.length && other.width === expected.width) return;
  const size = ({ rows, width }: SufficientStatistics) => `${rows.length / width} examples of ${width} numbers`;
  throw new RangeError(`${otherName} must have ${size(expected)} like ${name}, got ${size(other)}`);
}
