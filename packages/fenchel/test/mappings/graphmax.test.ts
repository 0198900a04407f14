/** graphmax: total variation on any graph, against closed forms, the chain, and an iterative oracle. */
import { describe, expect, test } from "vitest";
import { fusedmax, graphmax, sparsemax } from "../../src/index.ts";
import { dot, farthest } from "../support/backends.ts";
import { normals, onGrid, uniform } from "../support/rows-of-scores.ts";
import { byCoordinateDescent, componentsOf, firstOfGroup, type Edge } from "../support/total-variation.ts";

/** Edges in the form that is never ambiguous. */
const flat = (edges: readonly Edge[]) => Int32Array.from(edges.flat());

const chain = (n: number): Edge[] => Array.from({ length: n - 1 }, (_, i) => [i, i + 1]);

/** `count` random edges over n entries, without loops. */
function randomEdges(n: number, count: number, seed: number): Edge[] {
  const next = uniform(seed);
  return Array.from({ length: count }, () => {
    const i = Math.floor(next() * n);
    return [i, (i + 1 + Math.floor(next() * (n - 1))) % n];
  });
}

describe("by hand", () => {
  test("one edge joins two entries, wherever they stand", () => {
    expect(graphmax([1, 0.2, 0.9], { edges: [[0, 2]], lambda: 0.1 })).toEqual([0.5, 0, 0.5]);
    expect(Array.from(graphmax.groups([1, 0.2, 0.9], { edges: [[0, 2]], lambda: 0.1 }))).toEqual([0, -1, 0]);
  });

  test("a star: the centre loses lambda an edge, and joins its leaves once it meets them", () => {
    const edges: Edge[] = [
      [0, 1],
      [0, 2],
      [0, 3],
    ];
    for (const t of [0.1, 0.3, 0.5, 0.9]) {
      // z0 = t - 3 lambda against lambda at the leaves.
      const lift = Math.max(t - 4 * 0.05, 0);
      const weights = graphmax([t, 0, 0, 0], { edges, lambda: 0.05 });
      const wanted = [0.25 + 0.75 * lift, 0.25 - 0.25 * lift, 0.25 - 0.25 * lift, 0.25 - 0.25 * lift];
      expect(farthest(weights, wanted)).toBeLessThan(1e-15);
    }
  });

  test("equal values that no path joins are different groups", () => {
    const options = { edges: Int32Array.of(0, 1, 2, 3), lambda: 0.2 };
    const x = [1, 0.8, 0.9, 0.9];
    expect(farthest(graphmax(x, options), [0.25, 0.25, 0.25, 0.25])).toBeLessThan(1e-15);
    expect(firstOfGroup(graphmax.groups(x, options))).toEqual([0, 0, 2, 2]);
    // Each pair is averaged by itself: J (1, 0, 0, 0) = (1/2, 1/2, 0, 0) less its mean.
    const moved = graphmax.jvp(x, options).pushforward([1, 0, 0, 0]);
    expect(farthest(moved, [0.25, 0.25, -0.25, -0.25])).toBeLessThan(1e-15);
  });
});

describe("a chain is fusedmax", () => {
  const rows: [string, (n: number, seed: number) => number[]][] = [
    ["normal", normals],
    ["tied", (n, seed) => onGrid(normals(n, seed), 0.5)],
    ["rising", (n) => Array.from({ length: n }, (_, i) => i / n)],
  ];
  test.each(rows)("%s rows", (_, make) => {
    for (let seed = 1; seed <= 120; seed++) {
      const n = 1 + (seed % 23);
      const x = make(n, seed);
      const u = normals(n, seed + 500);
      const shared = { lambda: [0.003, 0.05, 0.4, 7][seed % 4]!, gamma: [0.2, 1, 6][seed % 3]! };
      const options = { ...shared, edges: chain(n) };
      const ours = graphmax.vjp(x, options);
      const theirs = fusedmax.vjp(x, shared);
      expect(farthest(ours.weights, theirs.weights)).toBeLessThan(1e-13);
      expect(graphmax.max(x, options)[0]).toBeCloseTo(fusedmax.max(x, shared)[0]!, 11);
      expect(graphmax.gap(x, ours.weights, options)[0]).toBeLessThan(1e-12);
      if (make !== normals) continue;
      expect(firstOfGroup(graphmax.groups(x, options))).toEqual(firstOfGroup(fusedmax.groups(x, shared)));
      const mine = ours.pullback(u);
      const wanted = theirs.pullback(u);
      expect(farthest(mine.scores, wanted.scores)).toBeLessThan(1e-12);
      expect(mine.gamma).toBeCloseTo(wanted.gamma, 11);
      expect(mine.lambda).toBeCloseTo(wanted.lambda, 11);
    }
  });

  test("of 100,000 entries whose weight has far to flow", () => {
    const n = 100_000;
    const edges = Int32Array.from({ length: 2 * (n - 1) }, (_, k) => (k + 1) >> 1);
    const x = Float64Array.from({ length: n }, (_, i) => (i < n / 2 ? 0 : 0.001));
    for (const lambda of [0.3, 10, 100]) {
      const weights = graphmax(x, { edges, lambda });
      expect(farthest(weights, fusedmax(x, { lambda }))).toBeLessThan(1e-15);
    }
  });
});

describe("any graph", () => {
  test("equals sparsemax of the prox by coordinate descent, and its groups are the connected equal values", () => {
    for (let seed = 1; seed <= 40; seed++) {
      const n = 2 + (seed % 12);
      const edges = randomEdges(n, 1 + (seed % (2 * n)), seed);
      const next = uniform(seed + 70);
      const weights = edges.map(() => Math.round(3 * next()) / 2);
      const x = normals(n, seed);
      const lambda = [0.02, 0.1, 0.6][seed % 3]!;
      const y = graphmax(x, { edges: flat(edges), weights, lambda });
      const limits = weights.map((weight) => lambda * weight);
      expect(farthest(y, byCoordinateDescent(x, edges, limits, 4000)), `seed ${seed}`).toBeLessThan(1e-9);
      const joined = edges.filter((_, e) => weights[e]! > 0);
      const groups = graphmax.groups(x, { edges: flat(edges), weights, lambda });
      expect(firstOfGroup(groups), `seed ${seed}`).toEqual(componentsOf(y, joined, 1e-12));
      expect(graphmax.gap(x, y, { edges: flat(edges), weights, lambda })[0], `seed ${seed}`).toBeLessThan(1e-14);
    }
  });

  test("an edge's weight is as good as parallel edges, a flat list as pairs, either direction as the other", () => {
    const x = normals(9, 4);
    const edges = randomEdges(9, 12, 5);
    const double = graphmax(x, { edges: [...edges, ...edges], lambda: 0.07 });
    const weights = edges.map(() => 2);
    expect(farthest(graphmax(x, { edges, weights, lambda: 0.07 }), double)).toBeLessThan(1e-15);
    expect(farthest(graphmax(x, { edges, lambda: 0.14 }), double)).toBeLessThan(1e-15);
    expect(farthest(graphmax(x, { edges: flat(edges), weights, lambda: 0.07 }), double)).toBeLessThan(1e-15);
    const turned = edges.map(([i, j]): Edge => [j, i]);
    expect(farthest(graphmax(x, { edges: turned, lambda: 0.14 }), double)).toBeLessThan(1e-15);
  });

  test("no edges, or none of any weight: sparsemax", () => {
    const x = normals(12, 8);
    expect(farthest(graphmax(x, { edges: [], lambda: 3 }), sparsemax(x))).toBeLessThan(1e-15);
    const edges = chain(12);
    const weights = edges.map(() => 0);
    expect(farthest(graphmax(x, { edges, weights, lambda: 3 }), sparsemax(x))).toBeLessThan(1e-15);
  });

  test("a removed entry leaves the graph with its edges", () => {
    for (let seed = 1; seed <= 30; seed++) {
      const n = 4 + (seed % 9);
      const edges = randomEdges(n, 2 * n, seed + 9);
      const strengths = edges.map((_, e) => 1 + (e % 3));
      const x = normals(n, seed + 3);
      const u = normals(n, seed + 4);
      const mask = x.map((_, i) => Number((i * 7 + seed) % 3 !== 0));
      const kept = x.map((_, i) => i).filter((i) => mask[i] === 1);
      const inside = edges.map((_, e) => e).filter((e) => edges[e]!.every((end) => mask[end] === 1));
      const options = { edges, weights: strengths, lambda: 0.08, mask };
      const alone = {
        edges: inside.map((e): Edge => [kept.indexOf(edges[e]![0]), kept.indexOf(edges[e]![1])]),
        weights: inside.map((e) => strengths[e]!),
        lambda: 0.08,
      };
      const whole = graphmax.vjp(x, options);
      const part = graphmax.vjp(
        kept.map((i) => x[i]!),
        alone,
      );
      const expected = x.map(() => 0);
      kept.forEach((i, k) => (expected[i] = part.weights[k]!));
      expect(farthest(whole.weights, expected)).toBeLessThan(1e-14);
      const got = whole.pullback(u);
      const wanted = part.pullback(kept.map((i) => u[i]!));
      expect(got.lambda).toBeCloseTo(wanted.lambda, 12);
      expect(got.gamma).toBeCloseTo(wanted.gamma, 12);
      const groups = graphmax.groups(x, options);
      expect(groups.every((id, i) => (id === -2) === (mask[i] === 0))).toBe(true);
    }
  });

  test("one score for all: equal weights, and the connected parts are the groups", () => {
    for (let seed = 1; seed <= 20; seed++) {
      const n = 3 + 5 * seed;
      const edges = randomEdges(n, n >> 1, seed);
      const x = Array<number>(n).fill(normals(1, seed)[0]!);
      const options = { edges, lambda: [1e-3, 0.1, 40][seed % 3]! };
      const { weights, pullback } = graphmax.vjp(x, options);
      expect(farthest(weights, sparsemax(x))).toBe(0);
      const groups = firstOfGroup(graphmax.groups(x, options));
      expect(groups).toEqual(componentsOf(weights, edges, 0));
      expect(graphmax.gap(x, weights, options)[0]).toBeLessThan(1e-15);
      const u = normals(n, seed + 40);
      const mean = (members: number[]) => members.reduce((sum, i) => sum + u[i]!, 0) / members.length;
      const everyone = x.map((_, i) => i);
      const wanted = groups.map((first) => mean(everyone.filter((j) => groups[j] === first)) - mean(everyone));
      expect(farthest(pullback(u).scores, wanted)).toBeLessThan(1e-14);
    }
  });

  test("10,000 entries of a random graph: certified, and the gradients are finite differences", () => {
    const n = 10_000;
    const edges = randomEdges(n, 2 * n, 3);
    const x = normals(n, 6);
    const u = normals(n, 7);
    for (const [lambda, gamma] of [
      [0.1, 1],
      [0.03, 200],
      [0.4, 30],
    ] as const) {
      const options = { edges, lambda, gamma };
      const { weights, pullback } = graphmax.vjp(x, options);
      expect(graphmax.gap(x, weights, options)[0]).toBeLessThan(1e-10);
      expect(firstOfGroup(graphmax.groups(x, options))).toEqual(componentsOf(weights, edges, 1e-14));
      const h = 1e-7 * lambda;
      const value = (at: number) => dot(graphmax(x, { ...options, lambda: at }), u);
      const slope = (value(lambda + h) - value(lambda - h)) / (2 * h);
      expect(Math.abs(pullback(u).lambda - slope) / (1 + Math.abs(slope))).toBeLessThan(1e-5);
    }
  });

  test("its certificate bounds what any other weights lose", () => {
    const x = normals(15, 2);
    const options = { edges: randomEdges(15, 30, 2), lambda: 0.1 };
    for (let seed = 1; seed <= 20; seed++) {
      const raw = normals(15, seed).map(Math.abs);
      const total = raw.reduce((sum, value) => sum + value, 0);
      const y = raw.map((value) => value / total);
      const lost = graphmax.loss(x, y, options).loss[0]!;
      const gap = graphmax.gap(x, y, options)[0]!;
      expect(gap).toBeGreaterThanOrEqual(lost - 1e-14);
      expect(gap).toBeLessThan(lost + 1e-13);
    }
  });
});

describe("sources and targets", () => {
  test("equal pairs, as lists or typed arrays, with their weights", () => {
    for (const count of [0, 1, 3, 7, 20]) {
      const x = normals(9, count);
      const edges = randomEdges(9, count, count + 1);
      const weights = edges.map((_, e) => 1 + (e % 3));
      const sources = edges.map(([i]) => i);
      const targets = edges.map(([, j]) => j);
      const wanted = graphmax(x, { edges: flat(edges), weights, lambda: 0.1 });
      expect(graphmax(x, { edges: [sources, targets], weights, lambda: 0.1 })).toEqual(wanted);
      const typed = [Int32Array.from(sources), Int32Array.from(targets)] as const;
      expect(graphmax(x, { edges: typed, weights, lambda: 0.1 })).toEqual(wanted);
      expect(graphmax(x, { edges: [sources, Float64Array.from(targets)], weights, lambda: 0.1 })).toEqual(wanted);
    }
  });

  test("two of each: refused where pairs would be another graph, and told apart otherwise", () => {
    const x = [1, 0.8, 0.5, 0.3];
    const lambda = 0.1;
    const by = (...ends: number[]) => graphmax(x, { edges: Int32Array.of(...ends), lambda });
    expect(by(0, 1, 2, 3)).not.toEqual(by(0, 2, 1, 3));
    expect(() =>
      graphmax(x, {
        edges: [
          [0, 1],
          [2, 3],
        ],
        lambda,
      }),
    ).toThrow(
      "edges is [[0, 1], [2, 3]]: two pairs, or two sources and two targets? Give pairs flat, as Int32Array.of(",
    );
    expect(graphmax(x, { edges: [Int32Array.of(0, 1), Int32Array.of(2, 3)], lambda })).toEqual(by(0, 2, 1, 3));
    const told: [Edge, Edge, number[]][] = [
      // A path and a closed path are the same both ways, a star is no two sources and targets, and the other way round.
      [
        [0, 1],
        [1, 2],
        [0, 1, 1, 2],
      ],
      [
        [2, 1],
        [3, 2],
        [2, 1, 3, 2],
      ],
      [
        [0, 1],
        [0, 2],
        [0, 1, 0, 2],
      ],
      [
        [1, 3],
        [2, 3],
        [1, 3, 2, 3],
      ],
      [
        [0, 1],
        [0, 1],
        [0, 1, 0, 1],
      ],
      [
        [0, 0],
        [1, 2],
        [0, 1, 0, 2],
      ],
      [
        [1, 2],
        [3, 3],
        [1, 3, 2, 3],
      ],
    ];
    for (const [first, second, ends] of told) {
      expect(graphmax(x, { edges: [first, second], lambda }), JSON.stringify([first, second])).toEqual(by(...ends));
    }
    // With weights it matters which edge is which.
    expect(() =>
      graphmax(x, {
        edges: [
          [2, 1],
          [3, 2],
        ],
        weights: [1, 2],
        lambda,
      }),
    ).toThrow(/two pairs, or two sources/);
    const uneven = [
      [0, 1, 2],
      [1, 2],
    ] as const;
    expect(() => graphmax(x, { edges: uneven, lambda })).toThrow(/^edges has 3 sources and 2 targets: as many of both/);
    expect(() =>
      graphmax(x, {
        edges: [
          [0, 1, 2],
          [1, 2, 4],
        ],
        lambda,
      }),
    ).toThrow(/^edges\[2\] is \[2, 4\]: both ends/);
  });
});

test("mistakes are named", () => {
  const x = [1, 2, 3];
  expect(() => graphmax(x)).toThrow(/^edges is undefined/);
  expect(() => graphmax(x, { edges: [[0, 3]] })).toThrow("edges[0] is [0, 3]: both ends must be integers from 0 to 2");
  expect(() =>
    graphmax(x, {
      edges: [
        [0, 1],
        [0, 1.5],
      ],
    }),
  ).toThrow(RangeError);
  expect(() => graphmax(x, { edges: [[1, 1]] })).toThrow("edges[0] is [1, 1]: an edge must join two different entries");
  expect(() => graphmax(x, { edges: Int32Array.of(0, 1, 2) })).toThrow(/^edges has 3 entries/);
  expect(() => graphmax(x, { edges: [[0, 1, 2]] as unknown as Edge[] })).toThrow(/^edges\[0\] is Array\(3\)/);
  expect(() => graphmax(x, { edges: [0, 1] as unknown as Edge[] })).toThrow(/^edges\[0\] is 0/);
  expect(() => graphmax(x, { edges: chain(3), weights: [1] })).toThrow(/^weights has 1 entries/);
  expect(() => graphmax(x, { edges: chain(3), weights: [1, -1] })).toThrow(/^weights\[1\] is -1/);
  expect(() => graphmax(x, { edges: chain(3), lambda: -1 })).toThrow(/^lambda is -1/);
});
