/** Dropout of attention weights: reproducible from a seed, the same whatever order entries are visited in. */
import { valueError } from "../core/arguments.ts";

/** A well-mixed 32-bit hash of a seed and a counter (the finalizer of MurmurHash3 on their combination). */
function hash(seed: number, index: number): number {
  let h = Math.imul(index ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(seed ^ 0xc2b2ae35, 0x27d4eb2f);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Factors 0 (with probability `rate`) or 1 / (1 - rate) for `size` weights; null when nothing is dropped. */
export function dropoutFactors(rate: number, seed: number, size: number): Float32Array | null {
  if (typeof rate !== "number" || !(rate >= 0 && rate < 1)) {
    throw valueError("dropout", rate, "a rate from 0 up to, not including, 1 is needed");
  }
  if (!Number.isSafeInteger(seed)) throw valueError("seed", seed, "an integer is needed");
  if (rate === 0) return null;
  const factors = new Float32Array(size);
  const threshold = rate * 2 ** 32;
  for (let i = 0; i < size; i++) factors[i] = hash(seed, i) < threshold ? 0 : 1 / (1 - rate);
  return factors;
}
