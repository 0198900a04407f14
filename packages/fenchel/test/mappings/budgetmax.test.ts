/** budgetmax against bisection, the optimality conditions, and both regimes of its budget. */
import { describe, expect, test } from "vitest";
import { budgetmax, sparsemax } from "../../src/index.ts";
import { dot, farthest } from "../support/backends.ts";
import { normals, rowKinds } from "../support/rows-of-scores.ts";

const clip = (z: number) => Math.min(Math.max(z, 0), 1);
const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);

/** [x - tau]_0^1 with tau = 0 or by 200 halvings. */
function bisected(x: readonly number[], budget: number): number[] {
  let low = 0;
  let high = Math.max(0, ...x);
  if (sumOf(x.map(clip)) <= budget) high = 0;
  for (let step = 0; step < 200; step++) {
    const middle = (low + high) / 2;
    if (sumOf(x.map((score) => clip(score - middle))) > budget) low = middle;
    else high = middle;
  }
  return x.map((score) => clip(score - high));
}

describe.each([1e-3, 0.5, 1, 2, 3.7, 20])("budget %f", (budget) => {
  test("weights equal those by bisection", () => {
    for (const [kind, make] of Object.entries(rowKinds)) {
      for (const n of [1, 2, 5, 30, 300]) {
        const x = make(n, n);
        expect(farthest(budgetmax(x, { budget }), bisected(x, budget)), `${kind} ${n}`).toBeLessThan(3e-14);
      }
    }
  });

  test("no feasible direction improves the weights, and the certificate says so", () => {
    const x = normals(12, 4).map((score) => 2 * score);
    const y = budgetmax(x, { budget, gamma: 0.5 });
    const value = (w: readonly number[]) => dot(w, x) - 0.25 * dot(w, w);
    expect(budgetmax.max(x, { budget, gamma: 0.5 })[0]).toBeCloseTo(value(y), 12);
    expect(budgetmax.gap(x, y, { budget, gamma: 0.5 })[0]).toBeLessThan(1e-14);
    for (let seed = 1; seed <= 50; seed++) {
      const raw = normals(12, seed).map((z) => clip(Math.abs(z)));
      const w = raw.map((weight) => weight * Math.min(1, budget / sumOf(raw)));
      expect(value(w)).toBeLessThan(value(y));
      const [gap] = budgetmax.gap(x, w, { budget, gamma: 0.5 });
      expect(gap).toBeGreaterThanOrEqual(value(y) - value(w) - 1e-12);
      const { loss } = budgetmax.loss(x, w, { budget, gamma: 0.5 });
      expect(Math.abs(loss[0]! - (value(y) - value(w)))).toBeLessThan(1e-12);
    }
  });

  test("gradients in scores, gamma and budget equal differences, 0 in a budget that does not bind", () => {
    const x = normals(9, 21);
    const u = normals(9, 22);
    const gamma = 0.8;
    const gradient = budgetmax.vjp(x, { budget, gamma }).pullback(u);
    const at = (scores: readonly number[], more: object) => dot(budgetmax(scores, { budget, gamma, ...more }), u);
    const h = 1e-6;
    x.forEach((score, i) => {
      const difference = (at(x.with(i, score + h), {}) - at(x.with(i, score - h), {})) / (2 * h);
      expect(Math.abs(gradient.scores[i]! - difference)).toBeLessThan(1e-8);
    });
    expect(gradient.gamma).toBeCloseTo((at(x, { gamma: gamma + h }) - at(x, { gamma: gamma - h })) / (2 * h), 7);
    expect(gradient.budget).toBeCloseTo((at(x, { budget: budget + h }) - at(x, { budget: budget - h })) / (2 * h), 7);
    if (sumOf(x.map((score) => clip(score / gamma))) < budget) expect(gradient.budget).toBe(0);
    else expect(gradient.budget).not.toBe(0);
  });
});

test("a binding budget of 1 is sparsemax", () => {
  for (let n = 2; n < 40; n++) {
    const x = normals(n, n).map((score) => score + 3);
    expect(farthest(budgetmax(x), sparsemax(x))).toBeLessThan(1e-15);
  }
});

test("a large common offset costs no digits where the budget binds", () => {
  const x = [0.5, 0.25, -1, 0.375, 1.5, 1.625];
  const near = x.map((score) => score + 8);
  for (const budget of [0.5, 1, 2.25, 4]) {
    const far = x.map((score) => score + 1e9);
    expect(farthest(budgetmax(far, { budget }), budgetmax(near, { budget }))).toBeLessThan(1e-15);
  }
  expect(budgetmax([1e300, 1e300, 5], { gamma: 1e-12 })).toEqual([0.5, 0.5, 0]);
  expect(budgetmax([1e300, 1e300, 5], { budget: 2.5 })).toEqual([1, 1, 0.5]);
  expect(budgetmax([-3, -1e300])).toEqual([0, 0]);
});

test("more than the budget is infinitely far, and the loss takes several targets at once", () => {
  const x = [0.9, 0.2, 0.4];
  expect(budgetmax.gap(x, [1, 1, 0])[0]).toBe(Infinity);
  expect(budgetmax.gap(x, [1, 1, 0], { budget: 2 })[0]).toBeLessThan(Infinity);
  expect(budgetmax.loss(x, [1, 0, 1]).loss[0]).toBe(Infinity);
  const { loss, gradient } = budgetmax.loss(x, [1, 0, 1], { budget: 2 });
  expect(loss[0]).toBeCloseTo((0.81 + 0.04 + 0.16) / 2 + 1 - 1.3, 14);
  expect(farthest(gradient, [-0.1, 0.2, -0.6])).toBeLessThan(1e-15);
});

test("a budget out of range is named", () => {
  for (const budget of [0, -1, NaN]) expect(() => budgetmax([1], { budget })).toThrow(`budget is ${budget}: a finite`);
});
