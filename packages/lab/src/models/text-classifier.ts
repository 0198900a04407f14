/** An attentive text classifier: words in context, one attention over them, a small network on their weighted mean. */
import { lax, nn, numpy as np, random } from "@jax-js/jax";
import type { Attend } from "fenchel/jax";
import { derivedSeed, normalNumbers, uniformNumbers } from "./random-numbers.ts";

export interface TextClassifierSizes {
  readonly vocabulary: number;
  readonly embedding: number;
  readonly hidden: number;
  readonly labels: number;
}

/** Parameters; a type, not an interface, so that the engine can walk it. */
export type TextClassifierParameters = {
  /** [vocabulary, embedding]. */
  readonly embedding: np.Array;
  /** [3 x embedding, hidden]: the word before, the word, the word after. */
  readonly context: np.Array;
  readonly contextBias: np.Array;
  /** [hidden, hidden / 2], [hidden / 2] and [hidden / 2]: additive attention scores. */
  readonly attention: np.Array;
  readonly attentionBias: np.Array;
  readonly attentionVector: np.Array;
  /** [hidden, hidden] and [hidden, labels]: the network on the weighted mean. */
  readonly inner: np.Array;
  readonly innerBias: np.Array;
  readonly outer: np.Array;
  readonly outerBias: np.Array;
};

/** The shape of every parameter, and the deviation of its normal start (0: zeros). */
export function textClassifierShapes({ vocabulary, embedding, hidden, labels }: TextClassifierSizes) {
  const half = Math.ceil(hidden / 2);
  return {
    embedding: { shape: [vocabulary, embedding], deviation: 0.1 },
    context: { shape: [3 * embedding, hidden], deviation: Math.sqrt(2 / (3 * embedding)) },
    contextBias: { shape: [hidden], deviation: 0 },
    attention: { shape: [hidden, half], deviation: Math.sqrt(1 / hidden) },
    attentionBias: { shape: [half], deviation: 0 },
    attentionVector: { shape: [half], deviation: Math.sqrt(1 / half) },
    inner: { shape: [hidden, hidden], deviation: Math.sqrt(2 / hidden) },
    innerBias: { shape: [hidden], deviation: 0 },
    outer: { shape: [hidden, labels], deviation: Math.sqrt(1 / hidden) },
    outerBias: { shape: [labels], deviation: 0 },
  } as const satisfies Record<keyof TextClassifierParameters, { shape: readonly number[]; deviation: number }>;
}

/** Initial values from a seed, one typed array a parameter. */
export function initialValues(
  sizes: TextClassifierSizes,
  seed: number,
): Record<keyof TextClassifierParameters, Float32Array> {
  const shapes = Object.entries(textClassifierShapes(sizes)).map(([name, { shape, deviation }]) => {
    const normal = normalNumbers(uniformNumbers(derivedSeed(seed, name)));
    const size = shape.reduce((product, extent) => product * extent, 1);
    return [
      name,
      deviation === 0 ? new Float32Array(size) : Float32Array.from({ length: size }, () => deviation * normal()),
    ];
  });
  return Object.fromEntries(shapes);
}

/** One batch of texts. */
export type TextBatch = {
  /** int32 [texts, words]: indices into the vocabulary, 0 where a text has ended. */
  readonly words: np.Array;
  /** [texts, words]: 1 for a word, 0 where the text has ended. */
  readonly mask: np.Array;
};

/** Random zeroing in training: a share of the words and of the features. Owns the key. */
export interface Dropout {
  readonly key: np.Array;
  readonly rate: number;
}

/** Keeps each entry with probability 1 - rate, scaled so that the mean stays. */
function keepers(key: np.Array, rate: number, shape: number[]): np.Array {
  return random
    .bernoulli(key, 1 - rate, shape)
    .astype(np.float32)
    .mul(1 / (1 - rate));
}

/**
 * sum_k C_k e_{i+k} for k = -1, 0, 1: a convolution of width 3, as three products with shifted words. `vectors` and `present`
 * hold one word more at either end, so that every shift is a slice: slices of flat rows are what the engine multiplies fast.
 */
function convolution(vectors: np.Array, present: np.Array, context: np.Array): np.Array {
  const [texts, padded, features] = vectors.shape as [number, number, number];
  const length = padded - 2;
  const hidden = context.shape[1]!;
  const shift = (k: number) => {
    const word = vectors.ref.slice([], [k, k + length]).mul(present.ref.slice([], [k, k + length]));
    return np.matmul(word.reshape([texts * length, features]), context.ref.slice([k * features, (k + 1) * features]));
  };
  const sum = shift(0).add(shift(1)).add(shift(2));
  for (const array of [vectors, present, context]) array.dispose();
  return sum.reshape([texts, length, hidden]);
}

/**
 * Logits [texts, labels] and attention weights [texts, words] of a batch.
 *
 * h_i = relu(C [e_{i-1}; e_i; e_{i+1}] + c), score_i = v . tanh(A h_i + a), weights = attend(scores, mask), and the logits are
 * O relu(I sum_i weights_i h_i + b) + o. Owns its arguments. Words past the end of a text have no influence.
 */
export function textClassifier(
  attend: Attend,
  parameters: TextClassifierParameters,
  { words, mask }: TextBatch,
  dropout: Dropout | null = null,
): { logits: np.Array; weights: np.Array } {
  const [texts, length] = words.shape as [number, number];
  const { embedding, context, contextBias, attention, attentionBias, attentionVector } = parameters;
  const { inner, innerBias, outer, outerBias } = parameters;
  const hidden = contextBias.shape[0]!;

  // One more word, the padding, at either end of every text.
  let present = np.pad(mask.ref.astype(np.float32), { 1: [1, 1] }).reshape([texts, length + 2, 1]);
  let keepFeatures: np.Array | null = null;
  if (dropout !== null) {
    const [wordKey, featureKey] = splitKey(dropout.key);
    present = present.mul(keepers(wordKey, dropout.rate, [texts, length + 2, 1]));
    keepFeatures = keepers(featureKey, dropout.rate, [texts, hidden]);
  }
  const vectors = embedding.slice(np.pad(words, { 1: [1, 1] }));
  const states = nn.relu(convolution(vectors, present, context).add(contextBias));
  const keys = np.tanh(np.matmul(states.ref, attention).add(attentionBias));
  const weights = attend(keys.mul(attentionVector).sum(-1), { mask });
  let summary = weights.ref.reshape([texts, length, 1]).mul(states).sum(1);
  if (keepFeatures !== null) summary = summary.mul(keepFeatures);
  const features = nn.relu(np.matmul(summary, inner).add(innerBias));
  return { logits: np.matmul(features, outer).add(outerBias), weights };
}

function splitKey(key: np.Array): [np.Array, np.Array] {
  const pair = random.split(key, 2);
  return [pair.ref.slice(0), pair.slice(1)];
}

/** Mean cross-entropy over the texts whose weight is 1, in nats. `labels` is int32 [texts], `counted` [texts]. Owns its arguments. */
export function crossEntropy(logits: np.Array, labels: np.Array, counted: np.Array): np.Array {
  const classes = logits.shape[1]!;
  const right = nn.oneHot(lax.stopGradient(labels), classes);
  const losses = nn.logSoftmax(logits, -1).mul(right).sum(-1).mul(-1);
  return losses.mul(counted.ref).sum().div(counted.sum());
}
