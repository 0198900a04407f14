/** Regression matrices of every length of text, computed once: batches are put together from them. */
import { numpy as np } from "@jax-js/jax";
import { regressionMatrix, type GaussianBasis, type RidgeOptions } from "fenchel";

/**
 * A function from the lengths of a batch's texts to their matrices G, [texts, positions, functions], zero past the end of a text. What
 * `regressionArray` gives, but every length is kept in single precision: an epoch needs hundreds of them again and again.
 */
export function regressionRows(basis: GaussianBasis, options: RidgeOptions) {
  const kept = new Map<number, Float32Array>();
  const ofLength = (length: number): Float32Array => {
    let matrix = kept.get(length);
    if (matrix === undefined) {
      matrix = Float32Array.from(regressionMatrix(basis, length, options));
      kept.set(length, matrix);
    }
    return matrix;
  };
  return (lengths: Int32Array, positions: number): np.Array => {
    const { count } = basis;
    const rows = new Float32Array(lengths.length * positions * count);
    lengths.forEach((length, row) => {
      if (length > 0) rows.set(ofLength(length), row * positions * count);
    });
    return np.array(rows, { shape: [lengths.length, positions, count] });
  };
}
