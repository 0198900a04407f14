/** Continuous and combined attention inside a program. */
import { numpy as np } from "@jax-js/jax";
import { checkOptions } from "../../core/arguments.ts";
import type { Basis } from "../../continuous/basis/basis.ts";
import { checkPositive } from "../../continuous/density/density.ts";
import {
  checkShape,
  expectationOf,
  expectedBasis,
  quadratureOptions,
  type DensityOptions,
  type QuadratureOptions,
} from "./expectation.ts";
import { dimensionOf, leastVariance, momentsOf, soundWeights } from "./moments.ts";
import { along, checkedAlpha, releaseShape, shapeOf } from "./radial.ts";
import type { Parameter } from "../transform/options.ts";

/** Throws unless the shape is that of regression matrices; returns the number of positions. */
function checkRegression(regression: np.Array, batch: number, functions: number): number {
  const positions = regression.shape[regression.ndim - 2] ?? 0;
  const words = "see regressionArray";
  if (regression.ndim === 3) checkShape("regression", regression, [batch, positions, functions], words);
  else checkShape("regression", regression, [positions, functions], words);
  return positions;
}

/**
 * Weights of the positions that stand in for the basis, G r: [batch, positions]. The context of continuous attention is
 * sum_l weights_l H_l, since B E[psi] = H (G r). They may be negative and need not sum to 1.
 *
 * - `expected`: r, [batch, functions]; `regression`: G, [positions, functions] or [batch, positions, functions]. Owns both.
 * - Throws a RangeError for other shapes. Cost O(batch positions functions).
 *
 * Martins et al., "Sparse and Continuous Attention Mechanisms" (2020).
 *
 * @example
 * positionWeights(np.array([[2, 1]]), np.array([[1, 0], [0.5, 0.5]])); // [[2, 1.5]]
 */
export function positionWeights(expected: np.Array, regression: np.Array): np.Array {
  const [batch = 0, functions = 0] = expected.shape;
  checkShape("expected", expected, [batch, functions], "[batch, functions]");
  const positions = checkRegression(regression, batch, functions);
  if (regression.ndim === 2) return np.matmul(expected, regression.transpose());
  return np.matmul(regression, expected.reshape([batch, functions, 1])).reshape([batch, positions]);
}

/** sum_l weights_l values_l. Owns both. */
function weightedSum(values: np.Array, weights: np.Array): np.Array {
  const [batch = 0, positions = 0, features = 0] = values.shape;
  return np.matmul(weights.reshape([batch, 1, positions]), values).reshape([batch, features]);
}

function checkValues(values: np.Array, batch: number, positions: number): void {
  checkShape("values", values, [batch, positions, values.shape[2] ?? 0], "[batch, positions, features]");
}

/** The density, the basis and the regression of a call. */
export interface ContinuousAttentionArrays extends DensityOptions {
  readonly basis: Basis;
  /** G, [positions, functions] or [batch, positions, functions]: see `regressionArray`. */
  readonly regression: np.Array;
}

/**
 * Continuous attention c = E_p[V(t)] = B E_p[psi(t)] inside a program: V(t) = B psi(t) is the ridge regression of the values
 * on basis functions of position, p a beta-Gaussian a row. Returns [batch, features], equal to the core's
 * `continuousAttention`, differentiable in the values, location, scale2 and, when it is an array, alpha. Works under `jit` and
 * `grad` and in any program of `withAttention`.
 *
 * - `values`: [batch, positions, features]; positions whose row of `regression` is 0 take no part but must be finite. A row
 *   of length 0 gives zeros. Everything else as for `expectedBasis`. Owns all arrays.
 * - Throws a RangeError or TypeError for shapes that do not fit, and as `expectedBasis` does.
 * - Cost: that of `expectedBasis` and O(batch positions (functions + features)).
 *
 * Martins et al., "Sparse and Continuous Attention Mechanisms" (2020).
 *
 * @example
 * const basis = gaussianBasis({ centres: [0.5], widths: 1 });
 * const regression = regressionArray(basis, [2], 2, { ridge: 0 });
 * const density = { location: np.array([0.5]), scale2: np.array([0.01]) };
 * continuousAttention(np.array([[[1], [3]]]), { ...density, basis, regression }); // [[2.051018]]
 */
export function continuousAttention(values: np.Array, options: ContinuousAttentionArrays): np.Array {
  checkOptions("continuousAttention", options, [
    "location",
    "scale2",
    "alpha",
    "basis",
    "regression",
    ...quadratureOptions,
  ]);
  const { basis, regression, ...density } = options;
  const batch = density.location.shape[0] ?? 0;
  checkValues(values, batch, checkRegression(regression, batch, basis.count));
  return weightedSum(values, positionWeights(expectedBasis(basis, density), regression));
}

/** The density's exponent, the basis and the regression of a call. */
export interface CombinedAttentionArrays extends QuadratureOptions {
  readonly alpha?: Parameter | undefined;
  readonly basis: Basis;
  readonly regression: np.Array;
  /** [positions] or [batch, positions]; in the plane [positions, 2]: see `coordinateArray`. */
  readonly coordinates: np.Array;
  /** Added to the variance. Default 1e-6. */
  readonly variance?: number | undefined;
}

/**
 * Combined attention inside a program: sum_l w_l H_l + E_p[V(t)] with p the beta-Gaussian of the mean and covariance of the
 * positions under w. Returns [batch, features], equal to the core's `combinedAttention`, differentiable in the values, the
 * weights and, when it is an array, alpha.
 *
 * - `values`: [batch, positions, features]; `weights`: [batch, positions], each row a distribution, 0 past its end; an empty
 *   row of zeros gives zeros, any other NaN. `alpha`: default 2, see `expectedBasis`. Owns all arrays.
 * - Throws a RangeError or TypeError for shapes that do not fit, and as `expectedBasis` and `discreteMoments` do.
 * - Cost: that of `continuousAttention`.
 *
 * Martins et al., "Sparse and Continuous Attention Mechanisms" (2020), section 4.
 *
 * @example
 * const basis = gaussianBasis({ centres: [0.5], widths: 1 });
 * const regression = regressionArray(basis, [2], 2, { ridge: 0 });
 * const coordinates = coordinateArray(basis, [2], 2);
 * const weights = np.array([[0.5, 0.5]]);
 * combinedAttention(np.array([[[1], [3]]]), weights, { basis, regression, coordinates }); // [[4.0011]]
 */
export function combinedAttention(values: np.Array, given: np.Array, options: CombinedAttentionArrays): np.Array {
  checkOptions("combinedAttention", options, [
    "alpha",
    "basis",
    "regression",
    "coordinates",
    "variance",
    ...quadratureOptions,
  ]);
  const { basis, regression, coordinates, ...rest } = options;
  const variance = checkPositive("variance", rest.variance ?? leastVariance, 0);
  const { dimension } = basis;
  dimensionOf(given, coordinates, dimension);
  const weights = soundWeights(given);
  const [batch = 0, positions = 0] = weights.shape;
  checkValues(values, batch, positions);
  checkRegression(regression, batch, basis.count);
  const alpha = checkedAlpha(rest.alpha, batch);
  const { mean, covariance } = momentsOf(dimension, weights.ref, coordinates, variance);
  let expected: np.Array;
  if (alpha === 1) expected = expectationOf(basis, mean, covariance, undefined, rest);
  else {
    // The covariance is spread / divisor: the spread needs no detour over the scale.
    const shape = shapeOf(alpha, dimension);
    const spread = covariance.mul(along(shape.divisor, covariance.ndim));
    expected = expectationOf(basis, mean, spread, shape, rest);
    releaseShape(shape);
  }
  return weightedSum(values, positionWeights(expected, regression).add(weights));
}
