/** Sentence pairs as batches of a few fixed shapes, so that the engine compiles the model a few times only. */
import { numpy as np } from "@jax-js/jax";
import type { SentencePair } from "../data/compiler-messages.ts";
import type { Vocabulary } from "../data/vocabulary.ts";
import type { PairBatch } from "../models/compiled-translator.ts";
import { shuffled } from "../models/random-numbers.ts";
import { batchesOfLength } from "./fill-batches.ts";

/** The words of a pair as numbers. */
export interface EncodedPair {
  readonly source: Int32Array;
  readonly target: Int32Array;
}

/** Which pairs stand in a batch, and the number of positions on either side. */
export interface SentencePlan {
  readonly pairs: readonly number[];
  readonly length: number;
}

/** Positions a row is rounded up to: a recurrence is unrolled, and every length is compiled anew. */
const BUCKET = 8;

const roundedUp = (positions: number): number => Math.max(1, Math.ceil(positions / BUCKET)) * BUCKET;

/** Positions a pair needs on either side: the target's sentence has an end. */
const positionsOf = ({ source, target }: EncodedPair): number => Math.max(source.length, target.length + 1);

export function encodePair(
  { sourceTokens, targetTokens }: Pick<SentencePair, "sourceTokens" | "targetTokens">,
  vocabularies: { readonly source: Vocabulary; readonly target: Vocabulary },
): EncodedPair {
  return { source: vocabularies.source.encode(sourceTokens), target: vocabularies.target.encode(targetTokens) };
}

/** Batches of pairs of like length; with `uniform`, pairs and batches in random order. The last batch of a length may be smaller. */
export function planSentences(
  pairs: readonly EncodedPair[],
  batchSize: number,
  uniform: (() => number) | null = null,
): SentencePlan[] {
  const order = uniform === null ? pairs.map((_, i) => i) : shuffled(pairs.length, uniform);
  const filled = batchesOfLength(order, batchSize, (index) => roundedUp(positionsOf(pairs[index]!)));
  const plans = filled.map(([length, members]): SentencePlan => ({ pairs: members, length }));
  return uniform === null ? plans : shuffled(plans.length, uniform).map((i) => plans[i]!);
}

/** The arrays of a batch: always `batchSize` rows; rows without a pair are empty and do not count. */
export function pairArrays(all: readonly EncodedPair[], { pairs, length }: SentencePlan, batchSize: number): PairBatch {
  const size = batchSize * length;
  const words = new Int32Array(size);
  const mask = new Float32Array(size);
  const inputs = new Int32Array(size);
  const outputs = new Int32Array(size);
  const counted = new Float32Array(size);
  pairs.forEach((index, row) => {
    const { source, target } = all[index]!;
    const at = row * length;
    words.set(source, at);
    mask.fill(1, at, at + source.length);
    inputs.set(target, at + 1);
    outputs.set(target, at);
    counted.fill(1, at, at + target.length + 1);
  });
  const shape = [batchSize, length];
  const place = (values: Int32Array<ArrayBuffer> | Float32Array<ArrayBuffer>) => np.array(values, { shape });
  return {
    source: { words: place(words), mask: place(mask) },
    inputs: place(inputs),
    outputs: place(outputs),
    counted: place(counted),
  };
}
