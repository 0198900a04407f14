/** The text classifier with one mapping, compiled: gradient of a training step, and predictions. */
import { tree, type numpy as np } from "@jax-js/jax";
import { attender, type Attend } from "fenchel/jax";
import { rowLength } from "../../base/ragged.ts";
import { logSoftmax } from "../../nn/log-softmax.ts";
import { crossEntropy } from "../../nn/losses.ts";
import type { AttentionOptions } from "../attention.ts";
import type { TaskModel } from "../task.ts";
import {
  argmax,
  batchTexts,
  mean,
  textArrays,
  type TextBatch,
  type TextBatchPlan,
  type TextSplit,
} from "../text-classification.ts";
import { textClassifier, textClassifierShapes, type TextClassifierParameters } from "./model.ts";

export interface TextPrediction {
  /** Probability of every label. */
  readonly probabilities: readonly number[];
  /** Negative log-likelihood of the text's label, in nats. */
  readonly loss: number;
  /** Attention weights, one per word. */
  readonly weights: Float32Array;
}

export interface ClassifierOptions {
  readonly mapping: string;
  readonly mappingOptions: AttentionOptions;
  readonly dropout: number;
  readonly labelSmoothing: number;
}

/** Compiles the classifier. The functions own their arguments, as the engine's do. */
export function compileClassifier({ mapping, mappingOptions, dropout, labelSmoothing }: ClassifierOptions) {
  const attention = attender(mapping, mappingOptions);
  /**
   * The loss is the mean of the cross-entropies with attention and with uniform weights: sparse attention alone teaches only the few
   * words that have weight.
   */
  const gradient = attention.valueAndGrad(
    (
      attend: Attend,
      parameters: TextClassifierParameters,
      texts: TextBatch,
      labels: np.Array,
      counted: np.Array,
      key: np.Array,
    ) => {
      if (dropout === 0) key.dispose();
      const noise = dropout === 0 ? null : { key, rate: dropout };
      const { logits, evenLogits, weights } = textClassifier(attend, parameters, texts, noise);
      weights.dispose();
      const even = crossEntropy(evenLogits, labels.ref, counted.ref, labelSmoothing);
      return crossEntropy(logits, labels, counted, labelSmoothing).add(even).mul(0.5);
    },
  );
  const predict = attention.jit((attend: Attend, parameters: TextClassifierParameters, texts: TextBatch) => {
    const { logits, evenLogits, weights } = textClassifier(attend, parameters, texts);
    evenLogits.dispose();
    return { logits, weights };
  });
  return {
    gradient,
    predict,
    dispose: () => {
      gradient.dispose();
      predict.dispose();
    },
  };
}

/** Sizes of the model and of its batches. */
export interface ClassifierSettings {
  readonly batchSize: number;
  readonly maxLength: number;
  readonly embeddingSize: number;
  readonly hiddenSize: number;
}

/** The classifier as a model of a task, for a vocabulary and labels of these sizes. */
export function classifierModel(
  sizes: { readonly vocabulary: number; readonly labels: number },
  { batchSize, maxLength, embeddingSize, hiddenSize }: ClassifierSettings,
  options: ClassifierOptions,
): TaskModel<TextSplit, TextBatchPlan, TextPrediction[]> {
  const shapes = textClassifierShapes({ ...sizes, embedding: embeddingSize, hidden: hiddenSize });
  const classifier = compileClassifier(options);
  const predict: TaskModel<TextSplit, TextBatchPlan, TextPrediction[]>["predict"] = async (parameters, split) => {
    const predictions: TextPrediction[] = [];
    for (const plan of batchTexts(split.words, batchSize, maxLength)) {
      const { texts, labels, counted } = textArrays(split, plan, batchSize);
      tree.dispose([labels, counted]);
      const { logits, weights } = await classifier.predict(tree.ref(parameters) as TextClassifierParameters, texts);
      const classes = logits.shape[1]!;
      const allLogits = (await logits.data()) as Float32Array;
      const allWeights = (await weights.data()) as Float32Array;
      plan.texts.forEach((index, row) => {
        const logs = logSoftmax(allLogits.subarray(row * classes, (row + 1) * classes));
        predictions[index] = {
          probabilities: logs.map(Math.exp),
          loss: -(logs[split.labels[index]!] ?? 0),
          weights: allWeights.slice(row * plan.length, row * plan.length + rowLength(split.words, index)),
        };
      });
    }
    return predictions;
  };
  return {
    shapes,
    batches: ({ words }, uniform) => batchTexts(words, batchSize, maxLength, uniform),
    count: (_, { texts }) => texts.length,
    gradient: (parameters, split, plan, key) => {
      const { texts, labels, counted } = textArrays(split, plan, batchSize);
      return classifier.gradient(parameters as TextClassifierParameters, texts, labels, counted, key);
    },
    predict,
    validate: async (parameters, split) => {
      const predictions = await predict(parameters, split);
      return {
        loss: mean(predictions.map(({ loss }) => loss)),
        accuracy: mean(predictions.map(({ probabilities }, i) => Number(argmax(probabilities) === split.labels[i]))),
      };
    },
    dispose: classifier.dispose,
  };
}
