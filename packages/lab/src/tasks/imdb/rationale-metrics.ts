/** Attention to reviews evaluated against human rationales, and by its faithfulness. */
import { raggedArray, rowAt } from "../../base/ragged.ts";
import {
  attentionSegments,
  averagePrecision,
  faithfulness,
  rationaleScores,
  type ReducedText,
} from "../../metrics/index.ts";
import type { BigramVocabulary } from "./bigrams.ts";
import { withBigrams, type Rationales, type ReviewSplit } from "./data.ts";
import { wordAttention, type ReviewPrediction } from "./predictions.ts";

export interface RationaleMetrics {
  readonly scores: Readonly<Record<string, number>>;
  /** Average precision per review, 0 where nothing is marked. */
  readonly precisions: readonly number[];
}

/** `weights` of the words that were read; those of a review that were not have none. */
function overWhole(weights: ArrayLike<number>, length: number): Float64Array {
  const all = new Float64Array(length);
  all.set(Array.from(weights));
  return all;
}

/** The words that are left of texts, as texts of their own: other words are neighbours. */
function reducedSplit(split: ReviewSplit, reduced: readonly ReducedText[], known: BigramVocabulary): ReviewSplit {
  const texts = reduced.map(({ text, kept }) => {
    const all = rowAt(split.words, text);
    return Int32Array.from(kept, (at) => all[at]!);
  });
  const labels = Uint8Array.from(reduced, ({ text }) => split.labels[text]!);
  return withBigrams({ words: raggedArray(texts), labels }, known);
}

/**
 * Token F1, AUPRC and average precision against rationales, sufficiency and comprehensiveness.
 *
 * Token F1 takes as many of the largest weights as annotators mark in the mean, as DeYoung et al. (2020) make scores discrete.
 *
 * @param predict - Predictions of any split by the same model; `predictions` are those of `split`.
 */
export async function rationaleScoresOf(
  predictions: readonly ReviewPrediction[],
  split: ReviewSplit,
  { marks, share }: Rationales,
  known: BigramVocabulary,
  predict: (split: ReviewSplit) => Promise<readonly ReviewPrediction[]>,
): Promise<RationaleMetrics> {
  const attention = predictions.map(wordAttention);
  const marked = attention.map((weights, i) => {
    const rationale = marks[i]!;
    return { weights: overWhole(weights, rationale.length), rationale };
  });
  const chosen = rationaleScores(marked, { selection: { top: share } });
  const { f1: supportF1 } = rationaleScores(marked);
  const { aopc } = await faithfulness(attention, async (reduced) => {
    const again = await predict(reducedSplit(split, reduced, known));
    return again.map(({ probability }, i) => {
      return predictions[reduced[i]!.text]!.probability > 0.5 ? probability : 1 - probability;
    });
  });
  const segments = predictions.flatMap((one) => (one.weights === null ? [] : [attentionSegments(one.weights).length]));
  const precisions = marked.map(({ weights, rationale }) =>
    rationale.includes(1) ? averagePrecision(weights, rationale) : 0,
  );
  return {
    scores: {
      ...(segments.length > 0 && { segments: segments.reduce((sum, count) => sum + count, 0) / segments.length }),
      tokenF1: chosen.f1,
      supportF1,
      rationaleArea: chosen.precisionRecallArea,
      rationalePrecision: precisions.reduce((sum, value) => sum + value, 0) / precisions.length,
      ...aopc,
    },
    precisions,
  };
}
