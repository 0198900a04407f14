/** An entailment model with one mapping, compiled: gradient of a training step, and predictions. */
import { tree, type numpy as np } from "@jax-js/jax";
import { attender, type Attend } from "fenchel/jax";
import { rowLength } from "../../base/ragged.ts";
import { logSoftmax } from "../../nn/log-softmax.ts";
import { crossEntropy } from "../../nn/losses.ts";
import type { NamedArrays, ParameterShapes } from "../../nn/parameters.ts";
import type { AttentionOptions } from "../attention.ts";
import type { TaskModel } from "../task.ts";
import { argmax } from "../text-classification.ts";
import { batchPairs, pairArrays, type PairBatch, type PairBatchPlan } from "./batches.ts";
import type { PairSplit } from "./data.ts";
import {
  decomposable,
  decomposableShapes,
  type EntailmentDropout,
  type EntailmentOutput,
  type EntailmentSizes,
} from "./decomposable.ts";
import { recurrent, recurrentShapes } from "./recurrent.ts";

/** A model by its parameters' shapes and its program. */
export interface EntailmentModel {
  shapes(sizes: EntailmentSizes): ParameterShapes;
  run(attend: Attend, parameters: NamedArrays, batch: PairBatch, noise: EntailmentDropout | null): EntailmentOutput;
}

export const entailmentModels: Readonly<Record<string, EntailmentModel>> = {
  decomposable: { shapes: decomposableShapes, run: decomposable as unknown as EntailmentModel["run"] },
  recurrent: { shapes: recurrentShapes, run: recurrent as unknown as EntailmentModel["run"] },
};

export interface PairPrediction {
  /** Index of the pair in its split. */
  readonly index: number;
  readonly probabilities: readonly number[];
  /** Negative log-likelihood of the pair's label. */
  readonly loss: number;
  /** Attention weights: a row per word of the hypothesis, a column per word of the premise. */
  readonly weights: readonly Float32Array[];
}

export interface CompileOptions {
  readonly mapping: string;
  readonly mappingOptions: AttentionOptions;
  readonly tokenDropout: number;
  readonly dropout: number;
  readonly labelSmoothing: number;
}

/** Compiles the model. The functions own their arguments, as the engine's do. */
function compile(model: EntailmentModel, options: CompileOptions) {
  const { mapping, mappingOptions, tokenDropout, dropout, labelSmoothing } = options;
  const attention = attender(mapping, mappingOptions);
  const gradient = attention.valueAndGrad(
    (attend: Attend, parameters: NamedArrays, batch: PairBatch, labels: np.Array, counted: np.Array, key: np.Array) => {
      const noise = { key, words: tokenDropout, features: dropout };
      const { logits, weights } = model.run(attend, parameters, batch, noise);
      weights.dispose();
      return crossEntropy(logits, labels, counted, labelSmoothing);
    },
  );
  const predict = attention.jit((attend: Attend, parameters: NamedArrays, batch: PairBatch) => {
    return model.run(attend, parameters, batch, null);
  });
  return { gradient, predict };
}

/** The model as a model of a task. Predictions are in the order of the batches. */
export function entailmentClassifier(
  model: EntailmentModel,
  sizes: EntailmentSizes,
  batchSize: number,
  options: CompileOptions,
): TaskModel<PairSplit, PairBatchPlan, PairPrediction[]> {
  const compiled = compile(model, options);
  const predict: TaskModel<PairSplit, PairBatchPlan, PairPrediction[]>["predict"] = async (parameters, split) => {
    const predictions: PairPrediction[] = [];
    for (const plan of batchPairs(split, batchSize)) {
      const { batch, labels, counted } = pairArrays(split, plan, batchSize);
      tree.dispose([labels, counted]);
      const { logits, weights } = await compiled.predict(tree.ref(parameters), batch);
      const classes = logits.shape[1]!;
      const allLogits = (await logits.data()) as Float32Array;
      const allWeights = (await weights.data()) as Float32Array;
      plan.pairs.forEach((index, row) => {
        const logs = logSoftmax(allLogits.subarray(row * classes, (row + 1) * classes));
        const premise = rowLength(split.premises, index);
        const rows = Array.from({ length: rowLength(split.hypotheses, index) }, (_, j) => {
          const at = (row * plan.hypothesis + j) * plan.premise;
          return allWeights.subarray(at, at + premise);
        });
        const loss = -logs[split.labels[index]!]!;
        predictions.push({ index, probabilities: logs.map(Math.exp), loss, weights: rows });
      });
    }
    return predictions;
  };
  return {
    shapes: model.shapes(sizes),
    batches: (split, uniform) => batchPairs(split, batchSize, uniform),
    count: (_, { pairs }) => pairs.length,
    gradient: (parameters, split, plan, key) => {
      const { batch, labels, counted } = pairArrays(split, plan, batchSize);
      return compiled.gradient(parameters, batch, labels, counted, key) as Promise<[np.Array, NamedArrays]>;
    },
    predict,
    validate: async (parameters, split) => {
      let [loss, right] = [0, 0];
      for (const prediction of await predict(parameters, split)) {
        loss += prediction.loss;
        if (argmax(prediction.probabilities) === split.labels[prediction.index]) right++;
      }
      return { loss: loss / split.labels.length, accuracy: right / split.labels.length };
    },
    dispose: () => {
      compiled.gradient.dispose();
      compiled.predict.dispose();
    },
  };
}
