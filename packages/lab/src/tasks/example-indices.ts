/** Test examples by number. */
import { DataError } from "../base/data-error.ts";

/** The indices that are wanted of so many examples, or the sample. Throws a DataError for one that there is not. */
export function exampleIndices(
  wanted: readonly number[] | undefined,
  count: number,
  sample: () => readonly number[],
): readonly number[] {
  const missing = wanted?.find((index) => index < 0 || index >= count);
  if (missing !== undefined) throw new DataError(`there is no test example ${missing + 1}: the test set has ${count}`);
  return wanted ?? sample();
}
