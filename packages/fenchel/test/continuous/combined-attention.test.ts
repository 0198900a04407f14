/** Combined attention: contexts are summed, moments matched, and the gradients are those of differences. */
import { describe, expect, test } from "vitest";
import {
  combinedAttention,
  continuousAttention,
  gaussianGrid,
  gridPositions,
  matchedScale,
  positions,
  softmax,
  sparsemax,
} from "../../src/index.ts";
import { dot } from "../support/backends.ts";
import { normals } from "../support/rows-of-scores.ts";
import { gradientOf, mostOff, off, slope } from "./support/numeric.ts";

describe("combined attention", () => {
  const basis = gaussianGrid({ count: 5, widths: 0.2 });
  const [batch, length, features] = [3, 6, 2];
  const shape = [batch, length, features];
  const values = Float64Array.from(normals(batch * length * features, 14));
  const cotangent = Float64Array.from(normals(batch * features, 15));
  const lengths = [6, 4, 5];
  const weights = softmax(normals(batch * length, 16), { shape: [batch, length], lengths });

  test.each([1, 1.5, 1.8, 2])("contexts are summed, moments matched, alpha %d", (alpha) => {
    const options = { shape, basis, alpha, lengths };
    const { context, location, scale2 } = combinedAttention.vjp(values, weights, options);
    for (let b = 0; b < batch; b++) {
      const t = positions(lengths[b]!);
      const w = weights.slice(b * length, b * length + lengths[b]!);
      const mean = dot(w, t);
      const variance = w.reduce((sum, p, l) => sum + p * (t[l]! - mean) ** 2, 1e-6);
      expect(off(location[b]!, mean)).toBeLessThan(1e-14);
      expect(off(scale2[b]!, matchedScale({ alpha, covariance: variance }).scale2[0]!)).toBeLessThan(1e-13);
    }
    const continuous = continuousAttention(values, { shape, basis, alpha, lengths, location, scale2 });
    for (let b = 0; b < batch; b++) {
      for (let d = 0; d < features; d++) {
        let discrete = 0;
        for (let l = 0; l < length; l++)
          discrete += weights[b * length + l]! * values[(b * length + l) * features + d]!;
        expect(off(context[b * features + d]!, discrete + continuous[b * features + d]!)).toBeLessThan(1e-12);
      }
    }
  });

  test.each([1, 1.5, 1.8, 2])("gradients in values, weights and alpha, alpha %d", (alpha) => {
    const options = { shape, basis, alpha, lengths, alphaGradient: true };
    const total = (w: ArrayLike<number>, v: Float64Array, a = alpha) =>
      dot(combinedAttention(v, Array.from(w), { ...options, alpha: a }), cotangent);
    const gradient = combinedAttention.vjp(values, weights, options).pullback(cotangent);
    expect(
      mostOff(
        gradient.values,
        gradientOf((v) => total(weights, v), values, 1e-2),
      ),
    ).toBeLessThan(1e-9);
    // Off the simplex too (the check allows a step of 1e-4).
    const byWeights = gradientOf((w) => total(w.map(Math.abs), values), weights, 1e-4);
    for (let b = 0; b < batch; b++) {
      for (let l = 0; l < lengths[b]!; l++) {
        expect(off(gradient.weights[b * length + l]!, byWeights[b * length + l]!)).toBeLessThan(1e-5);
      }
      for (let l = lengths[b]!; l < length; l++) expect(gradient.weights[b * length + l]).toBe(0);
    }
    if (alpha > 1)
      expect(
        off(
          gradient.alpha!,
          slope((a) => total(weights, values, a), alpha),
        ),
      ).toBeLessThan(1e-6);
  });

  test("in the plane: matched to 9 pi sqrt|V| V, gradients through the weights", () => {
    const plane = gaussianGrid({ dimension: 2, count: 3, widths: 0.3 });
    const image = Float64Array.from(normals(2 * 9, 21));
    const discrete = softmax(normals(9, 22));
    const options = { shape: [3, 3, 2], basis: plane, alpha: 2, alphaGradient: true };
    const { scale2, pullback } = combinedAttention.vjp(image, discrete, options);
    const points = gridPositions(3, 3);
    const mean = [0, 1].map((i) => discrete.reduce((sum, p, l) => sum + p * points[2 * l + i]!, 0));
    const v = [0, 1, 2, 3].map((at) =>
      discrete.reduce(
        (sum, p, l) =>
          sum + p * (points[2 * l + (at >> 1)]! - mean[at >> 1]!) * (points[2 * l + (at & 1)]! - mean[at & 1]!),
        at === 1 || at === 2 ? 0 : 1e-6,
      ),
    );
    const root = Math.sqrt(v[0]! * v[3]! - v[1]! * v[2]!);
    expect(
      mostOff(
        scale2,
        v.map((entry) => 9 * Math.PI * root * entry),
      ),
    ).toBeLessThan(1e-13);
    const gradient = pullback([1, -0.5]);
    const total = (w: ArrayLike<number>) => dot(combinedAttention(image, Array.from(w), options), [1, -0.5]);
    expect(mostOff(gradient.weights, gradientOf(total, discrete, 1e-4))).toBeLessThan(1e-5);
  });

  test("through a sparse mapping to its scores", () => {
    const scores = Float64Array.from(normals(length, 31));
    const options = { shape: [length, features], basis };
    const own = values.slice(0, length * features);
    const total = (x: Float64Array) => dot(combinedAttention(own, sparsemax(x), options), [1, 2]);
    const { weights: sparse, pullback } = sparsemax.vjp(scores);
    const gradient = pullback(combinedAttention.vjp(own, sparse, options).pullback([1, 2]).weights);
    expect(mostOff(gradient.scores, gradientOf(total, scores, 1e-4))).toBeLessThan(1e-6);
  });

  test("one-hot weights: a narrow density at the position; without the added variance an error", () => {
    const hot = [0, 0, 1, 0, 0, 0];
    const { location, scale2 } = combinedAttention.vjp(values.slice(0, length * features), hot, {
      shape: [length, features],
      basis,
      alpha: 1,
    });
    expect(location[0]).toBe(positions(6)[2]);
    expect(scale2[0]).toBeCloseTo(1e-6, 15);
    const none = { shape: [length, features], basis, variance: 0 };
    expect(() => combinedAttention(values.slice(0, length * features), hot, none)).toThrow(/covariance\[0\] is 0/);
    expect(() =>
      combinedAttention(
        values,
        weights.map((w) => w / 2),
        { shape, basis, lengths },
      ),
    ).toThrow(/weights of row 0 sum to 0\.5/);
    expect(() =>
      combinedAttention(
        values,
        weights.map((w, i) => (i === 7 ? -w : w)),
        { shape, basis, lengths },
      ),
    ).toThrow(/weights\[7\] is -/);
  });
});
