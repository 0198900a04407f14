/** The questions that a report shows, the same for every run, with what a run made of them. */
import { encode } from "fast-png";
import type { AskedQuestion, VqaData } from "./data.ts";
import {
  predictedAnswer,
  shapeScores,
  type DensityPrediction,
  type QuestionPrediction,
  type RegionOptions,
} from "./predictions.ts";
import { segmentationMask } from "./segmentation-mask.ts";

/** JSON. */
export interface VqaExample {
  readonly question: string;
  /** The right answer, and the model's with its probability. */
  readonly answer: string;
  readonly prediction: string;
  readonly probability: number;
  /** Width and height in pixels, and a PNG in base64. */
  readonly size: number;
  readonly picture: string;
  /** Weights of `cells` x `cells` cells, row by row; null where there is a density. */
  readonly cells: number;
  readonly weights: readonly number[] | null;
  readonly density: DensityPrediction | null;
  /** Share of the attention's mass on the shape. */
  readonly mass: number;
}

/** One question of each kind: yes, no, the name of a shape, that of a colour. */
const KINDS: readonly (readonly string[])[] = [
  ["circle", "rectangle", "triangle"],
  ["red", "green", "blue", "black", "gray", "teal", "brown", "yellow"],
  ["yes"],
  ["no"],
];

/** Shapes of these shares of the picture are drawn large enough to see what is on them, with room around. */
const LEAST_SHARE = 0.04;
const MOST_SHARE = 0.16;

/** The first question of every kind, each on another picture: indices into the test split's questions. */
function chooseQuestions({ answers, parts }: VqaData): number[] {
  const { questions, pictures } = parts.test;
  const taken = new Set<number>();
  const fits = ({ picture }: AskedQuestion) => {
    const mask = segmentationMask(pictures[picture]!);
    const share = mask.reduce((sum, one) => sum + one, 0) / mask.length;
    return share >= LEAST_SHARE && share <= MOST_SHARE;
  };
  return KINDS.flatMap((kind) => {
    const found = questions.findIndex((question) => {
      return kind.includes(answers[question.answer]!) && !taken.has(question.picture) && fits(question);
    });
    if (found < 0) return [];
    taken.add(questions[found]!.picture);
    return [found];
  });
}

const pngOf = (picture: Uint8Array, size: number): string =>
  Buffer.from(encode({ width: size, height: size, data: picture, channels: 3, depth: 8 })).toString("base64");

export function vqaExamples(
  data: VqaData,
  readings: readonly QuestionPrediction[],
  region: RegionOptions,
): VqaExample[] {
  const { questions, pictures } = data.parts.test;
  return chooseQuestions(data).map((index): VqaExample => {
    const { text, answer, picture } = questions[index]!;
    const reading = readings[index]!;
    const { attention, probabilities } = reading;
    const chosen = predictedAnswer(reading);
    const ofCells = attention instanceof Float32Array;
    return {
      question: text,
      answer: data.answers[answer]!,
      prediction: data.answers[chosen]!,
      probability: probabilities[chosen]!,
      size: data.size,
      picture: pngOf(pictures[picture]!, data.size),
      cells: region.cells,
      weights: ofCells ? Array.from(attention) : null,
      density: ofCells ? null : attention,
      mass: shapeScores(attention, segmentationMask(pictures[picture]!), region).mass,
    };
  });
}
