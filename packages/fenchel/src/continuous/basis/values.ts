/** Values at positions, a batch of sequences or images: their layout, and the sums over positions that attention takes. */
import { checkLength, entryError, isArrayLike, valueError } from "../../core/arguments.ts";
import type { SameKind, Scores } from "../../core/rows.ts";
import type { Basis } from "./basis.ts";
import { gridPositions, lengthsOf, positions, regressionMatrix } from "./regression.ts";
import type { RidgeOptions } from "./regression.ts";

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
  readonly values: Float32Array | Float64Array;
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
  const typed = values instanceof Float64Array || values instanceof Float32Array;
  const regression = { ridge, padding };
  const known = new Map<number, Float64Array>();
  return {
    values: typed ? values : new Float64Array(values),
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

/** The three indices after i, or the last one below `end`: work on four at a time repeats it where fewer are left. */
function following(i: number, end: number): [number, number, number] {
  return [Math.min(i + 1, end - 1), Math.min(i + 2, end - 1), Math.min(i + 3, end - 1)];
}

/**
 * For every row the product of its regression matrix, of `count` columns, and its numbers in v, `vStep` a row; or of the
 * transposed matrix. Four numbers of two rows at a time share what they load of the matrix and of v; where fewer are left,
 * or the next row has another matrix, some are computed twice.
 */
function multiply(
  { batch, lengths, matrix }: ValueRows,
  count: number,
  transposed: boolean,
  v: Float64Array,
  vStep: number,
  outStep: number,
): Float64Array {
  const out = new Float64Array(batch * outStep);
  for (let b = 0, next = 0; b < batch; b = next) {
    next = b + 1;
    const length = lengths[b];
    if (length === 0) continue;
    const m = matrix(b);
    const pair = next < batch && lengths[next] === length ? 1 : 0;
    next += pair;
    const [size, step, columns, columnStep] = transposed ? [count, 1, length, count] : [length, count, count, 1];
    const from = b * vStep;
    const other = pair * vStep;
    for (let r = 0; r < size; r += 4) {
      const [r1, r2, r3] = following(r, size);
      let a = r * step;
      const a1 = r1 * step - a;
      const a2 = r2 * step - a;
      const a3 = r3 * step - a;
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      let t0 = 0;
      let t1 = 0;
      let t2 = 0;
      let t3 = 0;
      for (let i = from; i < from + columns; i++, a += columnStep) {
        const x = v[i];
        const y = v[i + other];
        const m0 = m[a];
        const m1 = m[a + a1];
        const m2 = m[a + a2];
        const m3 = m[a + a3];
        s0 += m0 * x;
        s1 += m1 * x;
        s2 += m2 * x;
        s3 += m3 * x;
        t0 += m0 * y;
        t1 += m1 * y;
        t2 += m2 * y;
        t3 += m3 * y;
      }
      const o = b * outStep;
      const p = o + pair * outStep;
      out[o + r] = s0;
      out[o + r1] = s1;
      out[o + r2] = s2;
      out[o + r3] = s3;
      out[p + r] = t0;
      out[p + r1] = t1;
      out[p + r2] = t2;
      out[p + r3] = t3;
    }
  }
  return out;
}

/** Weights of the positions, batch x cells, that stand in for the basis: B r = H (G r). */
export function positionWeights(rows: ValueRows, { count }: Basis, expectation: Float64Array): Float64Array {
  return multiply(rows, count, false, expectation, count, rows.cells);
}

/** The cotangent of the expectations, batch x functions, for a cotangent of the positions' weights. */
export function pullPositionWeights(rows: ValueRows, { count }: Basis, dWeights: Float64Array): Float64Array {
  return multiply(rows, count, true, dWeights, rows.cells, count);
}

/** sum_l weights_l H_l for every row: batch x features. */
export function contextOf(rows: ValueRows, weights: Float64Array): Float64Array {
  const { values, batch, cells, features, lengths } = rows;
  const context = new Float64Array(batch * features);
  for (let b = 0; b < batch; b++) {
    const at = b * features;
    for (let d = 0; d < features; d += 4) {
      const [d1, d2, d3] = following(d, features);
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      for (let l = b * cells, end = l + lengths[b], i = l * features; l < end; l++, i += features) {
        const x = weights[l];
        s0 += values[i + d] * x;
        s1 += values[i + d1] * x;
        s2 += values[i + d2] * x;
        s3 += values[i + d3] * x;
      }
      context[at + d] = s0;
      context[at + d1] = s1;
      context[at + d2] = s2;
      context[at + d3] = s3;
    }
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

/**
 * In one pass over the values, <dContext, H_l> at every position, the cotangent of the positions' weights, and
 * weights_l dContext, the gradient in the values, of their kind.
 */
export function pullContext<A extends Scores>(
  rows: ValueRows,
  like: A,
  weights: Float64Array,
  dContext: Float64Array,
  out?: SameKind<A>,
): { readonly weights: Float64Array; readonly values: SameKind<A> } {
  const { values, batch, cells, features, lengths } = rows;
  if (out !== undefined) checkLength("out", out, like.length, "as many as values");
  const Kind = like instanceof Float32Array ? Float32Array : Float64Array;
  const gradient = out instanceof Kind ? out : new Kind(like.length);
  const dWeights = new Float64Array(batch * cells);
  for (let b = 0; b < batch; b++) {
    const end = b * cells + lengths[b];
    for (let l = b * cells; l < end; l += 4) {
      const [l1, l2, l3] = following(l, end);
      const x0 = weights[l];
      const x1 = weights[l1];
      const x2 = weights[l2];
      const x3 = weights[l3];
      const j = (l1 - l) * features;
      const k = (l2 - l) * features;
      const n = (l3 - l) * features;
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      for (let d = b * features, i = l * features; d < (b + 1) * features; d++, i++) {
        const c = dContext[d];
        s0 += values[i] * c;
        s1 += values[i + j] * c;
        s2 += values[i + k] * c;
        s3 += values[i + n] * c;
        gradient[i] = x0 * c;
        gradient[i + j] = x1 * c;
        gradient[i + k] = x2 * c;
        gradient[i + n] = x3 * c;
      }
      dWeights[l] = s0;
      dWeights[l1] = s1;
      dWeights[l2] = s2;
      dWeights[l3] = s3;
    }
    gradient.fill(0, end * features, (b + 1) * cells * features);
  }
  return { weights: dWeights, values: inKindOf(like, gradient) };
}

/** A result in the kind of the values. */
export function inKindOf<A extends Scores>(like: A, numbers: Float32Array | Float64Array): SameKind<A> {
  if (like.constructor === numbers.constructor) return numbers as SameKind<A>;
  return (like instanceof Float32Array ? new Float32Array(numbers) : Array.from(numbers)) as SameKind<A>;
}

/** A checked cotangent of the context as float64. */
export function contextCotangent(rows: ValueRows, cotangent: Scores): Float64Array {
  checkLength("cotangent", cotangent, rows.batch * rows.features, "batch x features");
  return cotangent instanceof Float64Array ? cotangent : new Float64Array(cotangent);
}
