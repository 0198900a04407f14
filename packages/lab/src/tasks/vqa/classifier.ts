/** The model of questions about images with one attention, compiled: gradient of a training step, and predictions. */
import { tree, type numpy as np } from "@jax-js/jax";
import type { Basis } from "fenchel";
import type { Attend } from "fenchel/jax";
import { RunError } from "../../base/run-error.ts";
import { VQA_ANSWERS } from "../../datasets/easy-vqa.ts";
import type { Density2d } from "../../figures/attention-overlay.ts";
import { logSoftmax } from "../../nn/log-softmax.ts";
import { crossEntropy } from "../../nn/losses.ts";
import { vocabularyFromJson } from "../../text/vocabulary.ts";
import type { Attention } from "../attention.ts";
import type { TaskModel } from "../task.ts";
import { allBatches, batchArrays, drawBatches, type BatchArrays, type ImageBatch } from "./batches.ts";
import type { VqaSplit, VqaVocabulary } from "./data.ts";
import { answerQuestions, firstParameters, vqaShapes, type VqaParameters } from "./model.ts";
import { answerScores, type QuestionPrediction } from "./predictions.ts";
import { spatialAttention, type SpatialAttention } from "./spatial-attention.ts";

export interface VqaSettings {
  readonly batchSize: number;
  readonly questionsPerImage: number;
  readonly grid: number;
  readonly embeddingSize: number;
  readonly hiddenSize: number;
  readonly patchDropout: number;
  readonly ridge: number;
}

/** Throws a RunError where a grid does not divide images of `size` pixels. */
export function checkGrid({ grid }: Pick<VqaSettings, "grid">, size: number): void {
  const fitting = Array.from({ length: size }, (_, i) => i + 1).filter((one) => size % one === 0);
  if (fitting.includes(grid)) return;
  throw new RunError(`--grid is ${grid}: it must divide the images' ${size} pixels, as ${fitting.join(", ")} do`);
}

/** Compiles the model. The functions own their arguments, as the engine's do. */
function compile(attention: SpatialAttention, rate: number) {
  const gradient = attention.attention.valueAndGrad(
    (attend: Attend, parameters: VqaParameters, { patches, words, answers, counted }: BatchArrays, key: np.Array) => {
      if (rate === 0) key.dispose();
      const dropout = rate === 0 ? null : { key, rate };
      const { logits, seen } = answerQuestions(attend, attention, parameters, { patches, words }, dropout);
      tree.dispose(seen);
      return crossEntropy(logits, answers, counted);
    },
  );
  const predict = attention.attention.jit(
    (attend: Attend, parameters: VqaParameters, batch: Pick<BatchArrays, "patches" | "words">) =>
      answerQuestions(attend, attention, parameters, batch),
  );
  return { gradient, predict };
}

/** Entries of a batch's array that belong to a row. */
const rowOf = (values: Float32Array, row: number, size: number) => values.subarray(row * size, (row + 1) * size);

/** Density of a row; the two entries off the diagonal are equal but for rounding. */
function densityOf(location: Float32Array, scale2: Float32Array, alpha: number): Density2d {
  const [xx, xy, yx, yy] = scale2 as unknown as [number, number, number, number];
  const off = (xy + yx) / 2;
  return { alpha, location: Array.from(location), scale2: [xx, off, off, yy] };
}

/** The model as a model of a task. Throws a RunError for a grid that does not divide the images. */
export function vqaClassifier(
  { words, size }: VqaVocabulary,
  resolved: Attention<Basis>,
  settings: VqaSettings,
): TaskModel<VqaSplit, ImageBatch, QuestionPrediction[]> {
  const { grid, embeddingSize: features, hiddenSize: hidden, questionsPerImage } = settings;
  checkGrid(settings, size);
  const attention = spatialAttention(resolved, settings);
  const bag = vocabularyFromJson(words).size - 1;
  const channels = 3 * (size / grid) ** 2;
  const shapes = vqaShapes({ channels, words: bag, answers: VQA_ANSWERS.length, features, hidden });
  const shape = { ...settings, size, words: bag };
  const compiled = compile(attention, settings.patchDropout);
  const { alpha } = attention;
  const predict: TaskModel<VqaSplit, ImageBatch, QuestionPrediction[]>["predict"] = async (parameters, split) => {
    const predictions: QuestionPrediction[] = [];
    for (const batch of allBatches(split, settings)) {
      const { answers, counted, ...asked } = batchArrays(split, batch, shape);
      tree.dispose([answers, counted]);
      const { logits, seen } = await compiled.predict(tree.ref(parameters) as VqaParameters, asked);
      const [rows, classes] = logits.shape as [number, number];
      const allLogits = (await logits.data()) as Float32Array;
      const weights = (await seen.weights.data()) as Float32Array;
      const location = (await seen.location?.data()) as Float32Array | undefined;
      const scale2 = (await seen.scale2?.data()) as Float32Array | undefined;
      batch.forEach(({ questions }, place) => {
        questions.forEach((index, i) => {
          const row = place * questionsPerImage + i;
          const logs = logSoftmax(rowOf(allLogits, row, classes));
          predictions[index] = {
            probabilities: logs.map(Math.exp),
            loss: -logs[split.questions[index]!.answer ?? 0]!,
            attention:
              alpha === null
                ? rowOf(weights, row, weights.length / rows).slice()
                : densityOf(rowOf(location!, row, 2), rowOf(scale2!, row, 4), alpha),
          };
        });
      });
    }
    return predictions;
  };
  return {
    shapes,
    initial: (seed) => firstParameters(shapes, seed),
    batches: (split, uniform) => drawBatches(split, settings, uniform),
    count: (_, batch) => batch.reduce((sum, { questions }) => sum + questions.length, 0),
    gradient: (parameters, split, batch, key) =>
      compiled.gradient(parameters as VqaParameters, batchArrays(split, batch, shape), key),
    predict,
    validate: async (parameters, split) => answerScores(split, await predict(parameters, split)),
    dispose: () => {
      compiled.gradient.dispose();
      compiled.predict.dispose();
    },
  };
}
