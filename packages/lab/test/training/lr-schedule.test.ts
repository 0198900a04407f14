/** The learning rate of sequence models. */
import { expect, it } from "vitest";
import { warmupLinearDecay } from "../../src/training/lr-schedule.ts";

it("a warmed rate rises, then falls to a twentieth", () => {
  const rate = warmupLinearDecay(0.8, 100);
  expect(rate(50, 1000)).toBeCloseTo(0.4, 12);
  expect(rate(100, 1000)).toBeCloseTo(0.8, 12);
  expect(rate(550, 1000)).toBeCloseTo((0.8 + 0.04) / 2, 12);
  expect(rate(1000, 1000)).toBeCloseTo(0.04, 12);
  // Few steps leave most of them for learning.
  expect(rate(10, 30)).toBeCloseTo(0.8, 12);
  expect(warmupLinearDecay(0.8, 0)(1, 10)).toBeGreaterThan(0.7);
});
