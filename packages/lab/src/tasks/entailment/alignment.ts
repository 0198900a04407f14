/** Attention of hypothesis words to premise words, evaluated against human word alignments. */
import type { AlignmentLink } from "../../datasets/alignment.ts";
import { alignmentErrorRate } from "../../metrics/alignment/alignment-error-rate.ts";
import { attentionAlignment, type AlignmentRule } from "../../metrics/alignment/attention-alignment.ts";
import type { AlignedPairs } from "./data.ts";
import type { PairPrediction } from "./classifier.ts";

/** A premise word is aligned to a hypothesis word that gives it more than this share of its attention. */
const SHARE = 0.1;

const RULES: readonly (readonly [string, AlignmentRule])[] = [
  ["alignment", "argmax-all"],
  ["share", { above: SHARE }],
];

/**
 * Alignment error rate, precision and recall with two readings of attention as alignment: the premise words of a hypothesis word's largest
 * weight (all of them where several share it), and all words above a tenth of its attention.
 */
export function alignmentScores(
  { links }: AlignedPairs,
  predictions: readonly PairPrediction[],
): Record<string, number> {
  const found = RULES.map((): (readonly AlignmentLink[])[] => []);
  for (const { weights, index } of predictions) {
    const queries = weights.length;
    const keys = weights[0]?.length ?? 0;
    const flat = new Float32Array(queries * keys);
    weights.forEach((row, q) => flat.set(row, q * keys));
    RULES.forEach(([, rule], r) => {
      found[r]![index] = attentionAlignment(flat, { queries, keys, rule });
    });
  }
  const scores: Record<string, number> = {};
  RULES.forEach(([name], r) => {
    const pairs = links.map(({ sure, possible }, i) => ({ links: found[r]![i] ?? [], sure, possible }));
    const { aer, precision, recall } = alignmentErrorRate(pairs);
    scores[`${name}Error`] = aer;
    scores[`${name}Precision`] = precision;
    scores[`${name}Recall`] = recall;
  });
  return scores;
}
