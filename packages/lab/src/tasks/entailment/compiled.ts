/** An entailment model with one mapping, compiled: a training step's gradient, and readings. */
import type { numpy as np } from "@jax-js/jax";
import { attender, type Attend, type AttenderOptions } from "fenchel/jax";
import type { NamedArrays, ParameterShapes } from "../../nn/parameters.ts";
import { crossEntropy } from "../spam/model.ts";
import type { PairBatch } from "./batches.ts";
import {
  decomposable,
  decomposableShapes,
  type EntailmentDropout,
  type EntailmentOutput,
  type EntailmentSizes,
} from "./decomposable.ts";
import { recurrent, recurrentShapes } from "./recurrent.ts";

/** A model by its parameters' shapes and its program. */
export interface EntailmentModel {
  shapes(sizes: EntailmentSizes): ParameterShapes;
  run(attend: Attend, parameters: NamedArrays, batch: PairBatch, noise: EntailmentDropout | null): EntailmentOutput;
}

export const entailmentModels: Readonly<Record<string, EntailmentModel>> = {
  decomposable: { shapes: decomposableShapes, run: decomposable as unknown as EntailmentModel["run"] },
  recurrent: { shapes: recurrentShapes, run: recurrent as unknown as EntailmentModel["run"] },
};

/** Owns compiled programs: `dispose` frees them. All functions own their arguments, as the engine's do. */
export interface CompiledEntailment {
  gradient(
    parameters: NamedArrays,
    batch: PairBatch,
    labels: np.Array,
    counted: np.Array,
    key: np.Array,
  ): Promise<[loss: np.Array, gradient: NamedArrays]>;
  /** The model without noise. */
  read(parameters: NamedArrays, batch: PairBatch): Promise<EntailmentOutput>;
  dispose(): void;
}

export interface CompileOptions {
  readonly mapping: string;
  readonly mappingOptions: AttenderOptions;
  readonly wordDropout: number;
  readonly featureDropout: number;
  readonly smoothing: number;
}

export function compileEntailment(model: EntailmentModel, options: CompileOptions): CompiledEntailment {
  const { mapping, mappingOptions, wordDropout, featureDropout, smoothing } = options;
  const attention = attender(mapping, mappingOptions);
  const gradient = attention.valueAndGrad(
    (attend: Attend, parameters: NamedArrays, batch: PairBatch, labels: np.Array, counted: np.Array, key: np.Array) => {
      const noise = { key, words: wordDropout, features: featureDropout };
      const { logits, weights } = model.run(attend, parameters, batch, noise);
      weights.dispose();
      return crossEntropy(logits, labels, counted, smoothing);
    },
  );
  const read = attention.jit((attend: Attend, parameters: NamedArrays, batch: PairBatch) => {
    return model.run(attend, parameters, batch, null);
  });
  return {
    gradient: gradient as unknown as CompiledEntailment["gradient"],
    read: read as unknown as CompiledEntailment["read"],
    dispose: () => {
      gradient.dispose();
      read.dispose();
    },
  };
}
