/** A recurrent reader with word-by-word attention: the hypothesis is read after the premise, each of its words attends to the premise. */
import { numpy as np } from "@jax-js/jax";
import type { Attend } from "fenchel/jax";
import { unrolledGru } from "../../nn/gru.ts";
import type { PairBatch, SideBatch } from "./batches.ts";
import {
  dropoutFn,
  eachWord,
  type EntailmentDropout,
  type EntailmentOutput,
  type EntailmentSizes,
} from "./decomposable.ts";

export type RecurrentParameters = {
  /** [vocabulary, embedding]. */
  readonly embedding: np.Array;
  /** [embedding, 3 x hidden], [hidden, 3 x hidden], [3 x hidden]: the premise's reader, and the hypothesis's. */
  readonly premiseInput: np.Array;
  readonly premiseState: np.Array;
  readonly premiseBias: np.Array;
  readonly hypothesisInput: np.Array;
  readonly hypothesisState: np.Array;
  readonly hypothesisBias: np.Array;
  /** [hidden, hidden] each: the general score h W y. */
  readonly attention: np.Array;
  /** [2 x hidden, 3 x hidden], [hidden, 3 x hidden], [3 x hidden]: gathers what each word attended to. */
  readonly gatherInput: np.Array;
  readonly gatherState: np.Array;
  readonly gatherBias: np.Array;
  /** [2 x hidden, hidden], [hidden], [hidden, labels], [labels]. */
  readonly combine: np.Array;
  readonly combineBias: np.Array;
  readonly decide: np.Array;
  readonly decideBias: np.Array;
};

export function recurrentShapes({ vocabulary, embedding, hidden, labels }: EntailmentSizes) {
  const into = Math.sqrt(1 / embedding);
  const inside = Math.sqrt(1 / hidden);
  return {
    embedding: { shape: [vocabulary, embedding], deviation: into },
    premiseInput: { shape: [embedding, 3 * hidden], deviation: into },
    premiseState: { shape: [hidden, 3 * hidden], deviation: inside },
    premiseBias: { shape: [3 * hidden], deviation: 0 },
    hypothesisInput: { shape: [embedding, 3 * hidden], deviation: into },
    hypothesisState: { shape: [hidden, 3 * hidden], deviation: inside },
    hypothesisBias: { shape: [3 * hidden], deviation: 0 },
    attention: { shape: [hidden, hidden], deviation: inside },
    gatherInput: { shape: [2 * hidden, 3 * hidden], deviation: inside / Math.SQRT2 },
    gatherState: { shape: [hidden, 3 * hidden], deviation: inside },
    gatherBias: { shape: [3 * hidden], deviation: 0 },
    combine: { shape: [2 * hidden, hidden], deviation: inside / Math.SQRT2 },
    combineBias: { shape: [hidden], deviation: 0 },
    decide: { shape: [hidden, labels], deviation: inside },
    decideBias: { shape: [labels], deviation: 0 },
  } as const satisfies Record<keyof RecurrentParameters, { shape: readonly number[]; deviation: number }>;
}

/** Slices of the first axis. Owns the array. */
function steps(array: np.Array): np.Array[] {
  const slices = Array.from({ length: array.shape[0]! }, (_, step) => array.ref.slice(step));
  array.dispose();
  return slices;
}

/**
 * Logits and weights of a batch of pairs.
 *
 * A gated recurrent reader goes over the premise (states y_i), another from its last state over the hypothesis (states h_j). Then
 * weights_j = attend(h_j W Y, mask), c_j = sum_i weights_ji y_i, and a third reader gathers [h_j; c_j] into r; the label follows from
 * tanh(C [r; h] + c) at the hypothesis's end. What was attended to before is gathered, but does not enter the scores: so all attention
 * of a batch is one call. Owns its arguments.
 *
 * Rocktäschel et al., "Reasoning about Entailment with Neural Attention" (2016), word by word.
 */
export function recurrent(
  attend: Attend,
  parameters: RecurrentParameters,
  { premises, hypotheses }: PairBatch,
  noise: EntailmentDropout | null = null,
): EntailmentOutput {
  const { embedding, premiseInput, premiseState, premiseBias, hypothesisInput, hypothesisState } = parameters;
  const { hypothesisBias, attention, gatherInput, gatherState, gatherBias } = parameters;
  const { combine, combineBias, decide, decideBias } = parameters;
  const { drop, end } = dropoutFn(noise, 8);
  const hidden = combineBias.shape[0]!;
  const pairs = premises.words.shape[0]!;
  const timeFirst = (mask: np.Array) => np.transpose(mask).reshape([mask.shape[1]!, pairs, 1]);

  const read = ({ words, mask }: SideBatch, input: np.Array, bias: np.Array, state: np.Array, start: np.Array) => {
    const length = words.shape[1]!;
    const present = timeFirst(mask);
    const known = drop(present.ref, noise?.words ?? 0);
    const vectors = drop(embedding.ref.slice(np.transpose(words)).mul(known));
    const inputs = eachWord(vectors, input).add(bias);
    const states = unrolledGru(steps(inputs), start, state, steps(present));
    return { states, last: states[length - 1]!.ref };
  };
  const premise = read(
    { words: premises.words, mask: premises.mask.ref },
    premiseInput,
    premiseBias,
    premiseState,
    np.zeros([pairs, hidden]),
  );
  const hypothesis = read(
    { words: hypotheses.words, mask: hypotheses.mask.ref },
    hypothesisInput,
    hypothesisBias,
    hypothesisState,
    premise.last,
  );
  const annotations = np.stack(premise.states, 1);
  const readings = np.stack(hypothesis.states, 1);
  const scores = np.matmul(eachWord(readings.ref, attention), np.transpose(annotations.ref, [0, 2, 1]));
  const length = premises.mask.shape[1]!;
  const weights = attend(scores.mul(1 / Math.sqrt(hidden)), { mask: premises.mask.reshape([pairs, 1, length]) });
  const context = np.matmul(weights.ref, annotations);
  const both = np.transpose(np.concatenate([readings, context], -1), [1, 0, 2]);
  const gathered = unrolledGru(
    steps(eachWord(drop(both), gatherInput).add(gatherBias)),
    np.zeros([pairs, hidden]),
    gatherState,
    steps(timeFirst(hypotheses.mask)),
  );
  const last = gathered.at(-1)!.ref;
  for (const state of gathered) state.dispose();
  const summary = np.concatenate([last, hypothesis.last], -1);
  const layer = np.tanh(np.matmul(drop(summary), combine).add(combineBias));
  const logits = np.matmul(drop(layer), decide).add(decideBias);
  embedding.dispose();
  end();
  return { logits, weights };
}
