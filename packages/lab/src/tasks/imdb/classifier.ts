/** The classifier of reviews with one attention, compiled: gradient of a training step, and predictions. */
import { tree, type numpy as np } from "@jax-js/jax";
import { attender, type Attend } from "fenchel/jax";
import { rowLength } from "../../base/ragged.ts";
import { crossEntropy } from "../../nn/losses.ts";
import type { ParameterShapes } from "../../nn/parameters.ts";
import { vocabularyFromJson } from "../../text/vocabulary.ts";
import type { TaskModel } from "../task.ts";
import { batchTexts, type TextBatchPlan } from "../text-classification.ts";
import { reviewBatches } from "./batches.ts";
import type { ReviewSplit, ReviewVocabulary } from "./data.ts";
import {
  reviewModel,
  reviewModelShapes,
  type ReviewAttention,
  type ReviewBatch,
  type ReviewParameters,
} from "./model.ts";
import { reviewScores, type ReviewPrediction } from "./predictions.ts";

export interface ReviewSettings {
  readonly batchSize: number;
  readonly maxLength: number;
  readonly embeddingSize: number;
  readonly hiddenSize: number;
  readonly tokenDropout: number;
  readonly dropout: number;
  readonly labelSmoothing: number;
  readonly ridge: number;
  readonly padding: number;
}

/**
 * Adam's epsilon, above the gradients of most words, so that these move by their gradient and not by its sign alone: with steps of one
 * size for all, words of a few reviews are learnt by heart.
 */
const EPSILON = 1e-3;

/** Compiles the classifier. The functions own their arguments, as the engine's do. */
function compile(review: ReviewAttention, { tokenDropout, dropout, labelSmoothing }: ReviewSettings) {
  // A density with its own location never asks for weights of words: any mapping will do.
  const attention = attender(review.discrete?.mapping ?? "softmax", review.discrete?.options ?? {});
  /** The loss is the mean of the cross-entropies with attention and with uniform weights: words without weight must be learnt, too. */
  const gradient = attention.valueAndGrad(
    (
      attend: Attend,
      parameters: ReviewParameters,
      batch: ReviewBatch,
      labels: np.Array,
      counted: np.Array,
      key: np.Array,
    ) => {
      const noise = { key, words: tokenDropout, features: dropout };
      const { logits, evenLogits, ...attended } = reviewModel(attend, review, parameters, batch, noise);
      for (const array of Object.values(attended)) array.dispose();
      const even = crossEntropy(evenLogits, labels.ref, counted.ref, labelSmoothing);
      return crossEntropy(logits, labels, counted, labelSmoothing).add(even).mul(0.5);
    },
  );
  const predict = attention.jit((attend: Attend, parameters: ReviewParameters, batch: ReviewBatch) => {
    const { evenLogits, ...output } = reviewModel(attend, review, parameters, batch);
    evenLogits.dispose();
    return output;
  });
  return { gradient, predict };
}

/** log(1 + e^x). */
const softplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** The classifier as a model of a task. */
export function reviewClassifier(
  vocabulary: ReviewVocabulary,
  attention: ReviewAttention,
  settings: ReviewSettings,
): TaskModel<ReviewSplit, TextBatchPlan, ReviewPrediction[]> {
  const { batchSize, maxLength } = settings;
  const shapes = reviewModelShapes(attention, {
    vocabulary: vocabularyFromJson(vocabulary.words).size,
    bigrams: vocabulary.bigrams.length + 1,
    embedding: settings.embeddingSize,
    hidden: settings.hiddenSize,
  }) as ParameterShapes;
  const compiled = compile(attention, settings);
  const batches = reviewBatches(attention, vocabulary, settings);
  const { alpha } = attention.density ?? {};
  const predict: TaskModel<ReviewSplit, TextBatchPlan, ReviewPrediction[]>["predict"] = async (parameters, split) => {
    const predictions: ReviewPrediction[] = [];
    const values = async (array: np.Array | undefined) =>
      array === undefined ? null : ((await array.data()) as Float32Array);
    for (const plan of batchTexts(split.words, batchSize, maxLength)) {
      const { batch, labels, counted } = batches(split, plan);
      tree.dispose([labels, counted]);
      const output = await compiled.predict(tree.ref(parameters) as ReviewParameters, batch);
      const logits = (await values(output.logits))!;
      const weights = await values(output.weights);
      const location = await values(output.location);
      const scale2 = await values(output.scale2);
      plan.texts.forEach((index, row) => {
        const words = rowLength(split.words, index);
        const label = split.labels[index];
        const margin = logits[2 * row + 1]! - logits[2 * row]!;
        predictions[index] = {
          words,
          probability: 1 / (1 + Math.exp(-margin)),
          loss: softplus(label === 1 ? -margin : margin),
          right: margin > 0 === (label === 1),
          weights: weights?.slice(row * plan.length, row * plan.length + words) ?? null,
          density: alpha === undefined ? null : { alpha, location: location![row]!, scale2: scale2![row]! },
        };
      });
    }
    return predictions;
  };
  return {
    shapes,
    adam: { epsilon: EPSILON },
    batches: ({ words }, uniform) => batchTexts(words, batchSize, maxLength, uniform),
    count: (_, { texts }) => texts.length,
    gradient: (parameters, split, plan, key) => {
      const { batch, labels, counted } = batches(split, plan);
      return compiled.gradient(parameters as ReviewParameters, batch, labels, counted, key);
    },
    predict,
    validate: async (parameters, split) => {
      const { loss, accuracy } = reviewScores(await predict(parameters, split));
      return { loss: loss!, accuracy: accuracy! };
    },
    dispose: () => {
      compiled.gradient.dispose();
      compiled.predict.dispose();
    },
  };
}
