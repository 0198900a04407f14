/** ROUGE against the scores of rouge_score, its stemmer, and its recall of the first bytes. */
import { describe, expect, it } from "vitest";
import { porterStem, rouge, rougeKinds, rougeRecallAtBytes } from "../../src/metrics/index.ts";
import type { PrecisionRecall } from "../../src/metrics/index.ts";
import { rougeTokens } from "../../src/metrics/text/rouge-tokens.ts";

const close = ({ precision, recall, f1 }: PrecisionRecall, wanted: readonly number[]) => {
  [precision, recall, f1].forEach((x, i) => expect(x).toBeCloseTo(wanted[i]!, 12));
};

describe("Porter stems", () => {
  it("are those of NLTK's stemmer with its extensions", () => {
    // The words of Porter's paper and of NLTK's irregular forms; stems from NLTK 3.10.3.
    const stems =
      "caresses:caress ponies:poni ties:tie dies:die flies:fli cats:cat feed:feed agreed:agre plastered:plaster bled:bled " +
      "motoring:motor sing:sing conflated:conflat troubled:troubl sized:size hopping:hop tanned:tan falling:fall " +
      "hissing:hiss fizzed:fizz failing:fail filing:file happy:happi sky:sky enjoy:enjoy by:by spy:spi relational:relat " +
      "conditional:condit rational:ration valenci:valenc digitizer:digit conformabli:conform radicalli:radic " +
      "differentli:differ vileli:vile analogousli:analog vietnamization:vietnam predication:predic operator:oper " +
      "feudalism:feudal decisiveness:decis hopefulness:hope callousness:callous formaliti:formal sensitiviti:sensit " +
      "sensibiliti:sensibl triplicate:triplic formative:form formalize:formal electriciti:electr electrical:electr " +
      "hopeful:hope goodness:good revival:reviv allowance:allow inference:infer airliner:airlin gyroscopic:gyroscop " +
      "adjustable:adjust defensible:defens irritant:irrit replacement:replac adjustment:adjust dependent:depend " +
      "adoption:adopt homologou:homolog communism:commun activate:activ angulariti:angular homologous:homolog " +
      "effective:effect bowdlerize:bowdler probate:probat rate:rate cease:ceas controll:control roll:roll skies:sky " +
      "dying:die news:news innings:inning geology:geolog theology:theolog hopefully:hope oed:o tied:tie spied:spi " +
      "generally:gener 1990s:1990 yyyy:yyyi syzygy:syzygi";
    for (const pair of stems.split(" ")) {
      const [word, stem] = pair.split(":") as [string, string];
      expect([word, porterStem(word)]).toEqual([word, stem]);
    }
  });
});

describe("ROUGE", () => {
  it("gives the scores of rouge_score's own tests", () => {
    close(rouge(["testing"], ["testing one two"]).rouge1, [1, 1 / 3, 1 / 2]);
    close(rouge(["testing one"], ["testing one two"]).rouge2, [1, 1 / 2, 2 / 3]);
    close(rouge(["testing one"], ["testing one two"]).rougeL, [1, 2 / 3, 4 / 5]);
    close(rouge(["testing two"], ["testing one two"]).rougeL, [1, 2 / 3, 4 / 5]);
    // The example of section 3.2 of Lin (2004).
    close(rouge(["w1 w2 w6 w7 w8\nw1 w3 w8 w9 w5"], ["w1 w2 w3 w4 w5"]).rougeLsum, [0.4, 0.8, 8 / 15]);
    for (const empty of ["", "/"]) {
      for (const kind of rougeKinds) {
        close(rouge([empty], ["testing one two"])[kind], [0, 0, 0]);
        close(rouge(["testing"], [empty])[kind], [0, 0, 0]);
      }
    }
  });
  it("gives the scores of section 3.1 of Lin (2004)", () => {
    const reference = "police killed the gunman";
    expect(rouge(["police kill the gunman"], [reference]).rougeL.f1).toBe(0.75);
    expect(rouge(["the gunman kill police"], [reference]).rougeL.f1).toBe(0.5);
    expect(rouge(["the gunman police killed"], [reference]).rougeL.f1).toBe(0.5);
    expect(rouge(["the gunman police killed"], [reference]).rouge2.f1).toBeCloseTo(2 / 3, 12);
  });

  const summaries = [
    "The runners were quickly running towards the finishing line.\nNobody expected happiness.",
    "Skies were dying; the news lied about 3 national relationships.",
    "The flies tied their probable effectiveness to geology.",
    "",
  ];
  const references = [
    ["A runner quickly ran to the finish line.\nHappiness was unexpected.", "Runners run."],
    "The sky died, and the news lies about national relations.",
    ["Tying flies is probably effective, geologically.", "Flies"],
    "Empty summary.",
  ];
  it("equals rouge_score with NLTK's stemmer and without", () => {
    // Per summary precision, recall and F1 of ROUGE-1, 2, L and Lsum.
    const plain = rouge(summaries, references).items;
    close(plain[0]!.rouge1, [1 / 3, 4 / 11, 0.34782608695652173]);
    close(plain[1]!.rouge2, [1 / 9, 1 / 9, 1 / 9]);
    close(plain[2]!.rougeL, [1 / 8, 1, 2 / 9]);
    close(plain[3]!.rougeLsum, [0, 0, 0]);
    const stemmed = rouge(summaries, references, { stemmer: true }).items;
    close(stemmed[0]!.rouge1, [0.5, 0.5454545454545454, 0.5217391304347826]);
    close(stemmed[0]!.rouge2, [0.18181818181818182, 0.2, 0.1904761904761905]);
    close(stemmed[1]!.rougeLsum, [0.7, 0.7, 0.7]);
    close(stemmed[2]!.rouge1, [0.625, 0.8333333333333334, 0.7142857142857143]);
    close(stemmed[2]!.rougeL, [0.5, 2 / 3, 0.5714285714285715]);
  });
  it("averages over the summaries", () => {
    const { items, ...means } = rouge(summaries, references, { stemmer: true });
    expect(means.rouge2.recall).toBeCloseTo((items[0]!.rouge2.recall + 1 / 3 + 0.2 + 0) / 4, 12);
    expect(means.rouge1.f1).toBeCloseTo((items[0]!.rouge1.f1 + 0.7 + items[2]!.rouge1.f1) / 4, 12);
  });
  it("lets no word hit more often than both sides have it", () => {
    close(rouge(["a\na\na"], ["a b\na c"]).rougeLsum, [2 / 3, 1 / 2, 4 / 7]);
    close(rouge(["the the the"], ["the cat"]).rouge1, [1 / 3, 1 / 2, 2 / 5]);
  });
  it("compares words of a-z and 0-9 in lower case", () => {
    expect(rougeTokens("The cats' 2nd café.")).toEqual(["the", "cats", "2nd", "caf"]);
    expect(rougeTokens("The cats' 2nd café.", porterStem)).toEqual(["the", "cat", "2nd", "caf"]);
  });
  it("scores a text of 5,000 words", () => {
    const words = Array.from({ length: 5000 }, (_, i) => `w${i}`);
    const half = words.filter((_, i) => i % 2 === 0);
    const { rouge1, rouge2, rougeL, rougeLsum } = rouge([half.join(" ")], [words.join(" ")]);
    for (const score of [rouge1, rougeL, rougeLsum]) close(score, [1, 1 / 2, 2 / 3]);
    expect(rouge2.f1).toBe(0);
  });
  it("refuses what cannot be scored", () => {
    expect(() => rouge([], [])).toThrow("hypotheses must not be empty");
    expect(() => rouge(["a"], ["a", "b"])).toThrow("references must be as many as hypotheses (1), got 2");
  });
});

describe("ROUGE recall at bytes", () => {
  it("is plain recall of a short text, pooled or of the best reference", () => {
    const hypothesis = ["police kill the gunman"];
    const references = [["police killed the gunman", "the gunman was shot"]];
    // 3 of 4 words, then 2 of 4: pooled 5 of 8.
    const average = rougeRecallAtBytes(hypothesis, references);
    expect([average.rouge1, average.rouge2, average.rougeL]).toEqual([5 / 8, 2 / 6, 5 / 8]);
    const best = rougeRecallAtBytes(hypothesis, references, { combine: "best" });
    expect([best.rouge1, best.rouge2, best.rougeL]).toEqual([3 / 4, 1 / 3, 3 / 4]);
    const stemmed = rougeRecallAtBytes(hypothesis, references, { combine: "best", stemmer: true });
    expect(stemmed.rouge1).toBe(1);
    expect(average.items).toHaveLength(1);
  });
  it("pools by words, not by reference", () => {
    expect(rougeRecallAtBytes(["a b"], [["a", "b c d"]]).rouge1).toBe(2 / 4);
  });
  it("reads the first bytes only, in the middle of a word and of a letter, of references too", () => {
    expect(rougeRecallAtBytes(["one two three"], ["one two"], { bytes: 5 }).rouge1).toBe(1);
    expect(rougeRecallAtBytes(["one"], ["one two"], { bytes: 5 }).rouge1).toBe(1 / 2);
    // "é" is two bytes: cut in two it parts words like any other character that is no letter.
    expect(rougeRecallAtBytes(["ab"], ["abé c"], { bytes: 3 }).rouge1).toBe(1);
    expect(rougeRecallAtBytes(["c"], ["é c"], { bytes: 4 }).rouge1).toBe(1);
    expect(rougeRecallAtBytes(["c"], ["é c"], { bytes: 3 }).rouge1).toBe(0);
    const long = "x ".repeat(37);
    expect(rougeRecallAtBytes([`${long}abcd`], [`${long}a`]).rouge1).toBe(1);
  });
  it("reads lines as one text, breaks not counted", () => {
    expect(rougeRecallAtBytes(["ab\ncd"], ["ab cd"], { bytes: 5 }).rougeL).toBe(1);
    expect(rougeRecallAtBytes(["ab\ncd e"], ["ab\ncd e"], { bytes: 4 }).items[0]).toEqual({
      rouge1: 1,
      rouge2: 1,
      rougeL: 1,
    });
  });
  it("refuses options out of range", () => {
    expect(() => rougeRecallAtBytes(["a"], ["a"], { bytes: 0 })).toThrow(
      new RangeError("bytes must be an integer from 1, got 0"),
    );
    expect(() => rougeRecallAtBytes(["a"], ["a"], { combine: "max" as "best" })).toThrow(
      new RangeError('combine must be "average" or "best", got "max"'),
    );
  });
});
