/** Labelled texts: splits that travel between processes, batches of a few fixed shapes, scores of predictions. */
import { numpy as np } from "@jax-js/jax";
import { raggedArray, rowAt, rowCount, rowLength, type RaggedArray } from "../base/ragged.ts";
import { shuffled } from "../base/rng.ts";
import { lengthBuckets } from "../training/bucketing.ts";
import type { MetricSpec } from "./task.ts";

/** A text as it is shown. */
export interface ShownText {
  readonly id: string;
  /** Null where it is not known. */
  readonly label: number | null;
  readonly words: readonly string[];
}

/** Texts as word numbers. */
export interface TextSplit {
  readonly words: RaggedArray;
  /** Index into the task's labels, per text. */
  readonly labels: Uint8Array;
  /** The same texts as they are shown, where they are. */
  readonly shown?: readonly ShownText[];
}

/** Encoded texts; an unknown label counts as 0. */
export function textSplit(
  texts: readonly ShownText[],
  encode: (words: readonly string[]) => Int32Array,
  { shown = false } = {},
): TextSplit {
  return {
    words: raggedArray(texts.map(({ words }) => encode(words))),
    labels: Uint8Array.from(texts, ({ label }) => label ?? 0),
    ...(shown ? { shown: texts } : {}),
  };
}

/** Indices of the texts of a batch, and the words per row. */
export interface TextBatchPlan {
  readonly texts: readonly number[];
  readonly length: number;
}

/** Rows are padded to multiples of this many words: every shape is compiled once. */
const BUCKET = 32;

/** Padded length of a text: a multiple of 32, at most the longest. */
export function paddedLength(words: number, longest: number): number {
  return Math.min(longest, Math.max(1, Math.ceil(words / BUCKET)) * BUCKET);
}

/**
 * Batches of texts of like length. With `uniform`, texts are shuffled before they are put together, and batches after. The last batch of
 * every length may be smaller.
 */
export function batchTexts(
  words: RaggedArray,
  batchSize: number,
  longest: number,
  uniform: (() => number) | null = null,
): TextBatchPlan[] {
  const count = rowCount(words);
  const order = uniform === null ? Array.from({ length: count }, (_, i) => i) : shuffled(count, uniform);
  const filled = lengthBuckets(order, batchSize, (index) => paddedLength(rowLength(words, index), longest));
  const batches = filled.map(([length, members]): TextBatchPlan => ({ texts: members, length }));
  return uniform === null ? batches : shuffled(batches.length, uniform).map((i) => batches[i]!);
}

/** One batch of texts. A type, so that the engine can walk it. */
export type TextBatch = {
  /** int32 [texts, words]: indices into the vocabulary, 0 after the end of a text. */
  readonly words: np.Array;
  /** [texts, words]: 1 for a word, 0 after the end of a text. */
  readonly mask: np.Array;
};

export interface TextArrays {
  readonly texts: TextBatch;
  /** int32 [texts]. */
  readonly labels: np.Array;
  /** [texts]: 1 for a text, 0 for a row without one. */
  readonly counted: np.Array;
}

/** Arrays of a batch: always `batchSize` rows; those without a text are empty and do not count. */
export function textArrays(split: TextSplit, { texts, length }: TextBatchPlan, batchSize: number): TextArrays {
  const words = new Int32Array(batchSize * length);
  const mask = new Float32Array(batchSize * length);
  const labels = new Int32Array(batchSize);
  const counted = new Float32Array(batchSize);
  texts.forEach((index, row) => {
    const text = rowAt(split.words, index);
    words.set(text, row * length);
    mask.fill(1, row * length, row * length + text.length);
    labels[row] = split.labels[index]!;
    counted[row] = 1;
  });
  const shape = [batchSize, length];
  return {
    texts: { words: np.array(words, { shape }), mask: np.array(mask, { shape }) },
    labels: np.array(labels),
    counted: np.array(counted),
  };
}

/** Mean of numbers; NaN of none. */
export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Index of the largest number; of equal ones the first. */
export const argmax = (values: readonly number[]): number => values.indexOf(Math.max(...values));

/** Accuracy and loss of a classifier. */
export const accuracyMetrics: readonly MetricSpec[] = [
  { key: "accuracy", title: "Accuracy", unit: "%", digits: 2, scale: 100, best: "highest", group: "Test set" },
  { key: "loss", title: "Loss", unit: "nats", digits: 3, scale: 1, best: "lowest", group: "Test set" },
];

/** Statistics of attention weights; `better`: whether sparser attention is marked as better. */
export function attentionMetrics(group: string, unit: string, better = false): readonly MetricSpec[] {
  const [highest, lowest] = better ? (["highest", "lowest"] as const) : (["none", "none"] as const);
  return [
    { key: "sparsity", title: "Sparsity", unit: "%", digits: 1, scale: 100, best: highest, group },
    { key: "supportSize", title: "Support size", unit, digits: 1, scale: 1, best: lowest, group },
    { key: "segments", title: "Segments", unit: "", digits: 1, scale: 1, best: lowest, group },
    { key: "entropy", title: "Entropy", unit: "nats", digits: 2, scale: 1, best: lowest, group },
  ];
}
