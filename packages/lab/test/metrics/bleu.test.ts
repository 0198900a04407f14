/** BLEU and its tokenizers against sacreBLEU's scores. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { bleu, bleuStatistics, bleuTokenizers, corpusScore, formatBleu } from "../../src/metrics/index.ts";
import { chinese, hypotheses, japanese, oneReference, russian, twoReferences } from "./sentences.ts";

// The example of sacreBLEU's README, with the scores that its own tests expect.
const dogHypotheses = ["The dog bit the man.", "It wasn't surprising.", "The man had just bitten him."];
const dogReferences = [
  ["The dog bit the man.", "The dog had bit the man."],
  ["It was not unexpected.", "No one was surprised."],
  ["The man bit him first.", "The man had bitten the dog."],
];

describe("tokenizer 13a", () => {
  const tokenize13a = bleuTokenizers["13a"];
  it("parts symbols, points and dashes as mteval-v13a does", () => {
    const text = 'Sie sagte: "3,5-mal so viel" &amp; ging. 9-5 U.S. 1.5.x a.b, e.g.- $7/8';
    // Reference: sacreBLEU 2.6.0.
    expect(tokenize13a(text).join(" ")).toBe(
      'Sie sagte : " 3,5 - mal so viel " & ging . 9 - 5 U . S . 1.5 . x a . b , e . g . - $ 7 / 8',
    );
    expect(tokenize13a("It's 1,000.5 (or so).")).toEqual(["It's", "1,000.5", "(", "or", "so", ")", "."]);
  });
  it("joins words broken at a line's end and leaves <skipped> out", () => {
    expect(tokenize13a("sand-\ncastle\nhere <skipped>")).toEqual(["sandcastle", "here"]);
    expect(tokenize13a("a\u00a0b\u3000c\ufeffd")).toEqual(["a", "b", "c\ufeffd"]);
    expect(tokenize13a(" \n ")).toEqual([]);
  });
});

// Tokens by sacreBLEU 2.6.0, joined by spaces.
const lines = [
  "Sie sagte: «3,5-mal so viel» &amp; ging… 9-5 U.S. 1.5.x a.b, e.g.- $7/8 €5 (im Jahr 1999.",
  "我买了iPhone 15，花了￥5,999。“真贵”——他说。",
  "東京タワーは1958年に完成した。",
  "مرحبا، كيف حالك؟ 50٪ اليوم.",
  "Сегодня — 5,5 °C; дождь не идёт!",
  "𠮷野家 a\u00a0b",
  " .5 - x",
];
const tokens = {
  intl: [
    "Sie sagte : « 3,5 - mal so viel » & amp ; ging … 9-5 U . S . 1.5 . x a . b , e . g . - $ 7/8 € 5 ( im Jahr 1999.",
    "我买了iPhone 15 ， 花了 ￥ 5,999 。 “ 真贵 ” — — 他说 。",
    "東京タワーは1958年に完成した 。",
    "مرحبا ، كيف حالك ؟ 50 ٪ اليوم .",
    "Сегодня — 5,5 ° C ; дождь не идёт !",
    "𠮷野家 a b",
    ". 5 - x",
  ],
  zh: [
    "Sie sagte : «3,5 - mal so viel» & amp ; ging … 9 - 5 U . S . 1.5 . x a . b , e . g . - $ 7 / 8 € 5 ( im Jahr 1999.",
    "我 买 了 iPhone 15 ， 花 了 ￥ 5,999 。 “ 真 贵 ” — — 他 说 。",
    "東 京 タワーは1958 年 に 完 成 した 。",
    "مرحبا، كيف حالك؟ 50٪ اليوم .",
    "Сегодня — 5,5 °C ; дождь не идёт !",
    "𠮷 野 家 a b",
    ".5 - x",
  ],
  char: [
    "S i e s a g t e : « 3 , 5 - m a l s o v i e l » & a m p ; g i n g … 9 - 5 U . S . 1 . 5 . x a . b , e . g . - $ 7 / 8 € 5 ( i m J a h r 1 9 9 9 .",
    "我 买 了 i P h o n e 1 5 ， 花 了 ￥ 5 , 9 9 9 。 “ 真 贵 ” — — 他 说 。",
    "東 京 タ ワ ー は 1 9 5 8 年 に 完 成 し た 。",
    "م ر ح ب ا ، ك ي ف ح ا ل ك ؟ 5 0 ٪ ا ل ي و م .",
    "С е г о д н я — 5 , 5 ° C ; д о ж д ь н е и д ё т !",
    "𠮷 野 家 a b",
    ". 5 - x",
  ],
};

describe.each(["intl", "zh", "char"] as const)("tokenizer %s", (name) => {
  it.each(lines.map((line, i) => [line, tokens[name][i]!]))("%s", (line, expected) => {
    expect(bleuTokenizers[name](line).join(" ")).toBe(expected);
  });
});

describe("BLEU", () => {
  it.each([
    // sacreBLEU 2.6.0, corpus_bleu with the tokenizer of the name.
    ["13a", [0, 0, 61.49297748133616]],
    ["intl", [22.850769439363944, 0, 64.3584817827559]],
    ["zh", [61.98458205073759, 48.715483685054814, 61.49297748133616]],
    ["char", [66.74640278228341, 69.97522298221911, 80.72546841230609]],
    ["none", [0, 0, 47.34986700130251]],
  ] as const)("equals sacreBLEU 2.6.0 with tokenizer %s on Chinese, Japanese and Russian", (tokenizer, expected) => {
    [chinese, japanese, russian].forEach(({ hypotheses: own, references }, i) => {
      const { score, signature } = bleu(own, references, { tokenizer });
      expect(score).toBeCloseTo(expected[i]!, 10);
      expect(signature).toContain(`|tok:${tokenizer}|`);
      expect(corpusScore(bleuStatistics(own, references, { tokenizer }))).toBe(score);
    });
  });
  it("gives the published scores", () => {
    expect(bleu(dogHypotheses, dogReferences).score).toBeCloseTo(48.530827, 6);
    expect(bleu(["", "", ""], dogReferences)).toMatchObject({ score: 0, brevityPenalty: 0, hypothesisLength: 0 });
    expect(bleu(["this is a test", "another test"], ["ref1", "ref2"]).score).toBe(0);
    expect(bleu(["this is a test"], ["this is a test"]).score).toBeCloseTo(100, 10);
    const counted = bleu(["am I am a character sequence"], ["I am a symbol string sequence a a"]);
    expect([counted.matches, counted.totals]).toEqual([
      [4, 2, 1, 0],
      [6, 5, 4, 3],
    ]);
    // Worked out in the tests of sacreBLEU with effective orders: exp(-1), and 1.
    expect(bleu(["test"], ["a test"], { effectiveOrder: true }).score).toBeCloseTo(36.78794411714425, 10);
    expect(bleu(["a test"], ["a test"], { effectiveOrder: true }).score).toBeCloseTo(100, 10);
  });
  it("equals sacreBLEU 2.6.0 on sentences with numbers, entities and umlauts", () => {
    const one = bleu(hypotheses, oneReference);
    expect(one.score).toBeCloseTo(43.75223321901481, 10);
    expect(one).toMatchObject({ matches: [50, 34, 20, 12], totals: [60, 54, 48, 42] });
    expect(one.brevityPenalty).toBeCloseTo(0.8751733190429475, 14);
    expect([one.hypothesisLength, one.referenceLength]).toEqual([60, 68]);
    const two = bleu(hypotheses, twoReferences);
    expect(two.score).toBeCloseTo(57.77841646264859, 10);
    expect(two.precisions[3]).toBeCloseTo(30.952380952380953, 12);
    expect(two.referenceLength).toBe(61);
    expect(bleu(hypotheses, twoReferences, { lowercase: true }).score).toBeCloseTo(58.371093149222254, 10);
  });
  it("smooths orders without a match, and has no score where there are no 4-grams", () => {
    expect(bleu(["A dog runs."], ["A dog sleeps."], { effectiveOrder: true }).score).toBeCloseTo(35.35533905932737, 10);
    expect(bleu(["A dog runs."], ["A dog sleeps."]).precisions).toEqual([75, 100 / 3, 25, 25]);
    expect(bleu(["a b c"], ["a b c"]).score).toBe(0);
    expect(bleu(["the cat sat on the mat"], ["the cat sat on a mat"]).score).toBeCloseTo(53.7285, 4);
  });
  it("scores a sentence of 5,000 words", () => {
    const words = Array.from({ length: 5000 }, (_, i) => `w${i}`).join(" ");
    expect(bleu([words], [words]).score).toBeCloseTo(100, 10);
  });
  it("is the score of the sums over its sentences", () => {
    expect(corpusScore(bleuStatistics(hypotheses, twoReferences))).toBe(bleu(hypotheses, twoReferences).score);
  });
  it("prints the line of sacreBLEU with its own version in the signature", () => {
    const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
      version: string;
    };
    const settings = `nrefs:2|case:mixed|eff:no|tok:13a|smooth:exp|version:fenchel-lab-${version}`;
    expect(bleu(dogHypotheses, dogReferences).signature).toBe(settings);
    expect(formatBleu(bleu(dogHypotheses, dogReferences))).toBe(
      `BLEU|${settings} = 48.5 82.4/50.0/45.5/37.5 (BP = 0.943 ratio = 0.944 hyp_len = 17 ref_len = 18)`,
    );
    const varied = bleu(["a b", "c"], [["a b"], ["c", "d"]], { lowercase: true, effectiveOrder: true });
    expect(varied.signature).toMatch(/^nrefs:var\|case:lc\|eff:yes\|/);
  });
  it("rounds halves in its line as Python does", () => {
    const line = formatBleu({ ...bleu(["a"], ["a"]), precisions: [6.25, 6.35, 18.75, 0] });
    expect(line).toContain(" 6.2/6.3/18.8/0.0 ");
  });
  it("refuses what cannot be scored", () => {
    expect(() => bleu(["a"], ["a"], { tokenizer: "ja-mecab" as "zh" })).toThrow(
      new RangeError('tokenizer must be one of 13a, intl, zh, char, none, got "ja-mecab"'),
    );
    expect(() => bleu([], [])).toThrow(new RangeError("hypotheses must not be empty"));
    expect(() => bleu(["a"], ["a", "b"])).toThrow(
      new RangeError("references must be as many as hypotheses (1), got 2"),
    );
    expect(() => bleu(["a", "b"], ["a", []])).toThrow(new RangeError("references[1] must hold at least one reference"));
    const unknown = [undefined] as unknown as string[];
    expect(() => bleu(["a"], unknown)).toThrow(new TypeError("references[0] must be a string, got undefined"));
    expect(() => bleu(unknown, ["a"])).toThrow(new TypeError("hypotheses[0] must be a string, got undefined"));
    expect(() => bleu(["a"], [unknown])).toThrow(new TypeError("references[0][0] must be a string, got undefined"));
  });
});
