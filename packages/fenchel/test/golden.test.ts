/** The mappings against values computed independently in float64 with finite-difference gradients (see the file's note). */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { registry } from "../src/index.ts";
import { kernelsAvailable } from "../src/kernels/runtime/loader.ts";
import { backends, farthest } from "./support/backends.ts";

interface GoldenCase {
  readonly mapping: string;
  readonly options: Readonly<Record<string, number>>;
  readonly scores: number[];
  readonly weights: number[];
  readonly max: number;
  readonly cotangent: number[];
  readonly gradient: ({ readonly scores: number[] } & Readonly<Record<string, number | number[]>>) | null;
}

const file = new URL("./golden/mappings.json", import.meta.url);
const { cases } = JSON.parse(readFileSync(file, "utf8")) as { cases: GoldenCase[] };

test("float32 means the kernels here", () => expect(kernelsAvailable()).toBe(true));

describe.each(backends)("golden values, $name", (backend) => {
  const single = backend.name === "float32";
  test.each(registry.filter(({ name }) => cases.some((c) => c.mapping === name)))("$name", ({ name, mapping }) => {
    const worst = { weights: 0, sameScores: 0, max: 0, gap: 0, gradient: 0 };
    let count = 0;
    for (const golden of cases.filter((c) => c.mapping === name)) {
      const scores = backend.array(golden.scores);
      const { weights, pullback } = mapping.vjp(scores, golden.options);
      worst.weights = Math.max(worst.weights, farthest(weights, golden.weights));
      const double = mapping(Float64Array.from(scores), golden.options);
      worst.sameScores = Math.max(worst.sameScores, farthest(weights, double));
      const gap = mapping.gap(scores, weights, golden.options)[0]!;
      worst.gap = Math.max(worst.gap, gap);
      const max = mapping.max(scores, golden.options)[0]!;
      worst.max = Math.max(worst.max, Math.abs(max - golden.max));
      if (golden.gradient !== null) {
        const gradients = pullback(golden.cotangent) as unknown as Record<string, number | number[]>;
        for (const [key, wanted] of Object.entries(golden.gradient)) {
          const got = gradients[key];
          const far =
            typeof wanted === "number" ? Math.abs(Number(got) - wanted) : farthest(got as ArrayLike<number>, wanted);
          worst.gradient = Math.max(worst.gradient, Number.isNaN(far) ? Infinity : far);
        }
      }
      count += 1;
    }
    expect(count).toBeGreaterThanOrEqual(30);
    // Float32 scores are themselves rounded: half an ulp of the largest score (below 16) over the smallest gamma.
    const rounding = single ? 2 ** -20 : 0;
    expect(worst.sameScores).toBeLessThanOrEqual(2e-6);
    expect(worst.weights).toBeLessThan(single ? 4e-6 : 1e-10);
    expect(worst.max).toBeLessThan(1e-10 + 8 * rounding);
    expect(worst.gap).toBeLessThan(single ? 1e-5 : 1e-9);
    expect(worst.gradient).toBeLessThan(single ? 1e-4 : 2e-6);
  });
});
