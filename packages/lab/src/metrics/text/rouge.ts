/** ROUGE-1, 2, L and Lsum of summaries, equal to the rouge_score package's. */
import { precisionRecall, type PrecisionRecall } from "../statistics/precision-recall.ts";
import { lcsLength, markLcs } from "./longest-common-subsequence.ts";
import { clippedMatches, ngramCounts, ngramsOf } from "./ngrams.ts";
import { checkedReferences, type References } from "./references.ts";

const rougeKinds = ["rouge1", "rouge2", "rougeL", "rougeLsum"] as const;

/** Unigrams, bigrams, longest common subsequence of whole texts, and of their sentences. */
export type RougeKind = (typeof rougeKinds)[number];

/**
 * Tokens of a text, lower-cased:
 * - "ascii": runs of a-z and 0-9, as rouge_score; any other script has no token and scores 0.
 * - "unicode": runs of letters, marks and digits of any script; each Chinese character and kana is a token.
 * - "characters": every letter or digit with its marks is a token, for scripts without spaces such as Thai.
 * - A function, for a stemmer or a word segmenter.
 */
export type RougeTokenizer = "ascii" | "unicode" | "characters" | ((text: string) => readonly string[]);

/**
 * Sentences of a text for ROUGE-Lsum: "lines" are sentences already, as rouge_score has it, "sentences" are found by the rules of
 * Unicode (UAX 29; an abbreviation before a capital ends a sentence). A function is for another splitter.
 */
export type SentenceSplitter = "lines" | "sentences" | ((text: string) => readonly string[]);

export interface RougeOptions {
  /** Default "ascii". */
  readonly tokenizer?: RougeTokenizer;
  /** Default "lines". */
  readonly splitter?: SentenceSplitter;
}

/** Means over the summaries, and the scores of each. */
export interface RougeScores extends Readonly<Record<RougeKind, PrecisionRecall>> {
  readonly items: readonly Readonly<Record<RougeKind, PrecisionRecall>>[];
}

const TOKEN = {
  ascii: /[a-z0-9]+/g,
  unicode:
    /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]\p{M}*|(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}])[\p{L}\p{N}]\p{M}*)+/gu,
  characters: /[\p{L}\p{N}]\p{M}*/gu,
} as const;

/** The function of a tokenizer's name. Throws a RangeError for an unknown one. */
export function rougeTokenizer(tokenizer: RougeTokenizer = "ascii"): (text: string) => readonly string[] {
  if (typeof tokenizer === "function") return tokenizer;
  if (!Object.hasOwn(TOKEN, tokenizer)) {
    throw new RangeError(
      `tokenizer must be ${Object.keys(TOKEN).join(", ")} or a function, got ${JSON.stringify(tokenizer)}`,
    );
  }
  return (text) => text.toLowerCase().match(TOKEN[tokenizer]) ?? [];
}

function sentenceSplitter(splitter: SentenceSplitter = "lines"): (text: string) => readonly string[] {
  if (typeof splitter === "function") return splitter;
  if (splitter === "lines") return (text) => text.split("\n");
  if (splitter !== "sentences") {
    throw new RangeError(`splitter must be lines, sentences or a function, got ${JSON.stringify(splitter)}`);
  }
  const segmenter = new Intl.Segmenter("en", { granularity: "sentence" });
  return (text) => Array.from(segmenter.segment(text), ({ segment }) => segment);
}

/** Matches of n-grams, and their numbers on either side. */
export function ngramMatches(hypothesis: readonly string[], reference: readonly string[], order: number) {
  const { numbers, size } = ngramsOf([hypothesis, reference], order)[order - 1]!;
  const [a, b] = numbers as [Int32Array, Int32Array];
  return { hits: clippedMatches(ngramCounts(a, size), ngramCounts(b, size)), predicted: a.length, actual: b.length };
}

function ngramScore(hypothesis: readonly string[], reference: readonly string[], order: number): PrecisionRecall {
  const { hits, predicted, actual } = ngramMatches(hypothesis, reference, order);
  return precisionRecall(hits, predicted, actual);
}

function counts(sentences: readonly (readonly string[])[]): Map<string, number> {
  const all = new Map<string, number>();
  for (const token of sentences.flat()) all.set(token, (all.get(token) ?? 0) + 1);
  return all;
}

/** Hits of a reference sentence are its union LCS with all sentences; a token hits no oftener than both sides have it. */
function summaryScore(hypothesis: readonly (readonly string[])[], reference: readonly (readonly string[])[]) {
  const left = [counts(hypothesis), counts(reference)] as const;
  let hits = 0;
  for (const sentence of reference) {
    const found = new Uint8Array(sentence.length);
    for (const other of hypothesis) markLcs(found, sentence, other);
    sentence.forEach((token, i) => {
      if (found[i] === 0 || left.some((some) => !(some.get(token)! > 0))) return;
      hits++;
      for (const some of left) some.set(token, some.get(token)! - 1);
    });
  }
  return precisionRecall(hits, hypothesis.flat().length, reference.flat().length);
}

interface RougeText {
  readonly tokens: readonly string[];
  readonly sentences: readonly (readonly string[])[];
}

function scorePair(a: RougeText, b: RougeText): Record<RougeKind, PrecisionRecall> {
  return {
    rouge1: ngramScore(a.tokens, b.tokens, 1),
    rouge2: ngramScore(a.tokens, b.tokens, 2),
    rougeL: precisionRecall(lcsLength(b.tokens, a.tokens), a.tokens.length, b.tokens.length),
    rougeLsum: summaryScore(a.sentences, b.sentences),
  };
}

const perKind = (score: (kind: RougeKind) => PrecisionRecall): Record<RougeKind, PrecisionRecall> =>
  Object.fromEntries(rougeKinds.map((kind) => [kind, score(kind)])) as Record<RougeKind, PrecisionRecall>;

/**
 * ROUGE-1, 2, L and Lsum of summaries in [0, 1]: recall hits / tokens of the reference, precision hits / tokens of the summary, and F1,
 * with unigrams, bigrams or the longest common subsequence as hits; means over the summaries, and each one's as `items`.
 *
 * Equals the rouge_score package without a stemmer: of several references the one with the best F1 counts, for each kind. Scores hold
 * for one tokenizer only: name it beside them. An empty summary scores 0. Throws a RangeError for no hypotheses, references that are not
 * as many or none for a summary, and an unknown tokenizer or splitter; a TypeError for what is no string. Cost: the product of the
 * lengths of each pair.
 *
 * @param hypotheses - The summaries.
 * @param references - For `hypotheses[i]` its reference, or an array of references.
 * @param options - Tokenizer, and sentence splitter of ROUGE-Lsum.
 *
 * Lin, "ROUGE: A Package for Automatic Evaluation of Summaries" (2004).
 *
 * @example
 * rouge(["testing one"], ["testing one two"]).rougeL; // { precision: 1, recall: 0.666667, f1: 0.8 }
 * rouge(["кошка спит"], ["кошка спит дома"]).rouge1.f1; // 0
 * rouge(["кошка спит"], ["кошка спит дома"], { tokenizer: "unicode" }).rouge1.f1; // 0.8
 */
export function rouge(
  hypotheses: readonly string[],
  references: References,
  { tokenizer, splitter }: RougeOptions = {},
): RougeScores {
  const tokens = rougeTokenizer(tokenizer);
  const sentences = sentenceSplitter(splitter);
  const read = (text: string): RougeText => ({ tokens: tokens(text), sentences: sentences(text).map(tokens) });
  const items = checkedReferences(hypotheses, references).map((all, i) => {
    const own = read(hypotheses[i]!);
    const scores = all.map((reference) => scorePair(own, read(reference)));
    return perKind((kind) => scores.map((some) => some[kind]).reduce((best, one) => (one.f1 > best.f1 ? one : best)));
  });
  const mean = (kind: RougeKind, figure: keyof PrecisionRecall) =>
    items.reduce((sum, item) => sum + item[kind][figure], 0) / items.length;
  const means = perKind((kind) => ({
    precision: mean(kind, "precision"),
    recall: mean(kind, "recall"),
    f1: mean(kind, "f1"),
  }));
  return { ...means, items };
}
