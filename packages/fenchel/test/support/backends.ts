/** The one switch between the float64 code and the float32 kernels: every law and golden test runs over `backends`. */
import type { Scores } from "../../src/index.ts";

export interface Backend {
  readonly name: "float64" | "float32";
  /** Scores in the kind of array that this backend computes. */
  array(values: ArrayLike<number>): Float32Array | Float64Array;
  /** How far a weight may be from its exact value. */
  readonly weight: number;
  /** How far a gradient may be from its exact value, for cotangents of order 1. */
  readonly gradient: number;
  /** How far the sum of n weights may be from 1. */
  sum(n: number): number;
  /** Scores on this grid survive a shift by up to `offset` exactly. */
  readonly grid: number;
  readonly offset: number;
  /** The certificate that the computed weights must meet, relative to gamma. */
  readonly gap: number;
}

const float64: Backend = {
  name: "float64",
  array: (values) => Float64Array.from(values),
  weight: 1e-11,
  gradient: 1e-9,
  sum: (n) => 1e-12 + n * 2 ** -52,
  grid: 2 ** -12,
  offset: 1e9,
  gap: 1e-9,
};

const float32: Backend = {
  name: "float32",
  array: (values) => Float32Array.from(values),
  weight: 2e-6,
  gradient: 2e-5,
  sum: (n) => (n + 1) * 2 ** -23,
  grid: 1,
  offset: 1e7,
  gap: 1e-4,
};

/** Both backends, or the one that the environment variable FENCHEL_BACKEND names. */
export const backends: readonly Backend[] = [float64, float32].filter(
  ({ name }) => process.env["FENCHEL_BACKEND"] === undefined || process.env["FENCHEL_BACKEND"] === name,
);

export const exact = float64;

/** The largest difference between two arrays of one length. */
export function farthest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  let worst = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i]! - b[i]!);
    if (!(difference <= worst)) worst = difference;
  }
  return worst;
}

/** Index of the first entry in which two arrays differ; -1 when they are the same. */
export function firstDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) if (!Object.is(a[i], b[i])) return i;
  return -1;
}

export function dot(a: Scores, b: Scores): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
