/** tvmax: total variation on a grid, against closed forms, an iterative oracle and finite differences. */
import { describe, expect, test } from "vitest";
import { fusedmax, graphmax, tvmax } from "../../src/index.ts";
import { dot, farthest } from "../support/backends.ts";
import { normals, onGrid } from "../support/rows-of-scores.ts";
import { byCoordinateDescent, componentsOf, firstOfGroup, gridEdges } from "../support/total-variation.ts";

const shapes = [
  [1, 1],
  [1, 7],
  [6, 1],
  [2, 2],
  [3, 5],
  [7, 4],
  [8, 8],
] as const;

test("2 by 2, one score above the others: its lead over each is (t - 8 lambda / 3)+", () => {
  for (const t of [0, 0.1, 0.3, 0.5, 1]) {
    const lead = Math.max(t - (8 * 0.1) / 3, 0);
    const rest = (1 - lead) / 4;
    const weights = tvmax([0, 0, t, 0], { grid: [2, 2], lambda: 0.1 });
    expect(farthest(weights, [rest, rest, rest + lead, rest])).toBeLessThan(1e-15);
  }
});

test("one row or one column is fusedmax; any grid is graphmax on its edges", () => {
  for (let seed = 1; seed <= 70; seed++) {
    const [height, width] = shapes[seed % shapes.length]!;
    const x = normals(height * width, seed);
    const u = normals(height * width, seed + 1);
    const shared = { lambda: [0.01, 0.1, 1][seed % 3]!, gamma: [0.5, 3, 40][seed % 3]! };
    const { weights, pullback } = tvmax.vjp(x, { ...shared, grid: [height, width] });
    const gradient = pullback(u);
    const others = [graphmax.vjp(x, { ...shared, edges: gridEdges(height, width) })];
    if (height === 1 || width === 1) others.push(fusedmax.vjp(x, shared));
    for (const other of others) {
      expect(farthest(weights, other.weights)).toBeLessThan(1e-13);
      const wanted = other.pullback(u);
      expect(farthest(gradient.scores, wanted.scores)).toBeLessThan(1e-12);
      expect(gradient.lambda).toBeCloseTo(wanted.lambda, 11);
      expect(gradient.gamma).toBeCloseTo(wanted.gamma, 11);
    }
  }
});

test("transposing the grid transposes the weights", () => {
  const [height, width] = [5, 9];
  const x = normals(45, 3);
  const transposed = (values: readonly number[]) =>
    Array.from({ length: 45 }, (_, k) => values[(k % height) * width + Math.floor(k / height)]!);
  for (const lambda of [0.02, 0.1, 0.5]) {
    const turned = tvmax(transposed(x), { grid: [width, height], lambda, gamma: 3 });
    expect(farthest(turned, transposed(tvmax(x, { grid: [height, width], lambda, gamma: 3 })))).toBeLessThan(1e-14);
  }
});

test("equals sparsemax of the prox by coordinate descent; groups are the connected regions of one weight", () => {
  for (let seed = 1; seed <= 42; seed++) {
    const [height, width] = shapes[seed % shapes.length]!;
    const grid = [height, width] as const;
    const edges = gridEdges(height, width);
    const lambda = [0.02, 0.1, 0.4][seed % 3]!;
    const v = (seed % 2 === 0 ? normals(height * width, seed) : onGrid(normals(height * width, seed), 0.25)).map(
      (score) => score / (1 + (seed % 4)),
    );
    const weights = tvmax(v, { grid, lambda });
    const limits = edges.map(() => lambda);
    expect(farthest(weights, byCoordinateDescent(v, edges, limits, 4000)), `seed ${seed}`).toBeLessThan(1e-8);
    expect(firstOfGroup(tvmax.groups(v, { grid, lambda })), `seed ${seed}`).toEqual(
      componentsOf(weights, edges, 1e-12),
    );
    expect(tvmax.gap(v, weights, { grid, lambda })[0]).toBeLessThan(1e-14);
  }
});

test("two regions of the same weight that do not touch are two groups", () => {
  const x = [1, 1, 0, 0, 0, 0, 0, 1, 1];
  const options = { grid: [3, 3] as const, lambda: 0.01 };
  const weights = tvmax(x, options);
  expect(weights[0]).toBeCloseTo(weights[8]!, 15);
  expect(firstOfGroup(tvmax.groups(x, options))).toEqual([0, 0, -1, -1, -1, -1, -1, 7, 7]);
});

test("a removed entry leaves the grid: no neighbours across a hole", () => {
  // The middle column is removed, so the outer columns fall apart.
  const x = [1, 9, 0.9, 0.8, 9, 0.7];
  const mask = [1, 0, 1, 1, 0, 1];
  const weights = tvmax(x, { grid: [2, 3], lambda: 0.2, mask });
  expect(farthest(weights, [0.3, 0, 0.2, 0.3, 0, 0.2])).toBeLessThan(1e-15);
  expect(firstOfGroup(tvmax.groups(x, { grid: [2, 3], lambda: 0.2, mask }))).toEqual([0, -2, 2, 0, -2, 2]);
  const holed = x.with(1, -Infinity).with(4, -Infinity);
  expect(tvmax(holed, { grid: [2, 3], lambda: 0.2 })).toEqual(weights);
});

describe("large and hostile grids", () => {
  const n = 64;
  const images: [string, (row: number, column: number) => number][] = [
    ["ramp", (i, j) => (i * n + j) / n ** 2],
    ["checkerboard", (i, j) => (i + j) % 2],
    ["equal", () => 3],
    ["bump", (i, j) => Math.exp(-((i - 32) ** 2 + (j - 32) ** 2) / 200)],
    ["powers of 2", (i, j) => 2 ** -(i * n + j)],
    ["waves", (i, j) => Math.sin(i * j)],
    ["two halves", (i) => (i < 32 ? 0 : 0.01)],
  ];
  test.each(images)("%s: certified to rounding, with connected groups", (_, height) => {
    const x = Float64Array.from({ length: n * n }, (_, k) => height(Math.floor(k / n), k % n));
    const edges = gridEdges(n, n);
    for (const [lambda, gamma] of [
      [0.1, 1],
      [0.003, 20],
      [2, 0.05],
      [0, 1],
    ] as const) {
      const options = { grid: [n, n] as const, lambda, gamma };
      const weights = tvmax(x, options);
      expect(tvmax.gap(x, weights, options)[0]! / gamma).toBeLessThan(1e-12);
      const groups = tvmax.groups(x, options);
      if (lambda > 0) expect(firstOfGroup(groups)).toEqual(componentsOf(weights, edges, 1e-14));
      else expect(new Set(groups.filter((id) => id >= 0)).size).toBe(weights.filter((weight) => weight > 0).length);
    }
  });

  test("scores of any size: 1e7 apart, 1e-9 apart, temperatures from 1e-6 to 1e6", () => {
    const x = normals(100, 5);
    for (const scale of [1e-9, 1, 1e7]) {
      for (const gamma of [1e-6, 1, 1e6]) {
        const scores = x.map((score) => scale * score);
        const options = { grid: [10, 10] as const, lambda: 0.1, gamma };
        const weights = tvmax(scores, options);
        const relative = tvmax.gap(scores, weights, options)[0]! / (gamma + scale);
        expect(relative, `scale ${scale} gamma ${gamma}`).toBeLessThan(1e-13);
      }
    }
  });
});

test("gradients in scores, gamma and lambda under a mask equal finite differences", () => {
  const grid = [4, 5] as const;
  const h = 1e-6;
  let checked = 0;
  for (let seed = 1; seed <= 25; seed++) {
    const x = normals(20, seed + 60);
    const u = normals(20, seed + 90);
    const mask = x.map((_, i) => Number((i + seed) % 4 !== 0));
    const at = { grid, mask, lambda: 0.06, gamma: 2 };
    const gradient = tvmax.vjp(x, at).pullback(u);
    const groupsAt = (scores: number[], options: typeof at) => Array.from(tvmax.groups(scores, options)).join();
    const compare = (got: number, up: [number[], typeof at], down: [number[], typeof at]) => {
      if (firstOfGroup(tvmax.groups(...up)).join() !== firstOfGroup(tvmax.groups(...down)).join()) return;
      expect(groupsAt(...up)).toBe(groupsAt(...down));
      expect(got).toBeCloseTo((dot(tvmax(...up), u) - dot(tvmax(...down), u)) / (2 * h), 6);
      checked += 1;
    };
    x.forEach((score, i) => compare(gradient.scores[i]!, [x.with(i, score + h), at], [x.with(i, score - h), at]));
    compare(gradient.lambda, [x, { ...at, lambda: 0.06 + h }], [x, { ...at, lambda: 0.06 - h }]);
    compare(gradient.gamma, [x, { ...at, gamma: 2 + h }], [x, { ...at, gamma: 2 - h }]);
  }
  expect(checked).toBeGreaterThan(500);
});

test("mistakes are named", () => {
  const x = [1, 2, 3, 4];
  expect(() => tvmax(x)).toThrow(/^grid is undefined: \[height, width\] is needed/);
  expect(() => tvmax(x, { grid: [2, 3] })).toThrow("grid [2, 3] has 6 entries but a row has 4");
  expect(() => tvmax(x, { grid: [2.5, 2] })).toThrow(/^grid\[0\] is 2\.5/);
  expect(() => tvmax(x, { grid: [2] as unknown as [number, number] })).toThrow(/^grid is Array\(1\)/);
  expect(() => tvmax(x, { grid: [-2, -2] })).toThrow(/^grid\[0\] is -2/);
});
