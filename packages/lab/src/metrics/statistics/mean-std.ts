/** Mean and standard deviation of a figure over seeds, and how both are written. */

export interface MeanStd {
  readonly mean: number;
  /** Sample standard deviation (n - 1); null for a single value, about whose spread nothing is known. */
  readonly deviation: number | null;
  readonly count: number;
}

/** Mean and sample standard deviation. Throws a RangeError for no values or one that is not finite. */
export function meanStd(values: readonly number[]): MeanStd {
  if (values.length === 0) throw new RangeError("values must not be empty");
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new RangeError(`values[${bad}] must be finite, got ${values[bad]}`);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (values.length === 1) return { mean, deviation: null, count: 1 };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / (values.length - 1)), count: values.length };
}

/** "96.61 ± 0.12", or "96.61" for a single value; `scale` multiplies both, for instance 100 for per cent. */
export function formatMeanStd({ mean, deviation }: MeanStd, digits: number, scale = 1): string {
  const center = (mean * scale).toFixed(digits);
  return deviation === null ? center : `${center} ± ${(deviation * scale).toFixed(digits)}`;
}
