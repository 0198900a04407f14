/** Decomposable attention: every word of either sentence is compared with what it attends to in the other. */
import { nn, numpy as np, random } from "@jax-js/jax";
import type { Attend } from "fenchel/jax";
import type { PairBatch, SideBatch } from "./batches.ts";

export interface EntailmentSizes {
  readonly vocabulary: number;
  /** Features of a word. */
  readonly embedding: number;
  /** Units of every layer. */
  readonly hidden: number;
  readonly labels: number;
}

export type DecomposableParameters = {
  /** [vocabulary, embedding]. */
  readonly embedding: np.Array;
  /** [embedding, hidden]. */
  readonly projection: np.Array;
  /** [embedding, hidden] and [hidden]: the features that words are matched by. */
  readonly match: np.Array;
  readonly matchBias: np.Array;
  /** [4 x hidden, hidden] and [hidden]: a word beside what it attends to. */
  readonly compare: np.Array;
  readonly compareBias: np.Array;
  /** [4 x hidden, hidden], [hidden], [hidden, labels], [labels]: from both sentences to the label. */
  readonly combine: np.Array;
  readonly combineBias: np.Array;
  readonly decide: np.Array;
  readonly decideBias: np.Array;
};

export function decomposableShapes({ vocabulary, embedding, hidden, labels }: EntailmentSizes) {
  const start = (inputs: number) => Math.sqrt(2 / inputs);
  return {
    embedding: { shape: [vocabulary, embedding], deviation: Math.sqrt(1 / embedding) },
    projection: { shape: [embedding, hidden], deviation: Math.sqrt(1 / embedding) },
    match: { shape: [embedding, hidden], deviation: start(embedding) },
    matchBias: { shape: [hidden], deviation: 0 },
    compare: { shape: [4 * hidden, hidden], deviation: start(4 * hidden) },
    compareBias: { shape: [hidden], deviation: 0 },
    combine: { shape: [4 * hidden, hidden], deviation: start(4 * hidden) },
    combineBias: { shape: [hidden], deviation: 0 },
    decide: { shape: [hidden, labels], deviation: Math.sqrt(1 / hidden) },
    decideBias: { shape: [labels], deviation: 0 },
  } as const satisfies Record<keyof DecomposableParameters, { shape: readonly number[]; deviation: number }>;
}

/** Noise in training. Owns the key. */
export interface EntailmentDropout {
  readonly key: np.Array;
  /** Share of the words, and of the features of every layer, that are taken away. */
  readonly words: number;
  readonly features: number;
}

export type EntailmentOutput = {
  /** [pairs, labels]. */
  readonly logits: np.Array;
  /** [pairs, hypothesis, premise]: what every word of the hypothesis attends to in the premise. */
  readonly weights: np.Array;
};

/** Takes features away while training: a function that multiplies by fresh noise, or leaves what it is given. */
export type DropoutFn = (values: np.Array, rate?: number, shape?: number[]) => np.Array;

/** Up to `count` independent draws. Owns the key. */
export function dropoutFn(noise: EntailmentDropout | null, count: number): { drop: DropoutFn; end(): void } {
  if (noise === null) return { drop: (values) => values, end: () => {} };
  const keys = random.split(noise.key, count);
  let used = 0;
  return {
    drop(values, rate = noise.features, shape = values.shape) {
      if (rate === 0) return values;
      const kept = random.bernoulli(keys.ref.slice(used++), 1 - rate, shape).astype(np.float32);
      return values.mul(kept.mul(1 / (1 - rate)));
    },
    end: () => keys.dispose(),
  };
}

/** The sum and the greatest of every feature over the words of a sentence: [pairs, 2 x hidden]. Owns its arguments. */
export function pooled(values: np.Array, mask: np.Array): np.Array {
  const [pairs, length, features] = values.shape as [number, number, number];
  const present = mask.reshape([pairs, length, 1]);
  const count = np.maximum(present.ref.sum(1), 1);
  const kept = values.mul(present);
  const mean = kept.ref.sum(1).div(count);
  // Values are 0 or more: an absent word's 0 never is the greatest but where all are 0.
  return np.concatenate([mean, kept.max(1).reshape([pairs, features])], -1);
}

/** Rows by a matrix: [pairs, words, features] as one product. Owns its arguments. */
export function eachWord(values: np.Array, matrix: np.Array): np.Array {
  const [pairs, length, features] = values.shape as [number, number, number];
  const out = matrix.shape[1]!;
  return np.matmul(values.reshape([pairs * length, features]), matrix).reshape([pairs, length, out]);
}

/**
 * Logits and weights of a batch of pairs.
 *
 * With words a_i of the premise and b_j of the hypothesis: e_ij = F(a_i) . F(b_j) / sqrt(hidden), alpha_j = sum_i attend(e_.j)_i a_i,
 * beta_i = sum_j attend(e_i.)_j b_j; then every word x beside what it attends to, y, becomes G([x; y; x - y; x * y]); the mean and the
 * greatest of these over either sentence give the label. F and G are layers of rectified units. Owns its arguments.
 *
 * Parikh et al., "A Decomposable Attention Model for Natural Language Inference" (2016), with difference, product and maximum added as
 * in Chen et al., "Enhanced LSTM for Natural Language Inference" (2017).
 */
export function decomposable(
  attend: Attend,
  parameters: DecomposableParameters,
  { premises, hypotheses }: PairBatch,
  noise: EntailmentDropout | null = null,
): EntailmentOutput {
  const { embedding, projection, match, matchBias, compare, compareBias, combine, combineBias, decide, decideBias } =
    parameters;
  const { drop, end } = dropoutFn(noise, 12);
  const hidden = matchBias.shape[0]!;
  const read = ({ words, mask }: SideBatch) => {
    const [pairs, length] = words.shape as [number, number];
    const known = drop(mask.ref, noise?.words ?? 0).reshape([pairs, length, 1]);
    const vectors = drop(embedding.ref.slice(words).mul(known));
    const values = eachWord(vectors.ref, projection.ref);
    const keys = nn.relu(eachWord(vectors, match.ref).add(matchBias.ref));
    return { values, keys, mask, pairs, length };
  };
  const a = read(premises);
  const b = read(hypotheses);
  const swapped = (array: np.Array) => np.transpose(array, [0, 2, 1]);
  const scores = np.matmul(a.keys, swapped(b.keys)).mul(1 / Math.sqrt(hidden));
  const weights = attend(swapped(scores.ref), { mask: a.mask.ref.reshape([a.pairs, 1, a.length]) });
  const backWeights = attend(scores, { mask: b.mask.ref.reshape([b.pairs, 1, b.length]) });
  const alpha = np.matmul(weights.ref, a.values.ref);
  const beta = np.matmul(backWeights, b.values.ref);
  const compared = (own: np.Array, other: np.Array, mask: np.Array) => {
    const both = [own.ref, other.ref, own.ref.sub(other.ref), own.mul(other)];
    const layer = eachWord(drop(np.concatenate(both, -1)), compare.ref).add(compareBias.ref);
    return pooled(nn.relu(layer), mask);
  };
  const summary = np.concatenate([compared(a.values, beta, a.mask), compared(b.values, alpha, b.mask)], -1);
  const layer = nn.relu(np.matmul(drop(summary), combine).add(combineBias));
  const logits = np.matmul(drop(layer), decide).add(decideBias);
  for (const array of [embedding, projection, match, matchBias, compare, compareBias]) array.dispose();
  end();
  return { logits, weights };
}
