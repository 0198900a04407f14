/** ROUGE against the scores of rouge_score, in several scripts, and its recall of the first bytes. */
import { describe, expect, it } from "vitest";
import { rouge, rougeRecallAtBytes } from "../../src/metrics/index.ts";
import type { PrecisionRecall } from "../../src/metrics/index.ts";
import { chinese, hindi, japanese, russian, thai } from "./sentences.ts";

const rougeKinds = ["rouge1", "rouge2", "rougeL", "rougeLsum"] as const;

const close = ({ precision, recall, f1 }: PrecisionRecall, wanted: readonly number[]) => {
  [precision, recall, f1].forEach((x, i) => expect(x).toBeCloseTo(wanted[i]!, 12));
};

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
  it("equals rouge_score without a stemmer", () => {
    // Per summary precision, recall and F1 of ROUGE-1, 2, L and Lsum.
    const { items } = rouge(summaries, references);
    close(items[0]!.rouge1, [1 / 3, 4 / 11, 0.34782608695652173]);
    close(items[1]!.rouge2, [1 / 9, 1 / 9, 1 / 9]);
    close(items[2]!.rougeL, [1 / 8, 1, 2 / 9]);
    close(items[3]!.rougeLsum, [0, 0, 0]);
  });
  it("averages over the summaries", () => {
    const { items, ...means } = rouge(summaries, references);
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / 4;
    for (const kind of rougeKinds) {
      expect(means[kind].recall).toBeCloseTo(mean(items.map((item) => item[kind].recall)), 12);
      expect(means[kind].f1).toBeCloseTo(mean(items.map((item) => item[kind].f1)), 12);
    }
    expect(means.rouge1.f1).toBeGreaterThan(0);
  });
  it("lets no word hit more often than both sides have it", () => {
    close(rouge(["a\na\na"], ["a b\na c"]).rougeLsum, [2 / 3, 1 / 2, 4 / 7]);
    close(rouge(["the the the"], ["the cat"]).rouge1, [1 / 3, 1 / 2, 2 / 5]);
  });
  it("compares words of a-z and 0-9 in lower case", () => {
    close(rouge(["The CAF 2nd"], ["The cats' 2nd café."]).rouge1, [1, 3 / 4, 6 / 7]);
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
    expect(() => rouge(["a"], ["a"], { tokenizer: "porter" as "ascii" })).toThrow(
      new RangeError('tokenizer must be ascii, unicode, characters or a function, got "porter"'),
    );
    expect(() => rouge(["a"], ["a"], { splitter: "punkt" as "lines" })).toThrow(
      new RangeError('splitter must be lines, sentences or a function, got "punkt"'),
    );
  });
});

describe("ROUGE of other scripts", () => {
  // rouge_score 0.1.2 with tokenizers of the same definition (regex 2026 for Python); F1 of ROUGE-1, 2, L of every pair.
  it.each([
    [
      "unicode",
      "chinese",
      chinese,
      [
        [0.96, 20 / 23, 0.96],
        [18 / 23, 2 / 3, 18 / 23],
        [10 / 11, 2 / 3, 10 / 11],
      ],
    ],
    [
      "unicode",
      "japanese",
      japanese,
      [
        [13 / 14, 12 / 13, 13 / 14],
        [2 / 3, 0.375, 2 / 3],
      ],
    ],
    [
      "unicode",
      "russian",
      russian,
      [
        [1, 5 / 7, 0.875],
        [10 / 11, 2 / 3, 10 / 11],
      ],
    ],
    ["unicode", "hindi", hindi, [[2 / 3, 0.2, 2 / 3]]],
    ["unicode", "thai", thai, [[0, 0, 0]]],
    [
      "characters",
      "chinese",
      chinese,
      [
        [28 / 29, 8 / 9, 28 / 29],
        [18 / 23, 2 / 3, 18 / 23],
        [10 / 11, 2 / 3, 10 / 11],
      ],
    ],
    [
      "characters",
      "japanese",
      japanese,
      [
        [16 / 17, 0.9375, 16 / 17],
        [2 / 3, 0.375, 2 / 3],
      ],
    ],
    [
      "characters",
      "russian",
      russian,
      [
        [1, 25 / 27, 11 / 14],
        [0.875, 19 / 23, 0.875],
      ],
    ],
    ["characters", "hindi", hindi, [[18 / 23, 4 / 7, 18 / 23]]],
    ["characters", "thai", thai, [[22 / 31, 18 / 29, 22 / 31]]],
  ] as const)(
    "equals rouge_score with tokens of kind %s on %s",
    (tokenizer, _, { hypotheses, references }, expected) => {
      const { items } = rouge(hypotheses, references, { tokenizer });
      items.forEach((item, i) => {
        [item.rouge1, item.rouge2, item.rougeL].forEach(({ f1 }, k) => expect(f1).toBeCloseTo(expected[i]![k]!, 11));
      });
      expect(items).toHaveLength(expected.length);
    },
  );
  it("is 0 with the default tokenizer, as rouge_score's", () => {
    expect(rouge(thai.hypotheses, thai.references).rouge1.f1).toBe(0);
  });
  it("takes a function, such as a segmenter of words", () => {
    const segmenter = new Intl.Segmenter("th", { granularity: "word" });
    const tokenizer = (text: string) =>
      Array.from(segmenter.segment(text)).flatMap(({ segment, isWordLike }) => (isWordLike === true ? [segment] : []));
    expect(rouge(thai.hypotheses, thai.references, { tokenizer }).rouge1.precision).toBe(1);
    expect(rougeRecallAtBytes(["running"], ["runs"], { tokenizer: (text) => [text.slice(0, 3)] }).rouge1).toBe(1);
  });
});

describe("sentences of ROUGE-Lsum", () => {
  const summary = [
    "The storm hit the coast at 6.30 p.m. on Friday.",
    "Boats were lost!",
    "Nobody was hurt, officials said.",
    "Is the road open?",
    "Not yet.",
  ];
  const reference = [
    "A storm hit the coast on Friday.",
    "No one was hurt, officials said.",
    "The road is not yet open.",
  ];
  // rouge_score 0.1.2 on the same sentences, one per line, and on one line.
  const bySentence = [15 / 26, 15 / 19, 2 / 3];
  const asOne = [14 / 26, 14 / 19, 28 / 45];
  it("are lines unless a splitter is named", () => {
    close(rouge([summary.join("\n")], [reference.join("\n")]).rougeLsum, bySentence);
    close(rouge([summary.join(" ")], [reference.join(" ")]).rougeLsum, asOne);
  });
  it("are found by the rules of Unicode", () => {
    close(rouge([summary.join(" ")], [reference.join(" ")], { splitter: "sentences" }).rougeLsum, bySentence);
    const { rougeL } = rouge([summary.join(" ")], [reference.join(" ")], { splitter: "sentences" });
    close(rougeL, asOne);
  });
  it("come from a function", () => {
    const splitter = (text: string) => text.split(/(?<=[.!?]) (?=[A-Z])/);
    close(rouge([summary.join(" ")], [reference.join(" ")], { splitter }).rougeLsum, bySentence);
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
    expect(rougeRecallAtBytes(["кошка"], ["кошка"]).rouge1).toBe(0);
    expect(rougeRecallAtBytes(["кошка"], ["кошка"], { tokenizer: "unicode" }).rouge1).toBe(1);
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
