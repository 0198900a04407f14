/** Batches of pictures with the questions about them: a picture is encoded once for all its questions in the batch. */
import { numpy as np } from "@jax-js/jax";
import { shuffled } from "../../base/rng.ts";
import type { VqaPart } from "./data.ts";

/** A picture and some questions about it, indices into the split. */
export interface AskedPicture {
  readonly picture: number;
  readonly questions: readonly number[];
}

export type PictureBatch = readonly AskedPicture[];

export interface BatchSizes {
  readonly batchPictures: number;
  readonly questionsPerPicture: number;
}

function questionsByPicture({ pictures, questions }: VqaPart): number[][] {
  const all: number[][] = pictures.map(() => []);
  for (const [index, { picture }] of questions.entries()) all[picture]!.push(index);
  return all;
}

function inBatches(asked: readonly AskedPicture[], { batchPictures }: BatchSizes): PictureBatch[] {
  const count = Math.ceil(asked.length / batchPictures);
  return Array.from({ length: count }, (_, i) => asked.slice(i * batchPictures, (i + 1) * batchPictures));
}

/** Every picture once in random order, each with as many of its questions as fit, drawn at random. */
export function drawBatches(part: VqaPart, sizes: BatchSizes, uniform: () => number): PictureBatch[] {
  const byPicture = questionsByPicture(part);
  const asked = shuffled(byPicture.length, uniform).map((picture): AskedPicture => {
    const own = byPicture[picture]!;
    const drawn = shuffled(own.length, uniform).slice(0, sizes.questionsPerPicture);
    return { picture, questions: drawn.map((index) => own[index]!) };
  });
  return inBatches(
    asked.filter(({ questions }) => questions.length > 0),
    sizes,
  );
}

/** Every question once, in order; a picture with more questions than fit stands in the batches more than once. */
export function allBatches(part: VqaPart, sizes: BatchSizes): PictureBatch[] {
  const each = sizes.questionsPerPicture;
  const asked = questionsByPicture(part).flatMap((own, picture) =>
    Array.from({ length: Math.ceil(own.length / each) }, (_, i) => ({
      picture,
      questions: own.slice(i * each, (i + 1) * each),
    })),
  );
  return inBatches(asked, sizes);
}

/** The arrays of a batch, always of the same shapes; a type, not an interface, so that the engine can walk it. */
export type BatchArrays = {
  /** [pictures, cells, cells, 3 * pixels of a cell]: 0 for white, 1 for a channel that is dark. */
  readonly patches: np.Array;
  /** [pictures, questions, words]: how often a word occurs in a question. */
  readonly words: np.Array;
  /** int32 [pictures * questions]. */
  readonly answers: np.Array;
  /** [pictures * questions]: 1 for a question, 0 where there is none. */
  readonly counted: np.Array;
};

/** Cells a side of a picture of `size` pixels a side, and the words of a bag. */
export interface BatchShape extends BatchSizes {
  readonly size: number;
  readonly cells: number;
  readonly words: number;
}

/** Writes the pixels of a picture cell by cell, rows of cells from the top. */
function cutIntoCells(picture: Uint8Array, { size, cells }: BatchShape, out: Float32Array, start: number): void {
  const side = size / cells;
  let next = start;
  for (let row = 0; row < cells; row++)
    for (let column = 0; column < cells; column++)
      for (let y = row * side; y < (row + 1) * side; y++) {
        const from = 3 * (y * size + column * side);
        for (let at = from; at < from + 3 * side; at++) out[next++] = 1 - picture[at]! / 255;
      }
}

export function batchArrays(part: VqaPart, batch: PictureBatch, shape: BatchShape): BatchArrays {
  const { batchPictures, questionsPerPicture, size, cells, words } = shape;
  const pixels = 3 * size * size;
  const patches = new Float32Array(batchPictures * pixels);
  const rows = batchPictures * questionsPerPicture;
  const bags = new Float32Array(rows * words);
  const answers = new Int32Array(rows);
  const counted = new Float32Array(rows);
  batch.forEach(({ picture, questions }, place) => {
    cutIntoCells(part.pictures[picture]!, shape, patches, place * pixels);
    questions.forEach((index, i) => {
      const row = place * questionsPerPicture + i;
      const question = part.questions[index]!;
      for (const word of question.words) bags[row * words + word]!++;
      answers[row] = question.answer;
      counted[row] = 1;
    });
  });
  return {
    patches: np.array(patches, { shape: [batchPictures, cells, cells, pixels / cells ** 2] }),
    words: np.array(bags, { shape: [batchPictures, questionsPerPicture, words] }),
    answers: np.array(answers),
    counted: np.array(counted),
  };
}
