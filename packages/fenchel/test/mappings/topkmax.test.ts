/** topkmax: which entries it keeps, that it is its base on them, and what its loss and certificate are over. */
import { describe, expect, test } from "vitest";
import { softmax, sparsemax, topkmax, type TopkBase } from "../../src/index.ts";
import { dot, farthest } from "../support/backends.ts";
import { normals, rowKinds } from "../support/rows-of-scores.ts";

const bases = [
  ["softmax", softmax],
  ["sparsemax", sparsemax],
] as const;

describe.each(bases)("base %s", (base: TopkBase, mapping) => {
  test("is the base on the k best entries, of equal ones the first, and 0 elsewhere", () => {
    for (const [kind, make] of Object.entries(rowKinds)) {
      for (const [n, k] of [
        [1, 1],
        [5, 2],
        [20, 7],
        [20, 20],
        [20, 50],
      ] as const) {
        const x = make(n, n + k);
        const best = x
          .map((_, i) => i)
          .sort((i, j) => x[j]! - x[i]! || i - j)
          .slice(0, k)
          .sort((i, j) => i - j);
        const u = normals(n, 2);
        const on = (values: readonly number[]) => best.map((i) => values[i]!);
        const own = topkmax.vjp(x, { k, base, gamma: 0.6 });
        const wanted = mapping.vjp(on(x), { gamma: 0.6 });
        expect(farthest(on(own.weights), wanted.weights), kind).toBeLessThan(1e-16);
        const gradient = own.pullback(u);
        const wantedGradient = wanted.pullback(on(u));
        expect(farthest(on(gradient.scores), wantedGradient.scores), kind).toBeLessThan(1e-14);
        expect(gradient.gamma).toBeCloseTo(wantedGradient.gamma, 12);
        expect(Object.keys(gradient)).toEqual(["scores", "gamma"]);
        const pushed = topkmax.jvp(x, { k, base, gamma: 0.6 }).pushforward(u);
        expect(farthest(pushed, gradient.scores)).toBe(0);
        for (let i = 0; i < n; i++) {
          if (!best.includes(i)) expect([own.weights[i], gradient.scores[i]]).toEqual([0, 0]);
        }
        expect(topkmax.max(x, { k, base, gamma: 0.6 })[0]).toBeCloseTo(mapping.max(on(x), { gamma: 0.6 })[0]!, 12);
      }
    }
  });

  test("no weights with k positive entries are better, and the certificate says by how much", () => {
    const x = normals(8, 3);
    const k = 3;
    const y = topkmax(x, { k, base });
    const omega = (w: readonly number[]) =>
      base === "softmax"
        ? dot(
            w,
            w.map((z) => (z > 0 ? Math.log(z) : 0)),
          )
        : dot(w, w) / 2;
    const value = (w: readonly number[]) => dot(w, x) - omega(w);
    expect(topkmax.gap(x, y, { k, base })[0]).toBeLessThan(1e-15);
    for (let seed = 1; seed <= 40; seed++) {
      const order = normals(8, seed);
      const cut = [...order].sort((a, b) => b - a)[k - 1]!;
      const raw = order.map((z) => (z >= cut ? Math.exp(z) : 0));
      const total = raw.reduce((sum, z) => sum + z, 0);
      const w = raw.map((z) => z / total);
      expect(value(w)).toBeLessThanOrEqual(value(y));
      expect(Math.abs(topkmax.gap(x, w, { k, base })[0]! - (value(y) - value(w)))).toBeLessThan(1e-14);
      expect(Math.abs(topkmax.loss(x, w, { k, base }).loss[0]! - (value(y) - value(w)))).toBeLessThan(1e-14);
    }
  });
});

test("of equal scores the first are kept, exactly k", () => {
  expect(topkmax([1, 2, 2, 2, 1], { k: 2 })).toEqual([0, 0.5, 0.5, 0, 0]);
  expect(topkmax([7, 7, 7, 7], { k: 3, base: "sparsemax" }).map((y) => y > 0)).toEqual([true, true, true, false]);
  expect(topkmax([0, 3, 1], { k: 1 })).toEqual([0, 1, 0]);
  // -0 and 0 are equal scores, although they sort apart.
  expect(topkmax([-0, 0, -0], { k: 2 })).toEqual([0.5, 0.5, 0]);
});

test("k one a row, and fewer entries than k", () => {
  const weights = topkmax([1, 1, 1, 1, 1, 1], { shape: [2, 3], k: [1, 2], lengths: [3, 1] });
  expect(weights).toEqual([1, 0, 0, 1, 0, 0]);
});

test("a target that is not among the best costs what it lacks; more than k positive entries cost Infinity", () => {
  const x = [2, 0, 1];
  expect(topkmax.loss(x, 1, { k: 1 }).loss[0]).toBe(2);
  expect(topkmax.loss(x, [0.5, 0.25, 0.25], { k: 2 }).loss[0]).toBe(Infinity);
  expect(topkmax.gap(x, [0.5, 0.25, 0.25], { k: 2 })[0]).toBe(Infinity);
});

test("k and base out of range are named", () => {
  for (const k of [0, 1.5, NaN]) expect(() => topkmax([1], { k })).toThrow(`k is ${k}: an integer of 1 or more`);
  expect(() => topkmax([1], { base: "entmax" as "softmax" })).toThrow('base is "entmax": "softmax" or "sparsemax"');
  expect(() => topkmax([1], { base: 3 as unknown as "softmax" })).toThrow(TypeError);
});
