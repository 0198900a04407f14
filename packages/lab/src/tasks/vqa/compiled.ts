/** The model of questions about pictures with one way to attend, compiled: a training step's gradient, and predictions. */
import { tree, type numpy as np } from "@jax-js/jax";
import type { Attend } from "fenchel/jax";
import type { SpatialAttention } from "./spatial-attention.ts";
import { answerLoss, answerQuestions, type VqaOutcome, type VqaParameters } from "./model.ts";
import type { BatchArrays } from "./batches.ts";

/** What a prediction needs of a batch. */
export type AskedArrays = Pick<BatchArrays, "patches" | "words">;

/** Owns compiled programs: `dispose` frees them. All functions own their arguments, as the engine's do. */
export interface CompiledVqa {
  /** The loss with silent cells, and its gradient. */
  gradient(
    parameters: VqaParameters,
    batch: BatchArrays,
    key: np.Array,
  ): Promise<[loss: np.Array, gradient: VqaParameters]>;
  /** Without silent cells. */
  predict(parameters: VqaParameters, batch: AskedArrays): Promise<VqaOutcome>;
  dispose(): void;
}

export function compileVqa(
  look: SpatialAttention,
  { cellDropout: rate }: { readonly cellDropout: number },
): CompiledVqa {
  const gradient = look.attention.valueAndGrad(
    (
      attend: Attend,
      parameters: VqaParameters,
      { patches, words, answers, counted }: BatchArrays,
      key: np.Array,
    ): np.Array => {
      if (rate === 0) key.dispose();
      const dropout = rate === 0 ? null : { key, rate };
      const { logits, seen } = answerQuestions(attend, look, parameters, { patches, words }, dropout);
      tree.dispose(seen);
      return answerLoss(logits, answers, counted);
    },
  );
  const predict = look.attention.jit((attend: Attend, parameters: VqaParameters, batch: AskedArrays) =>
    answerQuestions(attend, look, parameters, batch),
  );
  return {
    gradient,
    predict,
    dispose: () => {
      gradient.dispose();
      predict.dispose();
    },
  };
}
