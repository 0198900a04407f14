/**
 * Random rows of every mapping on both backends against slow definitions that share nothing with the library: weights,
 * values, certificates. FENCHEL_RUNS=100 takes some hundred thousand rows.
 */
import { describe, expect, test } from "vitest";
import { registry, type RegistryEntry } from "../src/index.ts";
import { backends, farthest } from "./support/backends.ts";
import { sumOf, type Options } from "./support/every-row.ts";
import { fuzz, fuzzTimeout, oneOf } from "./support/fuzz.ts";
import {
  budgetProjection,
  chainProx,
  entmaxOf,
  graphProx,
  normmaxOf,
  pairwiseMaxProx,
  simplexProjection,
  softmaxOf,
  sqPnormMaxOf,
  topk,
} from "./support/oracles.ts";
import { normals, rowKinds, uniform } from "./support/rows-of-scores.ts";
import { gridEdges, type Edge } from "./support/total-variation.ts";

interface Problem {
  readonly options: Options;
  /** Weights of the kept scores over gamma; `positions` is where they stand. */
  weigh(v: readonly number[], positions: readonly number[]): number[];
  /** Omega at gamma = 1. */
  omega(y: readonly number[], positions: readonly number[]): number;
}

const power = (y: readonly number[], exponent: number) => sumOf(y.map((weight) => weight ** exponent));
const half = (y: readonly number[]) => power(y, 2) / 2;
const entropy = (y: readonly number[]) => sumOf(y.map((weight) => (weight > 0 ? weight * Math.log(weight) : 0)));

/** Edges between kept entries, by their place among these. */
function keptEdges(edges: readonly Edge[], positions: readonly number[]): { edge: Edge; index: number }[] {
  return edges.flatMap(([i, j], index) => {
    const edge: Edge = [positions.indexOf(i), positions.indexOf(j)];
    return edge[0] < 0 || edge[1] < 0 ? [] : [{ edge, index }];
  });
}

function onGraph(options: Options, edges: readonly Edge[], strengths: readonly number[], lambda: number): Problem {
  const limits = (kept: readonly { index: number }[]) => kept.map(({ index }) => lambda * strengths[index]!);
  return {
    options,
    weigh: (v, positions) => {
      const kept = keptEdges(edges, positions);
      return simplexProjection(
        graphProx(
          v,
          kept.map(({ edge }) => edge),
          limits(kept),
        ),
      );
    },
    omega: (y, positions) => {
      const kept = keptEdges(edges, positions);
      const limit = limits(kept);
      return half(y) + sumOf(kept.map(({ edge: [i, j] }, e) => limit[e]! * Math.abs(y[i]! - y[j]!)));
    },
  };
}

const lambdaOf = (next: () => number) => oneOf([0, 0.003, 0.05, 0.1, 0.4, 2], next()) * (next() < 0.5 ? 1 : next());

/** A random problem of a mapping for rows of n entries. */
/** A random problem for rows of n entries, of which `kept` take part, by the mapping's name. */
const problems: Readonly<Record<string, (next: () => number, n: number, kept: number) => Problem>> = {
  softmax: () => ({ options: {}, weigh: softmaxOf, omega: entropy }),
  sparsemax: () => ({ options: {}, weigh: (v) => simplexProjection(v), omega: half }),
  entmax: (next) => {
    const alpha = oneOf([1, 1.5, 2, 3, 1.001 + next(), 1 + 4 * next()], next());
    const omega = (y: readonly number[]) => (power(y, alpha) - 1) / (alpha * (alpha - 1));
    return { options: { alpha }, weigh: (v) => entmaxOf(v, alpha), omega: alpha === 1 ? entropy : omega };
  },
  sqPnormMax: (next) => {
    const p = oneOf([2, 1.5, 1.1 + 0.9 * next()], next());
    return { options: { p }, weigh: (v) => sqPnormMaxOf(v, p), omega: (y) => power(y, p) ** (2 / p) / 2 };
  },
  normmax: (next) => {
    const alpha = oneOf([2, 1.1 + next(), 1.5 + 5 * next()], next());
    return { options: { alpha }, weigh: (v) => normmaxOf(v, alpha), omega: (y) => power(y, alpha) ** (1 / alpha) };
  },
  fusedmax: (next) => {
    const lambda = lambdaOf(next);
    return {
      options: { lambda },
      weigh: (v) => simplexProjection(chainProx(v, lambda)),
      omega: (y) => half(y) + lambda * sumOf(y.map((weight, i) => (i > 0 ? Math.abs(weight - y[i - 1]!) : 0))),
    };
  },
  oscarmax: (next) => {
    const lambda = lambdaOf(next) / 3;
    return {
      options: { lambda },
      weigh: (v) => simplexProjection(pairwiseMaxProx(v, lambda)),
      omega: (y) => half(y) + lambda * sumOf(y.map((a, i) => sumOf(y.slice(i + 1).map((b) => Math.max(a, b))))),
    };
  },
  tvmax: (next, n) => {
    const lambda = lambdaOf(next);
    const height = oneOf(
      [1, 2, 3].filter((rows) => n % rows === 0),
      next(),
    );
    const edges = gridEdges(height, n / height);
    const options = { lambda, grid: [height, n / height] };
    return onGraph(
      options,
      edges,
      edges.map(() => 1),
      lambda,
    );
  },
  graphmax: (next, n) => {
    const lambda = lambdaOf(next);
    const edges = Array.from({ length: n > 1 ? Math.floor(2 * n * next()) : 0 }, (): Edge => {
      const i = Math.floor(next() * n);
      return [i, (i + 1 + Math.floor(next() * (n - 1))) % n];
    });
    const weights = edges.map(() => Math.round(6 * next()) / 2);
    return onGraph({ lambda, edges: Int32Array.from(edges.flat()), weights }, edges, weights, lambda);
  },
  csparsemax: (next, _, kept) => {
    const bound = (1 + next() * kept) / Math.max(kept, 1);
    // In units of the bound: weights up to 1 with a budget that binds, as all scores are high enough to ask for more.
    const weigh = (v: readonly number[]) => {
      const lift = 2 - Math.min(...v) / bound;
      return budgetProjection(
        v.map((score) => score / bound + lift),
        1 / bound,
      ).map((share) => share * bound);
    };
    return { options: { bound }, weigh, omega: half };
  },
  budgetmax: (next) => {
    const budget = oneOf([1, 2, 0.3 + 5 * next()], next());
    return { options: { budget }, weigh: (v) => budgetProjection(v, budget), omega: half };
  },
  topkmax: (next) => {
    const k = 1 + Math.floor(next() * 6);
    const base = oneOf(["softmax", "sparsemax"] as const, next());
    const weigh = base === "softmax" ? softmaxOf : (v: readonly number[]) => simplexProjection(v);
    return { options: { k, base }, weigh: (v) => topk(v, k, weigh), omega: base === "softmax" ? entropy : half };
  },
};

test("every mapping has a definition", () => {
  expect(Object.keys(problems).toSorted()).toEqual(registry.map(({ name }) => name).toSorted());
});

describe.each(backends)("$name", (backend) => {
  test.each(registry)("$name is what its definition says", checkEntry, fuzzTimeout);

  function checkEntry({ name, mapping, optionsFor }: RegistryEntry): void {
    const double = backend.name === "float64";
    fuzz(optionsFor === undefined ? 400 : 100, (seed) => {
      const next = uniform(seed);
      const n = 1 + Math.floor(next() * (optionsFor === undefined ? 14 : 8));
      const kind = oneOf(Object.keys(rowKinds), next());
      const scale = oneOf([1, 0.1, 5], next());
      // Differences far below float32's digits are rounding, not scores.
      const x = rowKinds[kind]!(n, seed).map((score) => score * scale);
      const scores = backend.array(x);
      const gamma = oneOf([1, 0.25, 3], next());
      const mask = x.map(() => Number(next() < (next() < 0.5 ? 1 : 0.7)));
      const { options, weigh, omega } = problems[name]!(next, n, sumOf(mask));
      const call = { ...options, gamma, mask };
      const positions = mask.flatMap((keep, i) => (keep === 1 ? [i] : []));
      const label = `${kind} ${n} ${JSON.stringify(call)}`;
      const weights = Array.from(mapping(scores, call));
      mask.forEach((keep, i) => {
        if (keep === 0) expect(weights[i], label).toBe(0);
      });
      if (positions.length === 0) return;
      const v = positions.map((i) => scores[i]! / gamma);
      const wanted = weigh(v, positions);
      const got = positions.map((i) => weights[i]!);
      expect(farthest(got, wanted), label).toBeLessThan(double ? 1e-9 : 2e-6);
      wanted.forEach((weight, i) => {
        if (weight > 1e-6) expect(got[i], label).toBeGreaterThan(0);
      });
      const value = (y: readonly number[]) =>
        gamma * (y.reduce((sum, w, i) => sum + w * v[i]!, 0) - omega(y, positions));
      const best = value(wanted);
      const size = 1 + Math.max(...v.map(Math.abs)) * gamma;
      expect(Math.abs(mapping.max(scores, call)[0]! - best), label).toBeLessThan(1e-9 * size);
      // Any feasible weights on the entries of positive weight: a gap is at least what they lose, and is 0 of the best.
      const raw = normals(n, seed + 1).map((z, i) => (mask[i] === 1 && weights[i]! > 0 ? Math.abs(z) + 1e-3 : 0));
      const mass = name === "budgetmax" ? sumOf(weights) : 1;
      const others = raw.map((weight) => (weight > 0 ? Math.min((weight * mass) / sumOf(raw), 1) : 0));
      const [gap] = mapping.gap(scores, others, call);
      const lost = best - value(positions.map((i) => others[i]!));
      expect(gap, label).toBeGreaterThanOrEqual(lost - 1e-9 * size);
      expect(mapping.gap(scores, weights, call)[0], label).toBeLessThan((double ? 1e-9 : 1e-5) * size);
    });
  }
});
