/** The model of a question about an image: the question attends to the image's patches and is answered from their context. */
import { nn, numpy as np } from "@jax-js/jax";
import type { Attend } from "fenchel/jax";
import { keepMask } from "../../nn/dropout.ts";
import { initialTensors, type NamedTensors } from "../../nn/parameters.ts";
import { encodePatches, encoderShapes, type EncoderParameters } from "./patch-encoder.ts";
import type { SpatialAttention, SpatialContext } from "./spatial-attention.ts";

export interface VqaSizes {
  /** Numbers of a patch's pixels. */
  readonly channels: number;
  readonly words: number;
  readonly answers: number;
  readonly features: number;
  readonly hidden: number;
}

/** Parameters; a type, not an interface, so that the engine can walk it. */
export type VqaParameters = EncoderParameters & {
  /** [words, hidden] and [hidden]: a question from its words. */
  readonly question: np.Array;
  readonly questionBias: np.Array;
  /** [hidden, features] and [features]: what a question looks for, and what every question does. */
  readonly query: np.Array;
  readonly queryBias: np.Array;
  /** [features, features]: what a patch offers. */
  readonly key: np.Array;
  /** [features, hidden], [hidden, hidden] and their biases: what is seen, where the question asks for it. */
  readonly see: np.Array;
  readonly seeBias: np.Array;
  readonly ask: np.Array;
  readonly askBias: np.Array;
  /** [hidden, hidden], [hidden], [hidden, answers] and [answers]. */
  readonly judge: np.Array;
  readonly judgeBias: np.Array;
  readonly answer: np.Array;
  readonly answerBias: np.Array;
};

/** The shape of every parameter, and the deviation of its normal start (0: zeros). */
export function vqaShapes({ channels, words, answers, features, hidden }: VqaSizes) {
  const matrix = (rows: number, columns: number, gain = 1) => ({
    shape: [rows, columns],
    deviation: Math.sqrt(gain / rows),
  });
  const zeros = (size: number) => ({ shape: [size], deviation: 0 });
  return {
    ...encoderShapes(channels, features),
    // A bag has few words: half a dozen, not all of them.
    question: { shape: [words, hidden], deviation: 0.4 },
    questionBias: zeros(hidden),
    query: matrix(hidden, features),
    queryBias: zeros(features),
    key: matrix(features, features, 0.01),
    see: matrix(features, hidden),
    seeBias: zeros(hidden),
    ask: matrix(hidden, hidden),
    askBias: zeros(hidden),
    judge: matrix(hidden, hidden, 2),
    judgeBias: zeros(hidden),
    answer: matrix(hidden, answers),
    answerBias: zeros(answers),
  } as const satisfies Record<keyof VqaParameters, { shape: readonly number[]; deviation: number }>;
}

/** What every feature is worth to a question that has learned nothing. */
const FIRST_INTEREST = 0.5;

/**
 * Parameters to begin with. Keys and their bias are positive: a question looks first where there is most to hear. From weights at
 * random a sparse mapping can settle on a patch of the ground, and has no gradient that would lead away from it.
 */
export function firstParameters(shapes: ReturnType<typeof vqaShapes>, seed: number): NamedTensors {
  const { key, queryBias, ...others } = initialTensors(shapes, seed);
  return {
    ...others,
    key: { ...key, values: key.values.map(Math.abs) },
    queryBias: { ...queryBias, values: queryBias.values.map(() => FIRST_INTEREST) },
  };
}

/** Patch dropout in training. Owns the key. */
export interface PatchDropout {
  readonly key: np.Array;
  readonly rate: number;
}

/** Output for a batch. */
export type VqaOutcome = {
  /** [images * questions, answers]. */
  readonly logits: np.Array;
  /** [images * questions, patches] and, where there is one, the density. */
  readonly seen: SpatialContext;
};

/** Norm floor of the context vector before normalization: what ground beside a shape has caught of it is worth less. */
const NORM_FLOOR = 0.1;

/** x / sqrt(mean x^2 + NORM_FLOOR). Owns x. */
function normalized(x: np.Array): np.Array {
  const power = np.square(x.ref).mean(-1, { keepdims: true });
  return x.mul(np.reciprocal(np.sqrt(power.add(NORM_FLOOR))));
}

/**
 * With the patches h_l of an image and u = relu(U w + a) of the words w of a question: score_l = tanh(<Q u + q, K h_l> /
 * sqrt(features)), c = sum_l weights_l h_l brought to a power of nearly 1, and the answer from relu(W ((S c + s) * (A u + a')) + b). No other way
 * leads from the image to the answer, so that the attention must go where the shape is; and scores that end at 1 let all of a
 * shape's patches reach the top, where free ones single out a corner. `patches`: [images, rows, columns, channels], `words`: [images, questions, words]. Owns its arguments.
 */
export function answerQuestions(
  attend: Attend,
  attention: SpatialAttention,
  parameters: VqaParameters,
  { patches, words }: { readonly patches: np.Array; readonly words: np.Array },
  dropout: PatchDropout | null = null,
): VqaOutcome {
  const { question, questionBias, query, queryBias, key, see, seeBias, ask, askBias } = parameters;
  const { judge, judgeBias, answer, answerBias, ...encoder } = parameters;
  const [images, questions, bag] = words.shape as [number, number, number];
  const features = key.shape[0]!;
  const rows = images * questions;
  const encoded = encodePatches(encoder, patches);
  const count = encoded.shape[1]!;
  const asked = nn.relu(np.matmul(words.reshape([rows, bag]), question).add(questionBias));
  const wanted = np
    .matmul(asked.ref, query)
    .add(queryBias)
    .mul(1 / Math.sqrt(features));
  const offered = np.matmul(encoded.ref.reshape([images * count, features]), key);
  const scores = np.matmul(
    wanted.reshape([images, questions, features]),
    offered.reshape([images, count, features]).transpose([0, 2, 1]),
  );
  const seen = attention.apply(attend, np.tanh(scores.reshape([rows, count])));
  const heard =
    dropout === null
      ? encoded
      : encoded.mul(keepMask(dropout.key, dropout.rate, [images, count, 1]).mul(1 / (1 - dropout.rate)));
  const context = np.matmul(seen.weights.ref.reshape([images, questions, count]), heard).reshape([rows, features]);
  const found = np.matmul(normalized(context), see).add(seeBias).mul(np.matmul(asked, ask).add(askBias));
  const judged = nn.relu(np.matmul(found, judge).add(judgeBias));
  return { logits: np.matmul(judged, answer).add(answerBias), seen };
}
