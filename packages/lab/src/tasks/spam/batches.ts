/** Texts as batches of a few fixed shapes, so that the engine compiles each model a few times only. */
import { numpy as np } from "@jax-js/jax";
import type { TextBatch } from "./model.ts";
import { shuffled } from "../../base/rng.ts";
import { lengthBuckets } from "../../training/bucketing.ts";

export interface EncodedText {
  /** Indices into the vocabulary, cut to the longest length. */
  readonly words: Int32Array;
  readonly label: number;
}

/** Which texts stand in a batch, and how many words each row has. */
export interface TextBatchPlan {
  readonly texts: readonly number[];
  readonly length: number;
}

/** Words a row is rounded up to. */
const BUCKET = 32;

/** The padded length of a text: a multiple of 32, at most the longest. */
export function paddedLength(words: number, longest: number): number {
  return Math.min(longest, Math.max(1, Math.ceil(words / BUCKET)) * BUCKET);
}

/**
 * Batches of texts of like length. Without `uniform` in the order of the texts; with it, the texts are shuffled before they
 * are put together and the batches after. The last batch of every length may be smaller.
 */
export function batchTexts(
  texts: readonly EncodedText[],
  batchSize: number,
  longest: number,
  uniform: (() => number) | null = null,
): TextBatchPlan[] {
  const order = uniform === null ? texts.map((_, i) => i) : shuffled(texts.length, uniform);
  const filled = lengthBuckets(order, batchSize, (index) => paddedLength(texts[index]!.words.length, longest));
  const batches = filled.map(([length, members]): TextBatchPlan => ({ texts: members, length }));
  return uniform === null ? batches : shuffled(batches.length, uniform).map((i) => batches[i]!);
}

/** The arrays of a batch: always `batchSize` rows; rows without a text are empty and count 0. */
export type BatchArrays = {
  readonly texts: TextBatch;
  readonly labels: np.Array;
  readonly counted: np.Array;
};

export function batchArrays(
  all: readonly EncodedText[],
  { texts, length }: TextBatchPlan,
  batchSize: number,
): BatchArrays {
  const words = new Int32Array(batchSize * length);
  const mask = new Float32Array(batchSize * length);
  const labels = new Int32Array(batchSize);
  const counted = new Float32Array(batchSize);
  texts.forEach((index, row) => {
    const text = all[index]!;
    words.set(text.words, row * length);
    mask.fill(1, row * length, row * length + text.words.length);
    labels[row] = text.label;
    counted[row] = 1;
  });
  const shape = [batchSize, length];
  return {
    texts: { words: np.array(words, { shape }), mask: np.array(mask, { shape }) },
    labels: np.array(labels),
    counted: np.array(counted),
  };
}
