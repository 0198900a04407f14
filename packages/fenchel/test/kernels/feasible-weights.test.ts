/** The weights of every mapping are feasible to its own certificate, on both backends, wherever rounding gathers. */
import { describe, expect, test } from "vitest";
import { fusedmax, registry, sparsemax, type RegistryEntry } from "../../src/index.ts";
import { backends } from "../support/backends.ts";
import { optionsOf, sumOf } from "../support/every-row.ts";
import { fuzz, fuzzTimeout, oneOf } from "../support/fuzz.ts";
import { normals, uniform } from "../support/rows-of-scores.ts";

/** Rows whose entries are so near one another that sums of float32 numbers lose what tells them apart. */
const kinds: Readonly<Record<string, (n: number, seed: number, scale: number) => number[]>> = {
  "a slope": (n, _, scale) => Array.from({ length: n }, (_, i) => i * scale),
  "a slope down": (n, _, scale) => Array.from({ length: n }, (_, i) => -i * scale),
  noise: (n, seed, scale) => normals(n, seed).map((z) => z * scale),
  "two levels": (n, seed, scale) => normals(n, seed).map((z) => (z > 0 ? scale : 0)),
  "a head above a plain": (n, _, scale) => Array.from({ length: n }, (_, i) => (i === 0 ? 1 / n : 0) + i * scale),
  "half at the threshold": (n, seed, scale) => normals(n, seed).map((z, i) => (i % 2 === 0 ? 0 : -2 / n) + z * scale),
  "a light tail": (n, seed) => normals(n, seed).map((z, i) => (i < 3 ? 0 : -1 / 3) + z * 1e-7),
};

describe.each(backends)("$name", (backend) => {
  test.each(registry)("$name: its weights are feasible to gap", checkEntry, fuzzTimeout);

  function checkEntry(entry: RegistryEntry): void {
    const most = entry.optionsFor === undefined ? 400 : 256;
    fuzz(1500, (seed) => {
      const next = uniform(seed);
      const n = 1 + Math.floor(next() * most);
      const scale = 10 ** (-10 + 9 * next());
      const kind = oneOf(Object.keys(kinds), next());
      const options = { ...oneOf(optionsOf(entry, n), next()), gamma: oneOf([1, 1, 0.01, 30], next()) };
      const scores = backend.array(kinds[kind]!(n, seed, scale).map((score) => score * options.gamma));
      const weights = entry.mapping(scores, options);
      const label = `${kind} ${n} at ${scale}, ${JSON.stringify(options)}`;
      if (entry.domain !== "budget") {
        expect(Math.abs(sumOf(weights) - 1), label).toBeLessThanOrEqual(Math.max(n, 2) * 2 ** -23);
      }
      expect(entry.mapping.gap(scores, weights, options)[0], label).toBeLessThanOrEqual(backend.gap * options.gamma);
    });
  }
});

test.each([100, 128, 200, 255, 256, 257, 400])("sparsemax of %i nearly equal float32 scores sums to 1", (n) => {
  const scores = Float32Array.from({ length: n }, (_, i) => i * 1e-8);
  const weights = sparsemax(scores);
  expect(Math.abs(sumOf(weights) - 1)).toBeLessThan(1e-6);
  expect(sparsemax.gap(scores, weights)[0]).toBeLessThan(1e-8);
  const fused = fusedmax(scores, { lambda: 0 });
  expect(Math.abs(sumOf(fused) - 1)).toBeLessThan(1e-6);
  expect(fusedmax.gap(scores, fused, { lambda: 0 })[0]).toBeLessThan(1e-8);
});
