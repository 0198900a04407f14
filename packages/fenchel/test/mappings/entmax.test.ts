/** entmax against 256-bit arithmetic, its limits, and where its derivative is steep. */
import { describe, expect, test } from "vitest";
import { entmax, softmax, sparsemax } from "../../src/index.ts";
import { dot, farthest } from "../support/backends.ts";
import { directional, entmaxReference, fixed, float } from "../support/high-precision.ts";
import { normals, rowKinds } from "../support/rows-of-scores.ts";

const alphas = [1, 1 + 1e-12, 1.0001, 1.01, 1.3, 1.5, 1.9, 2, 2.0001, 3, 10, 50];

/** Rows whose best score is 0, so that entmax sees these very numbers. */
const rowsOf = (kinds: readonly string[], n: number) =>
  kinds.map((kind, i) => {
    const x = rowKinds[kind]!(n, 31 + i);
    const top = Math.max(...x);
    return x.map((score) => score - top);
  });

describe.each(alphas)("alpha %f", (alpha) => {
  test("weights equal those of 256-bit arithmetic", () => {
    for (const x of [...rowsOf(Object.keys(rowKinds), 2), ...rowsOf(["normal", "wide", "tiny", "ties"], 5)]) {
      const wanted = entmaxReference(x.map(fixed), fixed(alpha)).map(float);
      expect(farthest(entmax(x, { alpha }), wanted), x.join()).toBeLessThan(2e-15);
    }
  });

  test("gradients in scores and alpha keep their digits, however near to 1 alpha is", () => {
    for (const x of rowsOf(["normal", "wide", "tiny", "peaked"], 4)) {
      const u = normals(4, 5);
      const direction = normals(4, 6);
      const gradient = entmax.vjp(x, { alpha }).pullback(u);
      const still = x.map(() => 0);
      const inScores = directional(entmaxReference, x, alpha, { scores: direction, parameter: 0 }, u);
      const size = gradient.scores.reduce((sum, value, i) => sum + Math.abs(value * direction[i]!), 0);
      expect(Math.abs(dot(gradient.scores, direction) - inScores)).toBeLessThanOrEqual(1e-13 * size);
      // At alpha = 1 the range ends: the reference has no central difference there.
      if (alpha === 1) continue;
      const inAlpha = directional(entmaxReference, x, alpha, { scores: still, parameter: 1 }, u);
      expect(Math.abs(gradient.alpha - inAlpha)).toBeLessThanOrEqual(1e-12 * Math.abs(inAlpha) + 1e-300);
    }
  });

  test("10,000 entries satisfy the optimality conditions", () => {
    const x = normals(10_000, 3).map((score) => score / 4);
    const y = entmax(x, { alpha });
    expect(Math.abs(y.reduce((sum, weight) => sum + weight, 0) - 1)).toBeLessThan(1e-12);
    // x - (y^(alpha-1) - 1) / (alpha - 1) is one number on the support, and no less than any score + 1 / (alpha - 1).
    const slope = (weight: number) =>
      alpha === 1 ? Math.log(weight) : Math.expm1((alpha - 1) * Math.log(weight)) / (alpha - 1);
    const levels = x.flatMap((score, i) => (y[i]! > 0 ? [score - slope(y[i]!)] : []));
    expect(Math.max(...levels) - Math.min(...levels)).toBeLessThan(1e-12);
    if (alpha > 1) {
      const dropped = x.filter((_, i) => y[i] === 0).map((score) => score + 1 / (alpha - 1));
      expect(Math.max(-Infinity, ...dropped)).toBeLessThanOrEqual(Math.min(...levels) + 1e-12);
    }
  });

  test("the certificate is the suboptimality itself", () => {
    const x = normals(6, 9);
    const y = [0.1, 0, 0.3, 0.4, 0.05, 0.15];
    const [gap] = entmax.gap(x, y, { alpha, gamma: 0.7 });
    const { loss } = entmax.loss(x, y, { alpha, gamma: 0.7 });
    expect(Math.abs(gap! - loss[0]!)).toBeLessThan(1e-14);
    expect(gap).toBeGreaterThan(1e-3);
    expect(entmax.gap(x, entmax(x, { alpha, gamma: 0.7 }), { alpha, gamma: 0.7 })[0]).toBeLessThan(1e-15);
  });

  test("a lead of gamma / (alpha - 1) makes one weight 1, and less does not", () => {
    const margin = 1 / (alpha - 1);
    // Further down the weight, at most e^-300 for alpha 1, is below all floats.
    expect(entmax([0, -Math.min(margin * 0.99, 300)], { alpha })[1]).toBeGreaterThan(0);
    if (alpha > 1) expect(entmax([0, -margin * 1.0001, -margin * 2], { alpha })).toEqual([1, 0, 0]);
  });
});

test("alpha 1 is softmax and alpha 2 is sparsemax, with their derivatives", () => {
  const x = normals(9, 1);
  const u = normals(9, 2);
  for (const [alpha, mapping] of [
    [1, softmax],
    [2, sparsemax],
  ] as const) {
    const own = entmax.vjp(x, { alpha, gamma: 0.8 });
    const wanted = mapping.vjp(x, { gamma: 0.8 });
    expect(farthest(own.weights, wanted.weights)).toBeLessThan(1e-16);
    expect(farthest(own.pullback(u).scores, wanted.pullback(u).scores)).toBeLessThan(1e-15);
    expect(own.pullback(u).gamma).toBeCloseTo(wanted.pullback(u).gamma, 14);
  }
});

test("the gradient in alpha at 1 is -cov(u, log^2 y) / 2", () => {
  const x = normals(7, 3);
  const u = normals(7, 4);
  const { weights: y, pullback } = entmax.vjp(x, { alpha: 1 });
  const square = y.map((weight) => Math.log(weight) ** 2);
  const wanted =
    -(
      dot(
        y,
        u.map((value, i) => value * square[i]!),
      ) -
      dot(y, u) * dot(y, square)
    ) / 2;
  expect(Math.abs(pullback(u).alpha - wanted)).toBeLessThan(1e-14);
});

test("above alpha 2 the derivative next to a zero is finite and right", () => {
  for (const alpha of [3, 10, 50]) {
    const b = alpha - 1;
    for (const small of [1e-3, 1e-9, 1e-14]) {
      // Two weights, 1 - small and small: y^b differ by b times the scores' difference.
      const x = [0, -((1 - small) ** b - small ** b) / b];
      const { weights, pullback } = entmax.vjp(x, { alpha });
      expect(Math.abs(weights[1]! - small)).toBeLessThan(2e-16 * alpha);
      // J = q_1 q_2 / (q_1 + q_2) [[1, -1], [-1, 1]], q = y^(2 - alpha), here written without overflow.
      const wanted = weights[0]! ** (2 - alpha) / (1 + (weights[1]! / weights[0]!) ** (alpha - 2));
      const { scores, alpha: inAlpha, gamma } = pullback([1, 0]);
      expect(scores[0]! / wanted).toBeCloseTo(1, 12);
      expect(scores[1]! / wanted).toBeCloseTo(-1, 12);
      expect(Number.isFinite(inAlpha) && Number.isFinite(gamma)).toBe(true);
    }
  }
  const flat = entmax.vjp(new Float64Array(100_000), { alpha: 100 }).pullback(normals(100_000, 1));
  expect(flat.scores.every(Number.isFinite)).toBe(true);
  expect(Number.isFinite(flat.alpha)).toBe(true);
});

test("offsets, temperatures and ranges of any size", () => {
  const x = [0.5, 0.25, -1, 0.375, 0.5];
  for (const alpha of alphas) {
    const plain = entmax(x, { alpha });
    expect(
      farthest(
        entmax(
          x.map((score) => score + 1e9),
          { alpha },
        ),
        plain,
      ),
    ).toBe(0);
    expect(
      farthest(
        entmax(
          x.map((score) => score * 2 ** 40),
          { alpha, gamma: 2 ** 40 },
        ),
        plain,
      ),
    ).toBe(0);
    // The derivative at uniform weights is 5^(alpha - 2) / gamma.
    const gamma = 1e12 * Math.max(1, 5 ** (alpha - 2));
    expect(farthest(entmax(x, { alpha, gamma }), [0.2, 0.2, 0.2, 0.2, 0.2])).toBeLessThan(2e-12);
    expect(farthest(entmax(x, { alpha, gamma: 1e-12 }), [0.5, 0, 0, 0, 0.5])).toBeLessThan(1e-15);
    expect(entmax([1e300, -1e300, 3], { alpha })).toEqual([1, 0, 0]);
    expect(entmax([-7], { alpha })).toEqual([1]);
  }
});

test("alpha one a row gives its gradient one a row", () => {
  const x = normals(12, 8);
  const u = normals(12, 9);
  const alpha = Float64Array.of(1, 1.5, 4);
  const whole = entmax.vjp(x, { shape: [3, 4], alpha });
  const gradient = whole.pullback(u);
  expect(gradient.alpha).toBeInstanceOf(Float64Array);
  for (let r = 0; r < 3; r++) {
    const row = entmax.vjp(x.slice(4 * r, 4 * r + 4), { alpha: alpha[r]! });
    expect(whole.weights.slice(4 * r, 4 * r + 4)).toEqual(row.weights);
    expect(gradient.alpha[r]).toBe(row.pullback(u.slice(4 * r, 4 * r + 4)).alpha);
  }
});

test("alpha out of range is named", () => {
  expect(() => entmax([1, 2], { alpha: 0.99 })).toThrow(/^alpha is 0.99: a finite number of 1 or more/);
  expect(() => entmax([1, 2], { alpha: NaN })).toThrow(/^alpha is NaN/);
  expect(() => entmax([1, 2], { shape: [2, 1], alpha: [2, Infinity] })).toThrow(/^alpha\[1\] is Infinity/);
});
