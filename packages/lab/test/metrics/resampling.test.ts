/** Confidence intervals and significance by resampling. */
import { describe, expect, it } from "vitest";
import {
  averageRuns,
  bleu,
  bleuStatistics,
  bootstrapInterval,
  meanOfExamples,
  holmAdjusted,
  macroF1Statistics,
  pairedSignificance,
  corpusScore,
} from "../../src/metrics/index.ts";
import { hypotheses, twoReferences } from "./sentences.ts";

/** Right and wrong answers of `count` items, of which `right` are right. */
const answers = (count: number, right: number) => Array.from({ length: count }, (_, i) => Number(i < right));

describe("sums over items", () => {
  it("give the mean", () => {
    expect(corpusScore(meanOfExamples([1, 0, 1, 1]))).toBe(0.75);
    expect(() => meanOfExamples([])).toThrow("values must not be empty");
    expect(() => meanOfExamples([1, Number.NaN])).toThrow("values[1] must be finite, got NaN");
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
    const items = bleuStatistics(hypotheses, twoReferences);
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
  it("by permutation is the share of exchanges with as large a difference", () => {
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
    const a = bleuStatistics(worse, references);
    const b = bleuStatistics(hypotheses, references);
    const { pValue, difference } = pairedSignificance(a, b, { seed: 2 });
    expect(difference).toBeCloseTo(bleu(hypotheses, references).score - bleu(worse, references).score, 12);
    // Only one sentence differs: every exchange gives the same difference.
    expect(pValue).toBe(1);
    expect(pairedSignificance(a, b, { method: "bootstrap", seed: 2 }).pValue).toBeCloseTo((6 / 7) ** 7, 1);
  });
  it("agrees with SciPy's exact test and its percentile bootstrap", () => {
    const a = [0.31, 0.42, 0.28, 0.55, 0.47, 0.39, 0.61, 0.33, 0.5, 0.44];
    const b = [0.35, 0.47, 0.27, 0.66, 0.52, 0.45, 0.6, 0.41, 0.58, 0.49];
    // SciPy 1.17.1: permutation_test over all 1,024 exchanges; bootstrap of the mean difference, 200,000 resamples.
    const { pValue, difference, interval } = pairedSignificance(a, b, { resamples: 100_000, seed: 9 });
    expect(pValue).toBeCloseTo(0.0078125, 3);
    expect(difference).toBeCloseTo(0.05, 15);
    expect(Math.abs(interval.low - 0.027)).toBeLessThan(0.0011);
    expect(Math.abs(interval.high - 0.071)).toBeLessThan(0.0011);
  });
  it("gives the same interval by both methods, narrower with less confidence", () => {
    const a = [0, 0, 1, 0, 1, 0, 1, 1];
    const b = [1, 0, 1, 1, 1, 0, 1, 1];
    const permutation = pairedSignificance(a, b, { resamples: 1000, seed: 3 });
    const bootstrap = pairedSignificance(a, b, { resamples: 1000, seed: 3, method: "bootstrap" });
    expect(permutation.interval).toEqual(bootstrap.interval);
    const half = pairedSignificance(a, b, { resamples: 1000, seed: 3, confidence: 0.5 });
    expect(half.interval.high - half.interval.low).toBeLessThan(permutation.interval.high - permutation.interval.low);
    expect(half.confidence).toBe(0.5);
  });
  it("compares macro F1 by exchanging predictions", () => {
    // The second system finds the rare class, with as many mistakes.
    const labels = Array.from({ length: 240 }, (_, i) => Number(i % 6 === 0));
    const majority = labels.map(() => 0);
    const balanced = labels.map((label, i) => (i % 12 === 1 || i % 24 === 7 ? 1 : label));
    const [first, second] = [majority, balanced].map((predictions) => macroF1Statistics(labels, predictions, 2));
    const { pValue, first: low, second: high } = pairedSignificance(first!, second!, { resamples: 2000 });
    expect(low).toBeCloseTo(200 / 220 / 2, 14);
    expect(high).toBeGreaterThan(0.8);
    expect(pValue).toBeLessThan(0.01);
  });
  it("repeats by its seed and states its settings", () => {
    const a = [0.2, 0.5, 0.1, 0.4];
    const b = [0.3, 0.4, 0.6, 0.5];
    expect(pairedSignificance(a, b, { seed: 5 })).toEqual(pairedSignificance(a, b, { seed: 5 }));
    expect(pairedSignificance(a, b)).toMatchObject({ method: "permutation", resamples: 10_000, seed: 0 });
    expect(pairedSignificance(a, b, { method: "bootstrap" })).toMatchObject({ method: "bootstrap", resamples: 1000 });
  });
  it("refuses systems that cannot be paired", () => {
    expect(() => pairedSignificance([1, 2], [1])).toThrow(
      new RangeError("second must have 2 examples of 1 numbers like first, got 1 examples of 1 numbers"),
    );
    expect(() => pairedSignificance([1], [1], { method: "t-test" as "bootstrap" })).toThrow(
      'method must be "permutation" or "bootstrap", got "t-test"',
    );
    expect(() => pairedSignificance([1], [1], { resamples: 1.5 })).toThrow("resamples must be an integer from 1");
  });
});

describe("several runs", () => {
  it("are averaged example by example", () => {
    const runs = [meanOfExamples([1, 0, 1]), meanOfExamples([1, 1, 1])];
    const averaged = averageRuns(runs);
    expect([...averaged.rows]).toEqual([1, 0.5, 1]);
    expect(corpusScore(averaged)).toBeCloseTo((2 / 3 + 1) / 2, 15);
    const text = bleuStatistics(hypotheses, twoReferences);
    expect(corpusScore(averageRuns([text, text]))).toBeCloseTo(corpusScore(text), 12);
  });
  it("must be of the same examples", () => {
    expect(() => averageRuns([])).toThrow(new RangeError("runs must not be empty"));
    expect(() => averageRuns([meanOfExamples([1, 0]), meanOfExamples([1])])).toThrow(
      new RangeError("runs[1] must have 2 examples of 1 numbers like runs[0], got 1 examples of 1 numbers"),
    );
  });
});

describe("several comparisons", () => {
  it("have Holm's p-values", () => {
    // statsmodels 0.15.0, multipletests(method="holm").
    const adjusted = holmAdjusted([0.01, 0.04, 0.03, 0.005, 0.2, 0.9]);
    [0.05, 0.12, 0.12, 0.03, 0.4, 0.9].forEach((p, i) => expect(adjusted[i]).toBeCloseTo(p, 14));
    expect(holmAdjusted([0.6, 0.7])).toEqual([1, 1]);
    expect(holmAdjusted([])).toEqual([]);
    expect(() => holmAdjusted([0.5, 1.5])).toThrow(new RangeError("pValues[1] must be a number in [0, 1], got 1.5"));
  });
});
