/** Interface of a sequence-to-sequence model, as used by training, evaluation and beam search. */
import type { numpy as np } from "@jax-js/jax";
import type { Arrays, Attend } from "fenchel/jax";
import type { NamedArrays, ParameterShapes } from "../../nn/parameters.ts";
import type { AttentionMechanism, SourceContext } from "./cross-attention.ts";
import type { DropoutConfig } from "../../nn/dropout.ts";

export interface Vocabularies {
  readonly source: number;
  readonly target: number;
  /** One vocabulary and one embedding on both sides. */
  readonly joint: boolean;
}

/** Source sentences: int32 [batch, source], 0 after the end, and what attention needs of them. */
export type Source = { readonly words: np.Array; readonly sight: SourceContext };

/** Output of the decoder. */
export interface Reading {
  /** [batch, target, embedding]: features that the output projection maps to logits. */
  readonly features: np.Array;
  /** [batch, target, source]: the weights over the source, a row for every word written; of several heads their mean. */
  readonly weights: np.Array;
}

/** The encoded source and the decoder's first state; any arrays. The leading axis is the batch; a state's second axis are the beams. */
export interface Begun {
  readonly memory: Arrays;
  readonly state: Arrays;
}

/**
 * A model, with its sizes settled. Its functions are for programs of an `attender`; they borrow all arrays that they are given and what
 * they return is the caller's.
 */
export interface SequenceModel {
  /** `targetEmbedding` [target vocabulary, embedding] is among them: the words that are read and written. */
  readonly shapes: ParameterShapes;
  /** Whether one attention depends on another of the same kind so often that only mappings in closed form can be trained. */
  readonly closedFormOnly: boolean;
  /** With the targets given: `inputs`, int32 [batch, target], holds the word before every word that is to be written, 0 at the start. */
  read(attend: Attend, parameters: NamedArrays, source: Source, inputs: np.Array, noise: DropoutConfig | null): Reading;
  /** Encodes sources for at most `most` words of `beams` translations each. */
  begin(
    attend: Attend,
    parameters: NamedArrays,
    source: Source,
    options: { readonly beams: number; readonly most: number },
  ): Begun;
  /** Reads the words written last, int32 [batch, beams], the first of place 0: int32 [1]. Features [batch, beams, embedding], weights [batch, beams, source]. */
  step(
    attend: Attend,
    parameters: NamedArrays,
    memory: Arrays,
    state: Arrays,
    words: np.Array,
    place: np.Array,
  ): Reading & { readonly state: Arrays };
}

/** Makes a model for vocabularies and a mechanism. */
export type ModelMaker = (vocabularies: Vocabularies, mechanism: AttentionMechanism) => SequenceModel;
