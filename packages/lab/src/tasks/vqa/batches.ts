/** Batches of images with the questions about them: an image is encoded once for all its questions in the batch. */
import { numpy as np } from "@jax-js/jax";
import { shuffled } from "../../base/rng.ts";
import type { VqaSplit } from "./data.ts";

/** An image and some questions about it, indices into the split. */
export interface AskedImage {
  readonly image: number;
  readonly questions: readonly number[];
}

export type ImageBatch = readonly AskedImage[];

export interface BatchSizes {
  /** Images per batch. */
  readonly batchSize: number;
  readonly questionsPerImage: number;
}

function questionsByImage({ images, questions }: VqaSplit): number[][] {
  const all: number[][] = images.map(() => []);
  for (const [index, { image }] of questions.entries()) all[image]!.push(index);
  return all;
}

function inBatches(asked: readonly AskedImage[], { batchSize }: BatchSizes): ImageBatch[] {
  const count = Math.ceil(asked.length / batchSize);
  return Array.from({ length: count }, (_, i) => asked.slice(i * batchSize, (i + 1) * batchSize));
}

/** Every image once in random order, each with as many of its questions as fit, drawn at random. */
export function drawBatches(split: VqaSplit, sizes: BatchSizes, uniform: () => number): ImageBatch[] {
  const byImage = questionsByImage(split);
  const asked = shuffled(byImage.length, uniform).map((image): AskedImage => {
    const own = byImage[image]!;
    const drawn = shuffled(own.length, uniform).slice(0, sizes.questionsPerImage);
    return { image, questions: drawn.map((index) => own[index]!) };
  });
  return inBatches(
    asked.filter(({ questions }) => questions.length > 0),
    sizes,
  );
}

/** Every question once, in order; an image with more questions than fit stands in the batches more than once. */
export function allBatches(split: VqaSplit, sizes: BatchSizes): ImageBatch[] {
  const each = sizes.questionsPerImage;
  const asked = questionsByImage(split).flatMap((own, image) =>
    Array.from({ length: Math.ceil(own.length / each) }, (_, i) => ({
      image,
      questions: own.slice(i * each, (i + 1) * each),
    })),
  );
  return inBatches(asked, sizes);
}

/** Arrays of a batch, always of the same shapes. A type, so that the engine can walk it. */
export type BatchArrays = {
  /** [images, grid, grid, 3 x pixels of a patch]: 0 for white, 1 for a channel that is dark. */
  readonly patches: np.Array;
  /** [images, questions, words]: how often a word occurs in a question. */
  readonly words: np.Array;
  /** int32 [images x questions]. */
  readonly answers: np.Array;
  /** [images x questions]: 1 for a question, 0 for a row without one. */
  readonly counted: np.Array;
};

export interface BatchShape extends BatchSizes {
  /** Pixels per side of an image, and patches. */
  readonly size: number;
  readonly grid: number;
  /** Size of a bag of words. */
  readonly words: number;
}

/** Writes the pixels of an image patch by patch, rows of patches from the top. */
function cutIntoPatches(image: Uint8Array, { size, grid }: BatchShape, out: Float32Array, start: number): void {
  const side = size / grid;
  let next = start;
  for (let row = 0; row < grid; row++)
    for (let column = 0; column < grid; column++)
      for (let y = row * side; y < (row + 1) * side; y++) {
        const from = 3 * (y * size + column * side);
        for (let at = from; at < from + 3 * side; at++) out[next++] = 1 - image[at]! / 255;
      }
}

/** Arrays of a batch; an unknown answer counts as 0. */
export function batchArrays(split: VqaSplit, batch: ImageBatch, shape: BatchShape): BatchArrays {
  const { batchSize, questionsPerImage, size, grid, words } = shape;
  const pixels = 3 * size * size;
  const patches = new Float32Array(batchSize * pixels);
  const rows = batchSize * questionsPerImage;
  const bags = new Float32Array(rows * words);
  const answers = new Int32Array(rows);
  const counted = new Float32Array(rows);
  batch.forEach(({ image, questions }, place) => {
    cutIntoPatches(split.images[image]!, shape, patches, place * pixels);
    questions.forEach((index, i) => {
      const row = place * questionsPerImage + i;
      const question = split.questions[index]!;
      for (const word of question.words) bags[row * words + word]!++;
      answers[row] = question.answer ?? 0;
      counted[row] = 1;
    });
  });
  return {
    patches: np.array(patches, { shape: [batchSize, grid, grid, pixels / grid ** 2] }),
    words: np.array(bags, { shape: [batchSize, questionsPerImage, words] }),
    answers: np.array(answers),
    counted: np.array(counted),
  };
}
