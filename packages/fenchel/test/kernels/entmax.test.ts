/** entmax's kernel where conformance.test.ts does not look: between the promised alphas, mixed alphas, rows in company. */
import { describe, expect, test } from "vitest";
import { entmax } from "../../src/index.ts";
import { farthest } from "../support/backends.ts";
import { normals, uniform } from "../support/rows-of-scores.ts";

const alphas = [1.000001, 1.05, 1.2, 1.24, 1.26, 1.4, 1.49, 1.51, 1.6, 1.8, 1.95, 1.99, 1.9999, 2.0001, 2.5, 6];

const kinds: Readonly<Record<string, (n: number, seed: number) => Float32Array>> = {
  normal: (n, seed) => Float32Array.from(normals(n, seed)),
  // Many weights leave the support within rounding of one another.
  uniform: (n, seed) => Float32Array.from({ length: n }, uniform(seed)),
  equal: (n) => new Float32Array(n).fill(1.25),
  alternating: (n) => Float32Array.from({ length: n }, (_, i) => (i % 2 === 0 ? 1 : -1)),
  // One large weight over very many tiny ones: their sum feels less than an ulp of the threshold.
  "one above a plain": (n) => Float32Array.from({ length: n }, (_, i) => (i === 1 ? 1 : 0.3)),
};

function exact(scores: Float32Array, options: Record<string, unknown>): Float64Array {
  return entmax(Float64Array.from(scores), options) as Float64Array;
}

describe.each(alphas)("alpha %d", (alpha) => {
  test("weights and sums equal the float64 code's", () => {
    for (const [kind, make] of Object.entries(kinds)) {
      for (const n of [1, 2, 7, 33, 64, 300, 1025, 3000, 40_000]) {
        for (const gamma of n > 1025 ? [1] : [0.05, 0.3, 1, 8]) {
          const label = `${kind} ${n} gamma ${gamma}`;
          const scores = make(n, 3 * n + 1);
          const weights = entmax(scores, { alpha, gamma }) as Float32Array;
          const wanted = exact(scores, { alpha, gamma });
          expect(farthest(weights, wanted), label).toBeLessThanOrEqual(1e-6);
          const sum = weights.reduce((total, weight) => total + weight, 0);
          expect(Math.abs(sum - 1), label).toBeLessThanOrEqual(Math.max(n, 2) * 2 ** -23);
          expect(
            wanted.every((weight, i) => weight <= 1e-6 || weights[i]! > 0),
            label,
          ).toBe(true);
        }
      }
    }
  });

  test("a row's weights do not depend on how many rows come with it", () => {
    for (const n of [5, 32, 1000]) {
      const rows = 11;
      const all = Float32Array.from(normals(rows * n, n));
      const together = entmax(all, { alpha, shape: [rows, n] });
      for (const [from, to] of [
        [0, 4],
        [2, 7],
        [5, 11],
      ] as const) {
        const some = entmax(all.slice(from * n, to * n), { alpha, shape: [to - from, n] });
        expect(some, `${n}: rows ${from} to ${to}`).toEqual(together.slice(from * n, to * n));
      }
    }
  });
});

test("an alpha and a gamma a row, with lengths: every row as by itself, forward and backward", () => {
  const n = 21;
  const alpha = [1, 1.3, 1.3, 1.2, 1.1, 1.4, 1.5, 1.5, 2, 3, 1.7, 1.3, 10, 1.01, 1.0001, 1.45, 1.3, 1.2];
  const rows = alpha.length;
  const next = uniform(6);
  const gamma = Array.from({ length: rows }, () => 0.3 + next());
  const lengths = Array.from({ length: rows }, (_, r) => (r === 3 ? 0 : 1 + Math.floor(n * next())));
  const scores = Float32Array.from(normals(rows * n, 12));
  const cotangent = Float32Array.from(normals(rows * n, 13));
  const { weights, pullback } = entmax.vjp(scores, { shape: [rows, n], alpha, gamma, lengths });
  const gradients = pullback(cotangent);
  for (let r = 0; r < rows; r++) {
    const part = <A extends { slice(from: number, to: number): A }>(array: A) => array.slice(r * n, r * n + n);
    const alone = entmax.vjp(Float64Array.from(part(scores)), {
      alpha: alpha[r]!,
      gamma: gamma[r]!,
      lengths: [lengths[r]!],
    });
    const wanted = alone.pullback(Float64Array.from(part(cotangent)));
    const label = `row ${r}, alpha ${alpha[r]}`;
    expect(farthest(part(weights), alone.weights), label).toBeLessThanOrEqual(1e-6);
    const scale = 1 + Math.max(...Array.from(wanted.scores as Float64Array, Math.abs));
    expect(farthest(part(gradients.scores as Float32Array), wanted.scores), label).toBeLessThanOrEqual(3e-5 * scale);
    expect(Math.abs(gradients.alpha[r]! - wanted.alpha), label).toBeLessThanOrEqual(1e-4 * scale);
    expect(Math.abs(gradients.gamma[r]! - wanted.gamma), label).toBeLessThanOrEqual(1e-4 * scale);
  }
});
