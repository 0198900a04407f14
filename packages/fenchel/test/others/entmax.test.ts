/**
 * Properties that the tests of the Python package entmax ask for, of this library: sparsemax, entmax at any alpha, normmax
 * and budgetmax against bisection, masks, losses, gradients, one alpha a row, any axis, and a limit on the support.
 */
import { describe, expect, test } from "vitest";
import { budgetmax, entmax, normmax, softmax, sparsemax, topkmax, type AnyMapping } from "../../src/index.ts";
import { farthest } from "../support/backends.ts";
import {
  budgetProjection,
  differences,
  entmaxOf,
  normmaxOf,
  simplexProjection,
  softmaxOf,
  topk,
  type Weights,
} from "../support/oracles.ts";
import { normals, uniform } from "../support/rows-of-scores.ts";

const rows = (x: readonly number[], n: number) =>
  Array.from({ length: x.length / n }, (_, r) => x.slice(r * n, (r + 1) * n));
const dot = (a: readonly number[], b: readonly number[]) => a.reduce((total, value, i) => total + value * b[i]!, 0);

/** Compares the gradient of <u, weights> with differences of the definition, where these have no kink. */
function checkGradient(
  got: ArrayLike<number>,
  definition: (v: number[]) => Weights,
  x: readonly number[],
  u: readonly number[],
  label = "",
): number {
  let checked = 0;
  differences(definition, x, u).forEach((wanted, i) => {
    if (wanted === undefined) return;
    expect(Math.abs(got[i]! - wanted), `${label} entry ${i}`).toBeLessThan(1e-5 * (1 + Math.abs(wanted)));
    checked += 1;
  });
  return checked;
}

interface Case {
  readonly name: string;
  readonly mapping: AnyMapping;
  readonly options: Record<string, number>;
  readonly definition: (v: readonly number[]) => Weights;
  /** Omega at weights. */
  readonly omega: (y: readonly number[]) => number;
}

const power = (alpha: number) => (y: readonly number[]) =>
  (y.reduce((total, weight) => total + weight ** alpha, 0) - 1) / (alpha * (alpha - 1));
const norm = (alpha: number) => (y: readonly number[]) =>
  y.reduce((total, weight) => total + weight ** alpha, 0) ** (1 / alpha);
const half = (y: readonly number[]) => dot(y, y) / 2;
const entropy = (y: readonly number[]) =>
  y.reduce((total, weight) => total + (weight > 0 ? weight * Math.log(weight) : 0), 0);
const any = (mapping: unknown) => mapping as AnyMapping;

const cases: Case[] = [
  { name: "softmax", mapping: any(softmax), options: {}, definition: softmaxOf, omega: entropy },
  { name: "sparsemax", mapping: any(sparsemax), options: {}, definition: (v) => simplexProjection(v), omega: half },
  ...[1.2, 1.25, 1.5, 1.75, 2, 2.25, 4].map((alpha) => ({
    name: `entmax ${alpha}`,
    mapping: any(entmax),
    options: { alpha },
    definition: (v: readonly number[]) => entmaxOf(v, alpha),
    omega: power(alpha),
  })),
  ...[1.2, 1.5, 2, 5, 10].map((alpha) => ({
    name: `normmax ${alpha}`,
    mapping: any(normmax),
    options: { alpha },
    definition: (v: readonly number[]) => normmaxOf(v, alpha),
    omega: norm(alpha),
  })),
  ...[0.5, 1, 2, 3, 4.5, 6].map((budget) => ({
    name: `budgetmax ${budget}`,
    mapping: any(budgetmax),
    options: { budget },
    definition: (v: readonly number[]) => budgetProjection(v, budget),
    omega: half,
  })),
];

describe.each(cases)("$name", ({ mapping, options, definition, omega }) => {
  const distribution = options["budget"] === undefined;

  test("weights are the definition's, by bisection, at every size of the scores", () => {
    for (const size of [1e-5, 0.5, 1, 10, 1e4]) {
      for (let seed = 1; seed <= 25; seed++) {
        const x = normals(6, seed).map((score) => score * size);
        expect(farthest(mapping(x, options), definition(x)), `${size} ${seed}`).toBeLessThan(1e-10);
        const single = mapping(Float32Array.from(x), options);
        const wanted = definition(Array.from(Float32Array.from(x)));
        expect(farthest(single, wanted), `${size} ${seed}`).toBeLessThan(2e-6);
      }
    }
  });

  test("gradients of rows are differences of the definition", () => {
    let checked = 0;
    for (let seed = 1; seed <= 10; seed++) {
      const x = normals(4 * 6, seed);
      const u = normals(4 * 6, seed + 50);
      const { scores } = mapping.vjp(x, { ...options, shape: [4, 6] }).pullback(u);
      rows(x, 6).forEach((row, r) => {
        const got = scores.slice(6 * r, 6 * r + 6);
        checked += checkGradient(got, definition, row, rows(u, 6)[r]!, `seed ${seed} row ${r}`);
      });
    }
    expect(checked).toBeGreaterThan(200);
  });

  test("entries of -Infinity are as good as not there, in both precisions", () => {
    const x = normals(12, 42);
    const holes = x.map((score, i) => (i % 6 < 3 ? score : -Infinity));
    for (const array of [Float32Array, Float64Array]) {
      const weights = Array.from(mapping(array.from(holes), { ...options, shape: [2, 6] }));
      rows(x, 6).forEach((row, r) => {
        const alone = mapping(array.from(row.slice(0, 3)), options);
        expect(farthest(weights.slice(6 * r, 6 * r + 3), alone)).toBeLessThan(1e-6);
        expect(weights.slice(6 * r + 3, 6 * r + 6)).toEqual([0, 0, 0]);
      });
    }
  });

  // A class weighs 1: below a budget of 1 it is no target.
  const noClasses = options["budget"] !== undefined && options["budget"] < 1;
  test.skipIf(noClasses)(
    "losses are 0 or more, those of the definition, and fall to 0 at the weights themselves",
    () => {
      const x = normals(4 * 10, 7);
      const classes = [3, 9, 0, 5];
      const { loss, gradient } = mapping.loss(x, classes, { ...options, shape: [4, 10] });
      rows(x, 10).forEach((row, r) => {
        const y = definition(row);
        const target = row.map((_, i) => Number(i === classes[r]));
        const wanted = dot(row, y) - omega(y) - (dot(row, target) - omega(target));
        expect(loss[r]).toBeGreaterThanOrEqual(0);
        expect(loss[r]).toBeCloseTo(wanted, 9);
        const slope = y.map((weight, i) => weight - target[i]!);
        expect(farthest(gradient.slice(10 * r, 10 * r + 10), slope)).toBeLessThan(1e-9);
        // The gradient of the loss, by differences of the loss.
        const value = (v: number[]) => [mapping.loss(v, [classes[r]!], options).loss[0]!];
        differences(value, row, [1]).forEach((difference, i) => {
          if (difference !== undefined) expect(slope[i]).toBeCloseTo(difference, 5);
        });
        if (distribution) expect(mapping.loss(row, y, options).loss[0]).toBeLessThan(1e-9);
      });
      // Leaving out the worst row makes the sum of losses smaller.
      expect(Math.max(...loss)).toBeGreaterThan(0);
    },
  );

  test.each([0, 1, 2, 3])("along axis %i, weights and gradients are those of the rows", (axis) => {
    const shape = [3, 4, 2, 5];
    const n = shape[axis]!;
    const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
    const x = normals(120, axis + 1);
    const u = normals(120, axis + 9);
    const { weights, pullback } = mapping.vjp(x, { ...options, shape, axis });
    const { scores } = pullback(u);
    for (let r = 0; r < 120 / n; r++) {
      const start = Math.floor(r / inner) * n * inner + (r % inner);
      const pick = (values: readonly number[]) => Array.from({ length: n }, (_, k) => values[start + k * inner]!);
      expect(farthest(pick(weights), definition(pick(x)))).toBeLessThan(1e-10);
      checkGradient(pick(scores), definition, pick(x), pick(u), `axis ${axis} row ${r}`);
    }
  });
});

describe("one hyper-parameter a row", () => {
  const oneEach = [
    { name: "alpha", mapping: any(entmax), least: 1, most: 2.5, definition: entmaxOf },
    { name: "alpha", mapping: any(normmax), least: 1.05, most: 3.5, definition: normmaxOf },
    { name: "budget", mapping: any(budgetmax), least: 0.1, most: 6, definition: budgetProjection },
  ];
  test.each(oneEach)(
    "$mapping.name: weights and gradients, in $name too",
    ({ name, mapping, least, most, definition }) => {
      let checked = 0;
      for (let seed = 1; seed <= 20; seed++) {
        const next = uniform(seed);
        const x = normals(4 * 6, seed);
        const u = normals(4 * 6, seed + 30);
        const own = Float64Array.from({ length: 4 }, () => least + (most - least) * next());
        const { weights, pullback } = mapping.vjp(x, { [name]: own, shape: [4, 6] });
        const gradients = pullback(u) as unknown as Record<string, number[]>;
        rows(x, 6).forEach((row, r) => {
          const [y, w] = [weights.slice(6 * r, 6 * r + 6), rows(u, 6)[r]!];
          expect(farthest(y, definition(row, own[r]!))).toBeLessThan(1e-9);
          expect(farthest(y, mapping(row, { [name]: own[r] }))).toBeLessThan(1e-15);
          const got = gradients["scores"]!.slice(6 * r, 6 * r + 6);
          checked += checkGradient(got, (v) => definition(v, own[r]!), row, w, `seed ${seed} row ${r}`);
          const [slope] = differences(([value]) => [dot(definition(row, value!), w)], [own[r]!], [1]);
          if (slope === undefined) return;
          expect(Math.abs(gradients[name]![r]! - slope), `${name} seed ${seed}`).toBeLessThan(
            1e-4 * (1 + Math.abs(slope)),
          );
          checked += 1;
        });
      }
      expect(checked).toBeGreaterThan(300);
    },
  );
});

describe("normmax and budgetmax on an even ladder", () => {
  const ladder = [0, 1, 2, 3, 4].map((step) => step / 4);

  test("normmax: a growing alpha tends to equal weights on what it keeps", () => {
    for (const alpha of [2, 10, 100, 1000]) {
      const weights = normmax(ladder, { alpha });
      expect(farthest(weights, normmaxOf(ladder, alpha))).toBeLessThan(1e-12);
      expect(farthest(normmax(Float32Array.from(ladder), { alpha }), weights)).toBeLessThan(1e-6);
    }
    const kept = normmax(ladder, { alpha: 1000 }).filter((weight) => weight > 0);
    expect(Math.max(...kept) - Math.min(...kept)).toBeLessThan(1e-3);
  });

  test("budgetmax: part of the budget, all of it, and sparsemax at 1", () => {
    for (const [size, budget] of [
      [1, 2],
      [2, 3],
      [1, 5],
    ] as const) {
      const x = ladder.map((step) => size * step);
      expect(farthest(budgetmax(x, { budget }), budgetProjection(x, budget))).toBeLessThan(1e-15);
    }
    for (let size = 1; size <= 5; size++) {
      const x = ladder.map((step) => size * step);
      expect(farthest(budgetmax(x, { budget: 1 }), sparsemax(x))).toBeLessThan(1e-15);
    }
  });
});

describe("a limit on the support", () => {
  test.each([0, 1, 2])("along axis %i: the definition on the best entries, with its gradient", (axis) => {
    const shape = [3, 4, 5];
    const n = shape[axis]!;
    const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
    for (const base of ["softmax", "sparsemax"] as const) {
      const definition = (v: readonly number[], k: number) =>
        topk(v, k, base === "softmax" ? softmaxOf : (kept) => simplexProjection(kept));
      for (const size of [1e-5, 0.5, 1e4]) {
        for (const k of [1, 3, 5, 30]) {
          const x = normals(60, axis + k).map((score) => score * size);
          const u = normals(60, axis + k + 5);
          const { weights, pullback } = topkmax.vjp(x, { k, base, shape, axis });
          const { scores } = pullback(u);
          for (let r = 0; r < 60 / n; r++) {
            const start = Math.floor(r / inner) * n * inner + (r % inner);
            const pick = (values: readonly number[]) => Array.from({ length: n }, (_, i) => values[start + i * inner]!);
            expect(farthest(pick(weights), definition(pick(x), k)), `${base} ${size} ${k}`).toBeLessThan(1e-12);
            if (size === 0.5) checkGradient(pick(scores), (v) => definition(v, k), pick(x), pick(u));
          }
        }
      }
    }
  });

  test("a limit that the support does not meet changes nothing: sparsemax keeps few entries of wide scores", () => {
    for (let seed = 1; seed <= 30; seed++) {
      const x = normals(20, seed).map((score) => 3 * score);
      const weights = sparsemax(x);
      const size = weights.filter((weight) => weight > 0).length;
      for (const k of [size, size + 1, 20, 100]) {
        expect(farthest(topkmax(x, { k, base: "sparsemax" }), weights)).toBeLessThan(1e-15);
      }
    }
  });
});
