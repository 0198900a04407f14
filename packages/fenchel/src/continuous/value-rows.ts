/** Values at positions, a batch of sequences or images: their layout, and the sums over positions that attention takes. */
import { checkLength, entryError, isArrayLike, valueError } from "../arguments.ts";
import type { SameKind, Scores } from "../rows.ts";
import type { Basis } from "./basis.ts";
import { gridPositions, lengthsOf, positions, regressionMatrix } from "./ridge.ts";
import type { RidgeOptions } from "./ridge.ts";

/** How values are laid out. */
export interface ValueOptions extends RidgeOptions {
  /** [batch, length, features] or [length, features]; for images [batch, rows, columns, features] or without the batch. */
  readonly shape: readonly number[];
  /** Valid prefix of every sequence (one dimension only): positions are counted in it, the rest takes no part. */
  readonly lengths?: ArrayLike<number> | undefined;
}

export const valueOptions: readonly string[] = ["shape", "lengths", "ridge", "padding"];

/** Checked values: row b has `lengths[b]` of `cells` positions, each with `features` numbers. */
export interface ValueRows {
  readonly values: Float64Array;
  readonly batch: number;
  readonly cells: number;
  readonly features: number;
  readonly lengths: Int32Array;
  /** Positions of row b, `dimension` numbers each. */
  points(b: number): Float64Array;
  /** Regression matrix of row b, lengths[b] x functions. */
  matrix(b: number): Float64Array;
}

/** The checked layout. Throws a RangeError or TypeError that names the argument. */
export function valueRows(values: Scores, basis: Basis, options: ValueOptions): ValueRows {
  const { shape, ridge, padding } = options;
  const { dimension } = basis;
  const rank = dimension + 1;
  if (!isArrayLike(shape) || (shape.length !== rank && shape.length !== rank + 1)) {
    const wanted = dimension === 1 ? "[batch, length, features]" : "[batch, rows, columns, features]";
    throw valueError("shape", isArrayLike(shape) ? `[${Array.from(shape).join(", ")}]` : shape, `${wanted} is needed`);
  }
  for (let d = 0; d < shape.length; d++) {
    if (Number.isInteger(shape[d]) && shape[d] >= 0) continue;
    throw entryError("shape", d, shape[d], "every size must be an integer of 0 or more");
  }
  const batch = shape.length === rank ? 1 : shape[0];
  const extents = shape.slice(shape.length - rank, -1);
  const features = shape[shape.length - 1];
  const cells = extents.reduce((product, extent) => product * extent, 1);
  checkLength("values", values, batch * cells * features, `shape [${Array.from(shape).join(", ")}]`);
  if (dimension === 2 && options.lengths !== undefined) {
    throw valueError("lengths", options.lengths, "images have no lengths");
  }
  const lengths = lengthsOf(options.lengths, batch, cells);
  const numbers = values instanceof Float64Array ? values : new Float64Array(values);
  const regression = { ridge, padding };
  const known = new Map<number, Float64Array>();
  return {
    values: numbers,
    batch,
    cells,
    features,
    lengths,
    points(b) {
      const length = lengths[b];
      let points = known.get(length);
      if (points === undefined) {
        points = dimension === 1 ? positions(length) : gridPositions(extents[0], extents[1]);
        known.set(length, points);
      }
      return points;
    },
    matrix: (b) => regressionMatrix(basis, dimension === 1 ? lengths[b] : [extents[0], extents[1]], regression),
  };
}

/** out[r] += sum_c m[r, c] v[c], for `rows` rows of m from `mAt`; four rows at a time. */
export function addRowDots(
  m: Float64Array,
  mAt: number,
  rows: number,
  columns: number,
  v: Float64Array,
  vAt: number,
  out: Float64Array,
  outAt: number,
): void {
  let r = 0;
  for (; r + 3 < rows; r += 4) {
    const a = mAt + r * columns;
    const b = a + columns;
    const c = b + columns;
    const d = c + columns;
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    for (let i = 0; i < columns; i++) {
      const x = v[vAt + i];
      s0 += m[a + i] * x;
      s1 += m[b + i] * x;
      s2 += m[c + i] * x;
      s3 += m[d + i] * x;
    }
    out[outAt + r] += s0;
    out[outAt + r + 1] += s1;
    out[outAt + r + 2] += s2;
    out[outAt + r + 3] += s3;
  }
  for (; r < rows; r++) {
    let sum = 0;
    for (let i = 0, a = mAt + r * columns; i < columns; i++) sum += m[a + i] * v[vAt + i];
    out[outAt + r] += sum;
  }
}

/** out[c] += sum_r v[r] m[r, c]; four rows at a time. */
export function addWeightedRows(
  m: Float64Array,
  mAt: number,
  rows: number,
  columns: number,
  v: Float64Array,
  vAt: number,
  out: Float64Array,
  outAt: number,
): void {
  let r = 0;
  for (; r + 3 < rows; r += 4) {
    const a = mAt + r * columns;
    const b = a + columns;
    const c = b + columns;
    const d = c + columns;
    const x0 = v[vAt + r];
    const x1 = v[vAt + r + 1];
    const x2 = v[vAt + r + 2];
    const x3 = v[vAt + r + 3];
    for (let i = 0; i < columns; i++) {
      out[outAt + i] += m[a + i] * x0 + m[b + i] * x1 + m[c + i] * x2 + m[d + i] * x3;
    }
  }
  for (; r < rows; r++) {
    const x = v[vAt + r];
    for (let i = 0, a = mAt + r * columns; i < columns; i++) out[outAt + i] += m[a + i] * x;
  }
}

/** Weights of the positions, batch x cells, that stand in for the basis: B r = H (G r). */
export function positionWeights(rows: ValueRows, basis: Basis, expectation: Float64Array): Float64Array {
  const weights = new Float64Array(rows.batch * rows.cells);
  for (let b = 0; b < rows.batch; b++) {
    if (rows.lengths[b] === 0) continue;
    const { count } = basis;
    addRowDots(rows.matrix(b), 0, rows.lengths[b], count, expectation, b * count, weights, b * rows.cells);
  }
  return weights;
}

/** The cotangent of the expectations, batch x functions, for a cotangent of the positions' weights. */
export function pullPositionWeights(rows: ValueRows, basis: Basis, dWeights: Float64Array): Float64Array {
  const { count } = basis;
  const cotangent = new Float64Array(rows.batch * count);
  for (let b = 0; b < rows.batch; b++) {
    if (rows.lengths[b] === 0) continue;
    addWeightedRows(rows.matrix(b), 0, rows.lengths[b], count, dWeights, b * rows.cells, cotangent, b * count);
  }
  return cotangent;
}

/** sum_l weights_l H_l for every row: batch x features. */
export function contextOf(rows: ValueRows, weights: Float64Array): Float64Array {
  const { values, batch, cells, features, lengths } = rows;
  const context = new Float64Array(batch * features);
  for (let b = 0; b < batch; b++) {
    addWeightedRows(values, b * cells * features, lengths[b], features, weights, b * cells, context, b * features);
  }
  // A value that is not finite reaches the context whatever its weight: only then is it looked for.
  if (!context.every(Number.isFinite)) {
    for (let b = 0; b < batch; b++) {
      const from = b * cells * features;
      for (let i = from; i < from + lengths[b] * features; i++) {
        if (!Number.isFinite(values[i])) throw entryError("values", i, values[i], "every value must be finite");
      }
    }
  }
  return context;
}

/** <dContext, H_l> at every position: the cotangent of the positions' weights. */
export function pullContext(rows: ValueRows, dContext: Float64Array): Float64Array {
  const { values, batch, cells, features, lengths } = rows;
  const dWeights = new Float64Array(batch * cells);
  for (let b = 0; b < batch; b++) {
    addRowDots(values, b * cells * features, lengths[b], features, dContext, b * features, dWeights, b * cells);
  }
  return dWeights;
}

/** weights_l dContext: the gradient in the values, of their kind. */
export function valuesGradient<A extends Scores>(
  rows: ValueRows,
  like: A,
  weights: Float64Array,
  dContext: Float64Array,
  out?: SameKind<A>,
): SameKind<A> {
  const { batch, cells, features, lengths } = rows;
  if (out !== undefined) checkLength("out", out, like.length, "as many as values");
  const gradient = out instanceof Float64Array ? out : new Float64Array(like.length);
  for (let b = 0; b < batch; b++) {
    let i = b * cells * features;
    for (let l = 0; l < lengths[b]; l++) {
      const weight = weights[b * cells + l];
      for (let d = b * features; d < (b + 1) * features; d++, i++) gradient[i] = weight * dContext[d];
    }
    gradient.fill(0, i, (b + 1) * cells * features);
  }
  return inKindOf(like, gradient, out);
}

/** A float64 result in the kind of the values, in `out` when that is given. */
export function inKindOf<A extends Scores>(like: A, numbers: Float64Array, out?: SameKind<A>): SameKind<A> {
  if (like instanceof Float64Array) return numbers as SameKind<A>;
  if (out instanceof Float32Array && like instanceof Float32Array) {
    out.set(numbers);
    return out;
  }
  return (like instanceof Float32Array ? new Float32Array(numbers) : Array.from(numbers)) as SameKind<A>;
}

/** A checked cotangent of the context as float64. */
export function contextCotangent(rows: ValueRows, cotangent: Scores): Float64Array {
  checkLength("cotangent", cotangent, rows.batch * rows.features, "batch x features");
  return cotangent instanceof Float64Array ? cotangent : new Float64Array(cotangent);
}
