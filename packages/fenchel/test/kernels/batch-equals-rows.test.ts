/**
 * A batch equals its rows one by one, whatever is removed in the others, whatever ran before: every mapping, on both
 * backends, with its weights, groups and gradients.
 */
import { describe, expect, test } from "vitest";
import { registry, tvmax, type RegistryEntry } from "../../src/index.ts";
import { backends, farthest } from "../support/backends.ts";
import { optionsOf, type Options } from "../support/every-row.ts";
import { fuzz, fuzzTimeout, oneOf } from "../support/fuzz.ts";
import { normals, rowKinds, uniform } from "../support/rows-of-scores.ts";

type Removed = "none" | "mask" | "lengths" | "-Infinity" | "all";

/** entmax takes four rows in step where it can, which rounds differently. */
const tolerances: Readonly<Record<string, number>> = { entmax: 1e-6 };

/** Overwrites what earlier calls left in the kernels' memory. */
function disturb(seed: number): void {
  const n = 1 + (seed % 37);
  const rows = 1 + (seed % 11);
  const scores = Float32Array.from(normals(n * rows, seed));
  const mask = Uint8Array.from(scores, (score) => (score > 0 ? 1 : 0));
  const entry = registry[seed % registry.length]!;
  const options = { ...entry.optionsFor?.(n), shape: [rows, n], mask };
  entry.mapping.vjp(scores, options).pullback(scores);
  entry.mapping.groups?.(scores, options);
}

describe.each(backends)("$name", (backend) => {
  test.each(registry)("$name: a batch equals its rows one by one", checkEntry, fuzzTimeout);

  function checkEntry(entry: RegistryEntry): void {
    const { mapping } = entry;
    const tolerance = backend.name === "float32" ? (tolerances[entry.name] ?? 0) : 0;
    fuzz(400, (seed) => {
      const next = uniform(seed);
      const n = 1 + Math.floor(next() ** 2 * 70);
      const rows = 2 + Math.floor(next() * 7);
      const make = oneOf(Object.values(rowKinds), next());
      const x = Array.from({ length: rows }, (_, r) => make(n, seed + 1000 * r)).flat();
      const u = normals(rows * n, seed + 5);
      const what = Array.from({ length: rows }, () =>
        oneOf<Removed>(["none", "none", "mask", "lengths", "-Infinity", "all"], next()),
      );
      const mask = x.map((_, i) => (what[Math.floor(i / n)] === "mask" && next() < 0.4 ? 0 : 1));
      const lengths = what.map((kind) => (kind === "all" ? 0 : kind === "lengths" ? Math.floor(next() * (n + 1)) : n));
      const scores = x.map((score, i) => (what[Math.floor(i / n)] === "-Infinity" && next() < 0.4 ? -Infinity : score));
      const asked: Options = { ...oneOf(optionsOf(entry, n, 1), next()), gamma: oneOf([1, 0.3, 4], next()) };
      const lost = (kind: Removed) => what.includes(kind);
      // An argument that removes nothing is left out in half of the cases: fast paths are for calls without.
      const options: Options = { ...asked, shape: [rows, n] };
      if (lost("mask") || next() < 0.25) options["mask"] = mask;
      if (lost("lengths") || lost("all") || next() < 0.25) options["lengths"] = lengths;
      disturb(seed);
      const whole = mapping.vjp(backend.array(scores), options);
      const gradient = whole.pullback(u);
      const groups = mapping.groups?.(backend.array(scores), options);
      for (let r = 0; r < rows; r++) {
        const part = (values: ArrayLike<number>) => Array.from(values).slice(r * n, (r + 1) * n);
        const own: Options = { ...asked, mask: part(mask), lengths: [lengths[r]!] };
        if (what[r] === "none" || what[r] === "-Infinity") {
          delete own["mask"];
          delete own["lengths"];
        }
        const label = `row ${r} of ${what.join(", ")}, n ${n}, ${JSON.stringify(asked)}`;
        disturb(seed + r + 1);
        const alone = mapping.vjp(backend.array(part(scores)), own);
        expect(farthest(part(whole.weights), alone.weights), label).toBeLessThanOrEqual(tolerance);
        expect(farthest(mapping(backend.array(part(scores)), own), alone.weights), label).toBeLessThanOrEqual(
          tolerance,
        );
        const wanted = alone.pullback(part(u));
        const scale = 1 + Math.max(...Array.from(wanted.scores, Math.abs));
        expect(farthest(part(gradient.scores), wanted.scores), label).toBeLessThanOrEqual(40 * tolerance * scale);
        if (groups !== undefined) {
          expect(part(groups), label).toEqual(Array.from(mapping.groups!(backend.array(part(scores)), own)));
        }
      }
    });
  }
});

test("tvmax: an entry removed in one row leaves the other rows alone", () => {
  const grid = [1, 2] as const;
  const right = [0.65, 0.35, 1, 0];
  for (const array of [Float32Array, Float64Array]) {
    const scores = array.of(1, 0.5, 1, 0.5);
    disturb(3);
    const byLength = tvmax(scores, { shape: [2, 2], grid, lengths: [2, 1] });
    expect(farthest(byLength, right)).toBeLessThan(1e-6);
    disturb(4);
    const byScore = { shape: [2, 2], grid };
    expect(farthest(tvmax(array.of(1, 0.5, 1, -Infinity), byScore), right)).toBeLessThan(1e-6);
    expect(Array.from(tvmax.groups(array.of(1, 0.5, 1, -Infinity), byScore))).toEqual([0, 1, 0, -2]);
    const { pullback } = tvmax.vjp(array.of(1, 0.5, 1, -Infinity), byScore);
    expect(Array.from(pullback([1, 0, 1, 0]).scores)).toEqual([0.5, -0.5, 0, 0]);
    const threeRows = array.of(1, 0.5, 1, 0.5, -Infinity, -Infinity);
    const weights = tvmax(threeRows, { shape: [3, 2], grid });
    expect(farthest(weights, [0.65, 0.35, 0.65, 0.35, 0, 0])).toBeLessThan(1e-6);
  }
});
