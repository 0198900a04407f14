/** The model of a question about a picture: the question attends to the picture's cells and is answered from what it sees there. */
import { lax, nn, numpy as np, random } from "@jax-js/jax";
import type { Attend } from "fenchel/jax";
import { initialTensors, type NamedTensors } from "../../nn/parameters.ts";
import { encodePatches, encoderShapes, type EncoderParameters } from "./patch-encoder.ts";
import type { SpatialAttention, SpatialContext } from "./spatial-attention.ts";

export interface VqaSizes {
  /** Numbers of a cell's pixels. */
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
  /** [features, features]: what a cell offers. */
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
 * random a sparse mapping can settle on a cell of the ground, and has no gradient that would lead away from it.
 */
export function firstParameters(shapes: ReturnType<typeof vqaShapes>, seed: number): NamedTensors {
  const { key, queryBias, ...others } = initialTensors(shapes, seed);
  return {
    ...others,
    key: { ...key, values: key.values.map(Math.abs) },
    queryBias: { ...queryBias, values: queryBias.values.map(() => FIRST_INTEREST) },
  };
}

/** Noise in training: a share of the cells is silent. Owns the key. */
export interface Dropout {
  readonly key: np.Array;
  readonly rate: number;
}

/** 1 / (1 - rate) with probability 1 - rate, zeros elsewhere. */
function survivors({ key, rate }: Dropout, shape: number[]): np.Array {
  return random
    .bernoulli(key, 1 - rate, shape)
    .astype(np.float32)
    .mul(1 / (1 - rate));
}

/** What the model makes of a batch. */
export type VqaOutcome = {
  /** [pictures * questions, answers]. */
  readonly logits: np.Array;
  /** [pictures * questions, cells] and, where there is one, the density. */
  readonly seen: SpatialContext;
};

/** Power that a context must exceed to be heard in full: what ground beside a shape has caught of it is worth less. */
const FAINT = 0.1;

/** x / sqrt(mean x^2 + FAINT). Owns x. */
function levelled(x: np.Array): np.Array {
  const power = np.square(x.ref).mean(-1, { keepdims: true });
  return x.mul(np.reciprocal(np.sqrt(power.add(FAINT))));
}

/**
 * With the cells h_l of a picture and u = relu(U w + a) of the words w of a question: score_l = tanh(<Q u + q, K h_l> /
 * sqrt(features)), c = sum_l weights_l h_l brought to a power of nearly 1, and the answer from relu(W ((S c + s) * (A u + a')) + b). No other way
 * leads from the picture to the answer, so that the attention must go where the shape is; and scores that end at 1 let all of a
 * shape's cells reach the top, where free ones single out a corner. `patches`: [pictures, rows, columns, channels], `words`: [pictures, questions, words]. Owns its arguments.
 */
export function answerQuestions(
  attend: Attend,
  look: SpatialAttention,
  parameters: VqaParameters,
  { patches, words }: { readonly patches: np.Array; readonly words: np.Array },
  dropout: Dropout | null = null,
): VqaOutcome {
  const { question, questionBias, query, queryBias, key, see, seeBias, ask, askBias } = parameters;
  const { judge, judgeBias, answer, answerBias, ...encoder } = parameters;
  const [pictures, questions, bag] = words.shape as [number, number, number];
  const features = key.shape[0]!;
  const rows = pictures * questions;
  const cells = encodePatches(encoder, patches);
  const count = cells.shape[1]!;
  const asked = nn.relu(np.matmul(words.reshape([rows, bag]), question).add(questionBias));
  const wanted = np
    .matmul(asked.ref, query)
    .add(queryBias)
    .mul(1 / Math.sqrt(features));
  const offered = np.matmul(cells.ref.reshape([pictures * count, features]), key);
  const scores = np.matmul(
    wanted.reshape([pictures, questions, features]),
    offered.reshape([pictures, count, features]).transpose([0, 2, 1]),
  );
  const seen = look.see(attend, np.tanh(scores.reshape([rows, count])));
  const heard = dropout === null ? cells : cells.mul(survivors(dropout, [pictures, count, 1]));
  const context = np.matmul(seen.weights.ref.reshape([pictures, questions, count]), heard).reshape([rows, features]);
  const found = np.matmul(levelled(context), see).add(seeBias).mul(np.matmul(asked, ask).add(askBias));
  const judged = nn.relu(np.matmul(found, judge).add(judgeBias));
  return { logits: np.matmul(judged, answer).add(answerBias), seen };
}

/** Mean cross-entropy in nats over the questions whose `counted` is 1. Owns its arguments. */
export function answerLoss(logits: np.Array, answers: np.Array, counted: np.Array): np.Array {
  const right = nn.oneHot(lax.stopGradient(answers), logits.shape[1]!);
  const losses = nn.logSoftmax(logits, -1).mul(right).sum(-1).mul(-1);
  return losses.mul(counted.ref).sum().div(counted.sum());
}
