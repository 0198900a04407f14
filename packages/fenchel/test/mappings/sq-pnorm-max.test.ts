/** sqPnormMax against 256-bit arithmetic, the optimality conditions, and its limits. */
import { describe, expect, test } from "vitest";
import { sparsemax, sqPnormMax } from "../../src/index.ts";
import { dot, farthest } from "../support/backends.ts";
import { directional, fixed, float, sqPnormReference } from "../support/high-precision.ts";
import { normals, rowKinds } from "../support/rows-of-scores.ts";

const exponents = [1 + 1e-6, 1.001, 1.05, 1.2, 1.5, 1.9, 1.9999];

/** Rows whose best score is 0, near enough that several entries keep weight also for p towards 1. */
const rowsOf = (kinds: readonly string[], n: number, p: number) =>
  kinds.map((kind, i) => {
    const x = rowKinds[kind]!(n, 41 + i);
    const top = Math.max(...x);
    return x.map((score) => (score - top) * Math.min(1, 3 * (p - 1)));
  });

describe.each(exponents)("p %f", (p) => {
  test("weights equal those of 256-bit arithmetic", () => {
    for (const x of [...rowsOf(["normal", "tiny", "ties", "peaked"], 2, p), ...rowsOf(["normal", "wide"], 4, p)]) {
      const wanted = sqPnormReference(x.map(fixed), fixed(p)).map(float);
      expect(farthest(sqPnormMax(x, { p }), wanted), x.join()).toBeLessThan(2e-15);
    }
  });

  test("gradients in scores and p keep their digits", () => {
    for (const x of rowsOf(["normal", "tiny"], 4, p)) {
      const u = normals(4, 5);
      const direction = normals(4, 6);
      const gradient = sqPnormMax.vjp(x, { p }).pullback(u);
      const inScores = directional(sqPnormReference, x, p, { scores: direction, parameter: 0 }, u);
      const size = gradient.scores.reduce((sum, value, i) => sum + Math.abs(value * direction[i]!), 0);
      expect(Math.abs(dot(gradient.scores, direction) - inScores)).toBeLessThanOrEqual(1e-12 * size);
      const inP = directional(sqPnormReference, x, p, { scores: x.map(() => 0), parameter: 1 }, u);
      expect(Math.abs(gradient.p - inP)).toBeLessThanOrEqual(1e-12 * Math.abs(inP));
    }
  });

  test("10,000 entries satisfy the optimality conditions", () => {
    const x = normals(10_000, 3).map((score) => (score * (p - 1)) / 8);
    const y = sqPnormMax(x, { p });
    expect(Math.abs(y.reduce((sum, weight) => sum + weight, 0) - 1)).toBeLessThan(1e-12);
    const logNorm = Math.log(y.reduce((sum, weight) => sum + weight ** p, 0)) / p;
    const gradient = (weight: number) => Math.exp((p - 1) * Math.log(weight) + (2 - p) * logNorm);
    const levels = x.flatMap((score, i) => (y[i]! > 0 ? [score - gradient(y[i]!)] : []));
    expect(Math.max(...levels) - Math.min(...levels)).toBeLessThan(1e-13);
    const dropped = x.filter((_, i) => y[i] === 0);
    expect(Math.max(-Infinity, ...dropped)).toBeLessThanOrEqual(Math.min(...levels) + 1e-13);
  });

  test("the certificate bounds the suboptimality, closely", () => {
    const x = normals(6, 9);
    const y = [0.1, 0, 0.3, 0.4, 0.05, 0.15];
    const [gap] = sqPnormMax.gap(x, y, { p, gamma: 0.7 });
    const { loss } = sqPnormMax.loss(x, y, { p, gamma: 0.7 });
    expect(Math.abs(gap! - loss[0]!)).toBeLessThan(1e-14);
    expect(gap).toBeGreaterThan(1e-3);
    expect(sqPnormMax.gap(x, sqPnormMax(x, { p, gamma: 0.7 }), { p, gamma: 0.7 })[0]).toBeLessThan(1e-15);
  });

  test("one score for all: equal weights, and J centres", () => {
    for (const n of [2, 33, 1000, 4097]) {
      const { weights, pullback } = sqPnormMax.vjp(
        Float64Array.from({ length: n }, () => 0.7),
        { p },
      );
      expect(farthest(weights, Array<number>(n).fill(1 / n))).toBeLessThan(1e-15);
      const u = normals(n, n);
      const mean = u.reduce((sum, value) => sum + value, 0) / n;
      // The Hessian is (p - 1) y^(p - 2) |y|_p^(2 - p) on the diagonal with y = 1 / n; the rest is centred away.
      const scale = n ** ((p - 2) / p) / (p - 1);
      const wanted = u.map((value) => scale * (value - mean));
      expect(farthest(pullback(u).scores, wanted)).toBeLessThan(1e-12 * scale);
    }
  });

  test("offsets, temperatures and ranges of any size", () => {
    const x = [0.5, 0.25, -1, 0.375, 0.5];
    const plain = sqPnormMax(x, { p });
    expect(
      farthest(
        sqPnormMax(
          x.map((score) => score + 1e9),
          { p },
        ),
        plain,
      ),
    ).toBe(0);
    expect(farthest(sqPnormMax(x, { p, gamma: 1e-12 }), [0.5, 0, 0, 0, 0.5])).toBeLessThan(1e-15);
    expect(farthest(sqPnormMax(x, { p, gamma: 1e16 }), [0.2, 0.2, 0.2, 0.2, 0.2])).toBeLessThan(1e-9);
    expect(sqPnormMax([1e300, -1e300, 3], { p })).toEqual([1, 0, 0]);
    expect(sqPnormMax([-7], { p })).toEqual([1]);
  });
});

test("p 2 is sparsemax, p next to 2 is next to it, and p next to 1 is the argmax", () => {
  const x = normals(9, 1);
  const u = normals(9, 2);
  const own = sqPnormMax.vjp(x, { p: 2, gamma: 0.8 });
  const wanted = sparsemax.vjp(x, { gamma: 0.8 });
  expect(farthest(own.weights, wanted.weights)).toBe(0);
  expect(farthest(own.pullback(u).scores, wanted.pullback(u).scores)).toBeLessThan(1e-14);
  const near = sqPnormMax.vjp(x, { p: 2 - 1e-9, gamma: 0.8 });
  const difference = (dot(own.weights, u) - dot(near.weights, u)) / 1e-9;
  expect(Math.abs(own.pullback(u).p - difference)).toBeLessThan(1e-6);
  const best = sqPnormMax(x, { p: 1 + 1e-12 });
  expect(best.map((weight) => Math.round(weight))).toEqual(x.map((score) => Number(score === Math.max(...x))));
});

test("a row by hand", () => {
  const y = sqPnormMax([0.3, -0.2, 0.9, 0.8, -1.1, 0.1]);
  expect(farthest(y, [0.0072, 0, 0.575247, 0.417553, 0, 0])).toBeLessThan(6e-7);
});

test("p out of range is named", () => {
  for (const p of [1, 2.001, NaN]) expect(() => sqPnormMax([1, 2], { p })).toThrow(`p is ${p}: a number above 1`);
  expect(() => sqPnormMax([1, 2], { shape: [2, 1], p: [1.5, 3] })).toThrow(/^p\[1\] is 3/);
});
