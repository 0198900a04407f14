/**
 * Properties that the tests of torchsparseattn (sparse-structured-attention) ask for, of this library: fusedmax, oscarmax
 * and sparsemax against slow definitions, their Jacobian products against matrices built from the groups, finite
 * differences, and an attention regression over sentences of different lengths that learns.
 */
import { describe, expect, test } from "vitest";
import { fusedmax, graphmax, oscarmax, sparsemax, tvmax, type AnyMapping } from "../../src/index.ts";
import { farthest } from "../support/backends.ts";
import {
  averagingMatrix,
  chainProx,
  differences,
  fusedmaxOf,
  graphProx,
  groupsOf,
  multiply,
  oscarmaxOf,
  pairwiseMaxProx,
  projectionMatrix,
  simplexProjection,
} from "../support/oracles.ts";
import { normals, uniform } from "../support/rows-of-scores.ts";
import { gridEdges, type Edge } from "../support/total-variation.ts";

const lambdas = [0.001, 0.01, 0.1, 1];
const any = (mapping: unknown) => mapping as AnyMapping;

interface Structured {
  readonly name: string;
  readonly mapping: AnyMapping;
  readonly prox: (v: readonly number[], lambda: number) => number[];
  readonly sideBySide: boolean;
}

const both: Structured[] = [
  { name: "fusedmax", mapping: any(fusedmax), prox: chainProx, sideBySide: true },
  { name: "oscarmax", mapping: any(oscarmax), prox: pairwiseMaxProx, sideBySide: false },
];

describe.each(both)("$name", ({ mapping, prox, sideBySide }) => {
  test.each(lambdas)("lambda %d: weights and groups are those of the prox, projected", (lambda) => {
    for (let seed = 1; seed <= 30; seed++) {
      const x = normals(15, seed);
      for (const gamma of [1, 5]) {
        const v = x.map((score) => score / gamma);
        const z = prox(v, lambda);
        const weights = mapping(x, { lambda, gamma });
        expect(farthest(weights, simplexProjection(z)), `seed ${seed}`).toBeLessThan(1e-11);
        const groups = Array.from(mapping.groups!(x, { lambda, gamma }));
        const wanted = groupsOf(z, sideBySide).map((id, i) => (weights[i]! > 0 ? id : -1));
        const first = groups.map((id, i) => (id < 0 ? id : groups.indexOf(groups[i]!)));
        expect(first, `seed ${seed}`).toEqual(wanted);
      }
    }
  });

  test.each(lambdas)(
    "lambda %d: products with the Jacobian are those of the matrices of groups and support",
    (lambda) => {
      for (let seed = 1; seed <= 30; seed++) {
        const x = normals(15, seed);
        const u = normals(15, seed + 100);
        for (const gamma of [1, 5]) {
          const z = prox(
            x.map((score) => score / gamma),
            lambda,
          );
          const weights = simplexProjection(z).map((weight) => (weight < 1e-12 ? 0 : weight));
          const averaged = multiply(averagingMatrix(groupsOf(z, sideBySide)), multiply(projectionMatrix(weights), u));
          const wanted = averaged.map((value) => value / gamma);
          const options = { lambda, gamma };
          expect(farthest(mapping.vjp(x, options).pullback(u).scores, wanted), `seed ${seed}`).toBeLessThan(1e-11);
          expect(farthest(mapping.jvp(x, options).pushforward(u), wanted), `seed ${seed}`).toBeLessThan(1e-11);
          const single = mapping.vjp(Float32Array.from(x), options).pullback(Float32Array.from(u)).scores;
          expect(farthest(single, wanted), `seed ${seed}`).toBeLessThan(1e-5);
        }
      }
    },
  );

  test.each(lambdas)("lambda %d: gradients are finite differences", (lambda) => {
    let checked = 0;
    const definition = (v: readonly number[]) => simplexProjection(prox(v, lambda));
    for (let seed = 1; seed <= 12; seed++) {
      const x = normals(12, seed).map((score) => score / 2);
      const u = normals(12, seed + 200);
      const { scores } = mapping.vjp(x, { lambda }).pullback(u);
      differences(definition, x, u, 1e-4).forEach((wanted, i) => {
        if (wanted === undefined) return;
        expect(Math.abs(scores[i]! - wanted), `seed ${seed} entry ${i}`).toBeLessThan(1e-6);
        checked += 1;
      });
      const slope = (mapping.vjp(x, { lambda }).pullback(u) as unknown as { lambda: number }).lambda;
      const value = ([t]: readonly number[]) => simplexProjection(prox(x, t!)).map((y, i) => y * u[i]!);
      const ones = x.map(() => 1);
      const difference = differences(([t]) => [value([t!]).reduce((a, b) => a + b, 0)], [lambda], ones, 1e-5)[0];
      if (difference === undefined) continue;
      expect(Math.abs(slope - difference), `lambda, seed ${seed}`).toBeLessThan(1e-4 * (1 + Math.abs(difference)));
    }
    expect(checked).toBeGreaterThan(100);
  });
});

test("sparsemax: gradients are finite differences, and its Jacobian the matrix of the support", () => {
  for (let seed = 1; seed <= 30; seed++) {
    const x = normals(20, seed);
    const u = normals(20, seed + 100);
    const { weights, pullback } = sparsemax.vjp(x);
    const { scores } = pullback(u);
    expect(farthest(scores, multiply(projectionMatrix(weights), u))).toBeLessThan(1e-14);
    differences((v) => simplexProjection(v), x, u).forEach((wanted, i) => {
      if (wanted !== undefined) expect(scores[i]).toBeCloseTo(wanted, 6);
    });
  }
});

describe("total variation on grids and graphs, by trying every set of entries", () => {
  test.each(lambdas)("lambda %d: weights, and products with the Jacobian", (lambda) => {
    const shapes = [
      [2, 2],
      [2, 3],
      [3, 3],
      [2, 4],
      [1, 7],
    ] as const;
    for (let seed = 1; seed <= 10; seed++) {
      const [height, width] = shapes[seed % shapes.length]!;
      const n = height * width;
      const next = uniform(seed);
      const random = Array.from({ length: n }, (): Edge => {
        const i = Math.floor(next() * n);
        return [i, (i + 1 + Math.floor(next() * (n - 1))) % n];
      });
      const strengths = random.map(() => Math.round(4 * next()) / 2);
      const x = normals(n, seed);
      const u = normals(n, seed + 40);
      const grid = gridEdges(height, width);
      const cases = [
        [any(tvmax), { lambda, grid: [height, width] }, grid, grid.map(() => lambda)],
        [
          any(graphmax),
          { lambda, edges: Int32Array.from(random.flat()), weights: strengths },
          random,
          strengths.map((strength) => lambda * strength),
        ],
      ] as const;
      for (const [mapping, options, edges, limits] of cases) {
        const z = graphProx(x, edges, limits);
        const weights = simplexProjection(z);
        expect(farthest(mapping(x, options), weights), `${mapping.mappingName} ${seed}`).toBeLessThan(1e-11);
        expect(farthest(mapping(Float32Array.from(x), options), weights)).toBeLessThan(2e-6);
        const groups = Array.from(mapping.groups!(x, options));
        const averaging = averagingMatrix(groups.map((id, i) => (id < 0 ? n + i : id)));
        const cut = weights.map((weight) => (weight < 1e-12 ? 0 : weight));
        const wanted = multiply(averaging, multiply(projectionMatrix(cut), u));
        expect(farthest(mapping.vjp(x, options).pullback(u).scores, wanted)).toBeLessThan(1e-11);
        // Entries of one group have one value of the prox.
        groups.forEach((id, i) => {
          if (id >= 0) expect(Math.abs(z[i]! - z[groups.indexOf(id)]!)).toBeLessThan(1e-11);
        });
      }
    }
  });
});

describe("an attention regression over sentences of 1 to 10 words", () => {
  const [samples, most, features] = [20, 10, 50];
  const learners = [
    ["sparsemax", any(sparsemax), {}, (v: readonly number[]) => simplexProjection(v)],
    ["fusedmax", any(fusedmax), { lambda: 0.1 }, (v: readonly number[]) => fusedmaxOf(v, 0.1)],
    ["oscarmax", any(oscarmax), { lambda: 0.01 }, (v: readonly number[]) => oscarmaxOf(v, 0.01)],
  ] as const;

  test.each(learners)(
    "%s: the loss falls, and only words within a sentence are attended to",
    (_, mapping, options, definition) => {
      const next = uniform(1);
      const lengths = Array.from({ length: samples }, () => 1 + Math.floor(next() * most));
      const words = normals(samples * most * features, 2);
      const word = (s: number, k: number) => words.slice((s * most + k) * features, (s * most + k + 1) * features);
      const targets = normals(samples, 3);
      const template = normals(features, 4).map((value) => value / 20);
      const loss = () => {
        const scores = Array.from({ length: samples * most }, (__, i) =>
          word(Math.floor(i / most), i % most).reduce((total, value, f) => total + value * template[f]!, 0),
        );
        const { weights, pullback } = mapping.vjp(scores, { ...options, shape: [samples, most], lengths });
        // The prediction of a sentence is the sum over features of its words' weighted mean.
        const sums = Array.from({ length: samples * most }, (__, i) =>
          word(Math.floor(i / most), i % most).reduce((total, value) => total + value, 0),
        );
        const errors = targets.map((target, s) =>
          Array.from({ length: most }, (__, k) => weights[s * most + k]! * sums[s * most + k]!).reduce(
            (total, value) => total + value,
            -target,
          ),
        );
        const cotangent = sums.map((value, i) => (2 * errors[Math.floor(i / most)]! * value) / samples);
        const slope = pullback(cotangent).scores;
        for (let s = 0; s < samples; s++) {
          const row = scores.slice(s * most, s * most + lengths[s]!);
          expect(farthest(weights.slice(s * most, s * most + lengths[s]!), definition(row))).toBeLessThan(1e-10);
          for (let k = lengths[s]!; k < most; k++) {
            expect(weights[s * most + k]).toBe(0);
            expect(slope[s * most + k]).toBe(0);
          }
        }
        const gradient = template.map((__, f) =>
          slope.reduce((total, value, i) => total + value * words[i * features + f]!, 0),
        );
        return { value: errors.reduce((total, error) => total + error * error, 0) / samples, gradient };
      };
      const first = loss().value;
      for (let step = 0; step < 30; step++) {
        const { gradient } = loss();
        expect(gradient).toHaveLength(features);
        gradient.forEach((value, f) => (template[f]! -= 1e-4 * value));
      }
      expect(loss().value).toBeLessThan(first);
    },
  );
});
