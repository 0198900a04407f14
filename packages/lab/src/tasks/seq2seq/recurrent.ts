/** A recurrent encoder-decoder with global attention, which may feed what it attended to into the next step. */
import { numpy as np } from "@jax-js/jax";
import { encodeSentences } from "../../nn/sentence-encoder.ts";
import { gruStep, unrolledGru } from "../../nn/gru.ts";
import type { NamedArrays, ParameterShapes } from "../../nn/parameters.ts";
import { makeAttention, type AttentionFn, type AttentionMechanism, type SourceContext } from "./cross-attention.ts";
import type { ModelMaker, Reading, SequenceModel } from "./model.ts";
import { dropoutFns, type DropoutFn } from "../../nn/dropout.ts";

export interface RecurrentSizes {
  readonly embedding: number;
  /** Units of the decoder, and of the encoder in each direction. */
  readonly hidden: number;
  /** Whether every step reads what the step before compared with the words (Luong et al. 2015, section 3.3). */
  readonly inputFeeding: boolean;
}

type Memory = { readonly annotations: np.Array; readonly sight: SourceContext };
/** [batch, beams, ...]: the unit's state and, with input feeding, what was compared with the words last. */
type State = { readonly hidden: np.Array; readonly fed?: np.Array };

const keepAll = () => null;

/** The encoder's parameters, for a function that owns them. */
function encoderOf(parameters: NamedArrays) {
  const {
    sourceEmbedding = parameters["targetEmbedding"]!,
    encoderInput,
    encoderState,
    encoderBias,
    bridge,
    bridgeBias,
  } = parameters;
  return {
    sourceEmbedding: sourceEmbedding.ref,
    encoderInput: encoderInput!.ref,
    encoderState: encoderState!.ref,
    encoderBias: encoderBias!.ref,
    bridge: bridge!.ref,
    bridgeBias: bridgeBias!.ref,
  };
}

/** From states [batch, queries, hidden], owned, to what is compared with the words, [batch, queries, embedding], and weights. */
function compare(look: AttentionFn, parameters: NamedArrays, states: np.Array, annotations: np.Array): Reading {
  const { attention, combine, combineBias } = parameters;
  const scores = np.matmul(np.matmul(states.ref, attention!.ref), np.transpose(annotations.ref, [0, 2, 1]));
  const { weights, effective } = look(scores);
  const context = np.matmul(effective, annotations.ref);
  const features = np.tanh(np.matmul(np.concatenate([context, states], -1), combine!.ref).add(combineBias!.ref));
  return { features, weights };
}

/** Slices of the leading axis. Owns the array. */
function slicesOf(array: np.Array): np.Array[] {
  const slices = Array.from({ length: array.shape[0]! }, (_, i) => array.ref.slice(i));
  array.dispose();
  return slices;
}

/** The decoder's steps one by one, each reading what the one before compared. Owns inputs and state. */
function fedSteps(
  look: AttentionFn,
  parameters: NamedArrays,
  inputs: np.Array[],
  first: np.Array,
  annotations: np.Array,
): Reading {
  const { decoderFed, decoderState } = parameters;
  const [batch] = first.shape as [number];
  const features: np.Array[] = [];
  const weights: np.Array[] = [];
  let state = first;
  for (const input of inputs) {
    const last = features.at(-1);
    const fed = last === undefined ? input : input.add(np.matmul(last.ref.reshape([batch, -1]), decoderFed!.ref));
    state = gruStep(fed, state, decoderState!.ref);
    const read = compare(look, parameters, state.ref.reshape([batch, 1, -1]), annotations);
    features.push(read.features);
    weights.push(read.weights);
  }
  state.dispose();
  return { features: np.concatenate(features, 1), weights: np.concatenate(weights, 1) };
}

/**
 * Annotations a_j are the states of a bidirectional GRU at source word j, s_t is the decoder's state after target word t - 1. Then
 * score_tj = s_t W a_j, weights_t = attend(score_t), c_t = sum_j weights_tj a_j, and what is compared with the words is
 * f_t = tanh(C [c_t; s_t] + c). Without input feeding no state depends on the attention before it, so all attention of a batch is one
 * call. With it, the decoder's step t also reads f_(t-1).
 *
 * Luong, Pham and Manning, "Effective Approaches to Attention-based Neural Machine Translation" (2015), global attention, general score.
 */
export function recurrentModel({ embedding, hidden, inputFeeding }: RecurrentSizes): ModelMaker {
  const into = Math.sqrt(1 / embedding);
  const inside = Math.sqrt(1 / hidden);
  return ({ source: sourceWords, target: targetWords, joint }, mechanism: AttentionMechanism): SequenceModel => {
    const shapes: ParameterShapes = {
      ...(joint ? {} : { sourceEmbedding: { shape: [sourceWords, embedding], deviation: into } }),
      encoderInput: { shape: [2, embedding, 3 * hidden], deviation: into },
      encoderState: { shape: [2, hidden, 3 * hidden], deviation: inside },
      encoderBias: { shape: [2, 1, 3 * hidden], deviation: 0 },
      bridge: { shape: [2 * hidden, hidden], deviation: inside / Math.SQRT2 },
      bridgeBias: { shape: [hidden], deviation: 0 },
      targetEmbedding: { shape: [targetWords, embedding], deviation: into },
      decoderInput: { shape: [embedding, 3 * hidden], deviation: into },
      ...(inputFeeding ? { decoderFed: { shape: [embedding, 3 * hidden], deviation: into } } : {}),
      decoderState: { shape: [hidden, 3 * hidden], deviation: inside },
      decoderBias: { shape: [3 * hidden], deviation: 0 },
      attention: { shape: [hidden, 2 * hidden], deviation: inside },
      combine: { shape: [3 * hidden, embedding], deviation: Math.sqrt(1 / (3 * hidden)) },
      combineBias: { shape: [embedding], deviation: 0 },
      outputBias: { shape: [targetWords], deviation: 0 },
    };
    const encode = (
      parameters: NamedArrays,
      { words, sight }: Parameters<SequenceModel["read"]>[2],
      drop: DropoutFn | null,
    ) => {
      const keep = drop === null ? keepAll : (shape: number[]) => drop(np.ones(shape));
      const { mask, ...encoded } = encodeSentences(
        encoderOf(parameters),
        { words: words.ref, mask: sight.mask.ref },
        keep,
      );
      mask.dispose();
      return encoded;
    };
    return {
      shapes,
      closedFormOnly: inputFeeding,
      read: (attend, parameters, source, inputs, noise) => {
        const { targetEmbedding, decoderInput, decoderBias, decoderState } = parameters;
        const [batch, length] = inputs.shape as [number, number];
        const [onSource, onTarget, onOutput, onWords] = dropoutFns(noise, [
          ...[1, 2, 3].map(() => noise?.features ?? 0),
          noise?.words ?? 0,
        ]) as [DropoutFn, DropoutFn, DropoutFn, DropoutFn];
        const { annotations, state } = encode(parameters, source, onSource);
        // The start reads as nothing.
        const given = np.transpose(np.notEqual(inputs.ref, 0).astype(np.float32)).reshape([length, batch, 1]);
        const read = targetEmbedding!.ref.slice(np.transpose(inputs.ref)).mul(given);
        const vectors = onWords(onTarget(read), [length, batch, 1]);
        const projected = np
          .matmul(vectors.reshape([length * batch, embedding]), decoderInput!.ref)
          .add(decoderBias!.ref)
          .reshape([length, batch, 3 * hidden]);
        const look = makeAttention(attend, mechanism, source.sight);
        let reading: Reading;
        if (inputFeeding) reading = fedSteps(look, parameters, slicesOf(projected), state, annotations);
        else {
          const states = unrolledGru(slicesOf(projected), state, decoderState!.ref);
          reading = compare(look, parameters, np.stack(states, 1), annotations);
        }
        annotations.dispose();
        return { features: onOutput(reading.features), weights: reading.weights };
      },
      begin: (_attend, parameters, source, { beams }) => {
        const { annotations, state } = encode(parameters, source, null);
        const [batch] = state.shape as [number];
        const both = state.reshape([batch, 1, hidden]).mul(np.ones([1, beams, 1]));
        const { mask, regression, coordinates } = source.sight;
        const sight = {
          mask: mask.ref,
          ...(regression === undefined ? {} : { regression: regression.ref }),
          ...(coordinates === undefined ? {} : { coordinates: coordinates.ref }),
        };
        const first: State = { hidden: both, ...(inputFeeding ? { fed: np.zeros([batch, beams, embedding]) } : {}) };
        return { memory: { annotations, sight } satisfies Memory, state: first };
      },
      step: (attend, parameters, memory, state, words) => {
        const { annotations, sight } = memory as Memory;
        const { hidden: before, fed } = state as State;
        const { targetEmbedding, decoderInput, decoderFed, decoderBias, decoderState } = parameters;
        const rows = words.shape[0]! * words.shape[1]!;
        const given = np.notEqual(words.ref, 0).astype(np.float32).reshape([rows, 1]);
        const read = targetEmbedding!.ref.slice(words.ref).reshape([rows, embedding]).mul(given);
        let input = np.matmul(read, decoderInput!.ref).add(decoderBias!.ref);
        if (fed !== undefined) input = input.add(np.matmul(fed.ref.reshape([rows, embedding]), decoderFed!.ref));
        const next = gruStep(input, before.ref.reshape([rows, hidden]), decoderState!.ref).reshape(before.shape);
        const reading = compare(makeAttention(attend, mechanism, sight), parameters, next.ref, annotations);
        const after: State = { hidden: next, ...(fed === undefined ? {} : { fed: reading.features.ref }) };
        return { ...reading, state: after };
      },
    };
  };
}
