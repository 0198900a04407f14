/** Scores, temperatures and penalties at both ends of what a float64 number holds. */
import { describe, expect, test } from "vitest";
import {
  budgetmax,
  fusedmax,
  graphmax,
  oscarmax,
  registry,
  sparsemax,
  topkmax,
  tvmax,
  type RegistryEntry,
} from "../../src/index.ts";
import { farthest } from "../support/backends.ts";
import { optionsOf, sumOf, type Options } from "../support/every-row.ts";
import { fuzz, fuzzTimeout, oneOf } from "../support/fuzz.ts";
import { normals, rowKinds, uniform } from "../support/rows-of-scores.ts";
import { gridEdges, type Edge } from "../support/total-variation.ts";

describe("right values", () => {
  test("a gap, a loss and a maximum at a tiny gamma are those of the scores", () => {
    for (const { name, mapping, optionsFor } of registry) {
      const options = { ...optionsFor?.(2), gamma: 1e-300 };
      expect(mapping.gap([1, 0], [0, 1], options)[0], name).toBe(1);
      expect(mapping.loss([1, 0], [1], options).loss[0], name).toBe(1);
      expect(mapping.max([1, 0], options)[0], name).toBe(1);
      expect(mapping.gap([1e308, 0], [0.5, 0.5], options)[0], name).toBeCloseTo(0.5e308, -300);
    }
  });

  test("budgetmax tells huge scores apart", () => {
    expect(budgetmax([1e160, 2e160])).toEqual([0, 1]);
    expect(budgetmax.max([1e160, 2e160])[0]).toBe(2e160);
    expect(budgetmax.gap([1e160, 2e160], [0.5, 0.5])[0]).toBeCloseTo(5e159, -150);
    expect(budgetmax.gap([1e160, 2e160], [0, 1])[0]).toBe(0);
    const options = { budget: 1.5, gamma: 1e-160 };
    expect(budgetmax([2, 1], options)).toEqual([1, 0.5]);
    expect(budgetmax.vjp([2, 1], options).pullback([1, 3])).toEqual({ scores: [0, 0], gamma: 0, budget: 3 });
    // A budget that does not bind, and one that is met exactly.
    expect(budgetmax([1e300, 0.5, -1e300], { budget: 1.5 })).toEqual([1, 0.5, 0]);
    expect(budgetmax([1e300, 1e290, -1e300], { budget: 2 })).toEqual([1, 1, 0]);
    expect(budgetmax([1e308, 1e308, -1e308], { budget: 1, gamma: 1e-308 })).toEqual([0.5, 0.5, 0]);
  });

  test("huge penalties act on huge scores as small ones on small ones", () => {
    const lambda = 0.5e160;
    expect(fusedmax([3e160, 1e160], { lambda })).toEqual([1, 0]);
    expect(oscarmax([3e160, 1e160], { lambda })).toEqual([1, 0]);
    expect(tvmax([3e160, 1e160], { lambda, grid: [1, 2] })).toEqual([1, 0]);
    expect(graphmax([3e160, 1e160], { lambda, edges: [[0, 1]] })).toEqual([1, 0]);
    // lambda times the strength of the edge is what counts.
    expect(graphmax([3, 1], { lambda: 0.5e-200, edges: [[0, 1]], weights: [1e200] })).toEqual([1, 0]);
    expect(graphmax([3, 1], { lambda: 1e-200, edges: [[0, 1]], weights: [1e300] })).toEqual([0.5, 0.5]);
    // Below the unit of huge penalties, where 1 is lost in rounding all the same.
    expect(graphmax([3e17, 1e17], { lambda: 0.5e17, edges: [[0, 1]] })).toEqual([1, 0]);
    expect(tvmax([3e17, 1e17, 0], { lambda: 0.5e17, grid: [1, 3] })).toEqual([1, 0, 0]);
    expect(fusedmax([-1e50, 2, -1e50, 1], { lambda: 1e35 })).toEqual([0, 0, 0, 1]);
  });

  test("a penalty near the largest number fuses all", () => {
    const third = 1 / 3;
    for (const lambda of [1e101, 1e200, 1e308, Number.MAX_VALUE]) {
      expect(oscarmax([1, 2, 3], { lambda })).toEqual([third, third, third]);
      expect(fusedmax([1, 2, 3], { lambda })).toEqual([third, third, third]);
      expect(farthest(tvmax([1, 2, 3, 4], { lambda, grid: [2, 2] }), [0.25, 0.25, 0.25, 0.25])).toBeLessThan(1e-15);
    }
    expect(oscarmax.max([1, 2, 3], { lambda: 1e308 })[0]).toBe(-1e308);
    // One-hot weights pay twice what uniform ones pay: more than a number holds, and yet the difference is none.
    expect(oscarmax.loss([1, 2, 3], [2], { lambda: 1e308 }).loss[0]).toBeCloseTo(1e308, -300);
    expect(oscarmax.gap([1, 2, 3], [0, 0, 1], { lambda: 1e308 })[0]).toBeCloseTo(1e308, -300);
    expect(fusedmax.max([0, 0, 0], { lambda: 1e308 })[0]).toBeCloseTo(-1 / 6, 15);
  });

  test("topkmax ranks the scores, not what rounding makes of them", () => {
    expect(topkmax([1e17, 1, 2], { k: 2, gamma: 1e17 })[1]).toBe(0);
    expect(topkmax([1e17, 1, 2], { k: 2, gamma: 1e17 })[2]).toBeGreaterThan(0.2);
    expect(topkmax([1e20, 3, 5, 4], { k: 3, base: "sparsemax", gamma: 1e21 }).map((weight) => weight > 0)).toEqual([
      true,
      false,
      true,
      true,
    ]);
    // Equal scores: the first stands.
    expect(topkmax([1e17, 2, 2], { k: 2, gamma: 1e17 })[2]).toBe(0);
  });

  test("oscarmax's certificate is tight beside scores far below", () => {
    for (const far of [-1e9, -1e16, -1e100, -1e300]) {
      const x = [1.2, 0.3, 0.9, far, 1.1, -0.4];
      for (const lambda of [0.01, 0.1, 1]) {
        const weights = oscarmax(x, { lambda });
        expect(oscarmax.gap(x, weights, { lambda })[0], `${far} ${lambda}`).toBeLessThan(1e-14);
        const near = x.map((score) => Math.max(score, -10));
        expect(farthest(weights, oscarmax(near, { lambda }))).toBeLessThan(1e-15);
      }
    }
  });

  test("float32 scores are right at temperatures that float32 cannot hold", () => {
    expect(Array.from(sparsemax(Float32Array.of(1e-40, 0), { gamma: 1e-45 }))).toEqual([1, 0]);
    expect(Array.from(sparsemax(Float32Array.of(3e38, -3e38), { gamma: 1e300 }))).toEqual([0.5, 0.5]);
    expect(farthest(sparsemax(Float32Array.of(3e38, -3e38), { gamma: 1e39 }), [0.8, 0.2])).toBeLessThan(1e-6);
  });
});

/** Rows with entries far below the others, at places that a seed chooses. */
function withFarEntries(x: readonly number[], seed: number, far: number): number[] {
  const next = uniform(seed);
  return x.map((score, i) => (i > 0 && next() < 0.3 ? -far : score));
}

describe.each(registry)("$name", (entry: RegistryEntry) => {
  const { mapping } = entry;
  const named = (gradients: unknown, name: string) => Number((gradients as Record<string, number>)[name]);

  test(
    "scores and gamma times a power of two give the same weights, and values times it",
    () => {
      fuzz(300, (seed) => {
        const next = uniform(seed);
        const n = 1 + Math.floor(next() * 9);
        const kind = oneOf(Object.keys(rowKinds), next());
        const x = rowKinds[kind]!(n, seed);
        const options: Options = { ...oneOf(optionsOf(entry, n), next()), gamma: oneOf([0.3, 1, 2.5], next()) };
        const factor = 2 ** Math.round((next() * 2 - 1) * 960);
        const scaled = x.map((score) => score * factor);
        const scaledOptions = { ...options, gamma: Number(options["gamma"]) * factor };
        const label = `${kind} ${n} ${JSON.stringify(options)} times ${factor}`;
        const weights = mapping(x, options);
        expect(mapping(scaled, scaledOptions), label).toEqual(weights);
        const rest = normals(n, seed + 1).map(Math.abs);
        const others = weights.map((weight, i) => (weight + rest[i]! / sumOf(rest)) / 2);
        const atMost = entry.domain === "budget" ? 1 / (2 * sumOf(others)) : 1;
        const y = others.map((weight) => weight * Math.min(atMost, 1));
        expect(mapping.max(scaled, scaledOptions)[0]! / factor, label).toBeCloseTo(mapping.max(x, options)[0]!, 12);
        const gap = mapping.gap(x, y, options)[0]!;
        const scaledGap = mapping.gap(scaled, y, scaledOptions)[0]!;
        expect(scaledGap === Infinity ? Infinity : scaledGap / factor, label).toBe(gap);
        const u = normals(n, seed + 2);
        const gradients = mapping.vjp(x, options).pullback(u);
        const scaledGradients = mapping.vjp(scaled, scaledOptions).pullback(u);
        // Gradients are divided by gamma, and may lose digits below the least number that has all of them.
        const lost = 2 ** -1073 * factor;
        const scores = scaledGradients.scores.map((value) => value * factor);
        expect(farthest(scores, gradients.scores), label).toBeLessThanOrEqual(lost);
        expect(Math.abs(scaledGradients.gamma * factor - gradients.gamma), label).toBeLessThanOrEqual(2 * n * lost);
        const own = entry.parameter?.name;
        if (own !== undefined && entry.parameter?.differentiable !== false) {
          expect(named(scaledGradients, own), label).toBe(named(gradients, own));
        }
      });
    },
    fuzzTimeout,
  );

  test("how far a far entry is changes no weight, and its loss by the difference", () => {
    fuzz(200, (seed) => {
      const next = uniform(seed);
      const n = 2 + Math.floor(next() * 8);
      const x = normals(n, seed);
      const options: Options = { ...oneOf(optionsOf(entry, n), next()), gamma: oneOf([0.3, 1, 2.5], next()) };
      const label = `${n} ${JSON.stringify(options)}`;
      const near = withFarEntries(x, seed, 1e6);
      const weights = mapping(near, options);
      const first = near.indexOf(-1e6);
      // Under an upper bound even far entries may be needed.
      if (near.some((score, i) => score === -1e6 && weights[i]! > 0)) return;
      for (const far of [1e30, 1e149, 1e155, 1e250, 1.7e308]) {
        const scores = withFarEntries(x, seed, far);
        expect(farthest(mapping(scores, options), weights), `${label} ${far}`).toBeLessThan(1e-9);
        expect(mapping.max(scores, options)[0], label).toBeCloseTo(mapping.max(near, options)[0]!, 8);
        if (first < 0) continue;
        const { loss } = mapping.loss(scores, [first], options);
        // A class is more than a budget or a bound below 1 allows.
        if (entry.domain !== "face" && loss[0] === Infinity && Number(options[entry.parameter!.name]) < 1) continue;
        if (entry.domain !== "face") expect(loss[0]! / far, `${label} ${far}`).toBeCloseTo(1, 9);
        const y = weights.map((weight, i) => (i === first ? 0.25 : 0.75 * weight));
        const gap = mapping.gap(scores, y, options)[0]!;
        if (gap < Infinity) expect(gap / far, `${label} ${far}`).toBeCloseTo(0.25, 9);
      }
    });
  });

  test("the certificate of the weights is 0 to rounding, however far below other scores are", () => {
    fuzz(500, (seed) => {
      const next = uniform(seed);
      const n = 2 + Math.floor(next() * 9);
      const options = oneOf(optionsOf(entry, n), next());
      const scores = withFarEntries(normals(n, seed), seed, 10 ** (2 + next() * 300));
      const gap = mapping.gap(scores, mapping(scores, options), options)[0];
      expect(gap, JSON.stringify([scores, options])).toBeLessThan(2e-14);
    });
  });

  test.runIf(entry.domain !== "face")("at a tiny gamma a gap is what the weights lose against the best score", () => {
    fuzz(200, (seed) => {
      const next = uniform(seed);
      const n = 2 + Math.floor(next() * 6);
      const size = 10 ** (next() * 500 - 200);
      const x = normals(n, seed).map((score) => (Math.abs(score) + 0.1) * size);
      const raw = normals(n, seed + 1).map((value) => Math.abs(value) + 0.01);
      const y = raw.map((value) => value / sumOf(raw) / (entry.domain === "budget" ? 2 : 1));
      const options: Options = { ...entry.optionsFor?.(n), gamma: 1e-300 };
      const wanted = Math.max(...x) - x.reduce((sum, score, i) => sum + score * y[i]!, 0);
      expect(mapping.gap(x, y, options)[0]! / wanted, JSON.stringify([x, y])).toBeCloseTo(1, 9);
      const lost = mapping.loss(x, y, options).loss[0]!;
      expect(lost / wanted, JSON.stringify([x, y])).toBeCloseTo(1, 9);
    });
  });

  test(
    "whatever finite numbers come in, weights are feasible and certified and nothing is NaN",
    () => {
      const exponents = [0, 2 ** -52, 1e-10, 0.5, 1, 1.5, 2, 10, 1e3, 1e10, 1e100, 1e300];
      fuzz(1000, (seed) => {
        const next = uniform(seed);
        const n = 1 + Math.floor(next() * 7);
        const any = () => 10 ** (next() * 600 - 300);
        const size = any();
        const one = oneOf(
          [
            () => (next() * 2 - 1) * size,
            () => (next() - 0.5) * any(),
            () => Math.round((next() * 2 - 1) * 4) * size,
            () => (next() < 0.5 ? 1.7e308 : -1.7e308) * next(),
          ],
          next(),
        );
        const x = Array.from({ length: n }, () => (next() < 0.1 ? 0 : one()));
        const gamma = oneOf([any(), Math.min(Math.max(size * 10 ** (next() * 6 - 3), 1e-320), 1e308), 1], next());
        const options: Options = { ...entry.optionsFor?.(n), gamma };
        const name = entry.parameter?.name;
        if (name === "lambda") {
          const relative = (size * 10 ** (next() * 4 - 2)) / gamma;
          options[name] = Math.min(oneOf([any(), relative, 0, 1.7e308 * next()], next()), Number.MAX_VALUE);
        } else if (name === "alpha") options[name] = 1 + 1e-15 + oneOf(exponents, next());
        else if (name === "p") options[name] = oneOf([1 + 2 ** -52, 1 + 1e-10, 1.1, 1.5, 1.9, 2], next());
        else if (name === "budget") options[name] = oneOf([1e-300, 0.3, 1, 1.5, 2, 3, 1e10, 1e300], next());
        else if (name === "k") options[name] = 1 + Math.floor(next() * 4);
        const label = JSON.stringify([x, options]);
        const weights = mapping(x, options);
        for (const weight of weights) expect(weight >= 0 && weight <= 1 + 1e-9, label).toBe(true);
        if (entry.domain !== "budget") expect(Math.abs(sumOf(weights) - 1), label).toBeLessThan(1e-9);
        const top = entry.domain === "budget" ? 0 : Math.max(...x);
        const range = Math.max(...x.map((score, i) => (weights[i]! > 0 ? 2 * Math.abs(score / 2 - top / 2) : 0)));
        const penalty = name === "lambda" ? Number(options["lambda"]) * gamma * n : 0;
        expect(mapping.gap(x, weights, options)[0]!, label).toBeLessThanOrEqual(1e-9 * (gamma + range + penalty));
        expect(mapping.max(x, options)[0], label).not.toBeNaN();
        expect(mapping.loss(x, [Math.floor(next() * n)], options).loss[0], label).not.toBeNaN();
        const { scores, ...others } = mapping.vjp(x, options).pullback(normals(n, seed));
        for (const value of [...scores, ...Object.values(others)]) expect(value, label).not.toBeNaN();
      });
    },
    fuzzTimeout,
  );
});

/**
 * The largest set S with the greatest mean of scores less lambda times the penalty of S: where the prox of a penalty that
 * is the Lovasz extension of a set function is greatest. Undefined when that set is no single group.
 */
function topSet(
  scores: readonly number[],
  lambda: number,
  penalty: (set: number) => number,
  joined: (set: number) => boolean,
): number | undefined {
  const n = scores.length;
  let best = 0;
  let sum = 0;
  let size = 0;
  for (let set = 1; set < 1 << n; set++) {
    const members = scores.filter((_, i) => (set >> i) & 1);
    const value = sumOf(members) - lambda * penalty(set);
    const more = size === 0 ? 1 : value * size - sum * members.length;
    if (more > 0 || (more === 0 && members.length > size)) [best, sum, size] = [set, value, members.length];
    else if (more === 0 && (set & best) !== set) return undefined;
  }
  return joined(best) ? best : undefined;
}

function isConnected(set: number, edges: readonly Edge[]): boolean {
  let reached = set & -set;
  for (let round = 0; round < 32; round++) {
    for (const [i, j] of edges) {
      if (((set >> i) & 1) === 0 || ((set >> j) & 1) === 0) continue;
      if ((((reached >> i) | (reached >> j)) & 1) === 1) reached |= (1 << i) | (1 << j);
    }
  }
  return reached === set;
}

const cut = (edges: readonly Edge[]) => (set: number) =>
  edges.filter(([i, j]) => ((set >> i) & 1) !== ((set >> j) & 1)).length;

test("huge scores and penalties: all weight goes to the set where the prox is greatest, by trying every set", () => {
  let checked = 0;
  fuzz(600, (seed) => {
    const next = uniform(seed);
    const n = 2 + Math.floor(next() * 5);
    const x = Array.from({ length: n }, () => Math.round(next() * 12) - 6);
    const lambda = oneOf([0.25, 0.5, 1, 2, 3], next());
    const size = 2 ** Math.round(60 + next() * 900);
    const gamma = 2 ** Math.round(next() * 40 - 20);
    const scores = x.map((score) => score * size * gamma);
    const chain = Array.from({ length: n - 1 }, (_, i): Edge => [i, i + 1]);
    const random = Array.from({ length: 2 * n }, (): Edge => {
      const i = Math.floor(next() * n);
      return [i, (i + 1 + Math.floor(next() * (n - 1))) % n];
    });
    const pairsTouched = (set: number) => {
      const others = n - x.filter((_, i) => (set >> i) & 1).length;
      return (n * (n - 1) - others * (others - 1)) / 2;
    };
    const options = { lambda: lambda * size, gamma };
    const cases = [
      [fusedmax(scores, options), cut(chain), chain],
      [tvmax(scores, { ...options, grid: [1, n] }), cut(chain), chain],
      [graphmax(scores, { ...options, edges: random }), cut(random), random],
      [oscarmax(scores, options), pairsTouched, null],
      ...(n === 4 || n === 6
        ? [[tvmax(scores, { ...options, grid: [2, n / 2] }), cut(gridEdges(2, n / 2)), gridEdges(2, n / 2)] as const]
        : []),
    ] as const;
    for (const [weights, penalty, edges] of cases) {
      const set = topSet(x, lambda, penalty, (found) => edges === null || isConnected(found, edges));
      if (set === undefined) continue;
      const members = x.map((_, i) => (set >> i) & 1);
      const wanted = members.map((member) => member / sumOf(members));
      expect(farthest(weights, wanted), JSON.stringify([x, lambda, size, gamma, edges])).toBeLessThan(1e-12);
      checked += 1;
    }
  });
  expect(checked).toBeGreaterThan(0);
});

test("budgetmax of huge scores spends its budget from the best score down, equal ones sharing", () => {
  fuzz(500, (seed) => {
    const next = uniform(seed);
    const n = 1 + Math.floor(next() * 6);
    const levels = Array.from({ length: n }, () => Math.round(next() * 8) - 3);
    const size = 10 ** (20 + next() * 280);
    const gamma = 10 ** -(next() * 300);
    const budget = oneOf([0.5, 1, 1.5, 2, 3.25], next());
    let left = budget;
    const wanted = levels.map(() => 0);
    for (let level = 5; level > 0; level--) {
      const tied = levels.flatMap((value, i) => (value === level ? [i] : []));
      const share = tied.length === 0 ? 0 : Math.min(1, left / tied.length);
      for (const i of tied) wanted[i] = share;
      left -= share * tied.length;
    }
    const weights = budgetmax(
      levels.map((level) => level * size),
      { budget, gamma },
    );
    expect(farthest(weights, wanted), JSON.stringify([levels, size, gamma, budget])).toBeLessThan(1e-12);
  });
});
