/** Hyper-parameters of a mapping: one number or one a row, their ranges, and their gradients in the same form. */
import { checkLength, entryError, valueError } from "./arguments.ts";
import type { HyperParameter, SameForm } from "./rows.ts";

/** A hyper-parameter's name, default and range. */
export interface HyperParameterSpec<K extends string = string> {
  readonly name: K;
  readonly default: number;
  /** The least value in range (or the bound above which all are). */
  readonly least: number;
  /** Whether a value is in range. */
  readonly accepts: (value: number) => boolean;
  /** The range in words: "a finite number of 0 or more". */
  readonly range: string;
  /** False when the weights are not differentiable in it (a count). Default true. */
  readonly differentiable?: boolean;
}

/** Temperature of every mapping: it multiplies the whole regularizer. */
export const gammaSpec: HyperParameterSpec<"gamma"> = {
  name: "gamma",
  default: 1,
  least: 0,
  accepts: (value) => value > 0 && value < Infinity,
  range: "a finite number above 0",
};

/** The checked values of a hyper-parameter: an array of length 1 (all rows alike) or one a row. */
export function valuesOf(spec: HyperParameterSpec, given: unknown, rows: number): Float64Array {
  if (given === undefined) return Float64Array.of(spec.default);
  if (typeof given === "number") {
    if (!spec.accepts(given)) throw valueError(spec.name, given, `${spec.range} is needed`);
    return Float64Array.of(given);
  }
  if (typeof given !== "object") throw valueError(spec.name, given, `${spec.range} is needed, or one per row`, "type");
  checkLength(spec.name, given, rows, "one a row");
  const values = new Float64Array(rows);
  for (let r = 0; r < rows; r++) {
    const value = (given as ArrayLike<number>)[r] as number;
    if (typeof value !== "number" || !spec.accepts(value))
      throw entryError(spec.name, r, value, `${spec.range} is needed`);
    values[r] = value;
  }
  return values;
}

/** A gradient, one a row, in the form in which the hyper-parameter was given. */
export function inFormOf<P extends HyperParameter>(given: P | undefined, perRow: Float64Array): SameForm<P>;
export function inFormOf(given: HyperParameter | undefined, perRow: Float64Array): SameForm<HyperParameter> {
  if (given instanceof Float32Array) return Float32Array.from(perRow);
  if (given instanceof Float64Array) return perRow;
  if (typeof given === "object") return Array.from(perRow);
  let sum = 0;
  for (let r = 0; r < perRow.length; r++) sum += perRow[r]!;
  return sum;
}
