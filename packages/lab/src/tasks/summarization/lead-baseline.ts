/** LEAD-n baseline: the first n words of the text. */
import { rouge } from "../../metrics/index.ts";
import type { SequenceSplit } from "../seq2seq/data.ts";

/** Numbers of words that are tried. */
const TRIED = [4, 6, 8, 10, 12, 14, 16, 18, 20, 24, 28, 32, 40];
/** Texts that they are tried on. */
const MOST = 500;

export const leadWords = (text: string, count: number): string => text.trim().split(/\s+/u).slice(0, count).join(" ");

/** ROUGE of the first words. */
export function leadScores(
  { sources = [], references = [] }: Pick<SequenceSplit, "sources" | "references">,
  count: number,
) {
  return rouge(
    sources.map((text) => leadWords(text, count)),
    references,
  );
}

/** The number of words with the best ROUGE-L on the dev set; of equal ones the least. */
export function leadLength({ sources = [], references = [] }: Pick<SequenceSplit, "sources" | "references">): number {
  const some = { sources: sources.slice(0, MOST), references: references.slice(0, MOST) };
  const scored = TRIED.map((count) => ({ count, score: leadScores(some, count).rougeL.f1 }));
  return scored.reduce((best, one) => (one.score > best.score ? one : best)).count;
}
