/** Calls of a mapping that the benches time: forward and the pullback of a cotangent to the scores. */
import type { BenchCase } from "./cases.ts";

/** Rows and entries per row. */
export type Size = readonly [rows: number, n: number];

export type FloatArray = Float32Array | Float64Array;

/** A call with memory of the caller's, and of the scores' gradient alone, as a training loop makes it. */
export function tunedCall(
  { entry, optionsFor }: BenchCase,
  scores: FloatArray,
  cotangent: FloatArray,
  size: Size,
): () => void {
  const { mapping } = entry;
  const options = { ...optionsFor(size[1]), shape: size };
  if (scores instanceof Float32Array) {
    const out = new Float32Array(scores.length);
    const settings = { out: new Float32Array(scores.length), hyperParameters: false } as const;
    return () => void mapping.vjp(scores, { ...options, out }).pullback(cotangent, settings);
  }
  const out = new Float64Array(scores.length);
  const settings = { out: new Float64Array(scores.length), hyperParameters: false } as const;
  return () => void mapping.vjp(scores, { ...options, out }).pullback(cotangent, settings);
}

/** A call without settings, as a newcomer makes it: new arrays, and the gradients in the hyper-parameters too. */
export function plainCall(
  { entry, optionsFor }: BenchCase,
  scores: FloatArray,
  cotangent: FloatArray,
  size: Size,
): () => void {
  const { mapping } = entry;
  const options = { ...optionsFor(size[1]), shape: size };
  if (scores instanceof Float32Array) return () => void mapping.vjp(scores, options).pullback(cotangent);
  return () => void mapping.vjp(scores, options).pullback(cotangent);
}

/** Reads and writes the same bytes as a forward and a backward pass must. */
export function copyCall(scores: FloatArray, cotangent: FloatArray): () => void {
  const weights = scores.slice();
  const gradient = scores.slice();
  return () => {
    weights.set(scores);
    gradient.set(cotangent);
  };
}
