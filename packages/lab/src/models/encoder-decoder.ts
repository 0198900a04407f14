/** A recurrent encoder-decoder with global attention, for translation. */
import { numpy as np, random } from "@jax-js/jax";
import type { Attend } from "fenchel/jax";
import { gruStep, unrolledGru } from "./gru.ts";

export interface EncoderDecoderSizes {
  readonly sourceVocabulary: number;
  readonly targetVocabulary: number;
  readonly embedding: number;
  /** Units of the decoder, and of the encoder in each direction. */
  readonly hidden: number;
}

/** Parameters; a type, not an interface, so that the engine can walk it. */
export type EncoderDecoderParameters = {
  /** [source vocabulary, embedding]. */
  readonly sourceEmbedding: np.Array;
  /** [2, embedding, 3 x hidden], [2, hidden, 3 x hidden], [2, 1, 3 x hidden]: left to right, and right to left. */
  readonly encoderInput: np.Array;
  readonly encoderState: np.Array;
  readonly encoderBias: np.Array;
  /** [2 x hidden, hidden] and [hidden]: from the encoder's last states to the decoder's first. */
  readonly bridge: np.Array;
  readonly bridgeBias: np.Array;
  /** [target vocabulary, embedding]: the decoder's words, read and written. */
  readonly targetEmbedding: np.Array;
  /** [embedding, 3 x hidden], [hidden, 3 x hidden], [3 x hidden]. */
  readonly decoderInput: np.Array;
  readonly decoderState: np.Array;
  readonly decoderBias: np.Array;
  /** [hidden, 2 x hidden]: the general score s W a. */
  readonly attention: np.Array;
  /** [3 x hidden, embedding] and [embedding]: context and state to what is compared with the words. */
  readonly combine: np.Array;
  readonly combineBias: np.Array;
  /** [target vocabulary]. */
  readonly outputBias: np.Array;
};

/** The shape of every parameter, and the deviation of its normal start (0: zeros). */
export function encoderDecoderShapes(sizes: EncoderDecoderSizes) {
  const { sourceVocabulary, targetVocabulary, embedding, hidden } = sizes;
  const into = Math.sqrt(1 / embedding);
  const inside = Math.sqrt(1 / hidden);
  return {
    sourceEmbedding: { shape: [sourceVocabulary, embedding], deviation: into },
    encoderInput: { shape: [2, embedding, 3 * hidden], deviation: into },
    encoderState: { shape: [2, hidden, 3 * hidden], deviation: inside },
    encoderBias: { shape: [2, 1, 3 * hidden], deviation: 0 },
    bridge: { shape: [2 * hidden, hidden], deviation: inside / Math.SQRT2 },
    bridgeBias: { shape: [hidden], deviation: 0 },
    targetEmbedding: { shape: [targetVocabulary, embedding], deviation: into },
    decoderInput: { shape: [embedding, 3 * hidden], deviation: into },
    decoderState: { shape: [hidden, 3 * hidden], deviation: inside },
    decoderBias: { shape: [3 * hidden], deviation: 0 },
    attention: { shape: [hidden, 2 * hidden], deviation: inside },
    combine: { shape: [3 * hidden, embedding], deviation: Math.sqrt(1 / (3 * hidden)) },
    combineBias: { shape: [embedding], deviation: 0 },
    outputBias: { shape: [targetVocabulary], deviation: 0 },
  } as const satisfies Record<keyof EncoderDecoderParameters, { shape: readonly number[]; deviation: number }>;
}

/** Source sentences: int32 [batch, source], 0 where a sentence has ended, and [batch, source]: 1 for a token, 0 after the end. */
export type SourceBatch = { readonly words: np.Array; readonly mask: np.Array };

/** The decoder's side: int32 [batch, target], every target token, with the start before the first. */
export type TargetInputs = np.Array;

/** Random zeroing in training. Owns the key. */
export interface TranslatorDropout {
  readonly key: np.Array;
  /** Share of the features of words and of what the output compares. */
  readonly features: number;
  /** Share of the target words that the decoder does not get to read, so that it must look at the source. */
  readonly words: number;
}

/** What the encoder made of a batch: [batch, source, 2 x hidden], [batch, source] and the decoder's first state [batch, hidden]. */
export type Encoded = { readonly annotations: np.Array; readonly mask: np.Array; readonly state: np.Array };

/** What is kept of an array of a shape, or null for all of it. */
export type Keep = (shape: number[]) => np.Array | null;

/** Keeps each entry with probability 1 - rate, scaled so that the mean stays. */
function keeper(key: np.Array | null, rate: number): Keep {
  return (shape) => {
    if (key === null || rate === 0) {
      key?.dispose();
      return null;
    }
    return random
      .bernoulli(key, 1 - rate, shape)
      .astype(np.float32)
      .mul(1 / (1 - rate));
  };
}

const dropped = (values: np.Array, keep: Keep, shape: number[] = values.shape): np.Array => {
  const kept = keep(shape);
  return kept === null ? values : values.mul(kept);
};

/** The parameters of the encoder. */
export type EncoderParameters = Pick<
  EncoderDecoderParameters,
  "sourceEmbedding" | "encoderInput" | "encoderState" | "encoderBias" | "bridge" | "bridgeBias"
>;

/** Annotations of every word. The two directions run as one network with a leading axis of 2, the second over the sentence turned round. */
export function encodeSentences(parameters: EncoderParameters, { words, mask }: SourceBatch, keep: Keep): Encoded {
  const { sourceEmbedding, encoderInput, encoderState, encoderBias, bridge, bridgeBias } = parameters;
  const [batch, length] = words.shape as [number, number];
  const [, features] = sourceEmbedding.shape as [number, number];
  const hidden = bridgeBias.shape[0]!;
  const present = np.transpose(mask.ref.astype(np.float32)).reshape([length, batch, 1]);
  const vectors = dropped(sourceEmbedding.slice(np.transpose(words)).mul(present.ref), keep);
  const both = (array: np.Array) => np.stack([array.ref, np.flip(array, 0)], 0);
  const inputs = np
    .matmul(both(vectors).reshape([2, length * batch, features]), encoderInput)
    .add(encoderBias)
    .reshape([2, length, batch, 3 * hidden]);
  const states = unrolledGru(
    steps(inputs, length),
    np.zeros([2, batch, hidden]),
    encoderState,
    steps(both(present), length),
  );
  const last = np.transpose(states[length - 1]!.ref, [1, 0, 2]).reshape([batch, 2 * hidden]);
  const forward = np.stack(
    states.map((state) => state.ref.slice(0)),
    1,
  );
  const backward = np.stack(states.map((state) => state.slice(1)).reverse(), 1);
  return {
    annotations: np.concatenate([forward, backward], -1),
    mask,
    state: np.tanh(np.matmul(last, bridge).add(bridgeBias)),
  };
}

/** Slices of the second axis, [axis 0, ...] each. Owns the array. */
function steps(array: np.Array, count: number): np.Array[] {
  const slices = Array.from({ length: count }, (_, step) => array.ref.slice([], step));
  array.dispose();
  return slices;
}

type Reader = Pick<
  EncoderDecoderParameters,
  "attention" | "combine" | "combineBias" | "targetEmbedding" | "outputBias"
>;

/** From the decoder's states [batch, target, hidden] to scores over the source, weights, and logits over the target's vocabulary. */
function read(attend: Attend, parameters: Reader, states: np.Array, annotations: np.Array, mask: np.Array, keep: Keep) {
  const { attention, combine, combineBias, targetEmbedding, outputBias } = parameters;
  const [batch, source] = mask.shape as [number, number];
  const scores = np.matmul(np.matmul(states.ref, attention), np.transpose(annotations.ref, [0, 2, 1]));
  const weights = attend(scores.ref, { mask: mask.reshape([batch, 1, source]) });
  const context = np.matmul(weights.ref, annotations);
  const combined = np.tanh(np.matmul(np.concatenate([context, states], -1), combine).add(combineBias));
  const logits = np.matmul(dropped(combined, keep), np.transpose(targetEmbedding)).add(outputBias);
  return { scores, weights, logits };
}

/** Scores and weights [batch, target, source], logits [batch, target, target vocabulary]. */
export type Translation = { readonly scores: np.Array; readonly weights: np.Array; readonly logits: np.Array };

/**
 * The model with the target given (teacher forcing).
 *
 * Annotations a_j are the two encoder states at source word j, s_t is the decoder's state after target word t - 1. Then
 * score_tj = s_t W a_j, weights_t = attend(score_t, mask), c_t = sum_j weights_tj a_j, and the logits are
 * E tanh(C [c_t; s_t] + c) + o with E the target's embedding. States never depend on the attention before them (no input feeding), so all
 * attention of a batch is one call. Owns its arguments; what lies past the end of a source sentence has no influence.
 *
 * Luong, Pham and Manning, "Effective Approaches to Attention-based Neural Machine Translation" (2015), global attention, general score.
 */
export function encoderDecoder(
  attend: Attend,
  parameters: EncoderDecoderParameters,
  source: SourceBatch,
  inputs: TargetInputs,
  dropout: TranslatorDropout | null = null,
): Translation {
  const { targetEmbedding, decoderInput, decoderState, decoderBias, attention, combine, combineBias, outputBias } =
    parameters;
  const { sourceEmbedding, encoderInput, encoderState, encoderBias, bridge, bridgeBias } = parameters;
  const [batch, length] = inputs.shape as [number, number];
  const [, features] = targetEmbedding.shape as [number, number];
  const hidden = decoderState.shape[0]!;
  const keys = dropout === null ? [null, null, null, null] : splitKey(dropout.key, 4);
  const [onSource, onTarget, onOutput, onWords] = keys as [Key, Key, Key, Key];
  const rate = dropout?.features ?? 0;

  const { annotations, mask, state } = encodeSentences(
    { sourceEmbedding, encoderInput, encoderState, encoderBias, bridge, bridgeBias },
    source,
    keeper(onSource, rate),
  );
  const given = np.transpose(np.notEqual(inputs.ref, 0).astype(np.float32)).reshape([length, batch, 1]);
  const vectors = dropped(
    dropped(targetEmbedding.ref.slice(np.transpose(inputs)).mul(given), keeper(onTarget, rate)),
    keeper(onWords, dropout?.words ?? 0),
    [length, batch, 1],
  );
  const projected = np
    .matmul(vectors.reshape([length * batch, features]), decoderInput)
    .add(decoderBias)
    .reshape([1, length, batch, 3 * hidden]);
  const states = unrolledGru(
    steps(projected, length).map((input) => input.reshape([batch, 3 * hidden])),
    state,
    decoderState,
  );
  return read(
    attend,
    { attention, combine, combineBias, targetEmbedding, outputBias },
    np.stack(states, 1),
    annotations,
    mask,
    keeper(onOutput, rate),
  );
}

type Key = np.Array | null;

function splitKey(key: np.Array, count: number): np.Array[] {
  const keys = random.split(key, count);
  const own = Array.from({ length: count }, (_, i) => keys.ref.slice(i));
  keys.dispose();
  return own;
}

/** What the encoder makes of a batch, for decoding step by step. Owns its arguments, also the parameters it does not use. */
export function encodeSource(parameters: EncoderDecoderParameters, source: SourceBatch): Encoded {
  const { sourceEmbedding, encoderInput, encoderState, encoderBias, bridge, bridgeBias, ...unused } = parameters;
  for (const array of Object.values(unused)) array.dispose();
  return encodeSentences(
    { sourceEmbedding, encoderInput, encoderState, encoderBias, bridge, bridgeBias },
    source,
    () => null,
  );
}

/** One step of the decoder: reads the words int32 [batch, 1] written last; gives the next state, and scores, weights and logits as of one target word. */
export function decodeStep(
  attend: Attend,
  parameters: EncoderDecoderParameters,
  { annotations, mask, state }: Encoded,
  words: np.Array,
): Translation & { readonly state: np.Array } {
  const { targetEmbedding, decoderInput, decoderState, decoderBias, attention, combine, combineBias, outputBias } =
    parameters;
  const { sourceEmbedding, encoderInput, encoderState, encoderBias, bridge, bridgeBias } = parameters;
  for (const unused of [sourceEmbedding, encoderInput, encoderState, encoderBias, bridge, bridgeBias]) unused.dispose();
  const batch = words.shape[0]!;
  const [, features] = targetEmbedding.shape as [number, number];
  const hidden = decoderState.shape[0]!;
  const given = np.notEqual(words.ref, 0).astype(np.float32).reshape([batch, 1]);
  const vectors = targetEmbedding.ref.slice(words).reshape([batch, features]).mul(given);
  const next = gruStep(np.matmul(vectors, decoderInput).add(decoderBias), state, decoderState);
  const answer = read(
    attend,
    { attention, combine, combineBias, targetEmbedding, outputBias },
    next.ref.reshape([batch, 1, hidden]),
    annotations,
    mask,
    () => null,
  );
  return { ...answer, state: next };
}
