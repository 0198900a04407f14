/** Words to numbers before a model, numbers to explanations after it. */
import type { Vocabulary } from "../../text/vocabulary.ts";
import type { ExplainedText, LabelledText } from "../run-types.ts";
import type { EncodedText } from "./batches.ts";
import type { TextPrediction } from "./evaluate.ts";

/** A text to explain, with or without a known label. */
export type GivenText = Omit<LabelledText, "label"> & { readonly label: number | null };

/** Texts as the model reads them: the first `maxWords` words, as numbers; an unknown label counts as 0. */
export function encodeTexts(texts: readonly GivenText[], vocabulary: Vocabulary, maxWords: number): EncodedText[] {
  return texts.map(({ words, label }) => ({ words: vocabulary.encode(words.slice(0, maxWords)), label: label ?? 0 }));
}

/** Judgements beside the words they are about; words past what the model read are left out. */
export function explained(texts: readonly GivenText[], judgements: readonly TextPrediction[]): ExplainedText[] {
  return texts.map(({ id, label, words }, i) => {
    const { probabilities, weights } = judgements[i]!;
    return { id, label, probabilities, words: words.slice(0, weights.length), weights: Array.from(weights) };
  });
}
