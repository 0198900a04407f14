/** Selection of the words of a text by their attention weights. */

/**
 * - "support": every word with a weight above 0.
 * - `above`: every word with a weight above a threshold from 0, such as one chosen on validation data.
 * - `top`: the share in (0, 1] of the words with the largest weights, at least one word; of equal weights the earlier word comes first. A
 *   word of weight 0 is not selected unless `fill` asks for the full number.
 */
export type TokenSelection = "support" | { readonly above: number } | { readonly top: number; readonly fill?: boolean };

/** Throws a RangeError for a weight that is negative or no number. */
export function checkWeights(name: string, weights: ArrayLike<number>): void {
  for (let i = 0; i < weights.length; i++) {
    if (!(weights[i]! >= 0 && weights[i]! < Infinity)) {
      throw new RangeError(`${name}[${i}] must be a number from 0, got ${weights[i]}`);
    }
  }
}

/**
 * The positions of the selected words, ascending. O(n log n).
 *
 * Throws a RangeError for no weights, a weight that is negative or no number, a threshold below 0, and a share outside (0, 1].
 *
 * @param weights - One per word, from 0.
 * @param selection - Default "support".
 *
 * @example
 * selectedTokens([0.1, 0, 0.6, 0.3], { top: 0.5 }); // [2, 3]
 * selectedTokens([0.1, 0, 0.6, 0.3], { above: 0.05 }); // [0, 2, 3]
 */
export function selectedTokens(weights: ArrayLike<number>, selection: TokenSelection = "support"): Int32Array {
  if (weights.length === 0) throw new RangeError("weights must not be empty");
  checkWeights("weights", weights);
  const words = Int32Array.from({ length: weights.length }, (_, i) => i);
  if (selection === "support") return words.filter((i) => weights[i]! > 0);
  if ("above" in selection) {
    const { above } = selection;
    if (!(above >= 0)) throw new RangeError(`above must be a number from 0, got ${above}`);
    return words.filter((i) => weights[i]! > above);
  }
  const { top, fill = false } = selection;
  if (!(top > 0 && top <= 1)) throw new RangeError(`top must be a share above 0 and at most 1, got ${top}`);
  const count = Math.max(1, Math.round(top * weights.length));
  const largest = words.sort((a, b) => weights[b]! - weights[a]! || a - b).slice(0, count);
  return (fill ? largest : largest.filter((i) => weights[i]! > 0)).sort();
}
