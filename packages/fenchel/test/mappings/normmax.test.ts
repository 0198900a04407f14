/** normmax against 256-bit arithmetic, the optimality conditions, and its limits. */
import { describe, expect, test } from "vitest";
import { normmax } from "../../src/index.ts";
import { dot, farthest } from "../support/backends.ts";
import { directional, fixed, float, normmaxReference } from "../support/high-precision.ts";
import { normals, rowKinds } from "../support/rows-of-scores.ts";

const alphas = [1.001, 1.2, 1.5, 1.9, 2, 2.001, 3, 10, 50];

/** Rows whose best score is 0, near enough that several entries keep weight also for alpha towards 1. */
const rowsOf = (kinds: readonly string[], n: number, alpha: number) =>
  kinds.map((kind, i) => {
    const x = rowKinds[kind]!(n, 51 + i);
    const top = Math.max(...x);
    return x.map((score) => (score - top) * Math.min(1, 2 * (alpha - 1)));
  });

describe.each(alphas)("alpha %f", (alpha) => {
  test("weights equal those of 256-bit arithmetic", () => {
    for (const x of [
      ...rowsOf(["normal", "tiny", "ties", "peaked"], 2, alpha),
      ...rowsOf(["normal", "wide"], 4, alpha),
    ]) {
      const wanted = normmaxReference(x.map(fixed), fixed(alpha)).map(float);
      expect(farthest(normmax(x, { alpha }), wanted), x.join()).toBeLessThan(2e-15);
    }
  });

  test("gradients in scores and alpha keep their digits", () => {
    for (const x of rowsOf(["normal", "tiny"], 4, alpha)) {
      const u = normals(4, 5);
      const direction = normals(4, 6);
      const gradient = normmax.vjp(x, { alpha }).pullback(u);
      const inScores = directional(normmaxReference, x, alpha, { scores: direction, parameter: 0 }, u);
      const size = gradient.scores.reduce((sum, value, i) => sum + Math.abs(value * direction[i]!), 0);
      expect(Math.abs(dot(gradient.scores, direction) - inScores)).toBeLessThanOrEqual(1e-12 * size);
      const inAlpha = directional(normmaxReference, x, alpha, { scores: x.map(() => 0), parameter: 1 }, u);
      expect(Math.abs(gradient.alpha - inAlpha)).toBeLessThanOrEqual(1e-12 * Math.abs(inAlpha));
    }
  });

  test("10,000 entries satisfy the optimality conditions", () => {
    const x = normals(10_000, 3).map((score) => (score * Math.min(1, alpha - 1)) / 8);
    const y = normmax(x, { alpha });
    expect(Math.abs(y.reduce((sum, weight) => sum + weight, 0) - 1)).toBeLessThan(1e-12);
    const top = Math.max(...y);
    const norm = top * y.reduce((sum, weight) => sum + (weight / top) ** alpha, 0) ** (1 / alpha);
    const levels = x.flatMap((score, i) => (y[i]! > 0 ? [score - (y[i]! / norm) ** (alpha - 1)] : []));
    expect(Math.max(...levels) - Math.min(...levels)).toBeLessThan(1e-12);
    const dropped = x.filter((_, i) => y[i] === 0);
    expect(Math.max(-Infinity, ...dropped)).toBeLessThanOrEqual(Math.min(...levels) + 1e-12);
  });

  test("the certificate bounds the suboptimality, closely", () => {
    const x = normals(6, 9);
    const y = [0.1, 0, 0.3, 0.4, 0.05, 0.15];
    const [gap] = normmax.gap(x, y, { alpha, gamma: 0.7 });
    const { loss } = normmax.loss(x, y, { alpha, gamma: 0.7 });
    expect(Math.abs(gap! - loss[0]!)).toBeLessThan(1e-14);
    expect(gap).toBeGreaterThan(1e-3);
    expect(normmax.gap(x, normmax(x, { alpha, gamma: 0.7 }), { alpha, gamma: 0.7 })[0]).toBeLessThan(2e-15);
  });

  test("a lead of gamma makes one weight 1, and less does not", () => {
    expect(normmax([0.5, -0.5001, -3], { alpha })).toEqual([1, 0, 0]);
    if (alpha > 1.2) expect(normmax([0.5, -0.49], { alpha })[1]).toBeGreaterThan(0);
  });

  test("offsets, temperatures and ranges of any size", () => {
    const x = [0.5, 0.25, -1, 0.375, 0.5];
    const plain = normmax(x, { alpha });
    expect(
      farthest(
        normmax(
          x.map((score) => score + 1e9),
          { alpha },
        ),
        plain,
      ),
    ).toBe(0);
    expect(farthest(normmax(x, { alpha, gamma: 1e-12 }), [0.5, 0, 0, 0, 0.5])).toBeLessThan(1e-15);
    expect(farthest(normmax(x, { alpha, gamma: 1e15 }), [0.2, 0.2, 0.2, 0.2, 0.2])).toBeLessThan(1e-9);
    expect(normmax([1e300, -1e300, 3], { alpha })).toEqual([1, 0, 0]);
    expect(normmax([-7], { alpha })).toEqual([1]);
    const { scores, alpha: inAlpha, gamma } = normmax.vjp([0, -1 + 1e-15, -2], { alpha }).pullback([1, 2, 3]);
    expect([...scores, inAlpha, gamma].every(Number.isFinite)).toBe(true);
  });
});

test("rows by hand", () => {
  const y = normmax([0.3, -0.2, 0.9, 0.8, -1.1, 0.1]);
  expect(farthest(y, [0.095659, 0, 0.484581, 0.41976, 0, 0])).toBeLessThan(6e-7);
  // As alpha grows the penalty becomes the largest weight, least when spread evenly over what is kept.
  expect(farthest(normmax([1, 0.9, -1], { alpha: 1e6 }), [0.5, 0.5, 0])).toBeLessThan(1e-5);
});

test("alpha out of range is named", () => {
  for (const alpha of [1, 0.5, Infinity]) {
    expect(() => normmax([1, 2], { alpha })).toThrow(`alpha is ${alpha}: a finite number above 1`);
  }
});
