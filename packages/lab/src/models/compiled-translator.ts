/** The encoder-decoder with one mapping, compiled: a training step's gradient, predictions, and the steps of decoding. */
import { lax, nn, numpy as np } from "@jax-js/jax";
import { attender, type Attend } from "fenchel/jax";
import { UNKNOWN } from "../data/vocabulary.ts";
import {
  decodeStep,
  encodeSource,
  encoderDecoder,
  type Encoded,
  type EncoderDecoderParameters,
  type SourceBatch,
} from "./encoder-decoder.ts";

/** A batch of pairs; a type, so that the engine can walk it. */
export type PairBatch = {
  readonly source: SourceBatch;
  /** int32 [batch, target]: every word the decoder writes with the word before it; 0 before the first and for the end. */
  readonly inputs: np.Array;
  readonly outputs: np.Array;
  /** [batch, target]: 1 for a word and for the end of a sentence, 0 beyond. */
  readonly counted: np.Array;
};

/** Of every target position: scores and weights over the source, the most probable word, and -log of the given word's probability. */
export type Prediction = {
  readonly scores: np.Array;
  readonly weights: np.Array;
  readonly chosen: np.Array;
  readonly losses: np.Array;
};

/** What one step of decoding gives: the next state, the word chosen, int32 [batch, 1], and its scores and weights [batch, 1, source]. */
export type Written = {
  readonly state: np.Array;
  readonly chosen: np.Array;
  readonly scores: np.Array;
  readonly weights: np.Array;
};

/** Owns compiled programs: `dispose` frees them. All functions own their arguments, as the engine's do. */
export interface CompiledTranslator {
  /** Mean cross-entropy a target word, with dropout, and its gradient. */
  gradient(
    parameters: EncoderDecoderParameters,
    pairs: PairBatch,
    key: np.Array,
  ): Promise<[loss: np.Array, gradient: EncoderDecoderParameters]>;
  /** With the target given, without dropout. */
  predict(parameters: EncoderDecoderParameters, pairs: PairBatch): Promise<Prediction>;
  encode(parameters: EncoderDecoderParameters, source: SourceBatch): Promise<Encoded>;
  /** Reads the words written last, int32 [batch, 1], and writes the most probable next ones; never an unknown word. */
  step(parameters: EncoderDecoderParameters, encoded: Encoded, words: np.Array): Promise<Written>;
  dispose(): void;
}

export interface TranslatorOptions {
  readonly mapping: string;
  readonly mappingOptions: Readonly<Record<string, number>>;
  /** Share of the features zeroed in training. */
  readonly dropout: number;
  /** Share of the words that the decoder does not get to read in training. */
  readonly wordDropout: number;
}

/** -log of the probability of every given word. Owns its arguments. */
function tokenLosses(logits: np.Array, words: np.Array): np.Array {
  const right = nn.oneHot(lax.stopGradient(words), logits.shape[logits.ndim - 1]!);
  return nn.logSoftmax(logits, -1).mul(right).sum(-1).mul(-1);
}

export function compileTranslator(options: TranslatorOptions): CompiledTranslator {
  const { mapping, mappingOptions, dropout, wordDropout } = options;
  const attention = attender(mapping, mappingOptions);
  const gradient = attention.valueAndGrad(
    (attend: Attend, parameters: EncoderDecoderParameters, pairs: PairBatch, key: np.Array) => {
      const { source, inputs, outputs, counted } = pairs;
      const noise = { key, features: dropout, words: wordDropout };
      const { scores, weights, logits } = encoderDecoder(attend, parameters, source, inputs, noise);
      scores.dispose();
      weights.dispose();
      return tokenLosses(logits, outputs).mul(counted.ref).sum().div(counted.sum());
    },
  );
  const predict = attention.jit((attend: Attend, parameters: EncoderDecoderParameters, pairs: PairBatch) => {
    const { source, inputs, outputs, counted } = pairs;
    const { scores, weights, logits } = encoderDecoder(attend, parameters, source, inputs);
    const losses = tokenLosses(logits.ref, outputs).mul(counted);
    return { scores, weights, chosen: np.argmax(logits, -1), losses };
  });
  const encode = attention.jit((_: Attend, parameters: EncoderDecoderParameters, source: SourceBatch) =>
    encodeSource(parameters, source),
  );
  const step = attention.jit(
    (attend: Attend, parameters: EncoderDecoderParameters, encoded: Encoded, words: np.Array) => {
      const { state, scores, weights, logits } = decodeStep(attend, parameters, encoded, words);
      const isUnknown = np.equal(np.arange(logits.shape[2]!), UNKNOWN);
      return { state, scores, weights, chosen: np.argmax(np.where(isUnknown, -Infinity, logits), -1) };
    },
  );
  return {
    gradient,
    predict,
    encode,
    step,
    dispose: () => {
      for (const program of [gradient, predict, encode, step]) program.dispose();
    },
  };
}
