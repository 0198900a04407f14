/** csparsemax: worked values, its optimality conditions, bounds in every form, and rows that no weights fit. */
import { describe, expect, test } from "vitest";
import { csparsemax, sparsemax } from "../../src/index.ts";
import { cases, fc } from "../../../../testing/property.ts";
import { dot } from "../support/backends.ts";
import { sumOf } from "../support/every-row.ts";
import { expectClose, expectNear, expectZeros } from "../support/expect.ts";
import { normals } from "../support/rows-of-scores.ts";

const x = [1.2, 0.9, 0.5, 0.4, -0.3];
const u = [1, -0.5, 0.3, 0.2, -0.7];

describe("by hand", () => {
  test("two bounds reached, two entries free", () => {
    const bound = [0.3, 0.5, 0.4, 0.2, 1];
    const { weights, pullback } = csparsemax.vjp(x, { bound });
    expectNear("weights", weights, [0.3, 0.5, 0.15, 0.05, 0], 1e-15);
    const gradient = pullback(u);
    expectNear("gradient", gradient.scores, [0, 0, 0.05, -0.05, 0], 1e-15);
    expectNear("gradient in the bounds", gradient.bound, [0.75, -0.75, 0, 0, 0], 1e-15);
    // -<J u, x> / gamma
    expectClose("gradient in gamma", gradient.gamma, -0.005, 1e-15);
    expectClose("max", csparsemax.max(x, { bound })[0]!, dot(x, weights) - sumOf(weights.map((y) => y * y)) / 2, 1e-15);
    expectClose("gap", csparsemax.gap(x, weights, { bound })[0]!, 0, 1e-15);
  });

  test("no free entry: neither scores nor bounds move anything", () => {
    const { weights, pullback } = csparsemax.vjp([3, 2, 0], { bound: [0.5, 0.5, 1] });
    expect(weights).toEqual([0.5, 0.5, 0]);
    expectZeros("gradient", pullback([1, 2, 3]).scores);
    expectZeros("gradient in the bounds", pullback([1, 2, 3]).bound);
  });

  test("bounds that sum to 1 are the weights, rounded as they may be", () => {
    expect(csparsemax([5, 1, -1e9], { bound: [0.2, 0.3, 0.5] })).toEqual([0.2, 0.3, 0.5]);
    expectNear("ten times 0.1", csparsemax(normals(10, 1), { bound: 0.1 }), new Float64Array(10).fill(0.1), 1e-15);
    const thirds = csparsemax(Float32Array.of(1, 2, 3), { bound: Float32Array.of(0.2, 0.7, 0.1) });
    expect(Array.from(thirds)).toEqual(Array.from(Float32Array.of(0.2, 0.7, 0.1)));
  });

  test("a weight beyond its bound has no certificate, and a target there no finite loss", () => {
    expect(csparsemax.gap([1, 0], [0.7, 0.3], { bound: 0.6 })[0]).toBe(Infinity);
    expect(csparsemax.loss([1, 0], [0.7, 0.3], { bound: 0.6 }).loss[0]).toBe(Infinity);
    expect(csparsemax.loss([1, 0], 0, { bound: 0.6 }).loss[0]).toBe(Infinity);
    // At bound 0.6 the weights are 0.6 and 0.4; max = 0.6 - 0.26, and (0.5, 0.5) reaches 0.5 - 0.25.
    expectClose("loss", csparsemax.loss([1, 0], [0.5, 0.5], { bound: 0.6 }).loss[0]!, 0.09, 1e-15);
  });

  test("scores far apart: who gets the rest is decided among those that can", () => {
    expectNear("1e160 above", csparsemax([1e160, 0, 1], { bound: 0.4 }), [0.4, 0.2, 0.4], 1e-15);
    expectNear("1e160 below", csparsemax([1, 0, -1e160], { bound: 0.4 }), [0.4, 0.4, 0.2], 1e-15);
  });
});

test("bounds of 1 or more are sparsemax, with its derivatives", () => {
  for (const bound of [1, 1.5, Infinity]) {
    const own = csparsemax.vjp(x, { bound, gamma: 0.7 });
    const wanted = sparsemax.vjp(x, { gamma: 0.7 });
    expectNear("weights", own.weights, wanted.weights, 1e-15);
    expectNear("gradient", own.pullback(u).scores, wanted.pullback(u).scores, 1e-15);
    expect(own.pullback(u).bound).toBe(0);
  }
});

/** Scores with a feasible bound for each: multiples of 2^-6, at least 1 together. */
const problem = fc
  .array(fc.tuple(fc.integer({ min: -200, max: 200 }), fc.integer({ min: 1, max: 64 })), {
    minLength: 1,
    maxLength: 20,
  })
  .map((pairs) => ({ scores: pairs.map(([score]) => score / 64), bound: pairs.map(([, bound]) => bound / 64) }))
  .filter(({ bound }) => sumOf(bound) >= 1);

test("the weights satisfy the optimality conditions: one threshold between the zeros and the bounds", () => {
  fc.assert(
    fc.property(problem, fc.constantFrom(0.1, 1, 5), ({ scores, bound }, gamma) => {
      const y = csparsemax(scores, { bound, gamma });
      expectClose("sum", sumOf(y), 1, 1e-14);
      y.forEach((weight, i) => expect(weight >= 0 && weight <= bound[i]!, `weight ${i} in its range`).toBe(true));
      // x / gamma - y is tau where free, at most tau at 0, at least tau at the bound.
      const levels = scores.map((score, i) => score / gamma - y[i]!);
      const atMost = levels.filter((_, i) => y[i]! < bound[i]!);
      const atLeast = levels.filter((_, i) => y[i]! > 0);
      expect(Math.max(-Infinity, ...atMost)).toBeLessThanOrEqual(Math.min(Infinity, ...atLeast) + 1e-12);
      expectClose("gap", csparsemax.gap(scores, y, { bound, gamma })[0]!, 0, 1e-12);
    }),
    cases(300),
  );
});

test("gradients in single bounds equal differences away from kinks", () => {
  let checked = 0;
  const h = 1e-6;
  fc.assert(
    fc.property(problem, fc.nat(999), ({ scores, bound }, seed) => {
      const c = normals(scores.length, seed);
      const { pullback } = csparsemax.vjp(scores, { bound });
      const gradient = pullback(c).bound;
      const state = (at: number[]) =>
        csparsemax(scores, { bound: at }).map((weight, i) => (weight >= at[i]! ? 2 : Number(weight > 0)));
      bound.forEach((value, i) => {
        const [up, down] = [bound.with(i, value + h), bound.with(i, value - h)];
        if (sumOf(down) < 1 || String(state(up)) !== String(state(down))) return;
        const difference =
          (dot(csparsemax(scores, { bound: up }), c) - dot(csparsemax(scores, { bound: down }), c)) / (2 * h);
        expectClose(`bound ${i}`, gradient[i]!, difference, 1e-7);
        checked += 1;
      });
    }),
    cases(100),
  );
  expect(checked).toBeGreaterThan(100);
});

test("bounds as one number, one per row and one per entry, on any axis, agree; gradients keep their form", () => {
  const scores = normals(24, 3);
  const cotangent = normals(24, 4);
  for (const axis of [0, 1]) {
    const options = { shape: [4, 6], axis };
    const rows = axis === 0 ? 6 : 4;
    const one = csparsemax.vjp(scores, { ...options, bound: 0.4 });
    const perRow = csparsemax.vjp(scores, { ...options, bound: Array.from({ length: rows }, () => 0.4) });
    const perEntry = csparsemax.vjp(scores, { ...options, bound: new Float32Array(24).fill(0.4) });
    expectNear("weights, one per row", perRow.weights, one.weights, 0);
    expectNear("weights, one per entry", perEntry.weights, one.weights, 1e-7);
    const [sum, byRow, byEntry] = [one, perRow, perEntry].map(({ pullback }) => pullback(cotangent).bound) as [
      number,
      number[],
      Float32Array,
    ];
    expect(byEntry).toBeInstanceOf(Float32Array);
    expect([byRow.length, byEntry.length]).toEqual([rows, 24]);
    expectClose("gradient of one number", sum, sumOf(byRow), 1e-14);
    const row = (r: number) =>
      axis === 0 ? [0, 1, 2, 3].map((k) => 6 * k + r) : [0, 1, 2, 3, 4, 5].map((k) => 6 * r + k);
    byRow.forEach((value, r) =>
      expectClose(`gradient of row ${r}`, sumOf(row(r).map((i) => byEntry[i]!)), value, 1e-6),
    );
  }
});

test("bounds that leave no weights are named by their row, and those of removed entries do not count", () => {
  expect(() => csparsemax([1, 2, 3], { bound: 0.3 })).toThrow(
    new RangeError("bound of row 0 sums to 0.8999999999999999 over the entries kept: 1 or more is needed"),
  );
  expect(() => csparsemax([1, 2, 3, 4], { shape: [2, 2], bound: [0.5, 0.4] })).toThrow(/^bound of row 1 sums to 0.8/);
  expect(() => csparsemax([1, 2, 3, 4], { bound: 0.5, lengths: [1] })).toThrow(/^bound of row 0 sums to 0.5/);
  expect(csparsemax([1, 2, -Infinity], { bound: [0.5, 0.5, 0.1] })).toEqual([0.5, 0.5, 0]);
  expect(csparsemax([1, 2], { bound: 0.5, lengths: [0] })).toEqual([0, 0]);
  expect(() => csparsemax([1, 2], { bound: 0 })).toThrow(new RangeError("bound is 0: a number above 0 is needed"));
  expect(() => csparsemax([1, 2], { bound: [0.5, -1] })).toThrow(/^bound\[1\] is -1/);
  expect(() => csparsemax([1, 2, 3, 4], { shape: [2, 2], bound: [1, 1, 1] })).toThrow(
    /^bound has 3 entries: 2 are needed \(one per row, or one per entry\)/,
  );
});
