/** Hyper-parameters of a mapping: one number or one per row, their ranges, and their gradients in the same form. */
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
  /** Whether it may be given one per entry, too. Default false. */
  readonly perEntry?: boolean;
}

/** Temperature of every mapping: it multiplies the whole regularizer. */
export const gammaSpec: HyperParameterSpec<"gamma"> = {
  name: "gamma",
  default: 1,
  least: 0,
  accepts: (value) => value > 0 && value < Infinity,
  range: "a finite number above 0",
};

/** The checked values of a hyper-parameter: one for all rows, one per row, or one per entry where it may be. */
export function valuesOf(spec: HyperParameterSpec, given: unknown, rows: number, entries: number): Float64Array {
  if (given === undefined) return Float64Array.of(spec.default);
  if (typeof given === "number") {
    if (!spec.accepts(given)) throw valueError(spec.name, given, `${spec.range} is needed`);
    return Float64Array.of(given);
  }
  if (typeof given !== "object") throw valueError(spec.name, given, `${spec.range} is needed, or one per row`, "type");
  const wanted = spec.perEntry === true && (given as ArrayLike<number> | null)?.length === entries ? entries : rows;
  checkLength(spec.name, given, wanted, spec.perEntry === true ? "one per row, or one per entry" : "one per row");
  const values = new Float64Array(wanted);
  for (let r = 0; r < wanted; r++) {
    const value = (given as ArrayLike<number>)[r] as number;
    if (typeof value !== "number" || !spec.accepts(value))
      throw entryError(spec.name, r, value, `${spec.range} is needed`);
    values[r] = value;
  }
  return values;
}

/** Gradients, as many as there are values of the hyper-parameter or one per row, in the form in which it was given. */
export function inFormOf<P extends HyperParameter>(given: P | undefined, gradients: Float64Array): SameForm<P>;
export function inFormOf(given: HyperParameter | undefined, gradients: Float64Array): SameForm<HyperParameter> {
  if (given instanceof Float32Array) return Float32Array.from(gradients);
  if (given instanceof Float64Array) return gradients;
  if (typeof given === "object") return Array.from(gradients);
  let sum = 0;
  for (let r = 0; r < gradients.length; r++) sum += gradients[r]!;
  return sum;
}
