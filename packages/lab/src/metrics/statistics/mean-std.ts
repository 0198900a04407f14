/** Mean and standard deviation of a metric over seeds, and their written form. */

export interface MeanStd {
  readonly mean: number;
  /** Sample standard deviation (n - 1); null for a single value. */
  readonly std: number | null;
  readonly count: number;
}

/**
 * Mean and sample standard deviation. Throws a RangeError for no values or one that is not finite.
 *
 * @param values - One per seed.
 *
 * @example
 * meanStd([2, 4, 9]); // { mean: 5, std: 3.60555, count: 3 }
 */
export function meanStd(values: readonly number[]): MeanStd {
  if (values.length === 0) throw new RangeError("values must not be empty");
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new RangeError(`values[${bad}] must be finite, got ${values[bad]}`);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (values.length === 1) return { mean, std: null, count: 1 };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, std: Math.sqrt(squares / (values.length - 1)), count: values.length };
}

/**
 * "96.61 ± 0.12", or "96.61" for a single value.
 *
 * @param value - From `meanStd`.
 * @param digits - After the decimal point.
 * @param scale - Factor of both numbers, for instance 100 for per cent.
 *
 * @example
 * formatMeanStd(meanStd([0.96, 0.97]), 1, 100); // "96.5 ± 0.7"
 */
export function formatMeanStd({ mean, std }: MeanStd, digits: number, scale = 1): string {
  const center = (mean * scale).toFixed(digits);
  return std === null ? center : `${center} ± ${(std * scale).toFixed(digits)}`;
}
