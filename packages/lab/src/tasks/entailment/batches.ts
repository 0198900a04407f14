/** Sentence pairs as batches of a few fixed shapes, so that the engine compiles the model a few times only. */
import { numpy as np } from "@jax-js/jax";
import { shuffled } from "../../base/rng.ts";
import { rowLength, rowAt, type RaggedArray } from "../../base/ragged.ts";
import { bucketBatches } from "../../training/bucketing.ts";
import type { PairSplit } from "./data.ts";

/** One side of a batch. A type, so that the engine can walk it. */
export type SideBatch = {
  /** int32 [pairs, words]: word ids, 0 after the end of a sentence. */
  readonly words: np.Array;
  /** [pairs, words]: 1 for a word, 0 after its end. */
  readonly mask: np.Array;
};

export type PairBatch = { readonly premises: SideBatch; readonly hypotheses: SideBatch };

export interface PairArrays {
  readonly batch: PairBatch;
  /** int32 [pairs]. */
  readonly labels: np.Array;
  /** [pairs]: 1 for a pair, 0 for a row without one. */
  readonly counted: np.Array;
}

/** Indices of the pairs of a batch, and the words per row on either side. */
export interface PairBatchPlan {
  readonly pairs: readonly number[];
  readonly premise: number;
  readonly hypothesis: number;
}

/** Lengths that rows are padded to: the steps are wide where sentences are few. */
const STEPS = [8, 16, 24, 32, 48, 64, 96, 128] as const;

function rounded(words: number): number {
  const last = STEPS.at(-1)!;
  return STEPS.find((step) => words <= step) ?? Math.ceil(words / last) * last;
}

/** Batches of pairs of like lengths; with `uniform`, pairs and batches in random order. The last batch of a shape may be smaller. */
export function batchPairs(
  { premises, hypotheses, labels }: PairSplit,
  batchSize: number,
  uniform: (() => number) | null = null,
): PairBatchPlan[] {
  const order = uniform === null ? Array.from(labels, (_, i) => i) : shuffled(labels.length, uniform);
  const premise = (index: number) => rounded(rowLength(premises, index));
  const hypothesis = (index: number) => rounded(rowLength(hypotheses, index));
  const { full, open } = bucketBatches(order, batchSize, (index) => `${premise(index)} ${hypothesis(index)}`);
  const plans = [...full, ...open].map(([, pairs]): PairBatchPlan => {
    const first = pairs[0]!;
    return { pairs, premise: premise(first), hypothesis: hypothesis(first) };
  });
  return uniform === null ? plans : shuffled(plans.length, uniform).map((i) => plans[i]!);
}

function side(sentences: RaggedArray, pairs: readonly number[], batchSize: number, length: number): SideBatch {
  const words = new Int32Array(batchSize * length);
  const mask = new Float32Array(batchSize * length);
  pairs.forEach((index, row) => {
    const sentence = rowAt(sentences, index);
    words.set(sentence, row * length);
    mask.fill(1, row * length, row * length + sentence.length);
  });
  const shape = [batchSize, length];
  return { words: np.array(words, { shape }), mask: np.array(mask, { shape }) };
}

/** The arrays of a batch: always `batchSize` rows; rows without a pair are empty and do not count. */
export function pairArrays(
  all: PairSplit,
  { pairs, premise, hypothesis }: PairBatchPlan,
  batchSize: number,
): PairArrays {
  const labels = new Int32Array(batchSize);
  const counted = new Float32Array(batchSize);
  pairs.forEach((index, row) => {
    labels[row] = all.labels[index]!;
    counted[row] = 1;
  });
  return {
    batch: {
      premises: side(all.premises, pairs, batchSize, premise),
      hypotheses: side(all.hypotheses, pairs, batchSize, hypothesis),
    },
    labels: np.array(labels),
    counted: np.array(counted),
  };
}
