/** Laws of the mappings that find groups, on both backends: their ends in lambda, and a Jacobian that averages groups. */
import { describe, expect, test } from "vitest";
import { registry, sparsemax } from "../src/index.ts";
import { backends } from "./support/backends.ts";
import { sumOf } from "./support/every-row.ts";
import { expectClose, expectNear } from "./support/expect.ts";
import { normals } from "./support/rows-of-scores.ts";

const grouped = registry.filter((entry) => entry.grouped);

describe.each(backends)("$name", (backend) => {
  test.each(grouped)("$name at lambda 0 is sparsemax, and uniform for a large lambda", ({ mapping, optionsFor }) => {
    for (const n of [1, 2, 5, 9, 30]) {
      const x = backend.array(normals(n, n + 3));
      const needed = optionsFor?.(n) ?? {};
      const exact = sparsemax(Float64Array.from(x));
      expectNear(`lambda 0, n ${n}`, mapping(x, { ...needed, lambda: 0 }), exact, backend.weight);
      const even = Array.from({ length: n }, () => 1 / n);
      expectNear(`lambda 1000, n ${n}`, mapping(x, { ...needed, lambda: 1e3 }), even, backend.weight);
    }
  });

  test.each(grouped)("$name: gamma J is a projector whose trace is the number of groups less one", (entry) => {
    for (let seed = 1; seed <= 20; seed++) {
      const n = 9;
      const x = backend.array(normals(n, seed));
      const options = { ...entry.optionsFor?.(n), lambda: 0.1, gamma: 2 };
      const { pushforward } = entry.mapping.jvp(x, options);
      const product = (u: ArrayLike<number>) => Array.from(pushforward(Array.from(u)), (value) => 2 * value);
      const columns = normals(n, 0).map((_, i) => product(Array.from(x, (__, j) => Number(i === j))));
      columns.forEach((column, i) => expectNear(`J J e${i}, seed ${seed}`, product(column), column, backend.gradient));
      const groups = new Set(Array.from(entry.mapping.groups!(x, options)).filter((id) => id >= 0));
      const trace = sumOf(columns.map((column, i) => column[i]!));
      expectClose(`trace, seed ${seed}`, trace, groups.size - 1, n * backend.gradient);
      expect(groups.size, "groups").toBeGreaterThan(0);
    }
  });
});
