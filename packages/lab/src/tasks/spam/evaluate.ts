/** What a trained model makes of texts: probabilities and attention, text by text, and the scores of a whole split. */
import { tree } from "@jax-js/jax";
import { accuracy, attentionStatistics, f1, meanAttentionStatistics } from "../../metrics/index.ts";
import { logSoftmax } from "../../nn/log-softmax.ts";
import type { CompiledClassifier } from "./compiled.ts";
import type { TextClassifierParameters } from "./model.ts";
import type { EvaluationScores } from "../run-types.ts";
import { batchArrays, batchTexts, type EncodedText } from "./batches.ts";

export interface TextPrediction {
  /** Probability of every label. */
  readonly probabilities: readonly number[];
  /** -log of the probability of the text's label, in nats. */
  readonly loss: number;
  /** One weight a word. */
  readonly weights: Float32Array;
}

export interface JudgeOptions {
  readonly batchSize: number;
  readonly maxWords: number;
}

/** Judges every text, in order. The parameters stay the caller's. */
export async function evaluateTexts(
  classifier: CompiledClassifier,
  parameters: TextClassifierParameters,
  texts: readonly EncodedText[],
  { batchSize, maxWords }: JudgeOptions,
): Promise<TextPrediction[]> {
  const judgements: TextPrediction[] = [];
  for (const plan of batchTexts(texts, batchSize, maxWords)) {
    const { texts: batch, labels, counted } = batchArrays(texts, plan, batchSize);
    tree.dispose([labels, counted]);
    const { logits, weights } = await classifier.predict(tree.ref(parameters), batch);
    const classes = logits.shape[1]!;
    const allLogits = (await logits.data()) as Float32Array;
    const allWeights = (await weights.data()) as Float32Array;
    plan.texts.forEach((index, row) => {
      const { words, label } = texts[index]!;
      const logs = logSoftmax(allLogits.subarray(row * classes, (row + 1) * classes));
      judgements[index] = {
        probabilities: logs.map(Math.exp),
        loss: -(logs[label] ?? 0),
        weights: allWeights.slice(row * plan.length, row * plan.length + words.length),
      };
    });
  }
  return judgements;
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The label of the highest probability. */
function chosenLabel({ probabilities }: TextPrediction): number {
  return probabilities.indexOf(Math.max(...probabilities));
}

/** Scores of a split from its judgements; texts without words count for everything but attention. */
export function metricsOf(texts: readonly EncodedText[], judgements: readonly TextPrediction[]): EvaluationScores {
  const labels = texts.map(({ label }) => label);
  const chosen = judgements.map(chosenLabel);
  const attended = judgements.filter(({ weights }) => weights.length > 0);
  return {
    accuracy: accuracy(labels, chosen),
    f1: f1(labels, chosen, 1),
    loss: mean(judgements.map(({ loss }) => loss)),
    texts: texts.length,
    ...meanAttentionStatistics(attended.map(({ weights }) => attentionStatistics(weights))),
  };
}
