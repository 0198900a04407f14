/** The study's model with one mechanism, compiled: a training step's gradient, and readings. */
import type { numpy as np } from "@jax-js/jax";
import { attender, type Attend } from "fenchel/jax";
import { crossEntropy } from "../spam/model.ts";
import type { ReviewAttention } from "./attention.ts";
import { reviewModel, type ReviewBatch, type ReviewParameters, type ReviewOutput } from "./model.ts";

/** Owns compiled programs: `dispose` frees them. All functions own their arguments, as the engine's do. */
export interface CompiledReviewModel {
  /**
   * The loss with noise, and its gradient: the mean of the cross-entropies with attention and with every word heard alike.
   * Attention teaches what it hears; what the other words say must be learned, too.
   */
  gradient(
    parameters: ReviewParameters,
    batch: ReviewBatch,
    labels: np.Array,
    counted: np.Array,
    key: np.Array,
  ): Promise<[loss: np.Array, gradient: ReviewParameters]>;
  /** The model without noise. */
  read(parameters: ReviewParameters, batch: ReviewBatch): Promise<Omit<ReviewOutput, "evenLogits">>;
  dispose(): void;
}

export interface CompileOptions {
  /** Share of the words taken away in training, and of the context's features. */
  readonly wordDropout: number;
  readonly featureDropout: number;
  /** Label smoothing: a model that need not be certain is not certain when it is wrong. */
  readonly smoothing: number;
}

export function compileReviewModel(mechanism: ReviewAttention, options: CompileOptions): CompiledReviewModel {
  const { wordDropout, featureDropout, smoothing } = options;
  // A density alone never asks for weights of words: any mapping will do.
  const attention = attender(mechanism.discrete?.mapping ?? "softmax", mechanism.discrete?.options ?? {});
  const gradient = attention.valueAndGrad(
    (
      attend: Attend,
      parameters: ReviewParameters,
      batch: ReviewBatch,
      labels: np.Array,
      counted: np.Array,
      key: np.Array,
    ) => {
      const noise = { key, words: wordDropout, features: featureDropout };
      const { logits, evenLogits, ...attended } = reviewModel(attend, mechanism, parameters, batch, noise);
      for (const array of Object.values(attended)) array.dispose();
      const even = crossEntropy(evenLogits, labels.ref, counted.ref, smoothing);
      return crossEntropy(logits, labels, counted, smoothing).add(even).mul(0.5);
    },
  );
  const read = attention.jit((attend: Attend, parameters: ReviewParameters, batch: ReviewBatch) => {
    const { evenLogits, ...reading } = reviewModel(attend, mechanism, parameters, batch);
    evenLogits.dispose();
    return reading;
  });
  return {
    gradient: gradient as CompiledReviewModel["gradient"],
    read: read as CompiledReviewModel["read"],
    dispose: () => {
      gradient.dispose();
      read.dispose();
    },
  };
}
