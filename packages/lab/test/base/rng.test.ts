/** Random numbers: their distributions, orders and seeds. */
import { describe, expect, it } from "vitest";
import { foldIn, normalNumbers, shuffled, uniformNumbers } from "../../src/base/rng.ts";

describe("random numbers", () => {
  it("are uniform and normal", () => {
    const uniform = uniformNumbers(1);
    const normal = normalNumbers(uniformNumbers(2));
    const count = 20_000;
    const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    const flat = Array.from({ length: count }, uniform);
    const bell = Array.from({ length: count }, normal);
    expect(mean(flat)).toBeCloseTo(0.5, 1);
    expect(Math.min(...flat)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...flat)).toBeLessThan(1);
    expect(Math.abs(mean(bell))).toBeLessThan(0.03);
    expect(Math.abs(mean(bell.map((x) => x * x)) - 1)).toBeLessThan(0.05);
  });

  it("shuffle every order of three about equally often", () => {
    const uniform = uniformNumbers(9);
    const seen = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const order = shuffled(3, uniform).join("");
      seen.set(order, (seen.get(order) ?? 0) + 1);
    }
    expect(seen.size).toBe(6);
    for (const count of seen.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });

  it("have seeds of their own for every purpose", () => {
    const seeds = [0, 1, 2].flatMap((seed) =>
      ["order", "dropout"].flatMap((p) => [0, 1, 2].map((n) => foldIn(seed, p, n))),
    );
    expect(new Set(seeds).size).toBe(seeds.length);
  });
});
