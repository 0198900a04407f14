/** Word alignments from attention, and their error rate against human alignments. */
import { describe, expect, it } from "vitest";
import {
  alignmentErrorRate,
  alignmentStatistics,
  attentionAlignment,
  bootstrapInterval,
  pairedSignificance,
  corpusScore,
} from "../../src/metrics/index.ts";

describe("links of attention", () => {
  // Three target words over four source words.
  const weights = [0.5, 0.5, 0, 0, 0, 0.1, 0.6, 0.3, 0, 0, 0, 0];
  const sizes = { queries: 3, keys: 4 };
  it("take the largest weight of a query, and none from an empty one", () => {
    expect(attentionAlignment(weights, sizes)).toEqual([
      [0, 0],
      [2, 1],
    ]);
  });
  it("take all words of one largest weight", () => {
    expect(attentionAlignment(weights, { ...sizes, rule: "argmax-all" })).toEqual([
      [0, 0],
      [1, 0],
      [2, 1],
    ]);
  });
  it("take every weight above a threshold; above 0 the support", () => {
    expect(attentionAlignment(weights, { ...sizes, rule: { above: 0.3 } })).toEqual([
      [0, 0],
      [1, 0],
      [2, 1],
    ]);
    expect(attentionAlignment(weights, { ...sizes, rule: { above: 0 } })).toHaveLength(5);
  });
  it("name the source first whichever sentence asks", () => {
    expect(attentionAlignment([0, 1, 0, 0, 0, 1], { queries: 2, keys: 3 })).toEqual([
      [1, 0],
      [2, 1],
    ]);
    expect(attentionAlignment([0, 1, 0, 0, 0, 1], { queries: 2, keys: 3, queriesAre: "source" })).toEqual([
      [0, 1],
      [1, 2],
    ]);
  });
  it("refuse what is no attention", () => {
    expect(() => attentionAlignment([1, 2, 3], { queries: 2, keys: 2 })).toThrow(
      new RangeError("weights must be 2 x 2 numbers (4), got 3"),
    );
    expect(() => attentionAlignment([1, -1], { queries: 1, keys: 2 })).toThrow(
      "weights[1] must be a number from 0, got -1",
    );
    expect(() => attentionAlignment([1, 0], { queries: 1, keys: 2, rule: { above: -1 } })).toThrow(
      "rule.above must be a number from 0, got -1",
    );
  });
});

describe("alignment error rate", () => {
  it("agrees with values worked out by hand", () => {
    // Och and Ney's definitions: A = 3 links, S = 2, A and S = 1, A and P = 2.
    const pair = {
      links: [
        [0, 0],
        [1, 2],
        [3, 3],
      ],
      sure: [
        [0, 0],
        [1, 1],
      ],
      possible: [[1, 2]],
    } as const;
    const scores = alignmentErrorRate([pair]);
    expect(scores.aer).toBeCloseTo(1 - (1 + 2) / (3 + 2), 15);
    expect(scores).toMatchObject({ precision: 2 / 3, recall: 1 / 2, predicted: 3, sure: 2 });
    expect(alignmentErrorRate([{ ...pair, links: pair.links.slice(0, 2) }])).toEqual({
      aer: 0.25,
      precision: 1,
      recall: 0.5,
      predicted: 2,
      sure: 2,
    });
  });
  it("is 0 for the sure links, also with some possible ones, and 1 for none", () => {
    const sure = [
      [0, 1],
      [2, 2],
    ] as const;
    expect(alignmentErrorRate([{ links: sure, sure }]).aer).toBe(0);
    expect(alignmentErrorRate([{ links: [...sure, [1, 1]], sure, possible: [[1, 1]] }]).aer).toBe(0);
    expect(alignmentErrorRate([{ links: [], sure }])).toMatchObject({ aer: 1, precision: 0, recall: 0 });
  });
  it("counts over the corpus, and a link once however often it is given", () => {
    const first = { links: [[0, 0]], sure: [[0, 0]] } as const;
    const second = {
      links: [[0, 0]],
      sure: [
        [1, 1],
        [2, 2],
        [3, 3],
      ],
    } as const;
    expect(alignmentErrorRate([first, second]).aer).toBeCloseTo(1 - 2 / 6, 15);
    const twice = {
      links: [
        [0, 0],
        [0, 0],
      ],
      sure: [
        [0, 0],
        [0, 0],
      ],
      possible: [[0, 0]],
    } as const;
    expect(alignmentErrorRate([twice])).toMatchObject({ aer: 0, predicted: 1, sure: 1 });
  });
  it("has intervals and tests from its sums", () => {
    const good = Array.from({ length: 12 }, () => ({ links: [[0, 0]], sure: [[0, 0]] }) as const);
    const bad = good.map((pair, i) => (i < 9 ? { ...pair, links: [[1, 0]] as const } : pair));
    expect(corpusScore(alignmentStatistics(bad))).toBe(0.75);
    const half = {
      links: [[0, 0]],
      sure: [
        [0, 0],
        [1, 1],
      ],
    } as const;
    expect(corpusScore(alignmentStatistics([half]))).toBeCloseTo(1 / 3, 15);
    const { low, high } = bootstrapInterval(alignmentStatistics(bad));
    expect(low).toBeLessThan(0.6);
    expect(high).toBeGreaterThan(0.9);
    const { pValue, difference } = pairedSignificance(alignmentStatistics(good), alignmentStatistics(bad), {
      resamples: 20_000,
    });
    expect(difference).toBe(0.75);
    expect(pValue).toBeCloseTo(2 / 2 ** 9, 2);
  });
  it("refuses what has no error rate", () => {
    expect(() => alignmentErrorRate([])).toThrow(new RangeError("pairs must not be empty"));
    expect(() => alignmentErrorRate([{ links: [[0, 0]], sure: [] }])).toThrow("pairs must hold at least one sure link");
    expect(() => alignmentErrorRate([{ links: [[0, -1]], sure: [[0, 0]] }])).toThrow(
      new RangeError("pairs[0].links[0] must be two positions from 0, got 0--1"),
    );
  });
});
