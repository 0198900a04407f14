/** Statistics of attention, and mean and standard deviation over seeds. */
import { describe, expect, it } from "vitest";
import {
  attentionSegments,
  attentionStatistics,
  formatMeanStd,
  meanAttentionStatistics,
  meanStd,
} from "../../src/metrics/index.ts";

describe("segments", () => {
  it("are maximal runs of one positive weight", () => {
    expect(attentionSegments([0, 0.25, 0.25, 0, 0.5])).toEqual([
      { start: 1, end: 3, weight: 0.25 },
      { start: 4, end: 5, weight: 0.5 },
    ]);
    expect(attentionSegments([0.25, 0.25, 0.125, 0.125, 0.25])).toHaveLength(3);
    expect(attentionSegments([0.25, 0, 0.25, 0.5])).toHaveLength(3);
    expect(attentionSegments([0, 0])).toEqual([]);
    expect(attentionSegments([])).toEqual([]);
    expect(attentionSegments(Float32Array.of(0.1, 0.1, 0.8))).toHaveLength(2);
  });
  it("follow the groups when there are some, and never join a zero", () => {
    expect(attentionSegments([0.25, 0.25, 0.5], [1, 2, 3])).toHaveLength(3);
    expect(attentionSegments([0.30000000000000004, 0.3, 0.4], [5, 5, 6])).toHaveLength(2);
    expect(attentionSegments([0.5, 0, 0.5], [1, 1, 1])).toHaveLength(2);
  });
  it("refuse what is no weight", () => {
    expect(() => attentionSegments([0.5, -0.1])).toThrow("weights[1] must be a number from 0, got -0.1");
    expect(() => attentionSegments([Number.NaN])).toThrow("weights[0] must be a number from 0, got NaN");
    expect(() => attentionSegments([1], [1, 2])).toThrow("groups must be as many as weights (1), got 2");
  });
});

describe("attention statistics", () => {
  it("agree with values worked out by hand", () => {
    const statistics = attentionStatistics([0, 0.25, 0.25, 0, 0.5, 0, 0, 0]);
    expect(statistics).toMatchObject({ sparsity: 5 / 8, supportSize: 3, segments: 2 });
    expect(statistics.entropy).toBeCloseTo(1.5 * Math.LN2, 15);
    expect(attentionStatistics([0, 1])).toEqual({ sparsity: 0.5, supportSize: 1, segments: 1, entropy: 0 });
    expect(attentionStatistics([0.25, 0.25, 0.25, 0.25])).toEqual({
      sparsity: 0,
      supportSize: 4,
      segments: 1,
      entropy: Math.log(4),
    });
  });
  it("count a weight that underflowed to the smallest number as positive", () => {
    expect(attentionStatistics([1, Number.MIN_VALUE]).sparsity).toBe(0);
  });
  it("are averaged text by text, not word by word", () => {
    const mean = meanAttentionStatistics([attentionStatistics([1]), attentionStatistics([0, 0, 0.5, 0.5])]);
    expect(mean).toEqual({ sparsity: 0.25, supportSize: 1.5, segments: 1, entropy: Math.LN2 / 2 });
    expect(() => meanAttentionStatistics([])).toThrow("texts must not be empty");
    expect(() => attentionStatistics([])).toThrow("weights must not be empty");
  });
});

describe("spread over seeds", () => {
  it("is the mean and the sample standard deviation", () => {
    expect(meanStd([2, 4, 9])).toEqual({ mean: 5, std: Math.sqrt(13), count: 3 });
    expect(meanStd([0.5])).toEqual({ mean: 0.5, std: null, count: 1 });
    expect(() => meanStd([1, Number.NaN])).toThrow("values[1] must be finite, got NaN");
    expect(() => meanStd([])).toThrow("values must not be empty");
  });
  it("is written with a sign of its own, and without one for a single seed", () => {
    expect(formatMeanStd(meanStd([0.96, 0.97]), 1, 100)).toBe("96.5 ± 0.7");
    expect(formatMeanStd(meanStd([0.96]), 2)).toBe("0.96");
  });
});
