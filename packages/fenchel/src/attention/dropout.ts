/** Dropout of attention weights: reproducible from a seed, the same whatever order entries are visited in. */
import { valueError } from "../core/arguments.ts";

/** A well-mixed 32-bit hash of a seed, in two words, and a counter (the finalizer of MurmurHash3 on their combination). */
function hash(low: number, high: number, index: number): number {
  let h = Math.imul(index ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(low ^ 0xc2b2ae35, 0x27d4eb2f);
  // The high word comes in between two rounds: beside the low one it would only stand for another low one.
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b) ^ high;
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/**
 * Factors 0 (with probability `rate`) or 1 / (1 - rate) for `size` weights; null when nothing is dropped. All 53 bits of the
 * seed count.
 */
export function dropoutFactors(rate: number, seed: number, size: number): Float32Array | null {
  if (typeof rate !== "number" || !(rate >= 0 && rate < 1)) {
    throw valueError("dropout", rate, "a rate from 0 up to, not including, 1 is needed");
  }
  if (!Number.isSafeInteger(seed)) throw valueError("seed", seed, "an integer is needed");
  if (rate === 0) return null;
  const factors = new Float32Array(size);
  const threshold = rate * 2 ** 32;
  const high = Math.imul(Math.floor(seed / 2 ** 32), 0x9e3779b1);
  for (let i = 0; i < size; i++) factors[i] = hash(seed, high, i) < threshold ? 0 : 1 / (1 - rate);
  return factors;
}
