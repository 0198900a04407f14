/**
 * Properties that the tests of jaxopt ask of its projections and of isotonic regression, of this library: the simplex of
 * any mass, at any size of the scores, with its Jacobian; box sections and the hypercube (budgetmax); the sparse simplex
 * (topkmax); pooling adjacent violators; and the prox of total variation.
 */
import { describe, expect, test } from "vitest";
import { budgetmax, fusedmax, sparsemax, topkmax } from "../../src/index.ts";
import { poolAdjacentViolators } from "../../src/solvers/isotonic.ts";
import { totalVariationProx } from "../../src/solvers/total-variation.ts";
import { farthest } from "../support/backends.ts";
import { sumOf } from "../support/every-row.ts";
import {
  averagingMatrix,
  budgetProjection,
  chainProx,
  differences,
  groupsOf,
  multiply,
  nonIncreasing,
  projectionMatrix,
  simplexProjection,
  topk,
} from "../support/oracles.ts";
import { normals, uniform } from "../support/rows-of-scores.ts";

const arrays = [Float32Array, Float64Array] as const;
const positives = (n: number, seed: number) => {
  const next = uniform(seed);
  return Array.from({ length: n }, next);
};

describe("the simplex", () => {
  test.each([1, 1e9])("scores of size %d: sums, range, and the definition", (size) => {
    for (let seed = 1; seed <= 10; seed++) {
      const x = normals(50, seed).map((score) => score * size);
      for (const array of arrays) {
        const scores = array.from(x);
        const weights = sparsemax(scores);
        expect(sumOf(weights)).toBeCloseTo(1, 5);
        for (const weight of weights) expect(weight >= 0 && weight <= 1).toBe(true);
        expect(farthest(weights, simplexProjection(Array.from(scores)))).toBeLessThan(1e-6);
        // The simplex of another mass is this one, scaled: gamma is the mass.
        const scaled = sparsemax(scores, { gamma: 0.8 }).map((weight) => 0.8 * weight);
        expect(sumOf(scaled)).toBeCloseTo(0.8, 5);
        expect(farthest(scaled, simplexProjection(Array.from(scores), 0.8))).toBeLessThan(1e-6);
      }
    }
  });

  test("-Infinity is an entry of no weight", () => {
    for (const array of arrays) {
      expect(Array.from(sparsemax(array.of(0, 0, -Infinity)))).toEqual([0.5, 0.5, 0]);
      expect(Array.from(sparsemax(array.of(0, -Infinity, -Infinity)))).toEqual([1, 0, 0]);
    }
  });

  test.each([1, 1e9])("scores of size %d: its Jacobian, column by column, forwards and backwards", (size) => {
    for (let seed = 1; seed <= 10; seed++) {
      const x = positives(5, seed).map((score) => score * size);
      const u = normals(5, seed + 20).map((value) => value * size);
      const matrix = projectionMatrix(simplexProjection(x));
      const { pullback } = sparsemax.vjp(x);
      const { pushforward } = sparsemax.jvp(x);
      x.forEach((_, i) => {
        const unit = x.map((__, j) => Number(i === j));
        const column = matrix.map((row) => row[i]!);
        expect(farthest(pullback(unit).scores, column)).toBeLessThan(1e-15);
        expect(farthest(pushforward(unit), column)).toBeLessThan(1e-15);
      });
      const wanted = multiply(matrix, u);
      expect(farthest(pullback(u).scores, wanted) / size).toBeLessThan(1e-14);
      expect(farthest(pushforward(u), wanted) / size).toBeLessThan(1e-14);
      expect(
        farthest(sparsemax.vjp(Float32Array.from(x)).pullback(Float32Array.from(u)).scores, wanted) / size,
      ).toBeLessThan(1e-5);
    }
  });

  test("a batch is its rows, of one mass or one each", () => {
    const x = normals(3 * 50, 1);
    const gamma = [1, 0.8, 3];
    for (const array of arrays) {
      const one = sparsemax(array.from(x), { shape: [3, 50] });
      const each = sparsemax(array.from(x), { shape: [3, 50], gamma });
      for (let r = 0; r < 3; r++) {
        const row = x.slice(50 * r, 50 * r + 50);
        expect(farthest(one.slice(50 * r, 50 * r + 50), simplexProjection(row))).toBeLessThan(1e-6);
        const mass = Array.from(each.slice(50 * r, 50 * r + 50), (weight) => weight * gamma[r]!);
        expect(farthest(mass, simplexProjection(row, gamma[r]))).toBeLessThan(2e-6);
      }
    }
  });

  test("the derivative of the sum of squares in a direction", () => {
    for (let seed = 1; seed <= 20; seed++) {
      const x = positives(20, seed);
      const direction = normals(20, seed + 1);
      const length = Math.hypot(...direction);
      const { weights, pullback } = sparsemax.vjp(x, { shape: [4, 5] });
      const slope = pullback(weights.map((weight) => 2 * weight)).scores;
      const got = slope.reduce((total, value, i) => total + (value * direction[i]!) / length, 0);
      const squares = (t: number) => {
        const moved = x.map((score, i) => score + (t * direction[i]!) / length);
        const rows = [0, 1, 2, 3].flatMap((r) => simplexProjection(moved.slice(5 * r, 5 * r + 5)));
        return [rows.reduce((total, weight) => total + weight * weight, 0)];
      };
      const [wanted] = differences(([t]) => squares(t!), [0], [1]);
      if (wanted !== undefined) expect(got).toBeCloseTo(wanted, 6);
    }
  });
});

describe("box sections and the hypercube", () => {
  test("0 <= y <= 1 with sum y = budget, where that binds, and the Jacobian on the entries in between", () => {
    for (let seed = 1; seed <= 40; seed++) {
      const budget = 1 + (seed % 4);
      const x = normals(10, seed).map((score) => score + 2);
      const wanted = budgetProjection(x, budget);
      const { weights, pullback } = budgetmax.vjp(x, { budget });
      expect(farthest(weights, wanted)).toBeLessThan(1e-14);
      expect(sumOf(weights)).toBeCloseTo(budget, 12);
      const between = weights.map((weight) => (weight < 1 ? weight : 0));
      const u = normals(10, seed + 1);
      expect(farthest(pullback(u).scores, multiply(projectionMatrix(between), u))).toBeLessThan(1e-14);
    }
  });

  test("a section of mass 1 is the simplex, with the same Jacobian", () => {
    for (let seed = 1; seed <= 40; seed++) {
      // Scores above 1 in sum, so that the section binds.
      const x = positives(10, seed).map((score) => score + 0.2);
      const u = normals(10, seed);
      const [one, other] = [budgetmax.vjp(x, { budget: 1 }), sparsemax.vjp(x)];
      expect(farthest(one.weights, other.weights)).toBeLessThan(1e-14);
      expect(farthest(one.pullback(u).scores, other.pullback(u).scores)).toBeLessThan(1e-14);
    }
  });

  test("a budget for all: the hypercube, of side 1 or, by gamma, any other", () => {
    const x = [-1, 2, 0.5, 0.9];
    expect(budgetmax(x, { budget: 4 })).toEqual([0, 1, 0.5, 0.9]);
    const side = 0.8;
    const scaled = budgetmax(x, { budget: 4, gamma: side }).map((weight) => weight * side);
    expect(farthest(scaled, [0, 0.8, 0.5, 0.8])).toBeLessThan(1e-15);
  });
});

test("the sparse simplex: the projection of the k best entries, forwards and backwards", () => {
  for (let seed = 1; seed <= 20; seed++) {
    for (const k of [1, 2, 5, 20]) {
      const x = normals(20, seed).map((score) => score / 4);
      const wanted = topk(x, k, (kept) => simplexProjection(kept));
      const { weights, pullback } = topkmax.vjp(x, { k, base: "sparsemax" });
      expect(farthest(weights, wanted)).toBeLessThan(1e-14);
      const u = normals(20, seed + 5);
      expect(farthest(pullback(u).scores, multiply(projectionMatrix(wanted), u))).toBeLessThan(1e-14);
    }
  }
});

describe("isotonic regression", () => {
  /** The library's pooling, spread over the entries of each block. */
  function pooled(values: readonly number[]): { fit: number[]; blocks: number[] } {
    const means = Float64Array.from(values);
    const starts = new Int32Array(values.length + 1);
    const count = poolAdjacentViolators(means, values.length, starts);
    const blocks = values.map((_, i) => {
      let block = 0;
      while (block + 1 < count && starts[block + 1]! <= i) block += 1;
      return block;
    });
    return { fit: blocks.map((block) => means[block]!), blocks };
  }

  const kinds: [string, (n: number, seed: number) => number[]][] = [
    ["normal", normals],
    ["rising", (n, seed) => normals(n, seed).sort((a, b) => a - b)],
    ["falling", (n, seed) => normals(n, seed).sort((a, b) => b - a)],
    ["of few levels", (n, seed) => normals(n, seed).map(Math.round)],
    ["cubed", (n, seed) => normals(n, seed).map((value) => value ** 3)],
  ];
  test.each(kinds)("%s rows: the min-max formula, falling and, turned round, rising", (_, make) => {
    for (let seed = 1; seed <= 30; seed++) {
      const n = 1 + (seed % 12);
      const values = make(n, seed);
      const { fit } = pooled(values);
      expect(farthest(fit, nonIncreasing(values))).toBeLessThan(1e-13);
      const rising = pooled(values.toReversed()).fit.toReversed();
      const negated = nonIncreasing(values.map((value) => -value)).map((value) => 0 - value);
      expect(farthest(rising, negated)).toBeLessThan(1e-13);
      // Between bounds it is the same, cut off.
      expect(fit.every((value, i) => i === 0 || value <= fit[i - 1]!)).toBe(true);
      expect(sumOf(fit)).toBeCloseTo(sumOf(values), 10);
    }
  });

  test("its Jacobian averages over blocks", () => {
    let checked = 0;
    for (let seed = 1; seed <= 20; seed++) {
      const values = normals(10, seed);
      const u = normals(10, seed + 3);
      const { fit, blocks } = pooled(values);
      const wanted = multiply(averagingMatrix(blocks), u);
      expect(groupsOf(fit, true, 1e-12)).toEqual(blocks.map((block) => blocks.indexOf(block)));
      differences(nonIncreasing, values, u).forEach((difference, i) => {
        if (difference === undefined) return;
        expect(difference).toBeCloseTo(wanted[i]!, 6);
        checked += 1;
      });
    }
    expect(checked).toBeGreaterThan(150);
  });
});

describe("the prox of total variation", () => {
  test("by level sets and dynamic programming, with its segments", () => {
    for (let seed = 1; seed <= 60; seed++) {
      const n = 1 + (seed % 17);
      const w = [normals(n, seed), normals(n, seed).map(Math.round)][seed % 2]!;
      for (const lambda of [0.01, 0.1, 0.5, 1, 5]) {
        const z = new Float64Array(n);
        const segments = new Int32Array(n);
        totalVariationProx(Float64Array.from(w), n, lambda, z, segments);
        expect(farthest(z, chainProx(w, lambda)), `${seed} ${lambda}`).toBeLessThan(1e-12);
        // A segment has one value; two that touch may have the same by a tie.
        for (let i = 1; i < n; i++) if (segments[i] === segments[i - 1]) expect(z[i]).toBe(z[i - 1]);
      }
    }
  });

  test("no penalty leaves it alone, much of it leaves the mean, and it keeps the sum", () => {
    for (let seed = 1; seed <= 20; seed++) {
      const w = normals(9, seed);
      const z = new Float64Array(9);
      totalVariationProx(Float64Array.from(w), 9, 1e-12, z, new Int32Array(9));
      expect(farthest(z, w)).toBeLessThan(1e-11);
      totalVariationProx(Float64Array.from(w), 9, 100, z, new Int32Array(9));
      expect(
        farthest(
          z,
          w.map(() => sumOf(w) / 9),
        ),
      ).toBeLessThan(1e-14);
      totalVariationProx(Float64Array.from(w), 9, 0.2, z, new Int32Array(9));
      expect(sumOf(z)).toBeCloseTo(sumOf(w), 12);
      expect(farthest(fusedmax(w, { lambda: 0.2 }), simplexProjection(Array.from(z)))).toBeLessThan(1e-14);
    }
  });
});
