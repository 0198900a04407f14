/** Positions of values on [0, 1], and the ridge regression from values at them to coefficients of basis functions. */
import { checkOptions, entryError, valueError } from "../../core/arguments.ts";
import type { Basis } from "./basis.ts";
import { factorInPlace, solveLower, solveUpper } from "../numeric/cholesky.ts";
import { checkCount, checkPositive } from "../density/density.ts";

/**
 * The positions (l - 1/2) / length, l = 1 .. length, of a sequence on [0, 1]: the middles of equal cells. Regression,
 * moments and pictures all use these.
 *
 * @example
 * positions(2); // [0.25, 0.75]
 */
export function positions(length: number): Float64Array {
  return Float64Array.from({ length: checkCount("length", length, 0) }, (_, l) => (l + 0.5) / length);
}

/**
 * The positions of the cells of an image on [0, 1]^2, row-major: x = (column - 1/2) / columns to the right, y =
 * (row - 1/2) / rows downwards, two numbers a cell.
 *
 * @example
 * gridPositions(1, 2); // [0.25, 0.5, 0.75, 0.5]
 */
export function gridPositions(rows: number, columns: number): Float64Array {
  const xs = positions(columns);
  const ys = positions(rows);
  return Float64Array.from({ length: 2 * rows * columns }, (_, i) =>
    i % 2 === 0 ? xs[(i / 2) % columns] : ys[Math.floor(i / (2 * columns))],
  );
}

/** How the regression is set up. */
export interface RidgeOptions {
  /** lambda > 0 (or 0 where the positions determine the coefficients, or fewer than them). Default 0.1. */
  readonly ridge?: number | undefined;
  /**
   * Positions on the same grid are added up to this far outside [0, 1] on every side, where the values are 0, so that the
   * value function falls off outside. Default 0.
   */
  readonly padding?: number | undefined;
}

export const ridgeOptions: readonly string[] = ["ridge", "padding"];

/** Bytes of regression matrices that are kept for one basis; the least recently used go first. */
const mostBytes = 1 << 26;

interface Kept {
  readonly matrices: Map<string, Float64Array>;
  bytes: number;
}

const kept = /* @__PURE__ */ new WeakMap<Basis, Kept>();

/**
 * The matrix G = F^T (F F^T + lambda I)^-1 of ridge regression, positions x functions, F the basis functions at the
 * positions of a sequence or image: values H (features x positions) have the coefficients B = H G, and V(t) = B psi(t). It
 * is computed once for a basis, length, `ridge` and `padding`, and kept (at most 64 MiB a basis): do not write to it.
 *
 * - `length`: an integer of 1 or more, or [rows, columns] for a basis in the plane.
 * - With more functions than positions the equal form (F^T F + lambda I)^-1 F^T is solved; at lambda = 0 that is the
 *   interpolation of least norm.
 * - Throws a RangeError for lambda < 0, or lambda = 0 where the system is singular.
 * - Cost: O(min(L, N)^2 max(L, N)) the first time.
 *
 * Martins et al., "Sparse and Continuous Attention Mechanisms" (2020).
 *
 * @example
 * regressionMatrix(piecewiseBasis({ count: 1 }), 3, { ridge: 0 }); // [1/3, 1/3, 1/3]
 */
export function regressionMatrix(
  basis: Basis,
  length: number | readonly [number, number],
  options: RidgeOptions = {},
): Float64Array {
  checkOptions("regressionMatrix", options, ridgeOptions);
  const { ridge = 0.1, padding = 0 } = options;
  checkPositive("ridge", ridge, 0);
  if (!(padding >= 0 && padding <= 4)) throw valueError("padding", padding, "a number from 0 to 4 is needed");
  if ((typeof length === "number") !== (basis.dimension === 1)) {
    throw valueError(
      "length",
      length,
      basis.dimension === 1 ? "a number is needed" : "[rows, columns] is needed",
      "type",
    );
  }
  const key = `${String(length)} ${ridge} ${padding}`;
  let store = kept.get(basis);
  if (store === undefined) kept.set(basis, (store = { matrices: new Map(), bytes: 0 }));
  const before = store.matrices.get(key);
  // Taken out and put back, so that the map's order is that of last use.
  store.matrices.delete(key);
  const matrix = before ?? solveRidge(basis, typeof length === "number" ? [length] : length, ridge, padding);
  store.matrices.set(key, matrix);
  if (before === undefined) store.bytes += matrix.byteLength;
  for (const [oldest, { byteLength }] of store.matrices) {
    if (store.bytes <= mostBytes || oldest === key) break;
    store.matrices.delete(oldest);
    store.bytes -= byteLength;
  }
  return matrix;
}

/** Coordinates (l - 1/2) / length for l from 1 - extra to length + extra. */
function paddedAxis(length: number, padding: number): { at: Float64Array; extra: number } {
  checkCount("length", length, 1);
  const extra = Math.floor(length * padding);
  return { at: Float64Array.from({ length: length + 2 * extra }, (_, l) => (l - extra + 0.5) / length), extra };
}

function solveRidge(basis: Basis, extents: readonly number[], ridge: number, padding: number): Float64Array {
  const axes = extents.map((length) => paddedAxis(length, padding));
  const { points, inside } = axes.length === 1 ? lineOf(axes[0]) : gridOf(axes[0], axes[1], extents);
  const n = basis.count;
  const count = points.length / basis.dimension;
  // F^T: a row of basis functions a position.
  const features = basis.evaluate(points);
  // The smaller of F^T F and F F^T: entry (i, q) of its factor stands at i * own + q * other.
  const dual = count < n;
  const [size, others, own, other] = dual ? [count, n, n, 1] : [n, count, 1, n];
  const system = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let q = 0; q < others; q++) sum += features[i * own + q * other] * features[j * own + q * other];
      system[i * size + j] = sum;
    }
  }
  for (let i = 0; i < size; i++) system[i * size + i] += ridge;
  if (factorInPlace(system, size) >= 0) {
    throw valueError("ridge", ridge, "a larger one is needed: at these positions the basis functions are dependent");
  }
  for (let q = 0; q < others; q++) {
    solveLower(system, size, features, q * other, own);
    solveUpper(system, size, features, q * other, own);
  }
  if (inside.length === count) return features;
  const matrix = new Float64Array(inside.length * n);
  inside.forEach((l, i) => matrix.set(features.subarray(l * n, (l + 1) * n), i * n));
  return matrix;
}

type PaddedAxis = ReturnType<typeof paddedAxis>;

function lineOf({ at, extra }: PaddedAxis): { points: Float64Array; inside: number[] } {
  return { points: at, inside: Array.from({ length: at.length - 2 * extra }, (_, l) => l + extra) };
}

function gridOf(
  ys: PaddedAxis,
  xs: PaddedAxis,
  [rows, columns]: readonly number[],
): { points: Float64Array; inside: number[] } {
  const points: number[] = [];
  const inside: number[] = [];
  ys.at.forEach((y, r) => {
    xs.at.forEach((x, c) => {
      const row = r - ys.extra;
      const column = c - xs.extra;
      if (row >= 0 && row < rows && column >= 0 && column < columns) inside.push(points.length / 2);
      points.push(x, y);
    });
  });
  return { points: Float64Array.from(points), inside };
}

/** Valid lengths of sequences, one a row, checked: all of `length` when none are given. */
export function lengthsOf(given: ArrayLike<number> | undefined, rows: number, length: number): Int32Array {
  if (given === undefined) return new Int32Array(rows).fill(length);
  if (given.length !== rows)
    throw new RangeError(`lengths has ${given.length} entries: ${rows} are needed (one a row)`);
  for (let b = 0; b < rows; b++) {
    const value = given[b];
    if (Number.isInteger(value) && value >= 0 && value <= length) continue;
    throw entryError("lengths", b, value, `an integer from 0 to ${length} is needed`);
  }
  return Int32Array.from(given);
}
