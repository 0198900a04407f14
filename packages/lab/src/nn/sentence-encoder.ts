/** A bidirectional recurrent encoder of sentences. */
import { numpy as np } from "@jax-js/jax";
import { unrolledGru } from "./gru.ts";

/** The parameters of the encoder; a type, not an interface, so that the engine can walk it. */
export type EncoderParameters = {
  /** [source vocabulary, embedding]. */
  readonly sourceEmbedding: np.Array;
  /** [2, embedding, 3 x hidden], [2, hidden, 3 x hidden], [2, 1, 3 x hidden]: left to right, and right to left. */
  readonly encoderInput: np.Array;
  readonly encoderState: np.Array;
  readonly encoderBias: np.Array;
  /** [2 x hidden, hidden] and [hidden]: from the encoder's last states to the decoder's first. */
  readonly bridge: np.Array;
  readonly bridgeBias: np.Array;
};

/** Source sentences: int32 [batch, source], 0 where a sentence has ended, and [batch, source]: 1 for a token, 0 after the end. */
export type SourceBatch = { readonly words: np.Array; readonly mask: np.Array };

/** What the encoder made of a batch: [batch, source, 2 x hidden], [batch, source] and the decoder's first state [batch, hidden]. */
export type Encoded = { readonly annotations: np.Array; readonly mask: np.Array; readonly state: np.Array };

/** What is kept of an array of a shape, or null for all of it. */
export type Keep = (shape: number[]) => np.Array | null;

const dropped = (values: np.Array, keep: Keep, shape: number[] = values.shape): np.Array => {
  const kept = keep(shape);
  return kept === null ? values : values.mul(kept);
};

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
