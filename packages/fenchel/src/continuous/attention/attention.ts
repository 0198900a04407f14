/** Continuous attention: the expectation of a value function under a density on the sequence or the image. */
import { checkOptions } from "../../core/arguments.ts";
import type { HyperParameter, SameKind, Scores } from "../../core/rows.ts";
import type { Basis } from "../basis/basis.ts";
import { densityBatch } from "../density/density-batch.ts";
import type { BatchGradient, BatchParameters } from "../density/density-batch.ts";
import { batchOptions, expectationPlanes, pullPlanes } from "../expectation/expectation.ts";
import {
  contextCotangent,
  contextOf,
  inKindOf,
  positionWeights,
  pullContext,
  pullPositionWeights,
  valueOptions,
  valueRows,
} from "../basis/values.ts";
import type { ValueOptions } from "../basis/values.ts";

/** The basis, the layout of the values and one density a row. */
export interface ContinuousAttentionOptions<
  M extends HyperParameter = HyperParameter,
  S extends HyperParameter = HyperParameter,
  A extends HyperParameter = HyperParameter,
>
  extends ValueOptions, BatchParameters<M, S, A> {
  readonly basis: Basis;
}

/** The context with its reverse derivative. */
export interface ContinuousAttentionVjp<
  V,
  M extends HyperParameter,
  S extends HyperParameter,
  A extends HyperParameter,
> {
  /** batch x features. */
  readonly context: SameKind<V>;
  /** G E_p[psi], batch x positions: the context is their sum of values. They may be negative and need not sum to 1. */
  readonly positionWeights: Float64Array;
  /** E_p[psi], batch x functions. */
  readonly expectation: Float64Array;
  /**
   * Gradients for a cotangent of the context (batch x features); may be called many times. It reads the values again, which
   * are not copied. `out`, a typed array of the kind and size of the values, takes their gradient, so that its memory can be
   * used again.
   */
  pullback(cotangent: Scores, out?: SameKind<V>): { readonly values: SameKind<V> } & BatchGradient<M, S, A>;
}

const known: readonly string[] = ["basis", ...valueOptions, ...batchOptions];

function attend<
  V extends Scores,
  M extends HyperParameter,
  S extends HyperParameter,
  A extends HyperParameter = number,
>(values: V, options: ContinuousAttentionOptions<M, S, A>): ContinuousAttentionVjp<V, M, S, A> {
  checkOptions("continuousAttention", options, known);
  const { basis } = options;
  const rows = valueRows(values, basis, options);
  const batch = densityBatch(basis.dimension, rows.batch, options);
  const planes = expectationPlanes(basis, batch, options.alphaGradient === true);
  const weights = positionWeights(rows, basis, planes.value);
  return {
    context: inKindOf(values, contextOf(rows, weights)),
    positionWeights: weights,
    expectation: planes.value,
    pullback(cotangent, out) {
      const dContext = contextCotangent(rows, cotangent);
      const pulled = pullContext(rows, values, weights, dContext, out);
      const dExpectation = pullPositionWeights(rows, basis, pulled.weights);
      return { values: pulled.values, ...pullPlanes(basis, batch, planes, options, dExpectation) };
    },
  };
}

/**
 * Continuous attention c = E_p[V(t)] = B E_p[psi(t)]: V(t) = B psi(t) is the ridge regression B = H G of the values H on
 * basis functions of position (see `regressionMatrix`), p a beta-Gaussian a row, of `location`, `scale2` and `alpha` (1:
 * continuous softmax; 2, the default: continuous sparsemax). Returns batch x features, of the kind of `values`.
 * `continuousAttention.vjp` gives the pullback to values, location, scale2 and, with `alphaGradient`, alpha.
 *
 * - `values`: `shape` = [batch, length, features], or [batch, rows, columns, features] with a basis in the plane; positions
 *   are the middles of equal cells of [0, 1] (`positions`, `gridPositions`).
 * - `lengths`: valid prefix of every sequence, to which [0, 1] is then stretched; a row of length 0 gives zeros.
 * - Throws a RangeError at a scale of 0 or below, a singular matrix, alpha < 1, a value that is not finite.
 * - Cost: O(batch (positions functions + positions features)) beside `basisExpectation` and, once a length, the regression;
 *   memory linear in the batch.
 *
 * Martins et al., "Sparse and Continuous Attention Mechanisms" (2020).
 *
 * @example
 * const basis = piecewiseBasis({ count: 2 });
 * continuousAttention([1, 3], { shape: [2, 1], basis, ridge: 0, location: 0.5, scale2: 0.01 }); // [2]
 */
export const continuousAttention: {
  <V extends Scores>(values: V, options: ContinuousAttentionOptions): SameKind<V>;
  vjp: typeof attend;
} = /* @__PURE__ */ Object.assign(
  <V extends Scores>(values: V, options: ContinuousAttentionOptions) => attend(values, options).context,
  { vjp: attend },
);
