/** The attention of hypothesis words held against the links that people made between the words of premise and hypothesis. */
import type { AlignmentLink } from "../../datasets/alignment.ts";
import { alignmentErrorRate } from "../../metrics/alignment/alignment-error-rate.ts";
import { attentionAlignment, type AlignmentRule } from "../../metrics/alignment/attention-alignment.ts";
import type { AlignedPairs } from "./data.ts";
import type { PairPrediction } from "./train.ts";

/** A word counts as linked to what it gives more than this share of its attention. */
const SHARE = 0.1;

/** Calls `see` with the reading of every pair. */
type ReadAll = (see: (reading: PairPrediction, index: number) => void) => Promise<void>;

/**
 * Error rate, precision and recall with two readings of attention as links: the premise words of a hypothesis word's greatest weight (all
 * of them where several share it), and all words above a tenth of its attention.
 */
export async function alignmentScores({ links }: AlignedPairs, read: ReadAll): Promise<Record<string, number>> {
  const rules: readonly (readonly [string, AlignmentRule])[] = [
    ["alignment", "argmax-all"],
    ["share", { above: SHARE }],
  ];
  const found = rules.map((): (readonly AlignmentLink[])[] => []);
  await read(({ weights }, index) => {
    const queries = weights.length;
    const keys = weights[0]?.length ?? 0;
    const flat = new Float32Array(queries * keys);
    weights.forEach((row, q) => flat.set(row, q * keys));
    rules.forEach(([, rule], r) => {
      found[r]![index] = attentionAlignment(flat, { queries, keys, rule });
    });
  });
  const scores: Record<string, number> = {};
  rules.forEach(([name], r) => {
    const pairs = links.map(({ sure, possible }, i) => ({ links: found[r]![i] ?? [], sure, possible }));
    const { aer, precision, recall } = alignmentErrorRate(pairs);
    scores[`${name}Error`] = aer;
    scores[`${name}Precision`] = precision;
    scores[`${name}Recall`] = recall;
  });
  return scores;
}
