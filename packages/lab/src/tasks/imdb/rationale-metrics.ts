/** Attention to reviews held against people's rationales, and against what the model does without the words it attends to. */
import {
  attentionSegments,
  averagePrecision,
  faithfulness,
  rationaleScores,
  type ReducedText,
} from "../../metrics/index.ts";
import { bigramsOf, type BigramVocabulary } from "./bigrams.ts";
import type { ReviewText } from "./data.ts";
import { wordAttention, type ReviewPrediction } from "./predictions.ts";

export interface AnnotatedReviews {
  /** In the order of the reads; see `CorpusReview`. */
  readonly marks: readonly Uint8Array[];
  /** How many of a review's words people mark in the mean. */
  readonly share: number;
}

export interface RationaleMetrics {
  readonly scores: Readonly<Record<string, number>>;
  /** The average precision of every review, 0 where people marked nothing. */
  readonly precisions: readonly number[];
}

/** `weights` of the words that were read; those of a review that were not have none. */
function overWhole(weights: ArrayLike<number>, length: number): Float64Array {
  const all = new Float64Array(length);
  all.set(Array.from(weights));
  return all;
}

/** What is left of a text, as a text of its own: other words are neighbours. */
function reducedText(texts: readonly ReviewText[], { text, kept }: ReducedText, pairs: BigramVocabulary): ReviewText {
  const { words: all, label } = texts[text]!;
  const words = Int32Array.from(kept, (at) => all[at]!);
  return { words, pairs: bigramsOf(words, pairs), label };
}

/**
 * The figures of `rationaleMeasures` that other corpora do not have. `read` gives what the model makes of any texts; `reads` is what
 * it made of `texts`.
 *
 * Token F1 takes as many of the largest weights as people mark in the mean, as DeYoung et al. (2020) make scores discrete.
 */
export async function rationaleScoresOf(
  reads: readonly ReviewPrediction[],
  texts: readonly ReviewText[],
  { marks, share }: AnnotatedReviews,
  pairs: BigramVocabulary,
  read: (texts: readonly ReviewText[]) => Promise<readonly ReviewPrediction[]>,
): Promise<RationaleMetrics> {
  const attention = reads.map(wordAttention);
  const marked = attention.map((weights, i) => {
    const rationale = marks[i]!;
    return { weights: overWhole(weights, rationale.length), rationale };
  });
  const chosen = rationaleScores(marked, { selection: { top: share } });
  const { f1: supportF1 } = rationaleScores(marked);
  const { aopc } = await faithfulness(attention, async (reduced) => {
    const again = await read(reduced.map((one) => reducedText(texts, one, pairs)));
    return again.map(({ probability }, i) => {
      return reads[reduced[i]!.text]!.probability > 0.5 ? probability : 1 - probability;
    });
  });
  const segments = reads.flatMap((one) => (one.weights === null ? [] : [attentionSegments(one.weights).length]));
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
