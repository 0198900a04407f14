/** Confidence intervals and significance by resampling. */
import { describe, expect, it } from "vitest";
import {
  accuracyInterval,
  bleu,
  bleuSums,
  bootstrapInterval,
  meanSums,
  pairedSignificance,
  corpusScore,
} from "../../src/metrics/index.ts";
import { hypotheses, twoReferences } from "./sentences.ts";

/** Right and wrong answers of `count` items, of which `right` are right. */
const answers = (count: number, right: number) => Array.from({ length: count }, (_, i) => Number(i < right));

describe("sums over items", () => {
  it("give the mean", () => {
    expect(corpusScore(meanSums([1, 0, 1, 1]))).toBe(0.75);
    expect(() => meanSums([])).toThrow("values must not be empty");
    expect(() => meanSums([1, Number.NaN])).toThrow("values[1] must be finite, got NaN");
  });
});

describe("bootstrap intervals", () => {
  it("are near the normal interval of a proportion when there are many items", () => {
    const { estimate, low, high, mean } = bootstrapInterval(answers(400, 300), { resamples: 4000, seed: 3 });
    const half = 1.959964 * Math.sqrt((0.75 * 0.25) / 400);
    expect(estimate).toBe(0.75);
    expect(mean).toBeCloseTo(0.75, 2);
    expect(Math.abs(low - (0.75 - half))).toBeLessThan(0.004);
    expect(Math.abs(high - (0.75 + half))).toBeLessThan(0.004);
  });
  it("narrow with less confidence, and are repeated by their seed", () => {
    const values = [0.1, 0.4, 0.2, 0.9, 0.5, 0.3];
    const wide = bootstrapInterval(values, { seed: 7 });
    const narrow = bootstrapInterval(values, { seed: 7, confidence: 0.5 });
    expect(narrow.low).toBeGreaterThan(wide.low);
    expect(narrow.high).toBeLessThan(wide.high);
    expect(bootstrapInterval(values, { seed: 7 })).toEqual(wide);
    expect(bootstrapInterval(values, { seed: 8 }).mean).not.toBe(wide.mean);
    expect(wide).toMatchObject({ confidence: 0.95, resamples: 1000, seed: 7 });
  });
  it("interpolate between resampled scores", () => {
    // The whole first, then resamples of 3 and 5: a quarter of the way between these, and three quarters.
    const scores = [5, 3, 1];
    const interval = bootstrapInterval({ count: 2, statistic: () => scores.pop()! }, { resamples: 2, confidence: 0.5 });
    expect(interval).toMatchObject({ estimate: 1, low: 3.5, high: 4.5, mean: 4 });
  });
  it("reach from the worst to the best resample of few items", () => {
    expect(bootstrapInterval([1, 1, 1, 0], { seed: 1 })).toMatchObject({ estimate: 0.75, low: 0.25, high: 1 });
  });
  it("hold one value when all items are equal", () => {
    expect(bootstrapInterval([0.5, 0.5, 0.5])).toMatchObject({ estimate: 0.5, low: 0.5, high: 0.5, mean: 0.5 });
  });
  it("take any statistic of the items", () => {
    const values = [5, 1, 4, 2, 3];
    const median = (items: Int32Array) => Array.from(items, (i) => values[i]!).sort((a, b) => a - b)[2]!;
    const { estimate, low, high } = bootstrapInterval({ count: 5, statistic: median }, { seed: 2 });
    expect([estimate, low, high]).toEqual([3, 1, 5]);
  });
  it("resample sentences for BLEU", () => {
    const items = bleuSums(hypotheses, twoReferences);
    const { estimate, low, high } = bootstrapInterval(items, { seed: 1 });
    expect(estimate).toBe(bleu(hypotheses, twoReferences).score);
    expect(low).toBeLessThan(estimate);
    expect(high).toBeGreaterThan(estimate);
    // A resample of BLEU is BLEU of the resampled sentences.
    const drawn: number[][] = [];
    bootstrapInterval({ count: 7, statistic: (chosen) => drawn.push([...chosen]) }, { seed: 1, resamples: 200 });
    const scores = drawn.slice(1).map((some) => {
      const pick = <T>(from: readonly T[]) => some.map((i) => from[i]!);
      return bleu(pick(hypotheses), pick(twoReferences)).score;
    });
    const mean = scores.reduce((sum, one) => sum + one, 0) / 200;
    expect(bootstrapInterval(items, { seed: 1, resamples: 200 }).mean).toBeCloseTo(mean, 10);
  });
  it("give accuracy", () => {
    expect(accuracyInterval([0, 1, 1, 0], [0, 1, 0, 0], { seed: 1 })).toMatchObject({
      estimate: 0.75,
      low: 0.25,
      high: 1,
    });
    expect(() => accuracyInterval([], [])).toThrow("labels must not be empty");
    expect(() => accuracyInterval([1], [1, 2])).toThrow("predictions must be as many as labels (1), got 2");
  });
  it("refuse what has no interval", () => {
    expect(() => bootstrapInterval([])).toThrow("values must not be empty");
    expect(() => bootstrapInterval([1], { resamples: 0 })).toThrow("resamples must be an integer from 1, got 0");
    expect(() => bootstrapInterval([1], { confidence: 95 })).toThrow("confidence must be between 0 and 1, got 95");
    expect(() => bootstrapInterval({ count: 0, statistic: () => 0 })).toThrow("count must be an integer from 1, got 0");
    expect(() => bootstrapInterval({ count: 2, statistic: () => Number.NaN })).toThrow(
      "the score of resample 0 must be finite, got NaN",
    );
  });
});

describe("paired significance", () => {
  it("by randomization is the share of exchanges with as large a difference", () => {
    // Five items differ, all in favour of the second: of 32 exchanges two reach the difference.
    const a = [0, 0, 0, 0, 0, 1];
    const b = [1, 1, 1, 1, 1, 1];
    const { pValue, first, second, difference } = pairedSignificance(a, b, { resamples: 50_000, seed: 4 });
    expect(pValue).toBeCloseTo(2 / 32, 2);
    expect(first).toBeCloseTo(1 / 6, 15);
    expect([second, difference]).toEqual([1, 1 - first]);
    expect(pairedSignificance(b, a, { resamples: 50_000, seed: 4 }).pValue).toBeCloseTo(2 / 32, 2);
    expect(pairedSignificance(a, b).pValue).toBeCloseTo(0.0625937, 7);
  });
  it("finds no difference between equal systems, and none in exchanged items", () => {
    const values = [0.1, 0.7, 0.3, 0.2];
    expect(pairedSignificance(values, values).pValue).toBe(1);
    expect(pairedSignificance([0.1, 0.7, 0.3], [0.7, 0.3, 0.1]).pValue).toBe(1);
    expect(pairedSignificance(values, values, { method: "bootstrap" }).pValue).toBe(1);
  });
  it("by bootstrap is the share of resamples on which the better is not better", () => {
    // The second wins on 3 items of 4 by 1 and loses on one by 2: a resample with k losses favours it when 4 > 3 k.
    const { pValue, interval } = pairedSignificance([0, 0, 0, 2], [1, 1, 1, 0], {
      method: "bootstrap",
      resamples: 50_000,
      seed: 4,
    });
    const atMostOne = 0.75 ** 4 + 4 * 0.25 * 0.75 ** 3;
    expect(pValue).toBeCloseTo(1 - atMostOne, 2);
    expect(interval).toEqual({ low: -1.25, high: 1 });
  });
  it("exchanges sentences for BLEU", () => {
    const references = twoReferences;
    const worse = hypotheses.map((text, i) => (i === 1 ? "a" : text));
    const a = bleuSums(worse, references);
    const b = bleuSums(hypotheses, references);
    const { pValue, difference } = pairedSignificance(a, b, { seed: 2 });
    expect(difference).toBeCloseTo(bleu(hypotheses, references).score - bleu(worse, references).score, 12);
    // Only one sentence differs: every exchange gives the same difference.
    expect(pValue).toBe(1);
    expect(pairedSignificance(a, b, { method: "bootstrap", seed: 2 }).pValue).toBeCloseTo((6 / 7) ** 7, 1);
  });
  it("repeats by its seed and states its settings", () => {
    const a = [0.2, 0.5, 0.1, 0.4];
    const b = [0.3, 0.4, 0.6, 0.5];
    expect(pairedSignificance(a, b, { seed: 5 })).toEqual(pairedSignificance(a, b, { seed: 5 }));
    expect(pairedSignificance(a, b)).toMatchObject({ method: "randomization", resamples: 10_000, seed: 0 });
    expect(pairedSignificance(a, b, { method: "bootstrap" })).toMatchObject({ method: "bootstrap", resamples: 1000 });
  });
  it("refuses systems that cannot be paired", () => {
    expect(() => pairedSignificance([1, 2], [1])).toThrow(
      new RangeError("second must have 2 items of 1 figures like first, got 1 items of 1 figures"),
    );
    expect(() => pairedSignificance([1], [1], { method: "t-test" as "bootstrap" })).toThrow(
      'method must be "randomization" or "bootstrap", got "t-test"',
    );
    expect(() => pairedSignificance([1], [1], { resamples: 1.5 })).toThrow("resamples must be an integer from 1");
  });
});
