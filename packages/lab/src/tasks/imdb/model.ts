/**
 * The classifier of reviews: words in context, attention over them, a linear decision on the context.
 * Continuous attention to a text is a sum over its words, too: its basis and its regression make one weight a word out of a density.
 */
import { nn, numpy as np } from "@jax-js/jax";
import { discreteMoments, expectedBasis, positionWeights, type Attend } from "fenchel/jax";
import type { GaussianBasis } from "fenchel";
import { convolution } from "../../nn/convolution.ts";
import { keepMask, splitKey } from "../../nn/dropout.ts";
import type { Attention } from "../attention.ts";

/** Attention over words, over a density of positions, or over both. */
export type ReviewAttention = Pick<Attention<GaussianBasis>, "discrete" | "density">;

export interface ReviewModelSizes {
  readonly vocabulary: number;
  /** Bigrams with a vector, and one row more. */
  readonly bigrams: number;
  /** Features of a word. */
  readonly embedding: number;
  /** Units of the network that scores words. */
  readonly hidden: number;
}

const LABELS = 2;

/** Parameters by their names; which there are depends on the attention. A type, so that the engine can walk it. */
export type ReviewParameters = {
  /** [vocabulary, embedding]. */
  readonly embedding: np.Array;
  /** [bigrams, embedding]; row 0 is of bigrams without a vector. */
  readonly bigramEmbedding: np.Array;
  /** [3 x embedding, embedding]: the word before, the word, the word after. */
  readonly context: np.Array;
  readonly contextBias: np.Array;
  /** [embedding, labels]: what a word says for each label. */
  readonly evidence: np.Array;
  readonly evidenceBias: np.Array;
  /** Discrete weights. [embedding, hidden], [hidden], [hidden]: additive scores. */
  readonly attention?: np.Array;
  readonly attentionBias?: np.Array;
  readonly attentionVector?: np.Array;
  /** A density of its own. [embedding, 2], [2]: from the most of every feature in a text to location and scale. */
  readonly density?: np.Array;
  readonly densityBias?: np.Array;
};

/** The shape of every parameter, and the deviation of its normal start (0: zeros). */
export function reviewModelShapes({ discrete, density }: ReviewAttention, sizes: ReviewModelSizes) {
  const { vocabulary, bigrams, embedding, hidden } = sizes;
  return {
    embedding: { shape: [vocabulary, embedding], deviation: 0.05 },
    bigramEmbedding: { shape: [bigrams, embedding], deviation: 0 },
    context: { shape: [3 * embedding, embedding], deviation: Math.sqrt(2 / (3 * embedding)) },
    contextBias: { shape: [embedding], deviation: 0 },
    evidence: { shape: [embedding, LABELS], deviation: Math.sqrt(1 / embedding) },
    evidenceBias: { shape: [LABELS], deviation: 0 },
    ...(discrete !== null && {
      attention: { shape: [embedding, hidden], deviation: Math.sqrt(1 / embedding) },
      attentionBias: { shape: [hidden], deviation: 0 },
      attentionVector: { shape: [hidden], deviation: Math.sqrt(1 / hidden) },
    }),
    ...(discrete === null &&
      density !== null && {
        density: { shape: [embedding, 2], deviation: Math.sqrt(1 / embedding) },
        densityBias: { shape: [2], deviation: 0 },
      }),
  };
}

/** One batch of texts. What only continuous attention needs may be of length 0 for the others. */
export type ReviewBatch = {
  /** int32 [texts, words]: indices into the vocabulary, 0 where a text has ended. */
  readonly words: np.Array;
  /** int32 [texts, words]: the bigram of every word with the one before, 0 where it has no vector. */
  readonly bigrams: np.Array;
  /** [texts, words]: log-count ratios of the words and of their bigrams, 0 where there is none. */
  readonly ratios: np.Array;
  readonly bigramRatios: np.Array;
  /** [texts, words]: 1 for a word, 0 where the text has ended. */
  readonly mask: np.Array;
  /** G of every text, [texts, words, functions]: see `regressionArray`. Only for densities. */
  readonly regression?: np.Array;
  /** [texts, words]: where a word stands in its text, from 0 to 1. Only for densities of discrete weights. */
  readonly coordinates?: np.Array;
};

/** Noise in training: a share of the words is taken for padding, a share of the context's features for 0. Owns the key. */
export interface ReviewDropout {
  readonly key: np.Array;
  readonly words: number;
  readonly features: number;
}

/** Output for a batch. */
export type ReviewOutput = {
  /** [texts, labels]. */
  readonly logits: np.Array;
  /** [texts, labels]: logits with uniform weights. */
  readonly evenLogits: np.Array;
  /** [texts, words]: the discrete weights. */
  readonly weights?: np.Array;
  /** [texts]: the density. */
  readonly location?: np.Array;
  readonly scale2?: np.Array;
};

/** Context scale: with hundreds of words each weight is small, so the context is multiplied by this. */
const CONTEXT_SCALE = 10;

/** Scale of the states before they are scored: they begin near 0.1, and of small states all scores would be near 0. */
const SCORE_GAIN = 10;

/** Squared scales begin here and stay above the second: a density that is a needle has no gradient to widen by. */
const FIRST_SCALE2 = 0.1;
const LEAST_SCALE2 = 0.001;
const SCALE_SHIFT = Math.log(Math.expm1(FIRST_SCALE2 - LEAST_SCALE2));

/** Location sigmoid(a) and squared scale softplus(b) + floor of a density, [texts] each. Owns its arguments. */
function densityOf(pooled: np.Array, weights: np.Array, bias: np.Array) {
  const raw = np.matmul(pooled, weights).add(bias);
  const [texts] = raw.shape as [number];
  const location = nn.sigmoid(raw.ref.slice([], [0, 1]).reshape([texts]));
  const scale2 = nn.softplus(raw.slice([], [1, 2]).reshape([texts]).add(SCALE_SHIFT)).add(LEAST_SCALE2);
  return { location, scale2 };
}

/**
 * Logits [texts, labels] of a batch, and attention.
 *
 * h_i = r_i e_i + r'_i e'_i + relu(C [e_{i-1}; e_i; e_{i+1}] + c) / 2, with e_i and r_i the vector and the log-count ratio of a word,
 * e'_i and r'_i those of its pair with the word before: words that stand in reviews of both labels alike say little by themselves
 * (Wang and Manning 2012). The logits are 10 O c + o for the context c = sum_i w_i h_i, where w is, by the attention:
 * - the mapping of the scores tanh(v . tanh(10 A h_i + a)), between -1 and 1 so that gamma alone says how sharp attention can be;
 * - G E_p[psi] for the density p of location sigmoid and squared scale softplus of a line in max_i relu(C ...)_i;
 * - their sum, p having the mean and the variance of the words' positions under the discrete weights.
 *
 * Owns its arguments. Words past the end of a text have no influence; a text without words has the logits o.
 *
 * Martins et al., "Sparse and Continuous Attention Mechanisms" (2020), section 4.
 */
export function reviewModel(
  attend: Attend,
  attention: ReviewAttention,
  parameters: ReviewParameters,
  { words, bigrams, ratios, bigramRatios, mask, regression, coordinates }: ReviewBatch,
  noise: ReviewDropout | null = null,
): ReviewOutput {
  const [texts, length] = words.shape as [number, number];
  const { embedding, bigramEmbedding, context, contextBias, evidence, evidenceBias } = parameters;
  const features = contextBias.shape[0]!;

  let heard = mask;
  let keepFeatures: np.Array | null = null;
  if (noise !== null) {
    const [wordKey, featureKey] = splitKey(noise.key);
    heard = heard.mul(keepMask(wordKey, noise.words, [texts, length]));
    keepFeatures = keepMask(featureKey, noise.features, [texts, features]).mul(1 / (1 - noise.features));
  }
  // One more word, the padding, at either end of every text.
  const present = np.pad(heard.ref, { 1: [1, 1] }).reshape([texts, length + 2, 1]);
  const vectors = embedding.slice(np.pad(words, { 1: [1, 1] }));
  const scaled = (vector: np.Array, ratio: np.Array) => vector.mul(ratio.mul(heard.ref).reshape([texts, length, 1]));
  const own = scaled(vectors.ref.slice([], [1, length + 1]), ratios);
  const ofBigrams = scaled(bigramEmbedding.slice(bigrams), bigramRatios);
  const inContext = nn.relu(convolution(vectors, present, context).add(contextBias));

  let density: { location: np.Array; scale2: np.Array } | null = null;
  if (parameters.density !== undefined) {
    const pooled = np.max(inContext.ref.mul(heard.ref.reshape([texts, length, 1])), 1);
    density = densityOf(pooled, parameters.density, parameters.densityBias!);
  }
  const states = own.add(inContext.mul(0.5)).add(ofBigrams);

  let weights: np.Array | null = null;
  if (attention.discrete !== null) {
    const keys = np.tanh(np.matmul(states.ref.mul(SCORE_GAIN), parameters.attention!).add(parameters.attentionBias!));
    weights = attend(np.tanh(keys.mul(parameters.attentionVector!).sum(-1)), { mask: heard.ref });
  }
  let effective = weights?.ref ?? null;
  if (attention.density !== null) {
    const { alpha, basis } = attention.density;
    if (weights !== null) density = discreteMoments(weights.ref, coordinates!, { alpha, variance: LEAST_VARIANCE });
    const { location, scale2 } = density!;
    const expected = expectedBasis(basis, { location: location.ref, scale2: scale2.ref, alpha });
    // The words that are left stand for those taken away.
    const share = noise === null ? 1 : 1 / (1 - noise.words);
    const ofDensity = positionWeights(expected, regression!).mul(heard.ref).mul(share);
    effective = effective === null ? ofDensity : effective.add(ofDensity);
  }

  const count = heard.ref.sum(-1, { keepdims: true });
  const even = heard.div(np.maximum(count, 1));
  const logits = (weight: np.Array) => {
    let summary = np.matmul(weight.reshape([texts, 1, length]), states.ref).reshape([texts, features]);
    if (keepFeatures !== null) summary = summary.mul(keepFeatures.ref);
    return np.matmul(summary.mul(CONTEXT_SCALE), evidence.ref).add(evidenceBias.ref);
  };
  const result = {
    logits: logits(effective!),
    evenLogits: logits(even),
    ...(weights !== null && { weights }),
    ...density,
  };
  for (const array of [states, keepFeatures, evidence, evidenceBias]) array?.dispose();
  return result;
}

/** Added to the variance of discrete weights: that of one word in about a hundred. */
const LEAST_VARIANCE = 1e-5;
