/** The bench of continuous attention. */
import { expect, it } from "vitest";
import { runContinuousBench } from "../../src/bench/continuous.ts";
import { continuousTable } from "../../src/cli/terminal/bench-text.ts";

it("times forward and pullback of every case", () => {
  const line = { name: "line", batch: 4, positions: [9], features: 3, functions: 8, alpha: 2 } as const;
  const plane = { name: "plane", batch: 4, positions: [3, 4], features: 3, functions: 9, alpha: 2 } as const;
  const seen: number[] = [];
  const results = runContinuousBench({ cases: [line, plane], seconds: 0.1, seed: 1 }, (done) => seen.push(done));
  expect(seen).toEqual([1, 2]);
  expect(results.map(({ name }) => name)).toEqual(["line", "plane"]);
  for (const { milliseconds, halfBatch } of results) {
    expect(milliseconds).toBeGreaterThan(0);
    expect(halfBatch).toBeGreaterThan(0);
  }
  expect(continuousTable(results)).toContain("3x4");
});
