/** What a trained translator makes of sentences: its own translations, and its view of given ones. */
import { numpy as np, tree } from "@jax-js/jax";
import type { CompiledTranslator } from "../models/compiled-translator.ts";
import type { EncoderDecoderParameters } from "../models/encoder-decoder.ts";
import { pairArrays, planSentences, type EncodedPair } from "./sentence-batches.ts";

/** Attention of one sentence: one row over the source for every target word, the end last when it was written. */
export interface TranslatedSentence {
  /** Words written, without the end. */
  readonly words: Int32Array;
  /** Whether the end was written, not only the most words reached. */
  readonly ended: boolean;
  readonly scores: readonly Float32Array[];
  readonly weights: readonly Float32Array[];
}

export interface DecodingOptions {
  readonly batchSize: number;
  /** Most words written; a whole number from 1. */
  readonly mostWords: number;
}

/**
 * Greedy translations of source sentences, in order: at every step the most probable word, until the end. The parameters stay the caller's.
 * Cost: `mostWords` runs of one decoder step a batch.
 */
export async function translateGreedily(
  model: CompiledTranslator,
  parameters: EncoderDecoderParameters,
  sources: readonly Int32Array[],
  { batchSize, mostWords }: DecodingOptions,
): Promise<TranslatedSentence[]> {
  const pairs = sources.map((source): EncodedPair => ({ source, target: new Int32Array(0) }));
  const found: TranslatedSentence[] = [];
  for (const plan of planSentences(pairs, batchSize)) {
    const { source, ...unused } = pairArrays(pairs, plan, batchSize);
    tree.dispose(unused);
    const encoded = await model.encode(tree.ref(parameters), source);
    const { annotations, mask } = encoded;
    const open = plan.pairs.map((index) => ({
      index,
      words: [] as number[],
      ended: false,
      scores: [] as Float32Array[],
      weights: [] as Float32Array[],
    }));
    let { state } = encoded;
    let words = np.zeros([batchSize, 1], { dtype: np.int32 });
    for (let step = 0; step < mostWords && open.some(({ ended }) => !ended); step++) {
      const written = await model.step(
        tree.ref(parameters),
        { annotations: annotations.ref, mask: mask.ref, state },
        words,
      );
      state = written.state;
      words = written.chosen.ref;
      const chosen = await written.chosen.data();
      const scores = (await written.scores.data()) as Float32Array;
      const weights = (await written.weights.data()) as Float32Array;
      open.forEach((sentence, row) => {
        if (sentence.ended) return;
        const { length } = sources[sentence.index]!;
        sentence.scores.push(scores.slice(row * plan.length, row * plan.length + length));
        sentence.weights.push(weights.slice(row * plan.length, row * plan.length + length));
        if (chosen[row] === 0) sentence.ended = true;
        else sentence.words.push(chosen[row]!);
      });
    }
    tree.dispose([annotations, mask, state, words]);
    for (const { index, words: own, ...rest } of open) found[index] = { words: Int32Array.from(own), ...rest };
  }
  return found;
}

/** What the model makes of a pair whose target is given. One entry a target word, and one for the end. */
export interface GivenSentence {
  /** The most probable word at every position. */
  readonly chosen: Int32Array;
  /** -log of the given word's probability, in nats. */
  readonly losses: Float32Array;
  readonly scores: readonly Float32Array[];
  readonly weights: readonly Float32Array[];
}

/** Judges pairs with the target given, in order. The parameters stay the caller's. */
export async function judgePairs(
  model: CompiledTranslator,
  parameters: EncoderDecoderParameters,
  pairs: readonly EncodedPair[],
  batchSize: number,
): Promise<GivenSentence[]> {
  const found: GivenSentence[] = [];
  for (const plan of planSentences(pairs, batchSize)) {
    const prediction = await model.predict(tree.ref(parameters), pairArrays(pairs, plan, batchSize));
    const chosen = (await prediction.chosen.data()) as Int32Array;
    const losses = (await prediction.losses.data()) as Float32Array;
    const scores = (await prediction.scores.data()) as Float32Array;
    const weights = (await prediction.weights.data()) as Float32Array;
    plan.pairs.forEach((index, row) => {
      const { source, target } = pairs[index]!;
      const count = target.length + 1;
      const start = row * plan.length;
      const rowsOf = (values: Float32Array) =>
        Array.from({ length: count }, (_, t) => {
          const at = (start + t) * plan.length;
          return values.slice(at, at + source.length);
        });
      found[index] = {
        chosen: chosen.slice(start, start + count),
        losses: losses.slice(start, start + count),
        scores: rowsOf(scores),
        weights: rowsOf(weights),
      };
    });
  }
  return found;
}
