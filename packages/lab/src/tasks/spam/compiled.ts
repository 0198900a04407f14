/** The text classifier with one mapping, compiled: a training step's gradient, and predictions. */
import type { numpy as np } from "@jax-js/jax";
import { attender, type Attend } from "fenchel/jax";
import { crossEntropy, textClassifier, type TextBatch, type TextClassifierParameters } from "./model.ts";

/** Owns compiled programs: `dispose` frees them. All functions own their arguments, as the engine's do. */
export interface CompiledClassifier {
  /**
   * The loss with dropout, and its gradient: the mean of the cross-entropies with attention and with every word heard alike.
   * Sparse attention alone teaches only the few words it hears; what the others say must be learned, too.
   */
  gradient(
    parameters: TextClassifierParameters,
    texts: TextBatch,
    labels: np.Array,
    counted: np.Array,
    key: np.Array,
  ): Promise<[loss: np.Array, gradient: TextClassifierParameters]>;
  /** Logits and attention weights, without dropout. */
  predict(parameters: TextClassifierParameters, texts: TextBatch): Promise<{ logits: np.Array; weights: np.Array }>;
  dispose(): void;
}

/** Label smoothing in training: a model that need not be certain is not certain when it is wrong. */
const SMOOTHING = 0.1;

export interface ClassifierOptions {
  readonly mapping: string;
  readonly mappingOptions: Readonly<Record<string, number>>;
  readonly dropout: number;
}

export function compileClassifier({ mapping, mappingOptions, dropout }: ClassifierOptions): CompiledClassifier {
  const attention = attender(mapping, mappingOptions);
  const gradient = attention.valueAndGrad(
    (
      attend: Attend,
      parameters: TextClassifierParameters,
      texts: TextBatch,
      labels: np.Array,
      counted: np.Array,
      key: np.Array,
    ) => {
      if (dropout === 0) key.dispose();
      const noise = dropout === 0 ? null : { key, rate: dropout };
      const { logits, evenLogits, weights } = textClassifier(attend, parameters, texts, noise);
      weights.dispose();
      const even = crossEntropy(evenLogits, labels.ref, counted.ref, SMOOTHING);
      return crossEntropy(logits, labels, counted, SMOOTHING).add(even).mul(0.5);
    },
  );
  const predict = attention.jit((attend: Attend, parameters: TextClassifierParameters, texts: TextBatch) => {
    const { logits, evenLogits, weights } = textClassifier(attend, parameters, texts);
    evenLogits.dispose();
    return { logits, weights };
  });
  return {
    gradient,
    predict,
    dispose: () => {
      gradient.dispose();
      predict.dispose();
    },
  };
}
