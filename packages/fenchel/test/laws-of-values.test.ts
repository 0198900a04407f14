/** Laws that tie the weights of every mapping to its values: losses, certificates, max, differences, and groups. */
import { describe, expect, test } from "vitest";
import { registry, sparsemax } from "../src/index.ts";
import { dot, exact, farthest } from "./support/backends.ts";
import { entries, everyRow, optionsOf, sumOf, type Options } from "./support/every-row.ts";
import { normals, uniform } from "./support/rows-of-scores.ts";

describe.each(entries)("values of $name", (entry) => {
  const { mapping } = entry;

  test("its certificate and its loss bound the suboptimality of any weights", () => {
    everyRow(entry, (x, options, label, seed) => {
      const next = uniform(seed);
      const own = mapping(exact.array(x), options);
      const raw = x.map((_, i) => (own[i]! > 0 || entry.domain === "simplex" ? -Math.log(1 - next()) : 0));
      // Feasible: summing to 1, or within the least budget tested; a single number would be read as a class.
      if (entry.domain === "budget" && x.length === 1) return;
      const total = entry.domain === "budget" ? 2 * sumOf(raw) + 1e-300 : sumOf(raw);
      const y = raw.map((value) => value / total);
      const { loss, gradient } = mapping.loss(exact.array(x), x.length === 1 ? [1] : y, options);
      const [gap] = mapping.gap(exact.array(x), y, options);
      const scale = 1 + Math.max(...x.map(Math.abs));
      expect(loss[0], label).toBeGreaterThanOrEqual(0);
      expect(gap, label).toBeGreaterThanOrEqual(loss[0]! - 1e-9 * scale);
      if (x.length > 1)
        expect(
          farthest(
            gradient,
            own.map((weight, i) => weight - y[i]!),
          ),
        ).toBeLessThan(1e-12);
      const self = mapping.loss(exact.array(x), x.length === 1 ? [1] : own, options);
      expect(self.loss[0], label).toBeLessThan(1e-9 * scale);
    });
  });

  test("the weights are the gradient of max, and max is convex", () => {
    for (const n of [2, 5, 12]) {
      for (const options of optionsOf(entry, n)) {
        const x = normals(n, n + 40);
        const weights = mapping(x, options);
        const h = 1e-6;
        for (let i = 0; i < n; i++) {
          const up = mapping.max(x.with(i, x[i]! + h), options)[0]!;
          const down = mapping.max(x.with(i, x[i]! - h), options)[0]!;
          expect(Math.abs((up - down) / (2 * h) - weights[i]!), JSON.stringify(options)).toBeLessThan(2e-6);
        }
        const other = normals(n, n + 41);
        const middle = x.map((score, i) => (score + other[i]!) / 2);
        const chord = (mapping.max(x, options)[0]! + mapping.max(other, options)[0]!) / 2;
        expect(mapping.max(middle, options)[0]!).toBeLessThanOrEqual(chord + 1e-12);
      }
    }
  });

  test("gradients in scores, gamma and the own hyper-parameter equal finite differences away from kinks", () => {
    let checked = 0;
    const h = 1e-6;
    for (let seed = 1; seed <= 40; seed++) {
      const n = 2 + (seed % 9);
      for (const own of optionsOf(entry, n)) {
        const gamma = [0.5, 1, 2][seed % 3]!;
        const options: Options = { ...own, gamma };
        const x = normals(n, 100 + seed);
        const u = normals(n, 200 + seed);
        const shapeOf = (scores: number[], at: Options) => {
          const weights = mapping(scores, at);
          const bounded = entry.domain === "budget";
          const support = Array.from(weights, (weight) => (bounded && weight >= 1 ? 2 : Number(weight > 0))).join();
          return support + Array.from(mapping.groups?.(scores, at) ?? []).join();
        };
        const value = (scores: number[], at: Options) => dot(mapping(scores, at), u);
        const difference = (up: [number[], Options], down: [number[], Options]) => {
          if (shapeOf(...up) !== shapeOf(...down)) return undefined;
          return (value(...up) - value(...down)) / (2 * h);
        };
        const gradients = mapping.vjp(x, options).pullback(u) as unknown as Record<string, number | number[]>;
        const expected: [number, number | undefined, string][] = x.map((score, i) => [
          (gradients["scores"] as number[])[i]!,
          difference([x.with(i, score + h), options], [x.with(i, score - h), options]),
          `scores[${i}]`,
        ]);
        const named = [["gamma", gamma] as const];
        const { parameter } = entry;
        if (
          parameter !== null &&
          parameter.differentiable !== false &&
          Number(own[parameter.name]) - h > parameter.least
        ) {
          named.push([parameter.name as "gamma", Number(own[parameter.name])]);
        }
        for (const [name, at] of named) {
          const up = { ...options, [name]: at + h };
          const down = { ...options, [name]: at - h };
          expected.push([Number(gradients[name]), difference([x, up], [x, down]), name]);
        }
        for (const [got, wanted, what] of expected) {
          if (wanted === undefined) continue;
          const label = `${what} ${JSON.stringify(options)} seed ${seed}`;
          expect(Math.abs(got - wanted) / (1 + Math.abs(wanted)), label).toBeLessThan(2e-6);
          checked += 1;
        }
      }
    }
    expect(checked).toBeGreaterThan(100);
  });
});

describe("structured mappings", () => {
  const fused = registry.filter(({ parameter }) => parameter?.name === "lambda");

  test.each(fused)("$name at lambda 0 is sparsemax, and uniform for a large lambda", (entry) => {
    for (const n of [1, 2, 5, 9, 30]) {
      const x = normals(n, n + 3);
      const needed = entry.optionsFor?.(n) ?? {};
      expect(farthest(entry.mapping(x, { ...needed, lambda: 0 }), sparsemax(x))).toBeLessThan(1e-14);
      const even = Array.from({ length: n }, () => 1 / n);
      expect(farthest(entry.mapping(x, { ...needed, lambda: 1e3 }), even)).toBeLessThan(1e-12);
    }
  });

  test.each(fused)("$name: gamma J is a projector whose trace is the number of groups less one", (entry) => {
    for (let seed = 1; seed <= 20; seed++) {
      const n = 9;
      const x = normals(n, seed);
      const options = { ...entry.optionsFor?.(n), lambda: 0.1, gamma: 2 };
      const { pushforward } = entry.mapping.jvp(x, options);
      const columns = x.map((_, i) => pushforward(x.map((__, j) => Number(i === j))).map((value) => 2 * value));
      const twice = columns.map((column) => pushforward(column).map((value) => 2 * value));
      expect(Math.max(...columns.map((column, i) => farthest(column, twice[i]!)))).toBeLessThan(1e-12);
      const trace = sumOf(columns.map((column, i) => column[i]!));
      const groups = new Set(Array.from(entry.mapping.groups!(x, options)).filter((id) => id >= 0));
      expect(trace).toBeCloseTo(groups.size - 1, 10);
    }
  });
});
