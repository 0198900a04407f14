/** Convolution over a text. */
import { numpy as np } from "@jax-js/jax";

/**
 * sum_k C_k e_{i+k} for k = -1, 0, 1: a convolution of width 3, as three products with shifted words: slices of flat rows are what the
 * engine multiplies fast. Owns its arguments.
 *
 * @param vectors - [texts, words + 2, features]: one word of padding at either end.
 * @param present - [texts, words + 2, 1]: 1 for a word, 0 for padding.
 * @param kernel - [3 x features, hidden]: the word before, the word, the word after.
 * @returns [texts, words, hidden].
 */
export function convolution(vectors: np.Array, present: np.Array, kernel: np.Array): np.Array {
  const [texts, padded, features] = vectors.shape as [number, number, number];
  const length = padded - 2;
  const hidden = kernel.shape[1]!;
  const shift = (k: number) => {
    const word = vectors.ref.slice([], [k, k + length]).mul(present.ref.slice([], [k, k + length]));
    return np.matmul(word.reshape([texts * length, features]), kernel.ref.slice([k * features, (k + 1) * features]));
  };
  const sum = shift(0).add(shift(1)).add(shift(2));
  for (const array of [vectors, present, kernel]) array.dispose();
  return sum.reshape([texts, length, hidden]);
}
