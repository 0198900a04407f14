/** Sentence pairs as batches of a few fixed shapes, so that the engine compiles the model a few times only. */
import { numpy as np } from "@jax-js/jax";
import { shuffled } from "../../base/rng.ts";
import { rowLength, rowAt, type RaggedArray } from "../../base/ragged.ts";
import { bucketBatches } from "../../training/bucketing.ts";
import type { LabelledPairs } from "./data.ts";

/** A side of a batch; a type, so that the engine can walk it. */
export type SideBatch = {
  /** int32 [pairs, words]: numbers of words, 0 where a sentence has ended. */
  readonly words: np.Array;
  /** [pairs, words]: 1 for a word, 0 where the sentence has ended. */
  readonly mask: np.Array;
};

export type PairBatch = { readonly premises: SideBatch; readonly hypotheses: SideBatch };

export interface PairArrays {
  readonly batch: PairBatch;
  /** int32 [pairs]. */
  readonly labels: np.Array;
  /** [pairs]: 1 for a pair, 0 for a row that has none. */
  readonly counted: np.Array;
}

/** Which pairs stand in a batch, and the words of a row on either side. */
export interface PairBatchPlan {
  readonly pairs: readonly number[];
  readonly premise: number;
  readonly hypothesis: number;
}

/** Words a row is rounded up to: the steps are wide where few sentences are. */
const STEPS = [8, 16, 24, 32, 48, 64, 96, 128] as const;

function rounded(words: number): number {
  const last = STEPS.at(-1)!;
  return STEPS.find((step) => words <= step) ?? Math.ceil(words / last) * last;
}

/** Batches of pairs of like lengths; with `uniform`, pairs and batches in random order. The last batch of a shape may be smaller. */
export function batchPairs(
  { premises, hypotheses, labels }: LabelledPairs,
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
  all: LabelledPairs,
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
