/** What a trained model makes of questions: answers and attention, one by one, and the figures of a whole split. */
import { tree } from "@jax-js/jax";
import { betaGaussian } from "fenchel";
import {
  attentionRegion,
  ellipseAttention,
  pointingMass,
  regionScores,
  type ImageAttention,
} from "../../metrics/index.ts";
import type { CompiledVqa } from "./compiled.ts";
import type { SpatialAttention } from "./spatial-attention.ts";
import type { VqaParameters } from "./model.ts";
import { allBatches, batchArrays, type BatchShape } from "./batches.ts";
import type { VqaPart } from "./data.ts";
import { segmentationMask } from "./segmentation-mask.ts";
import { logSoftmax } from "../../nn/log-softmax.ts";

/** A density over the picture, [0, 1] to the right and down. */
export interface DensityPrediction {
  readonly alpha: number;
  readonly location: readonly number[];
  /** Row-major, symmetric. */
  readonly scale2: readonly number[];
}

/** What the model made of a question. */
export interface QuestionPrediction {
  readonly probabilities: readonly number[];
  /** -log of the probability of the right answer, in nats. */
  readonly loss: number;
  /** Weights of the cells, row by row, or a density. */
  readonly attention: Float32Array | DensityPrediction;
}

/** Entries of a batch's array that belong to a row. */
const rowOf = (values: Float32Array, row: number, size: number) => values.subarray(row * size, (row + 1) * size);

/** The density of a row; the two entries off the diagonal are equal but for rounding. */
function densityOf(location: Float32Array, scale2: Float32Array, alpha: number): DensityPrediction {
  const [xx, xy, yx, yy] = scale2 as unknown as [number, number, number, number];
  const off = (xy + yx) / 2;
  return { alpha, location: Array.from(location), scale2: [xx, off, off, yy] };
}

/** Reads every question of a split, in order. The parameters stay the caller's. */
export async function predictAnswers(
  model: CompiledVqa,
  parameters: VqaParameters,
  part: VqaPart,
  { alpha, ...shape }: BatchShape & Pick<SpatialAttention, "alpha">,
): Promise<QuestionPrediction[]> {
  const readings: QuestionPrediction[] = [];
  for (const batch of allBatches(part, shape)) {
    const { answers, counted, ...asked } = batchArrays(part, batch, shape);
    tree.dispose([answers, counted]);
    const { logits, seen } = await model.predict(tree.ref(parameters), asked);
    const [rows, classes] = logits.shape as [number, number];
    const allLogits = (await logits.data()) as Float32Array;
    const weights = (await seen.weights.data()) as Float32Array;
    const location = (await seen.location?.data()) as Float32Array | undefined;
    const scale2 = (await seen.scale2?.data()) as Float32Array | undefined;
    batch.forEach(({ questions }, place) => {
      questions.forEach((index, i) => {
        const row = place * shape.questionsPerPicture + i;
        const logs = logSoftmax(rowOf(allLogits, row, classes));
        readings[index] = {
          probabilities: logs.map(Math.exp),
          loss: -logs[part.questions[index]!.answer]!,
          attention:
            alpha === null
              ? rowOf(weights, row, weights.length / rows).slice()
              : densityOf(rowOf(location!, row, 2), rowOf(scale2!, row, 4), alpha),
        };
      });
    });
  }
  return readings;
}

/** The answer of the highest probability. */
export function predictedAnswer({ probabilities }: QuestionPrediction): number {
  return probabilities.indexOf(Math.max(...probabilities));
}

/** Points by which a density is measured: an error of about one percent a question, far less for the mean over a split. */
const POINTS = 512;

/** What the measures of attention need to know beside it. */
export interface RegionOptions {
  /** Cells a side. */
  readonly cells: number;
  /** Share of the mass that the region holds. */
  readonly share: number;
}

/** Attention as the metrics take it. */
export function spatialAttentionScores(attention: QuestionPrediction["attention"], cells: number): ImageAttention {
  if (attention instanceof Float32Array) return { rows: cells, columns: cells, weights: attention };
  return ellipseAttention(betaGaussian(attention));
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Accuracy and loss on a split. */
export function answerScores({ questions }: VqaPart, readings: readonly QuestionPrediction[]) {
  return {
    accuracy: mean(readings.map((reading, i) => (predictedAnswer(reading) === questions[i]!.answer ? 1 : 0))),
    loss: mean(readings.map(({ loss }) => loss)),
  };
}

/** How well one question's attention finds the shape in its picture, whose pixels are `mask`. */
export function shapeScores(
  attention: QuestionPrediction["attention"],
  mask: Uint8Array,
  { cells, share }: RegionOptions,
): { mass: number; areaRatio: number; recall: number; iou: number } {
  const size = Math.sqrt(mask.length);
  const shape = { rows: size, columns: size, pixels: mask };
  const on = spatialAttentionScores(attention, cells);
  const { areaRatio, recall, iou } = regionScores(attentionRegion(on, share), shape, { points: POINTS });
  return { mass: pointingMass(on, shape, { points: POINTS }), areaRatio, recall, iou };
}

/** Means of `shapeScores` over the questions on a split's pictures that show a shape. */
export function attentionScores(
  { questions, pictures }: VqaPart,
  readings: readonly QuestionPrediction[],
  options: RegionOptions,
): ReturnType<typeof shapeScores> {
  const masks = pictures.map(segmentationMask);
  const all = readings.flatMap(({ attention }, i) => {
    const mask = masks[questions[i]!.picture]!;
    return mask.includes(1) ? [shapeScores(attention, mask, options)] : [];
  });
  const over = (key: keyof ReturnType<typeof shapeScores>) => mean(all.map((scores) => scores[key]));
  return { mass: over("mass"), areaRatio: over("areaRatio"), recall: over("recall"), iou: over("iou") };
}
