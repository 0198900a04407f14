/** Worked examples of the core mappings, and where the released form of oscarmax is not the argmax. */
import { describe, expect, test } from "vitest";
import { fusedmax, oscarmax, softmax, sparsemax } from "../../src/index.ts";
import { farthest } from "../support/backends.ts";
import { normals } from "../support/rows-of-scores.ts";

test("softmax and sparsemax by hand", () => {
  expect(farthest(softmax([0, Math.log(3)]), [0.25, 0.75])).toBeLessThan(1e-15);
  expect(sparsemax([0.3, -0.2, 0.9, 0.8, -1.1, 0.1])).toEqual([0, 0, 0.55, expect.closeTo(0.45, 14), 0, 0]);
  const wider = sparsemax([0.3, -0.2, 0.9, 0.8, -1.1, 0.1], { gamma: 2 });
  expect(farthest(wider, [0.1375, 0, 0.4375, 0.3875, 0, 0.0375])).toBeLessThan(1e-15);
});

describe("fusedmax", () => {
  const x = [1.3, 1.1, 0.2, 0.25, 1.9, 2, -0.5, 1];
  const u = [1, -2, 0.5, 0, 3, -1, 2, 0.5];

  test("weights, groups and gradients by hand", () => {
    expect(fusedmax([1, 2.1, 1.9], { lambda: 0.1 })).toEqual([0, 0.5, 0.5]);
    const { weights, pullback } = fusedmax.vjp(x, { gamma: 2, lambda: 0.05 });
    expect(farthest(weights, [0.1, 0.05, 0, 0, 0.425, 0.425, 0, 0])).toBeLessThan(1e-15);
    const gradient = pullback(u);
    expect(farthest(gradient.scores, [0.375, -1.125, 0, 0, 0.375, 0.375, 0, 0])).toBeLessThan(1e-15);
    expect(gradient.gamma).toBeCloseTo(-0.35625, 14);
    expect(gradient.lambda).toBeCloseTo(-2.25, 14);
    expect(Array.from(fusedmax.groups(x, { gamma: 2, lambda: 0.05 }))).toEqual([0, 1, -1, -1, 3, 3, -1, -1]);
  });

  test("kept entries become neighbours across a hole", () => {
    const holed = fusedmax([1, 9, 1.05], { lambda: 0.1, mask: [1, 0, 1] });
    expect(holed).toEqual([0.5, 0, 0.5]);
    expect(Array.from(fusedmax.groups([1, 9, 1.05], { lambda: 0.1, mask: [1, 0, 1] }))).toEqual([0, -2, 0]);
  });

  test("two entries: y1 - y2 = clip(sign(t) (|t| / gamma - 2 lambda)+, -1, 1)", () => {
    for (let t = -3; t <= 3; t += 0.37) {
      const [a, b] = fusedmax([t, 0], { gamma: 1.5, lambda: 0.2 }) as [number, number];
      const shrunk = Math.sign(t) * Math.max(Math.abs(t) / 1.5 - 0.4, 0);
      expect(a - b).toBeCloseTo(Math.min(Math.max(shrunk, -1), 1), 14);
    }
  });

  test("equals sparsemax of the prox, whose dual is solved by coordinate descent", () => {
    for (let seed = 1; seed <= 20; seed++) {
      const scores = normals(12, seed);
      const lambda = [0.05, 0.3, 1][seed % 3]!;
      // Coordinate descent on the dual |w - D^T u|^2 / 2 over |u| <= lambda converges linearly.
      const dual = new Float64Array(11);
      const z = Float64Array.from(scores);
      for (let sweep = 0; sweep < 20_000; sweep++) {
        for (let i = 0; i < 11; i++) {
          const wanted = Math.min(Math.max(dual[i]! + (z[i + 1]! - z[i]!) / 2, -lambda), lambda);
          z[i]! += wanted - dual[i]!;
          z[i + 1]! -= wanted - dual[i]!;
          dual[i] = wanted;
        }
      }
      expect(farthest(fusedmax(scores, { lambda }), sparsemax(Array.from(z)))).toBeLessThan(1e-9);
    }
  });
});

describe("oscarmax", () => {
  /** The form in the papers' released code: |x|, signs and a clip at 0, then sparsemax. */
  function released(x: number[], lambda: number): number[] {
    const n = x.length;
    const order = x.map((_, i) => i).sort((a, b) => Math.abs(x[b]!) - Math.abs(x[a]!));
    const blocks: { sum: number; members: number[] }[] = [];
    order.forEach((index, k) => {
      let block = { sum: Math.abs(x[index]!) - lambda * (n - 1 - k), members: [index] };
      while (blocks.length > 0) {
        const last = blocks.at(-1)!;
        if (last.sum / last.members.length > block.sum / block.members.length) break;
        blocks.pop();
        block = { sum: last.sum + block.sum, members: [...last.members, ...block.members] };
      }
      blocks.push(block);
    });
    const z = x.map(() => 0);
    for (const { sum, members } of blocks) {
      for (const i of members) z[i] = Math.sign(x[i]!) * Math.max(sum / members.length, 0);
    }
    return sparsemax(z);
  }

  const objective = (x: number[], y: number[], lambda: number) => {
    const sorted = y.toSorted((a, b) => b - a);
    const penalty = sorted.reduce((sum, value, k) => sum + (y.length - 1 - k) * value, 0);
    return y.reduce((sum, value, i) => sum + value * x[i]! - (value * value) / 2, 0) - lambda * penalty;
  };

  test("weights and gradients by hand", () => {
    const { weights, pullback } = oscarmax.vjp([1.3, 1.1, 0.2, 0.25, 1.9, 2, -0.5, 1], { gamma: 2, lambda: 0.02 });
    expect(farthest(weights, [0.12, 0.04, 0, 0, 0.4, 0.43, 0, 0.01])).toBeLessThan(1e-14);
    const gradient = pullback([1, -2, 0.5, 0, 3, -1, 2, 0.5]);
    expect(farthest(gradient.scores, [0.35, -1.15, 0, 0, 1.35, -0.65, 0, 0.1])).toBeLessThan(1e-14);
    expect(gradient.gamma).toBeCloseTo(-0.2775, 14);
    expect(gradient.lambda).toBeCloseTo(-2, 13);
  });

  test("the counter-examples: the released form is feasible but worse than the argmax", () => {
    const cases: [number[], number, number[], number[]][] = [
      [[1, 0.5, -0.7], 0.05, [0.725, 0.275, 0], [0.7, 0.3, 0]],
      [[0.5, 0.2, -0.4], 0.1, [0.6, 0.4, 0], [0.55, 0.45, 0]],
    ];
    for (const [x, lambda, optimum, other] of cases) {
      expect(farthest(oscarmax(x, { lambda }), optimum)).toBeLessThan(1e-14);
      expect(farthest(released(x, lambda), other)).toBeLessThan(1e-14);
      // <y, x> - Omega(y) is maximized: the released form loses, and the certificate sees exactly how much at least.
      const loss = objective(x, optimum, lambda) - objective(x, other, lambda);
      expect(loss).toBeGreaterThan(5e-4);
      expect(oscarmax.gap(x, optimum, { lambda })[0]).toBeLessThan(1e-15);
      expect(oscarmax.gap(x, other, { lambda })[0]).toBeCloseTo(loss, 12);
    }
  });

  test("no feasible point is better than the weights", () => {
    for (let seed = 1; seed <= 200; seed++) {
      const n = 3 + (seed % 6);
      const x = normals(n, seed);
      const lambda = [0.01, 0.05, 0.2][seed % 3]!;
      const best = objective(x, oscarmax(x, { lambda }), lambda);
      expect(best).toBeGreaterThanOrEqual(objective(x, released(x, lambda), lambda) - 1e-14);
      for (let trial = 0; trial < 20; trial++) {
        const raw = normals(n, 1000 * seed + trial).map((value) => Math.exp(2 * value));
        const total = raw.reduce((a, b) => a + b);
        const y = raw.map((value) => value / total);
        expect(best).toBeGreaterThanOrEqual(objective(x, y, lambda));
      }
    }
  });

  test("for scores of 0 or more whose prox is not clipped, both forms agree", () => {
    const x = [2.3, 1.9, 2.1, 1.2];
    expect(farthest(oscarmax(x, { lambda: 0.05 }), released(x, 0.05))).toBeLessThan(1e-14);
  });

  test("two entries: y1 - y2 = clip(sign(t) (|t| / gamma - lambda)+, -1, 1)", () => {
    for (let t = -3; t <= 3; t += 0.37) {
      const [a, b] = oscarmax([t, 0], { gamma: 1.5, lambda: 0.2 }) as [number, number];
      const shrunk = Math.sign(t) * Math.max(Math.abs(t) / 1.5 - 0.2, 0);
      expect(a - b).toBeCloseTo(Math.min(Math.max(shrunk, -1), 1), 14);
    }
  });
});
