/** chrF against sacreBLEU's scores. */
import { describe, expect, it } from "vitest";
import { chrf, chrfStatistics, corpusScore } from "../../src/metrics/index.ts";
import { hypotheses, oneReference, twoReferences } from "./sentences.ts";

describe("chrF", () => {
  it("gives the published scores of single words", () => {
    // From the tests of sacreBLEU; where precision and recall are equal, beta does not matter.
    expect(chrf(["a"], ["a"]).score).toBe(100);
    expect(chrf([""], ["reference"]).score).toBe(0);
    expect(chrf(["a b c"], ["abc"]).score).toBe(100);
    expect(chrf(["a", "b"], ["a", "c"]).score).toBe(50);
    expect(chrf(["aa"], ["ab"]).score).toBe(25);
    expect(chrf(["abcdefg"], ["hijklmnop"]).score).toBe(0);
  });
  it("equals sacreBLEU 2.6.0 with and without words", () => {
    const scores = (references: Parameters<typeof chrf>[1], lowercase: boolean) =>
      ([0, 1, 2] as const).map((wordOrder) => chrf(hypotheses, references, { wordOrder, lowercase }).score);
    const close = (got: number[], wanted: number[]) => got.forEach((x, i) => expect(x).toBeCloseTo(wanted[i]!, 10));
    close(scores(oneReference, false), [66.07943369231329, 66.62200288613914, 64.37070279647925]);
    close(scores(twoReferences, true), [66.52321332411937, 67.35255063329016, 65.3155569693178]);
  });
  it("picks the reference with the best F, and the first of equal ones", () => {
    expect(chrf(["a cat"], [["a dog", "a cat"]]).score).toBeCloseTo(100, 12);
    expect(chrf(["a cat"], ["the cat"]).score).toBeCloseTo(31.25, 10);
    expect(corpusScore(chrfStatistics(["a cat"], ["the cat"]))).toBeCloseTo(31.25, 10);
  });
  it("counts a letter beyond the basic plane once", () => {
    // One of two characters in common, no pair: mean precision (1/2 + 0) / 2.
    expect(chrf(["𝒳a"], ["𝒳b"]).score).toBe(25);
  });
  it("is the score of the sums over its sentences, named and signed as sacreBLEU's", () => {
    const result = chrf(hypotheses, twoReferences, { wordOrder: 2 });
    expect(corpusScore(chrfStatistics(hypotheses, twoReferences, { wordOrder: 2 }))).toBe(result.score);
    expect(result.name).toBe("chrF2++");
    expect(result.signature).toMatch(/^nrefs:2\|case:mixed\|eff:yes\|nc:6\|nw:2\|space:no\|version:fenchel-lab-\d/);
    expect(chrf(["a"], ["a"], { lowercase: true })).toMatchObject({
      name: "chrF2",
      signature: expect.stringMatching(/^nrefs:1\|case:lc\|eff:yes\|nc:6\|nw:0\|/) as string,
    });
  });
  it("refuses what cannot be scored", () => {
    expect(() => chrf(["a"], [])).toThrow("references must be as many as hypotheses (1), got 0");
    expect(() => chrf(["a"], ["a"], { wordOrder: 3 as 2 })).toThrow(
      new RangeError("wordOrder must be 0, 1 or 2, got 3"),
    );
  });
});
