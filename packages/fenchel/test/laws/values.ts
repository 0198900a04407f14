/** Laws that tie the weights to the values: max, losses and certificates. */
import { expect } from "vitest";
import type { RegistryEntry } from "../../src/index.ts";
import { onRows, type Case, type Law } from "../support/cases.ts";
import { sumOf, type Options } from "../support/every-row.ts";
import { dot } from "../support/backends.ts";
import { expectClose, expectNear } from "../support/expect.ts";
import { normals, uniform } from "../support/rows-of-scores.ts";

/** Any point of the domain that Omega is finite at: far from the weights, but for a face within theirs. */
function anyPoint(entry: RegistryEntry, { n, options, seed }: Case, own: ArrayLike<number>): number[] {
  const next = uniform(seed);
  if (entry.domain === "face") {
    const raw = Array.from(own, (weight) => (weight > 0 ? -Math.log(1 - next()) : 0));
    return raw.map((value) => value / sumOf(raw));
  }
  // Convex sets: a mean of weights, which lie in them.
  const points = [1, 2, 3].map((k) =>
    entry.mapping(
      normals(n, seed + k).map((score) => 3 * score),
      options,
    ),
  );
  return points[0]!.map((_, i) => points.reduce((sum, point) => sum + point[i]! / 3, 0));
}

const bounds: Law = {
  name: "its certificate and its loss bound the suboptimality of any weights, and are 0 at the optimum",
  check: (entry, backend) =>
    onRows(entry, 100, (given) => {
      const { x, n, options } = given;
      const scores = backend.array(x);
      // A single number as target is a class, unless it is 1.
      const targets = (y: ArrayLike<number>) => (n === 1 && y[0] !== 1 ? undefined : Array.from(y));
      const own = entry.mapping(Float64Array.from(scores), options);
      const y = anyPoint(entry, given, own);
      const scale = 1 + Math.max(...x.map(Math.abs));
      const [gap] = entry.mapping.gap(scores, y, options);
      expect(gap, "gap").toBeGreaterThanOrEqual(0);
      if (targets(y) !== undefined) {
        const { loss, gradient } = entry.mapping.loss(scores, targets(y)!, options);
        expect(loss[0], "loss").toBeGreaterThanOrEqual(0);
        expect(gap, "gap against loss").toBeGreaterThanOrEqual(loss[0]! - 1e-9 * scale);
        expectNear(
          "gradient of the loss",
          gradient,
          Array.from(own, (w, i) => w - y[i]!),
          backend.weight / 10 + 1e-12,
        );
      }
      expect(entry.mapping.gap(scores, own, options)[0], "gap of the weights").toBeLessThan(1e-9 * scale);
      if (targets(own) !== undefined) {
        expect(entry.mapping.loss(scores, targets(own)!, options).loss[0], "loss of the weights").toBeLessThan(
          1e-9 * scale,
        );
      }
    }),
};

const gradientOfMax: Law = {
  name: "the weights are the gradient of max, and max is convex",
  check: (entry, backend) =>
    onRows(entry, 60, ({ n, options, seed }) => {
      const x = Array.from(Float32Array.from(normals(n, seed)));
      const { mapping } = entry;
      const max = (scores: number[], at: Options = options) => mapping.max(scores, at)[0]!;
      const weights = mapping(backend.array(x), options);
      const h = 1e-6;
      const moved = (direction: number[], by: number) => max(x.map((score, i) => score + by * direction[i]!));
      for (const direction of [normals(n, seed + 1), x.map((_, i) => Number(i === seed % n))]) {
        const slope = (moved(direction, h) - moved(direction, -h)) / (2 * h);
        const size = direction.reduce((sum, value) => sum + Math.abs(value), 0);
        expectClose("slope of max", dot(Array.from(weights), direction), slope, (2e-6 + backend.weight) * size);
      }
      const other = normals(n, seed + 41);
      const middle = x.map((score, i) => (score + other[i]!) / 2);
      expect(max(middle), "max between two rows").toBeLessThanOrEqual((max(x) + max(other)) / 2 + 1e-12);
    }),
};

export const lawsOfValues: readonly Law[] = [bounds, gradientOfMax];
