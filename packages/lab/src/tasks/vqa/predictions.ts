/** Predictions for questions about images, and the scores of a split. */
import { encode } from "fast-png";
import { betaGaussian } from "fenchel";
import { VQA_ANSWERS } from "../../datasets/easy-vqa.ts";
import type { Density2d, ImageAttention } from "../../figures/attention-overlay.ts";
import {
  attentionRegion,
  ellipseAttention,
  pointingMass,
  regionScores,
  type ImageAttention as GridOrDensity,
} from "../../metrics/index.ts";
import { argmax, mean } from "../text-classification.ts";
import type { VqaSplit } from "./data.ts";
import { segmentationMask } from "./segmentation-mask.ts";

export interface QuestionPrediction {
  readonly probabilities: readonly number[];
  /** Negative log-likelihood of the right answer, in nats. */
  readonly loss: number;
  /** Weights of the patches, row by row, or a density. */
  readonly attention: Float32Array | Density2d;
}

/** Prediction of a question of the report. JSON. */
export interface VqaExample extends ImageAttention {
  readonly question: string;
  /** The right answer; null where it is not known. */
  readonly answer: string | null;
  readonly prediction: string;
  readonly probability: number;
  /** Share of the attention's mass on the shape. */
  readonly mass: number;
}

/** Points by which a density is measured: an error of about one percent per question, far less for the mean over a split. */
const POINTS = 512;

export interface RegionOptions {
  /** Patches per side. */
  readonly grid: number;
  /** Share of the mass that the region holds. */
  readonly share: number;
}

/** Attention as the metrics take it. */
function imageAttention(attention: QuestionPrediction["attention"], grid: number): GridOrDensity {
  if (attention instanceof Float32Array) return { rows: grid, columns: grid, weights: attention };
  return ellipseAttention(betaGaussian(attention));
}

/** Accuracy and loss on a split. */
export function answerScores({ questions }: VqaSplit, predictions: readonly QuestionPrediction[]) {
  return {
    accuracy: mean(predictions.map(({ probabilities }, i) => Number(argmax(probabilities) === questions[i]!.answer))),
    loss: mean(predictions.map(({ loss }) => loss)),
  };
}

/** Agreement of one question's attention with the shape in its image, whose pixels are `mask`. */
export function shapeScores(
  attention: QuestionPrediction["attention"],
  mask: Uint8Array,
  { grid, share }: RegionOptions,
): { mass: number; areaRatio: number; recall: number; iou: number } {
  const size = Math.sqrt(mask.length);
  const shape = { rows: size, columns: size, pixels: mask };
  const on = imageAttention(attention, grid);
  const { areaRatio, recall, iou } = regionScores(attentionRegion(on, share), shape, { points: POINTS });
  return { mass: pointingMass(on, shape, { points: POINTS }), areaRatio, recall, iou };
}

/** Means of `shapeScores` over the questions about images that show a shape. */
export function attentionScores(
  { questions, images }: VqaSplit,
  predictions: readonly QuestionPrediction[],
  options: RegionOptions,
): ReturnType<typeof shapeScores> {
  const masks = images.map(segmentationMask);
  const all = predictions.flatMap(({ attention }, i) => {
    const mask = masks[questions[i]!.image]!;
    return mask.includes(1) ? [shapeScores(attention, mask, options)] : [];
  });
  const over = (key: keyof ReturnType<typeof shapeScores>) => mean(all.map((scores) => scores[key]));
  return { mass: over("mass"), areaRatio: over("areaRatio"), recall: over("recall"), iou: over("iou") };
}

const pngOf = (image: Uint8Array, size: number): string =>
  Buffer.from(encode({ width: size, height: size, data: image, channels: 3, depth: 8 })).toString("base64");

/** Examples of a split. */
export function vqaExamples(
  { questions, images }: VqaSplit,
  predictions: readonly QuestionPrediction[],
  region: RegionOptions,
): VqaExample[] {
  return questions.map(({ text, answer, image }, index): VqaExample => {
    const { attention, probabilities } = predictions[index]!;
    const chosen = argmax(probabilities);
    const size = Math.sqrt(images[image]!.length / 3);
    const ofPatches = attention instanceof Float32Array;
    return {
      question: text,
      answer: answer === null ? null : VQA_ANSWERS[answer]!,
      prediction: VQA_ANSWERS[chosen]!,
      probability: probabilities[chosen]!,
      size,
      image: pngOf(images[image]!, size),
      grid: region.grid,
      weights: ofPatches ? Array.from(attention) : null,
      density: ofPatches ? null : attention,
      mass: shapeScores(attention, segmentationMask(images[image]!), region).mass,
    };
  });
}
