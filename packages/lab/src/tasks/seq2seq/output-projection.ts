/** From what a decoder compares with the words to scores of words and the loss. */
import { lax, numpy as np } from "@jax-js/jax";
import type { NamedArrays } from "../../nn/parameters.ts";
import type { Reading } from "./model.ts";

/** What becomes of what a model has read: losses of given words, or scores of all. What is given of the source is borrowed. */
export interface OutputHead {
  /** What `scores` needs of the source's words, int32 [batch, source]: the same for every step of decoding. */
  sourceOf(parameters: NamedArrays, words: np.Array): np.Array;
  /**
   * Loss of every word of `outputs`, int32 [batch, target], in the same shape, with label smoothing; `words`, int32 [batch, source], are
   * the source's. Owns the reading and the outputs.
   */
  losses(parameters: NamedArrays, reading: Reading, words: np.Array, outputs: np.Array, smoothing: number): np.Array;
  /** Scores [batch x target, words] and the log of the sum of their exponentials [batch x target]. Owns the reading. */
  scores(
    parameters: NamedArrays,
    reading: Reading,
    source: np.Array,
  ): { readonly scores: np.Array; readonly total: np.Array };
}

/** f E^T + o: scores [rows, words] of features [rows, embedding], which it owns; the words' embedding is the one they are read by. */
export function vocabularyLogits(parameters: NamedArrays, features: np.Array): np.Array {
  const { targetEmbedding, outputBias } = parameters;
  return np.matmul(features, np.transpose(targetEmbedding!.ref)).add(outputBias!.ref);
}

/** log sum exp of every row of scores [rows, words], [rows]. Borrows the scores. */
export function logSumExp(scores: np.Array): np.Array {
  const [rows] = scores.shape as [number];
  const largest = lax.stopGradient(np.max(scores.ref, -1, { keepdims: true }));
  return np.log(np.exp(scores.ref.sub(largest.ref)).sum(-1)).add(largest.reshape([rows]));
}

/**
 * -log of the probability of every row's word, [rows], from scores [rows, words]; with `smoothing` s the mean of that of the word,
 * with weight 1 - s, and of all words. Owns its arguments.
 *
 * The word's score is a masked sum: gathers have slow gradients in the engine, and a product with one-hot rows costs a third more.
 *
 * Szegedy et al., "Rethinking the Inception Architecture for Computer Vision" (2016), section 7.
 */
export function tokenCrossEntropy(scores: np.Array, words: np.Array, smoothing = 0): np.Array {
  const [rows, count] = scores.shape as [number, number];
  const isWord = np.equal(words.reshape([rows, 1]), np.arange(count).reshape([1, count]));
  const total = logSumExp(scores);
  if (smoothing === 0) return total.sub(np.where(isWord, scores, 0).sum(-1));
  const share = np.where(isWord, 1 - smoothing + smoothing / count, smoothing / count);
  return total.sub(scores.mul(share).sum(-1));
}

/** Words of the vocabulary, by the softmax of their scores. */
export const vocabularyHead: OutputHead = {
  sourceOf: (_, words) => words.ref,
  losses: (parameters, { features, weights }, _, outputs, smoothing) => {
    const [batch, queries, size] = features.shape as [number, number, number];
    weights.dispose();
    const scores = vocabularyLogits(parameters, features.reshape([batch * queries, size]));
    return tokenCrossEntropy(scores, outputs.reshape([batch * queries]), smoothing).reshape([batch, queries]);
  },
  scores: (parameters, { features, weights }) => {
    const [batch, queries, size] = features.shape as [number, number, number];
    weights.dispose();
    const scores = vocabularyLogits(parameters, features.reshape([batch * queries, size]));
    return { total: logSumExp(scores), scores };
  },
};
