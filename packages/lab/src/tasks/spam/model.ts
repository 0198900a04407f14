/** An attentive text classifier: words in context, one attention over them, a linear decision on their weighted mean. */
import { nn, numpy as np } from "@jax-js/jax";
import type { Attend } from "fenchel/jax";
import { convolution } from "../../nn/convolution.ts";
import { keepMask, splitKey } from "../../nn/dropout.ts";

export interface TextClassifierSizes {
  readonly vocabulary: number;
  /** Features of a word. */
  readonly embedding: number;
  /** Units of the network that scores words for attention. */
  readonly hidden: number;
  readonly labels: number;
}

/** Parameters; a type, not an interface, so that the engine can walk it. */
export type TextClassifierParameters = {
  /** [vocabulary, embedding]. */
  readonly embedding: np.Array;
  /** [3 x embedding, embedding]: the word before, the word, the word after. */
  readonly context: np.Array;
  readonly contextBias: np.Array;
  /** [embedding, hidden], [hidden] and [hidden]: additive attention scores. */
  readonly attention: np.Array;
  readonly attentionBias: np.Array;
  readonly attentionVector: np.Array;
  /** [embedding, labels]: what a word says for each label. */
  readonly evidence: np.Array;
  readonly evidenceBias: np.Array;
};

/** The shape of every parameter, and the deviation of its normal start (0: zeros). */
export function textClassifierShapes({ vocabulary, embedding, hidden, labels }: TextClassifierSizes) {
  return {
    embedding: { shape: [vocabulary, embedding], deviation: 0.05 },
    context: { shape: [3 * embedding, embedding], deviation: Math.sqrt(2 / (3 * embedding)) },
    contextBias: { shape: [embedding], deviation: 0 },
    attention: { shape: [embedding, hidden], deviation: Math.sqrt(1 / embedding) },
    attentionBias: { shape: [hidden], deviation: 0 },
    attentionVector: { shape: [hidden], deviation: Math.sqrt(1 / hidden) },
    evidence: { shape: [embedding, labels], deviation: Math.sqrt(1 / embedding) },
    evidenceBias: { shape: [labels], deviation: 0 },
  } as const satisfies Record<keyof TextClassifierParameters, { shape: readonly number[]; deviation: number }>;
}

/** One batch of texts. */
export type TextBatch = {
  /** int32 [texts, words]: indices into the vocabulary, 0 where a text has ended. */
  readonly words: np.Array;
  /** [texts, words]: 1 for a word, 0 where the text has ended. */
  readonly mask: np.Array;
};

/** Noise in training: a share of the words is taken for padding, a share of the summary's features for 0. Owns the key. */
export interface Dropout {
  readonly key: np.Array;
  readonly rate: number;
}

/** What the classifier makes of a batch. */
export type TextClassification = {
  /** [texts, labels]. */
  readonly logits: np.Array;
  /** [texts, labels]: what the logits would be if every word were heard alike. */
  readonly evenLogits: np.Array;
  /** [texts, words]: the attention. */
  readonly weights: np.Array;
};

/**
 * Logits [texts, labels] and attention weights [texts, words] of a batch.
 *
 * h_i = e_i + relu(C [e_{i-1}; e_i; e_{i+1}] + c) / 2, score_i = tanh(v . tanh(A h_i + a)), weights = attend(scores, mask), and the
 * logits are sum_i weights_i (O h_i) + o: what a word says, times how much it is heard. Owns its arguments. Words past the end
 * of a text have no influence. Scores stay between -1 and 1, so that gamma alone says how sharp attention can become: where they
 * are free to grow, they do, and a model that hears a handful of words learns them by heart.
 */
export function textClassifier(
  attend: Attend,
  parameters: TextClassifierParameters,
  { words, mask }: TextBatch,
  dropout: Dropout | null = null,
): TextClassification {
  const [texts, length] = words.shape as [number, number];
  const { embedding, context, contextBias, attention, attentionBias, attentionVector } = parameters;
  const { evidence, evidenceBias } = parameters;
  const features = contextBias.shape[0]!;

  let heard = mask;
  let keepFeatures: np.Array | null = null;
  if (dropout !== null) {
    const { rate } = dropout;
    const [wordKey, featureKey] = splitKey(dropout.key);
    heard = heard.mul(keepMask(wordKey, rate, [texts, length]));
    keepFeatures = keepMask(featureKey, rate, [texts, features]).mul(1 / (1 - rate));
  }
  // One more word, the padding, at either end of every text.
  const present = np.pad(heard.ref, { 1: [1, 1] }).reshape([texts, length + 2, 1]);
  const vectors = embedding.slice(np.pad(words, { 1: [1, 1] }));
  const own = vectors.ref.slice([], [1, length + 1]).mul(present.ref.slice([], [1, length + 1]));
  const inContext = nn.relu(convolution(vectors, present, context).add(contextBias));
  const states = own.add(inContext.mul(0.5));
  const keys = np.tanh(np.matmul(states.ref, attention).add(attentionBias));
  const count = heard.ref.sum(-1, { keepdims: true });
  const even = heard.ref.div(np.maximum(count, 1));
  const weights = attend(np.tanh(keys.mul(attentionVector).sum(-1)), { mask: heard });
  const logits = (attention: np.Array) => {
    let summary = attention.reshape([texts, length, 1]).mul(states.ref).sum(1);
    if (keepFeatures !== null) summary = summary.mul(keepFeatures.ref);
    return np.matmul(summary, evidence.ref).add(evidenceBias.ref);
  };
  const result = { logits: logits(weights.ref), evenLogits: logits(even), weights };
  for (const array of [states, keepFeatures, evidence, evidenceBias]) array?.dispose();
  return result;
}
