/** Attention against human rationales and marked spans, and faithfulness. */
import { describe, expect, it } from "vitest";
import {
  averagePrecision,
  bestIouThreshold,
  selectedTokens,
  faithfulness,
  precisionRecallArea,
  rationaleMask,
  rationaleScores,
} from "../../src/metrics/index.ts";
import type { ReducedText } from "../../src/metrics/index.ts";

describe("chosen words", () => {
  const weights = [0, 0.3, 0.3, 0, 0.2, 0, 0.2];
  it("are the support, or the largest weights with the earlier of equal ones first", () => {
    expect([...selectedTokens(weights)]).toEqual([1, 2, 4, 6]);
    expect([...selectedTokens(weights, { top: 0.4 })]).toEqual([1, 2, 4]);
    expect([...selectedTokens(weights, { top: 0.01 })]).toEqual([1]);
    expect([...selectedTokens([0.1, 0, 0.6, 0.3], { top: 0.5 })]).toEqual([2, 3]);
  });
  it("are those above a threshold", () => {
    expect([...selectedTokens(weights, { above: 0.2 })]).toEqual([1, 2]);
    expect([...selectedTokens(weights, { above: 0 })]).toEqual([...selectedTokens(weights)]);
    expect(selectedTokens(weights, { above: 1 })).toHaveLength(0);
  });
  it("leave words of weight 0 out unless asked to fill up", () => {
    expect([...selectedTokens(weights, { top: 1 })]).toEqual([1, 2, 4, 6]);
    expect([...selectedTokens(weights, { top: 0.7, fill: true })]).toEqual([0, 1, 2, 4, 6]);
    expect(selectedTokens([0, 0])).toHaveLength(0);
  });
  it("stay in order beyond nine words", () => {
    expect([...selectedTokens(Array.from({ length: 12 }, () => 1))]).toEqual(Array.from({ length: 12 }, (_, i) => i));
    expect([...selectedTokens([...Array.from({ length: 11 }, () => 1), 2], { top: 0.25 })]).toEqual([0, 1, 11]);
  });
  it("refuse what is no weight and no share", () => {
    expect(() => selectedTokens([])).toThrow("weights must not be empty");
    expect(() => selectedTokens([0.5, -1])).toThrow("weights[1] must be a number from 0, got -1");
    expect(() => selectedTokens([1], { above: -0.1 })).toThrow("above must be a number from 0, got -0.1");
    expect(() => selectedTokens([1], { top: 20 })).toThrow("top must be a share above 0 and at most 1, got 20");
  });
});

describe("ranking", () => {
  it("equals scikit-learn, ties included", () => {
    // The example of scikit-learn's documentation of average_precision_score, then weights with ties (scikit-learn 1.9.1).
    expect(averagePrecision([0.8, 0.1, 0.4, 0.35], [1, 0, 0, 1])).toBeCloseTo(0.8333333333333333, 14);
    expect(precisionRecallArea([0.8, 0.1, 0.4, 0.35], [1, 0, 0, 1])).toBeCloseTo(0.7916666666666666, 14);
    const [weights, marks] = [
      [0, 0.3, 0.3, 0, 0.2, 0, 0.2],
      [0, 1, 0, 1, 1, 0, 0],
    ];
    expect(averagePrecision(weights!, marks!)).toBeCloseTo(0.47619047619047616, 14);
    expect(precisionRecallArea(weights!, marks!)).toBeCloseTo(0.5714285714285714, 14);
  });
  it("is 1 for a perfect order and the share of relevant words for equal scores", () => {
    expect(averagePrecision([3, 2, 1, 0], [true, true, false, false])).toBe(1);
    expect(precisionRecallArea([3, 2, 1, 0], [true, true, false, false])).toBe(1);
    expect(averagePrecision([1, 1, 1, 1], [0, 1, 0, 0])).toBe(0.25);
  });
  it("refuses what cannot be ranked", () => {
    expect(() => averagePrecision([1, 2], [1])).toThrow("relevant must be as many as scores (2), got 1");
    expect(() => averagePrecision([1, 2], [0, 0])).toThrow("relevant must mark at least one item");
    expect(() => precisionRecallArea([Number.NaN], [1])).toThrow("scores[0] must be a number, got NaN");
  });
});

describe("rationales", () => {
  it("are masks of spans", () => {
    expect([...rationaleMask([[1, 3]], 4)]).toEqual([0, 1, 1, 0]);
    expect([
      ...rationaleMask(
        [
          [0, 2],
          [1, 4],
        ],
        5,
      ),
    ]).toEqual([1, 1, 1, 1, 0]);
    expect(() =>
      rationaleMask(
        [
          [0, 1],
          [3, 6],
        ],
        5,
      ),
    ).toThrow(new RangeError("spans[1] must lie within 5 words, got [3, 6)"));
  });
  it("score attention with values worked out by hand", () => {
    const first = { weights: [0, 0.5, 0.5, 0], rationale: [0, 1, 0, 1] };
    const second = { weights: [1, 0], rationale: [true, false] };
    const { f1, precision, recall, averagePrecision: ap, ranked, items } = rationaleScores([first, second]);
    expect([precision, recall, f1]).toEqual([(0.5 + 1) / 2, (0.5 + 1) / 2, (0.5 + 1) / 2]);
    expect([ap, ranked]).toEqual([0.75, 2]);
    expect(items).toEqual({ f1: [0.5, 1], iou: [1 / 3, 1], averagePrecision: [0.5, 1] });
    expect(
      rationaleScores([{ weights: [0.5, 0.2, 0.2, 0.1], rationale: [1, 0, 0, 0] }], { selection: { top: 0.25 } }).f1,
    ).toBe(1);
  });
  it("averages over texts, not words", () => {
    const long = { weights: Array.from({ length: 10 }, () => 0.1), rationale: [1, 0, 0, 0, 0, 0, 0, 0, 0, 0] };
    const short = { weights: [1, 0], rationale: [1, 0] };
    expect(rationaleScores([long, short]).precision).toBeCloseTo((0.1 + 1) / 2, 15);
  });
  it("leaves texts without and with nothing but marked words out of the ranking", () => {
    const none = { weights: [0.5, 0.5], rationale: [0, 0] };
    const all = { weights: [0, 1], rationale: [1, 1] };
    expect(rationaleScores([none, all])).toMatchObject({
      f1: (0 + 2 / 3) / 2,
      ranked: 0,
      averagePrecision: Number.NaN,
    });
    expect(rationaleScores([none, all, { weights: [0, 1], rationale: [0, 1] }])).toMatchObject({
      ranked: 1,
      averagePrecision: 1,
      precisionRecallArea: 1,
    });
  });
  it("refuses texts that do not fit", () => {
    expect(() => rationaleScores([])).toThrow(new RangeError("texts must not be empty"));
    expect(() => rationaleScores([{ weights: [1], rationale: [1, 0] }])).toThrow(
      "texts[0].rationale must mark 1 words, got 2",
    );
    expect(() => rationaleScores([{ weights: [-1], rationale: [1] }])).toThrow(
      "texts[0].weights[0] must be a number from 0, got -1",
    );
  });
});

describe("overlap with spans at a threshold", () => {
  const texts = [
    { weights: [0.05, 0.3, 0.35, 0.2, 0.1, 0], rationale: rationaleMask([[1, 4]], 6) },
    {
      weights: [0.5, 0.1, 0, 0.25, 0.15],
      rationale: rationaleMask(
        [
          [0, 1],
          [3, 5],
        ],
        5,
      ),
    },
  ];
  it("is the Jaccard index, with the words and segments that are selected", () => {
    // Above 0.12: words 1 to 3 of 1 to 3; words 0, 3, 4 of 0, 3, 4 in two segments.
    expect(rationaleScores(texts, { selection: { above: 0.12 } })).toMatchObject({ iou: 1, words: 3, segments: 1.5 });
    // Above 0.3: word 2 of three, word 0 of three.
    const few = rationaleScores(texts, { selection: { above: 0.3 } });
    expect(few).toMatchObject({ words: 1, segments: 1, precision: 1 });
    expect(few.iou).toBeCloseTo(1 / 3, 15);
    expect(few.recall).toBeCloseTo(1 / 3, 15);
    // The support: 3 of 5 words, and 3 of 4.
    const support = rationaleScores(texts);
    expect(support.items.iou).toEqual([3 / 5, 3 / 4]);
    expect(support.mass).toBeCloseTo((0.85 + 0.9) / 2, 15);
    // scikit-learn 1.9.1, jaccard_score([0, 1, 1, 0, 1], [1, 1, 0, 0, 1]).
    expect(rationaleScores([{ weights: [1, 1, 0, 0, 1], rationale: [0, 1, 1, 0, 1] }]).iou).toBe(0.5);
    expect(rationaleScores([{ weights: [0, 0], rationale: [0, 0] }])).toMatchObject({ iou: 0, mass: 0, segments: 0 });
  });
  it("is largest at the best threshold, as trying every one finds", () => {
    expect(bestIouThreshold(texts)).toEqual({ threshold: 0.125, iou: 1 });
    // Seeded noise: no threshold does better, and the one that is given does as well as it says.
    let state = 7;
    const uniform = () => (state = (state * 16807) % 2147483647) / 2147483647;
    const noisy = Array.from({ length: 20 }, () => {
      const weights = Array.from({ length: 12 }, () => (uniform() < 0.3 ? 0 : Math.round(uniform() * 40) / 40));
      return { weights, rationale: weights.map((weight) => uniform() < weight) };
    });
    const { threshold, iou } = bestIouThreshold(noisy);
    const at = (above: number) => rationaleScores(noisy, { selection: { above } }).iou;
    expect(at(threshold)).toBeCloseTo(iou, 12);
    for (let above = 0; above < 1; above += 1 / 80) expect(at(above)).toBeLessThanOrEqual(iou + 1e-12);
    expect(iou).toBeGreaterThan(0.3);
  });
  it("has no threshold that helps where nothing is marked or attended to", () => {
    expect(bestIouThreshold([{ weights: [0.4, 0.6], rationale: [0, 0] }])).toEqual({ threshold: 0.6, iou: 0 });
    expect(bestIouThreshold([{ weights: [0, 0], rationale: [1, 0] }])).toEqual({ threshold: 0, iou: 0 });
    expect(() => bestIouThreshold([])).toThrow("texts must not be empty");
    expect(() => bestIouThreshold([{ weights: [1], rationale: [] }])).toThrow(
      "texts[0].rationale must mark 1 words, got 0",
    );
  });
});

describe("faithfulness", () => {
  const model = (reduced: readonly ReducedText[]) => reduced.map(({ kept }) => (kept.includes(1) ? 0.9 : 0.5));
  it("tells words that the model needs from words that it does not", async () => {
    const needed = await faithfulness([[0, 1, 0, 0]], model);
    expect(needed.sufficiency).toBe(0);
    expect(needed.comprehensiveness).toBeCloseTo(0.4, 15);
    const beside = await faithfulness([[0, 0, 1, 0]], model);
    expect(beside.sufficiency).toBeCloseTo(0.4, 15);
    expect(beside.comprehensiveness).toBe(0);
  });
  it("averages over the shares and over the texts", async () => {
    // Probability 0.2 and 0.1 more for every one of the first words.
    const sum = (reduced: readonly ReducedText[]) => reduced.map(({ kept }) => 0.2 + 0.1 * kept.length);
    const result = await faithfulness([[0.4, 0.3, 0.2, 0.1]], sum, { shares: [0.25, 0.5], selection: { top: 0.75 } });
    expect(result.sufficiency).toBeCloseTo(0.1, 12);
    expect(result.comprehensiveness).toBeCloseTo(0.3, 12);
    expect(result.atShares.map(({ share }) => share)).toEqual([0.25, 0.5]);
    expect(result.atShares[0]!.sufficiency).toBeCloseTo(0.3, 12);
    expect(result.atShares[1]!.comprehensiveness).toBeCloseTo(0.2, 12);
    expect(result.aopc.sufficiency).toBeCloseTo((0.3 + 0.2) / 2, 12);
    expect(result.aopc.comprehensiveness).toBeCloseTo((0.1 + 0.2) / 2, 12);
    const two = await faithfulness(
      [
        [0, 1, 0, 0],
        [1, 0, 0],
      ],
      model,
    );
    expect(two.items.comprehensiveness.map((fall) => Math.round(fall * 10) / 10)).toEqual([0.4, 0]);
    expect(two.sufficiency).toBeCloseTo(0.2, 15);
  });
  it("asks once, for the whole text, the rationale, the rest and both at every share", async () => {
    const asked: (readonly ReducedText[])[] = [];
    await faithfulness([[0, 0.6, 0.4], [1]], (reduced) => {
      asked.push(reduced);
      return Promise.resolve(reduced.map(() => 0.5));
    });
    expect(asked).toHaveLength(1);
    const kept = asked[0]!.map(({ text, kept: words }) => `${text}:${words.join(",")}`);
    expect(kept).toHaveLength(2 * (1 + 2 * 6));
    expect(kept.slice(0, 5)).toEqual(["0:0,1,2", "0:1,2", "0:0", "0:1", "0:0,2"]);
    expect(kept.slice(13, 16)).toEqual(["1:0", "1:0", "1:"]);
  });
  it("takes words of weight 0 only when told to fill up", async () => {
    const lengths = async (fill: boolean) => {
      let seen: number[] = [];
      await faithfulness(
        [[0, 0, 1, 0]],
        (reduced) => {
          seen = reduced.map(({ kept }) => kept.length);
          return reduced.map(() => 1);
        },
        { shares: [0.5], fill },
      );
      return seen.slice(3);
    };
    expect(await lengths(false)).toEqual([1, 3]);
    expect(await lengths(true)).toEqual([2, 2]);
  });
  it("refuses answers that do not fit", async () => {
    await expect(faithfulness([], model)).rejects.toThrow("weights must hold at least one text");
    await expect(faithfulness([[1]], () => [0.5])).rejects.toThrow("probabilities must be 13 numbers, got 1");
    await expect(faithfulness([[1]], (some) => some.map(() => 2))).rejects.toThrow(
      "probabilities[0] must be a probability, got 2",
    );
    await expect(faithfulness([[1]], model, { shares: [] })).rejects.toThrow("shares must not be empty");
    await expect(faithfulness([[1]], model, { shares: [5] })).rejects.toThrow("top must be a share above 0");
  });
});
