/** Learning rate schedules. */
import { expect, it } from "vitest";
import { linearDecay, warmupLinearDecay } from "../../src/training/lr-schedule.ts";

it("linear decay falls to a twentieth", () => {
  const rate = linearDecay(0.8);
  expect(rate(1, 100)).toBe(0.8);
  expect(rate(51, 100)).toBeCloseTo((0.8 + 0.04) / 2, 12);
  expect(rate(101, 100)).toBeCloseTo(0.04, 12);
});

it("with warmup the rate rises, then decays to a twentieth", () => {
  const rate = warmupLinearDecay(0.8, 100);
  expect(rate(50, 1000)).toBeCloseTo(0.4, 12);
  expect(rate(100, 1000)).toBeCloseTo(0.8, 12);
  expect(rate(550, 1000)).toBeCloseTo((0.8 + 0.04) / 2, 12);
  expect(rate(1000, 1000)).toBeCloseTo(0.04, 12);
  // Of few steps most are left for learning.
  expect(rate(10, 30)).toBeCloseTo(0.8, 12);
  expect(warmupLinearDecay(0.8, 0)(1, 10)).toBeGreaterThan(0.7);
});
