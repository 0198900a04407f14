/** How an array of any shape becomes rows along one axis, which entries of a row take part, and how results go back. */
import { checkLength, entryError, isArrayLike, valueError } from "./arguments.ts";

/** An array of scores: lists and Float64Array are computed in float64, Float32Array on the fast kernels. */
export type Scores = readonly number[] | Float32Array | Float64Array;

/** The kind of array that comes back for scores of kind A. */
export type SameKind<A> = A extends Float32Array ? Float32Array : A extends Float64Array ? Float64Array : number[];

/** One number for all rows, one per row, or, where the mapping says so, one per entry. */
export type HyperParameter = number | readonly number[] | Float32Array | Float64Array;

/** A gradient in the form of its hyper-parameter: a number (summed over the rows), or as many as were given. */
export type SameForm<P> = P extends Float32Array
  ? Float32Array
  : P extends Float64Array
    ? Float64Array
    : P extends readonly number[]
      ? number[]
      : number;

/** What every mapping's options have in common. */
export interface RowOptions {
  /** Shape of the row-major array. Default: one row of all scores. */
  readonly shape?: readonly number[] | undefined;
  /** The axis that is mapped, negative from the end. Default -1. */
  readonly axis?: number | undefined;
  /** Same size as the scores; 0 or false removes an entry. */
  readonly mask?: ArrayLike<number | boolean> | undefined;
  /** Valid prefix of every row, one integer a row. */
  readonly lengths?: ArrayLike<number> | undefined;
}

/** Rows of `n` entries: row r, entry k stands at `rowStart(layout, r) + k * inner`. */
export interface Layout {
  readonly outer: number;
  readonly n: number;
  readonly inner: number;
  readonly rows: number;
  readonly size: number;
}

/** Entries that take part: the mask and the lengths, checked. */
export interface Removal {
  readonly mask: ArrayLike<number | boolean> | undefined;
  readonly lengths: ArrayLike<number> | undefined;
}

/** Throws a TypeError unless `scores` is a list of numbers, a Float32Array or a Float64Array. */
export function checkScores(name: string, scores: unknown): asserts scores is Scores {
  if (Array.isArray(scores) || scores instanceof Float32Array || scores instanceof Float64Array) return;
  throw valueError(name, scores, "an array of numbers, a Float32Array or a Float64Array is needed", "type");
}

/** The rows of an array of `size` entries under `options.shape` and `options.axis`. */
export function layoutOf(size: number, options: RowOptions | undefined): Layout {
  const shape = options?.shape ?? [size];
  const axis = options?.axis ?? -1;
  if (!isArrayLike(shape) || shape.length === 0) {
    throw valueError("shape", shape, "a list of sizes, outermost first, is needed", "type");
  }
  let product = 1;
  for (let d = 0; d < shape.length; d++) {
    const extent = shape[d]!;
    if (!Number.isInteger(extent) || extent < 0) {
      throw entryError("shape", d, extent, "every size must be an integer of 0 or more");
    }
    product *= extent;
  }
  if (product !== size) {
    throw new RangeError(`shape [${Array.from(shape).join(", ")}] has ${product} entries but scores has ${size}`);
  }
  if (!Number.isInteger(axis) || axis < -shape.length || axis >= shape.length) {
    throw valueError("axis", axis, `an integer from ${-shape.length} to ${shape.length - 1} is needed`);
  }
  const at = axis < 0 ? axis + shape.length : axis;
  let outer = 1;
  let inner = 1;
  for (let d = 0; d < at; d++) outer *= shape[d]!;
  for (let d = at + 1; d < shape.length; d++) inner *= shape[d]!;
  return { outer, n: shape[at]!, inner, rows: outer * inner, size };
}

/** Index of a row's first entry. */
export function rowStart(layout: Layout, row: number): number {
  const { n, inner } = layout;
  if (inner === 1) return row * n;
  const block = Math.floor(row / inner);
  return block * n * inner + (row - block * inner);
}

/** The checked mask and lengths of `options`. */
export function removalOf(layout: Layout, options: RowOptions | undefined): Removal {
  const mask = options?.mask;
  const lengths = options?.lengths;
  if (mask !== undefined) {
    checkLength("mask", mask, layout.size, "as many as scores");
    for (let i = 0; i < layout.size; i++) {
      const entry: unknown = mask[i];
      if (entry !== 1 && entry !== 0 && entry !== true && entry !== false) {
        throw entryError("mask", i, entry, "0, 1, false or true is needed (for an additive mask use bias)");
      }
    }
  }
  if (lengths !== undefined) {
    checkLength("lengths", lengths, layout.rows, "one a row");
    for (let r = 0; r < layout.rows; r++) {
      const length = lengths[r]!;
      if (!Number.isInteger(length) || length < 0 || length > layout.n) {
        throw entryError("lengths", r, length, `an integer from 0 to ${layout.n} is needed`);
      }
    }
  }
  return { mask, lengths };
}

/**
 * Positions along the axis of the entries of `row` that take part: within its length, kept by the mask and not -Infinity.
 * Returns how many. Throws a RangeError at a kept NaN or +Infinity; a removed entry may hold anything.
 */
export function keptPositions(
  scores: Scores,
  layout: Layout,
  removal: Removal,
  row: number,
  positions: Int32Array,
): number {
  const { mask, lengths } = removal;
  const { inner } = layout;
  const end = lengths === undefined ? layout.n : lengths[row]!;
  let index = rowStart(layout, row);
  let count = 0;
  for (let k = 0; k < end; k++, index += inner) {
    if (mask !== undefined && !mask[index]) continue;
    const score = scores[index]!;
    if (score === -Infinity) continue;
    if (!(score < Infinity) || typeof score !== "number") throw scoreError(index, score);
    positions[count++] = k;
  }
  return count;
}

/** The error for a score that is NaN or +Infinity. */
export function scoreError(index: number, score: unknown): Error {
  if (typeof score !== "number") {
    return new TypeError(`scores[${index}] is ${String(score)}: every score must be a number`);
  }
  return entryError("scores", index, score, "every score must be finite, or -Infinity to remove it");
}

/** A new array of the kind of `like`. */
export function sameKind(like: Scores, size: number): number[] | Float32Array | Float64Array {
  if (like instanceof Float32Array) return new Float32Array(size);
  if (like instanceof Float64Array) return new Float64Array(size);
  return Array.from({ length: size }, () => 0);
}

/** `out` when it is of the kind and size of `scores`, a new array when it is not given. */
export function outputFor(scores: Scores, out: unknown): number[] | Float32Array | Float64Array {
  if (out === undefined) return sameKind(scores, scores.length);
  const right =
    (out instanceof Float32Array && scores instanceof Float32Array) ||
    (out instanceof Float64Array && scores instanceof Float64Array) ||
    (Array.isArray(out) && Array.isArray(scores));
  if (!right) throw valueError("out", out, "an array of the same kind as scores is needed", "type");
  checkLength("out", out, scores.length, "as many as scores");
  return out as number[] | Float32Array | Float64Array;
}
