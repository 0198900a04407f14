/** Bases, densities and texts for the tests of continuous attention on arrays, and the comparison with the core. */
import { numpy as np } from "@jax-js/jax";
import { gaussianGrid } from "fenchel";
import { expect } from "vitest";
import { uniform } from "../../support/rows-of-scores.ts";

type Floats = Float32Array<ArrayBuffer>;

export const draw = (seed: number, size: number, from = -1, to = 1): Floats => {
  const next = uniform(seed);
  return Float32Array.from({ length: size }, () => from + (to - from) * next());
};

export const array = (values: Floats, shape: readonly number[]) => np.array(values.slice(), { shape: [...shape] });
export const wide = (values: ArrayLike<number>) => Float64Array.from(values);

/** Every entry within `tolerance` times `scale`, by default the largest wanted one. */
export function near(
  found: ArrayLike<number>,
  wanted: ArrayLike<number>,
  tolerance: number,
  what: string,
  scale = Math.max(1e-30, ...Array.from(wanted, Math.abs)),
): void {
  expect(found.length).toBe(wanted.length);
  Array.from(found).forEach((value, i) => {
    const message = `${what} ${i}: ${value} instead of ${wanted[i]}`;
    expect(Math.abs(value - wanted[i]!), message).toBeLessThanOrEqual(tolerance * scale);
  });
}

/** Squared scales (the plane: matrices of several shapes and tilts), one a row. */
export function scalesOf(dimension: 1 | 2, sizes: readonly number[]): Floats {
  if (dimension === 1) return Float32Array.from(sizes);
  const next = uniform(23);
  return Float32Array.from(
    sizes.flatMap((size) => {
      const other = size * (0.2 + next());
      const off = 0.9 * (2 * next() - 1) * Math.sqrt(size * other);
      return [size, off, off, other];
    }),
  );
}

export const line = gaussianGrid({ count: 8, widths: [0.03, 0.1, 0.5] });
export const grid = gaussianGrid({ count: 5, widths: [0.1, 0.3], dimension: 2 });

/** A small batch of texts: lengths (odd, even, 1 and 0) and values. */
export const texts = { lengths: [7, 6, 5, 1, 0], positions: 7, features: 3 };
export const batch = texts.lengths.length;
export const values = draw(7, batch * texts.positions * texts.features);
export const valueShape = [batch, texts.positions, texts.features];

/** Distributions over each row's own length; one-hot in the third row, zeros in the empty one. */
export function weightsOf(lengths: readonly number[], positions: number): Floats {
  const weights = new Float32Array(lengths.length * positions);
  const raw = draw(8, weights.length, 0.1, 1);
  lengths.forEach((length, b) => {
    const row = raw.subarray(b * positions, b * positions + length).map((w, l) => (b === 2 ? (l === 1 ? 1 : 0) : w));
    const sum = row.reduce((total, weight) => total + weight, 0);
    weights.set(
      row.map((weight) => weight / sum),
      b * positions,
    );
  });
  return weights;
}
