/** Cross-attention of a decoder: weights of a mapping and, for combined attention, a density along the source. */
import { numpy as np } from "@jax-js/jax";
import type { GaussianBasis } from "fenchel";
import { coordinateArray, discreteMoments, expectedBasis, regressionArray, type Attend } from "fenchel/jax";

/** A mapping with its options and, when continuous attention is added to it, the density's exponent and basis. */
export interface AttentionMechanism {
  readonly mapping: string;
  readonly options: Readonly<Record<string, number>>;
  readonly density: { readonly alpha: 1 | 2; readonly basis: GaussianBasis } | null;
}

/** Source as attention needs it. A type, so that the engine can walk it. */
export type SourceContext = {
  /** [batch, source]: 1 for a word, 0 after the end. */
  readonly mask: np.Array;
  /** G of every sentence, [batch, source, functions], and where its words stand, [batch, source]. Only for a density. */
  readonly regression?: np.Array;
  readonly coordinates?: np.Array;
};

export interface AttentionOutput {
  /** The mapping's weights, [batch, queries, source]. */
  readonly weights: np.Array;
  /** What the values are weighted by: the same and, for a density, the weights of positions that stand in for its basis. */
  readonly effective: np.Array;
}

/** From scores [batch, queries, source], which it owns, to weights. */
export type AttentionFn = (scores: np.Array) => AttentionOutput;

/** Strength of the ridge regression on the basis, as in the authors' code for sequences. */
const RIDGE = 0.01;
/** Added to the variance of discrete weights: a density as narrow as a word of a sentence of a hundred. */
const LEAST_VARIANCE = 1e-4;

/** Source context of sentences of these lengths, padded to `positions`. */
export function sourceContext({ density }: AttentionMechanism, lengths: Int32Array, positions: number): SourceContext {
  const values = new Float32Array(lengths.length * positions);
  lengths.forEach((length, row) => values.fill(1, row * positions, row * positions + length));
  const mask = np.array(values, { shape: [lengths.length, positions] });
  if (density === null) return { mask };
  const { basis } = density;
  return {
    mask,
    regression: regressionArray(basis, lengths, positions, { ridge: RIDGE }),
    coordinates: coordinateArray(basis, lengths, positions),
  };
}

/**
 * Attention to a source: weights are the mapping of the scores. With a density p of the weights' mean and variance of positions, a query's
 * context is sum_j w_j a_j + E_p[V(t)], with V the ridge regression of the annotations a on the basis: combined attention. Borrows the context.
 *
 * Martins et al., "Sparse and Continuous Attention Mechanisms" (2020).
 */
export function makeAttention(
  attend: Attend,
  { density }: AttentionMechanism,
  { mask, regression, coordinates }: SourceContext,
): AttentionFn {
  const [batch, source] = mask.shape as [number, number];
  return (scores) => {
    const weights = attend(scores, { mask: mask.ref.reshape([batch, 1, source]) });
    if (density === null) return { weights, effective: weights.ref };
    const queries = weights.shape[1]!;
    const rows = batch * queries;
    const { alpha, basis } = density;
    const spread = coordinates!.ref.reshape([batch, 1, source]).mul(np.ones([1, queries, 1]));
    const moments = discreteMoments(weights.ref.reshape([rows, source]), spread.reshape([rows, source]), {
      alpha,
      variance: LEAST_VARIANCE,
    });
    const expected = expectedBasis(basis, { ...moments, alpha }).reshape([batch, queries, basis.count]);
    const positional = np.matmul(expected, np.transpose(regression!.ref, [0, 2, 1]));
    return { weights, effective: weights.ref.add(positional) };
  };
}
