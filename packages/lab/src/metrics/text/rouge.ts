/** ROUGE-1, 2, L and Lsum of summaries, equal to the rouge_score package's. */
import { commonLength, markCommon } from "./common-subsequence.ts";
import { ngramCounts, ngramsOf, clippedMatches } from "./ngrams.ts";
import { precisionRecall } from "../attention/precision-recall.ts";
import type { PrecisionRecall } from "../attention/precision-recall.ts";
import { cachedStems, rougeTokens } from "./rouge-tokens.ts";
import { checkedReferences } from "./sentence-pairs.ts";
import type { References } from "./sentence-pairs.ts";

/** Single words, pairs of neighbours, longest common subsequence of the texts, and line by line. */
export type RougeKind = "rouge1" | "rouge2" | "rougeL" | "rougeLsum";

export const rougeKinds: readonly RougeKind[] = ["rouge1", "rouge2", "rougeL", "rougeLsum"];

export interface RougeOptions {
  /** Compare Porter stems of words of more than three letters; default false. */
  readonly stemmer?: boolean;
}

/** Means over the summaries, and the scores of each. */
export interface RougeScores extends Readonly<Record<RougeKind, PrecisionRecall>> {
  readonly items: readonly Readonly<Record<RougeKind, PrecisionRecall>>[];
}

/** n-grams in common, and how many there are on either side. */
export function ngramMatches(hypothesis: readonly string[], reference: readonly string[], order: number) {
  const { numbers, size } = ngramsOf([hypothesis, reference], order)[order - 1]!;
  const [a, b] = numbers as [Int32Array, Int32Array];
  return { hits: clippedMatches(ngramCounts(a, size), ngramCounts(b, size)), predicted: a.length, wanted: b.length };
}

function gramScore(hypothesis: readonly string[], reference: readonly string[], order: number): PrecisionRecall {
  const { hits, predicted, wanted } = ngramMatches(hypothesis, reference, order);
  return precisionRecall(hits, predicted, wanted);
}

function tally(lines: readonly (readonly string[])[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of lines.flat()) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

/** Every line of the reference hits where it has a common subsequence with some line; a word no oftener than both sides have it. */
function lineScore(hypothesis: readonly (readonly string[])[], reference: readonly (readonly string[])[]) {
  const left = [tally(hypothesis), tally(reference)] as const;
  let hits = 0;
  for (const line of reference) {
    const found = new Uint8Array(line.length);
    for (const other of hypothesis) markCommon(found, line, other);
    line.forEach((word, i) => {
      if (found[i] === 0 || left.some((counts) => !(counts.get(word)! > 0))) return;
      hits++;
      for (const counts of left) counts.set(word, counts.get(word)! - 1);
    });
  }
  return precisionRecall(hits, hypothesis.flat().length, reference.flat().length);
}

type Stem = ((word: string) => string) | undefined;

/** A text's words, in one piece and line by line. */
const readText = (text: string, stem: Stem) => ({
  words: rougeTokens(text, stem),
  lines: text.split("\n").map((line) => rougeTokens(line, stem)),
});

function scorePair(a: ReturnType<typeof readText>, b: ReturnType<typeof readText>): Record<RougeKind, PrecisionRecall> {
  return {
    rouge1: gramScore(a.words, b.words, 1),
    rouge2: gramScore(a.words, b.words, 2),
    rougeL: precisionRecall(commonLength(b.words, a.words), a.words.length, b.words.length),
    rougeLsum: lineScore(a.lines, b.lines),
  };
}

/** For every kind what `choose` makes of it. */
function byKind(choose: (kind: RougeKind) => PrecisionRecall): Record<RougeKind, PrecisionRecall> {
  return {
    rouge1: choose("rouge1"),
    rouge2: choose("rouge2"),
    rougeL: choose("rougeL"),
    rougeLsum: choose("rougeLsum"),
  };
}

/**
 * ROUGE-1, 2, L and Lsum of summaries: hits / words of the reference (recall), hits / words of the summary (precision) and F1, in
 * [0, 1], with words, pairs of neighbours, or the longest common subsequence as hits; means over the summaries and each one's.
 *
 * - Equals the rouge_score package: lower case, words of a-z and 0-9, Porter stems as NLTK's with `stemmer`. Of several references
 *   the one with the best F1 counts, for each kind. ROUGE-Lsum reads lines as sentences.
 * - `references[i]`: the reference of `hypotheses[i]`, or an array of references. An empty summary scores 0.
 * - Throws a RangeError for no hypotheses, references that are not as many or none of a summary; a TypeError for what is no string.
 * - Cost: the product of the lengths of each pair.
 *
 * Lin, "ROUGE: A Package for Automatic Evaluation of Summaries" (2004).
 *
 * @example
 * rouge(["testing one"], ["testing one two"]).rougeL; // { precision: 1, recall: 0.666667, f1: 0.8 }
 */
export function rouge(
  hypotheses: readonly string[],
  references: References,
  { stemmer = false }: RougeOptions = {},
): RougeScores {
  const stem = stemmer ? cachedStems() : undefined;
  const items = checkedReferences(hypotheses, references).map((all, i) => {
    const own = readText(hypotheses[i]!, stem);
    const scores = all.map((reference) => scorePair(own, readText(reference, stem)));
    return byKind((kind) => scores.map((some) => some[kind]).reduce((best, one) => (one.f1 > best.f1 ? one : best)));
  });
  const mean = (kind: RougeKind, figure: keyof PrecisionRecall) =>
    items.reduce((sum, item) => sum + item[kind][figure], 0) / items.length;
  const means = byKind((kind) => ({
    precision: mean(kind, "precision"),
    recall: mean(kind, "recall"),
    f1: mean(kind, "f1"),
  }));
  return { ...means, items };
}
