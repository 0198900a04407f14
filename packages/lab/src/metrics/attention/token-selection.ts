/** The words of a text that its attention singles out. */

/**
 * "support": every word with a weight above 0. `top`: the share in (0, 1] of the words with the largest weights, at least one word; of
 * equal weights the earlier word comes first. A word of weight 0 is not chosen unless `fill` asks for the full number.
 */
export type TokenSelection = "support" | { readonly top: number; readonly fill?: boolean };

/** Checks weights: numbers from 0, at least one. */
export function checkTokenWeights(name: string, weights: ArrayLike<number>): void {
  if (weights.length === 0) throw new RangeError(`${name} must not be empty`);
  for (let i = 0; i < weights.length; i++) {
    if (!(weights[i]! >= 0 && weights[i]! < Infinity)) {
      throw new RangeError(`${name}[${i}] must be a number from 0, got ${weights[i]}`);
    }
  }
}

/**
 * The positions of the chosen words, ascending. O(n log n).
 *
 * Throws a RangeError for no weights, a weight that is negative or no number, and a share outside (0, 1].
 *
 * @example
 * chosenWords([0.1, 0, 0.6, 0.3], { top: 0.5 }); // [2, 3]
 */
export function selectedTokens(weights: ArrayLike<number>, choice: TokenSelection = "support"): Int32Array {
  checkTokenWeights("weights", weights);
  const words = Int32Array.from({ length: weights.length }, (_, i) => i);
  if (choice === "support") return words.filter((i) => weights[i]! > 0);
  const { top, fill = false } = choice;
  if (!(top > 0 && top <= 1)) throw new RangeError(`top must be a share above 0 and at most 1, got ${top}`);
  const count = Math.max(1, Math.round(top * weights.length));
  const largest = words.sort((a, b) => weights[b]! - weights[a]! || a - b).slice(0, count);
  return (fill ? largest : largest.filter((i) => weights[i]! > 0)).sort();
}
