/** Moment matching in a program: the density with the mean and covariance of positions under discrete weights. */
import { lax, numpy as np } from "@jax-js/jax";
import { checkOptions, valueError } from "../../core/arguments.ts";
import { checkPositive } from "../../continuous/density/density.ts";
import { determinantOf, scaleRows } from "./expectation.ts";
import { along, checkedAlpha, matchedHeight, releaseShape, shapeOf } from "./radial.ts";
import type { Parameter } from "../transform/options.ts";
import { soundWhere } from "../transform/scores.ts";

/** Mean and covariance: [batch] and [batch], in the plane [batch, 2] and [batch, 2, 2]. */
export interface Moments {
  readonly mean: np.Array;
  readonly covariance: np.Array;
}

const sameShape = (a: readonly number[], b: readonly number[]) =>
  a.length === b.length && a.every((size, axis) => size === b[axis]);

/**
 * The checked dimension of coordinates, [positions] or [batch, positions] on the line, [positions, 2] or [batch, positions,
 * 2] in the plane; `given` where it is known.
 */
export function dimensionOf(weights: np.Array, coordinates: np.Array, given?: 1 | 2): 1 | 2 {
  if (weights.ndim !== 2) {
    throw valueError("weights", `[${weights.shape.join(", ")}]`, "the shape [batch, positions] is needed");
  }
  const [batch, positions] = weights.shape as [number, number];
  const { shape } = coordinates;
  const line = [[positions], [batch, positions]];
  const plane = [
    [positions, 2],
    [batch, positions, 2],
  ];
  if (given !== 2 && line.some((wanted) => sameShape(wanted, shape))) return 1;
  if (given !== 1 && plane.some((wanted) => sameShape(wanted, shape))) return 2;
  const wanted = given === undefined ? [...line, ...plane] : given === 1 ? line : plane;
  throw new RangeError(
    `coordinates has the shape [${shape.join(", ")}]: ${wanted.map((each) => `[${each.join(", ")}]`).join(" or ")} is needed`,
  );
}

/**
 * Weights [batch, positions] whose rows are NaN, all of them, unless they are distributions or zeros: entries of 0 or more
 * that sum to 1 within 1e-3. Owns the weights.
 */
export function soundWeights(weights: np.Array): np.Array {
  const still = lax.stopGradient(weights.ref);
  const strange = np.where(np.greaterEqual(still.ref, 0), 0, 1).sum(-1, { keepdims: true });
  const total = still.sum(-1, { keepdims: true });
  const whole = np.less(np.abs(total.ref.sub(1)), 1e-3);
  const fine = np.logicalAnd(np.logicalOr(whole, np.equal(total, 0)), np.equal(strange, 0));
  return weights.mul(soundWhere(fine));
}

/** sum_l w_l t_l and sum_l w_l (t_l - mean)(t_l - mean)^T + variance I. Owns weights and coordinates. */
export function momentsOf(dimension: 1 | 2, weights: np.Array, coordinates: np.Array, variance: number): Moments {
  const [batch, positions] = weights.shape as [number, number];
  if (dimension === 1) {
    const mean = weights.ref.mul(coordinates.ref).sum(-1);
    const centred = coordinates.sub(mean.ref.reshape([batch, 1]));
    return { mean, covariance: weights.mul(np.square(centred)).sum(-1).add(variance) };
  }
  const of = weights.reshape([batch, positions, 1]);
  const mean = of.ref.mul(coordinates.ref).sum(1);
  const centred = coordinates.sub(mean.ref.reshape([batch, 1, 2]));
  const products = centred.ref.reshape([batch, positions, 2, 1]).mul(centred.reshape([batch, positions, 1, 2]));
  const covariance = of.reshape([batch, positions, 1, 1]).mul(products).sum(1);
  return { mean, covariance: covariance.add(np.eye(2).mul(variance)) };
}

/** Options of moment matching. */
export interface MomentOptions {
  /** The density's exponent: a number of 1 or more, or an array above 1, a scalar or [batch]. */
  readonly alpha: Parameter;
  /** Added to the variance (to the diagonal of the covariance), so that one-hot weights have a density. Default 1e-6. */
  readonly variance?: number | undefined;
}

/** The default of `variance`. */
export const leastVariance = 1e-6;

/**
 * The beta-Gaussian whose mean and covariance are those of positions t_l under weights w: location = sum_l w_l t_l, and the
 * squared scale of the density of exponent alpha that has V = sum_l w_l (t_l - location)(t_l - location)^T + variance I:
 * V itself at alpha = 1, (2/3)(5 V)^(3/2) at 2 on the line, 9 pi sqrt|V| V in the plane.
 *
 * - `weights`: [batch, positions], each row a distribution; a row of zeros gets some density around 0, any other row NaN. `coordinates`:
 *   [positions] or [batch, positions]; in the plane [positions, 2] (see `coordinateArray`). Owns both.
 * - Throws a RangeError for other shapes, a number alpha below 1, a variance below 0. Cost O(batch positions).
 *
 * Martins et al., "Sparse and Continuous Attention Mechanisms" (2020), section 4.
 *
 * @example
 * discreteMoments(np.array([[0.5, 0.5]]), np.array([0.25, 0.75]), { alpha: 1, variance: 0 }); // location [0.5], scale2 [0.0625]
 */
export function discreteMoments(
  weights: np.Array,
  coordinates: np.Array,
  options: MomentOptions,
): { location: np.Array; scale2: np.Array } {
  checkOptions("discreteMoments", options, ["alpha", "variance"]);
  const variance = checkPositive("variance", options.variance ?? leastVariance, 0);
  const dimension = dimensionOf(weights, coordinates);
  const alpha = checkedAlpha(options.alpha, weights.shape[0]!);
  const { mean, covariance } = momentsOf(dimension, soundWeights(weights), coordinates, variance);
  if (alpha === 1) return { location: mean, scale2: covariance };
  const shape = shapeOf(alpha, dimension);
  const height = matchedHeight(shape.k, dimension, np.log(determinantOf(dimension, covariance)));
  const scale2 = scaleRows(dimension, covariance, np.reciprocal(height).mul(along(shape.divisor, 1)));
  releaseShape(shape);
  return { location: mean, scale2 };
}
