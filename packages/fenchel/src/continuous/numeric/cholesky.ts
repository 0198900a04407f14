/** Small symmetric positive definite systems, row-major: the Cholesky factor and what densities and ridge need of it. */
import { entryError } from "../../core/arguments.ts";

/** A pivot below this share of its diagonal entry is rounding: the matrix is singular to working precision. */
const singularShare = 1e-14;

/**
 * Overwrites the lower triangle of the n x n `matrix` with C, matrix = C C^T. Returns the index of the first pivot that is
 * not positive, or -1.
 */
export function factorInPlace(matrix: Float64Array, n: number): number {
  for (let i = 0; i < n; i++) {
    const diagonal = matrix[i * n + i];
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * n + j];
      for (let k = 0; k < j; k++) sum -= matrix[i * n + k] * matrix[j * n + k];
      if (i === j) {
        if (!(sum > singularShare * diagonal)) return i;
        matrix[i * n + i] = Math.sqrt(sum);
      } else matrix[i * n + j] = sum / matrix[j * n + j];
    }
  }
  return -1;
}

/** x <- C^-1 x, for one vector at `at` with entries `step` apart. */
export function solveLower(factor: Float64Array, n: number, x: Float64Array, at = 0, step = 1): void {
  for (let i = 0; i < n; i++) {
    let sum = x[at + i * step];
    for (let k = 0; k < i; k++) sum -= factor[i * n + k] * x[at + k * step];
    x[at + i * step] = sum / factor[i * n + i];
  }
}

/** x <- C^-T x, row by row of C. */
export function solveUpper(factor: Float64Array, n: number, x: Float64Array, at = 0, step = 1): void {
  for (let i = n - 1; i >= 0; i--) {
    const value = x[at + i * step] / factor[i * n + i];
    x[at + i * step] = value;
    for (let k = 0; k < i; k++) x[at + k * step] -= factor[i * n + k] * value;
  }
}

/** log |C C^T|. */
export function logDeterminant(factor: Float64Array, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += Math.log(factor[i * n + i]);
  return 2 * sum;
}

/** (C C^T)^-1. */
export function inverseOf(factor: Float64Array, n: number): Float64Array {
  const inverse = new Float64Array(n * n);
  const column = new Float64Array(n);
  for (let j = 0; j < n; j++) {
    column.fill(0);
    column[j] = 1;
    solveLower(factor, n, column);
    solveUpper(factor, n, column);
    for (let i = 0; i < n; i++) inverse[i * n + j] = column[i];
  }
  return inverse;
}

/**
 * The lower Cholesky factor (zeros above) of the n x n matrix at `at` in `values`. Throws a RangeError that names `name` and
 * the entry when one is not finite, the matrix is not symmetric, not positive definite or singular.
 */
export function choleskyOf(name: string, values: ArrayLike<number>, n: number, at = 0): Float64Array {
  const factor = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const index = at + i * n + j;
      const value = values[index];
      if (!Number.isFinite(value)) throw entryError(name, index, value, "every entry must be finite");
      if (i === j && value <= 0) throw entryError(name, index, value, "a number above 0 is needed");
      const mirrored = values[at + j * n + i];
      if (
        j < i &&
        Math.abs(value - mirrored) > 1e-9 * Math.sqrt(Math.abs(values[at + i * n + i] * values[at + j * n + j]))
      ) {
        throw entryError(
          name,
          index,
          value,
          `a symmetric matrix is needed, but entry ${at + j * n + i} is ${mirrored}`,
        );
      }
      if (j <= i) factor[i * n + j] = (value + mirrored) / 2;
    }
  }
  const failed = factorInPlace(factor, n);
  if (failed >= 0) {
    const index = at + failed * n + failed;
    throw entryError(name, index, values[index], "the matrix is singular or not positive definite");
  }
  return factor;
}
