/** r = E_p[psi] of a batch of beta-Gaussians inside a program. */
import { lax, numpy as np } from "@jax-js/jax";
import { checkOptions } from "../../core/arguments.ts";
import type { Basis } from "../../continuous/basis/basis.ts";
import { checkCount } from "../../continuous/density/density.ts";
import { checkedAlpha, heightOf, releaseShape, shapeOf, type Shape } from "./radial.ts";
import { bumpWaves, normalWaves } from "./fourier-1d.ts";
import { bumpLine, normalLine } from "./gaussian-1d.ts";
import { bumpPlane, determinant, normalPlane } from "./gaussian-2d.ts";
import { bumpCells, normalCells } from "./piecewise-1d.ts";
import type { Parameter } from "../transform/options.ts";
import { above, soundWhere } from "../transform/scores.ts";

/** How finely the integrals are computed. */
export interface QuadratureOptions {
  /**
   * Nodes of the integrals on the line, 2 or more; multiples of 4 are fastest. Default 20, 28 where 1 / (alpha - 1) is no
   * integer from 1 to 8; Fourier functions take more.
   */
  readonly nodes?: number | undefined;
  /** Slices of a density in the plane, 2 or more. Default: enough for the basis under a density of any size. */
  readonly slices?: number | undefined;
}

/** One density a row. */
export interface DensityOptions extends QuadratureOptions {
  /** mu: [batch], in the plane [batch, 2]. */
  readonly location: np.Array;
  /** Sigma: [batch] above 0, in the plane [batch, 2, 2] positive definite. */
  readonly scale2: np.Array;
  /** A number of 1 or more; or an array above 1, a scalar or [batch], which may be traced. Default 2. */
  readonly alpha?: Parameter | undefined;
}

export const quadratureOptions: readonly string[] = ["nodes", "slices"];

/** Throws unless the array has the shape. */
export function checkShape(name: string, array: np.Array, wanted: readonly number[], words: string): void {
  const { shape } = array;
  if (shape.length === wanted.length && shape.every((size, axis) => size === wanted[axis])) return;
  throw new RangeError(`${name} has the shape [${shape.join(", ")}]: [${wanted.join(", ")}] is needed (${words})`);
}

/** The checked number of rows. */
function checkDensities(dimension: 1 | 2, location: np.Array, scale2: np.Array): number {
  const batch = location.shape[0] ?? 0;
  if (dimension === 1) checkShape("location", location, [location.size], "[batch]");
  else checkShape("location", location, [batch, 2], "[batch, 2] for a basis in the plane");
  checkShape("scale2", scale2, dimension === 1 ? [batch] : [batch, 2, 2], "one a row of location");
  return batch;
}

/** |Sigma| of [batch] or [batch, 2, 2]. Borrows. */
export function determinantOf(dimension: 1 | 2, matrices: np.Array): np.Array {
  return dimension === 1 ? matrices.ref : determinant(matrices);
}

/** numbers [batch] times scalars or matrices of a row. Owns both. */
export function scaleRows(dimension: 1 | 2, matrices: np.Array, factors: np.Array): np.Array {
  return matrices.mul(dimension === 1 ? factors : factors.reshape([matrices.shape[0]!, 1, 1]));
}

/** 1 for a density with a finite location and a positive definite spread, NaN for another: [batch], constants. Borrows. */
function soundDensities(dimension: 1 | 2, location: np.Array, spread: np.Array): np.Array {
  const finite = np.less(np.abs(lax.stopGradient(location.ref)), Infinity);
  const still = lax.stopGradient(spread.ref);
  if (dimension === 1) return soundWhere(np.logicalAnd(finite, above(still, 0)));
  const at = (i: number, j: number) => still.ref.slice([], i, j);
  const variances = np.logicalAnd(above(at(0, 0), 0), above(at(1, 1), 0));
  // Not the determinant, which vanishes in float32 for a small density; less what rounding may add to a singular matrix.
  const product = np
    .sqrt(at(0, 0))
    .mul(np.sqrt(at(1, 1)))
    .mul(1 - 1e-6);
  const positive = np.greater(product, np.abs(at(0, 1).add(at(1, 0)).mul(0.5)));
  still.dispose();
  const located = np.logicalAnd(finite.ref.slice([], 0), finite.slice([], 1));
  return soundWhere(np.logicalAnd(located, np.logicalAnd(variances, positive)));
}

/**
 * E_p[psi] for densities given by mu and the spread h Sigma. `shape` is undefined at alpha = 1. Owns location and spread,
 * borrows the shape. What the core refuses comes out NaN, with its gradients: both ends are multiplied by NaN, since maxima and
 * exponentials in between hide it.
 */
export function expectationOf(
  basis: Basis,
  location: np.Array,
  spread: np.Array,
  shape: Shape | undefined,
  options: QuadratureOptions,
): np.Array {
  const { dimension } = basis;
  const batch = location.shape[0]!;
  const sound = soundDensities(dimension, location, spread);
  const located = location.mul(dimension === 1 ? sound.ref : sound.ref.reshape([batch, 1]));
  const expected = integrals(basis, located, scaleRows(dimension, spread, sound.ref), shape, options);
  return expected.mul(sound.reshape([batch, 1]));
}

/** The expectations of sound densities. */
function integrals(
  basis: Basis,
  location: np.Array,
  spread: np.Array,
  shape: Shape | undefined,
  { nodes, slices }: QuadratureOptions,
): np.Array {
  if (nodes !== undefined) checkCount("nodes", nodes, 2);
  if (slices !== undefined) checkCount("slices", slices, 2);
  if (basis.kind === "fourier") {
    return shape === undefined
      ? normalWaves(location, spread, basis)
      : bumpWaves(location, spread, basis, shape, nodes);
  }
  if (basis.kind === "piecewise") {
    return shape === undefined
      ? normalCells(location, spread, basis)
      : bumpCells(location, spread, basis, shape, nodes);
  }
  if (basis.dimension === 1) {
    return shape === undefined ? normalLine(location, spread, basis) : bumpLine(location, spread, basis, shape, nodes);
  }
  return shape === undefined
    ? normalPlane(location, spread, basis)
    : bumpPlane(location, spread, basis, shape, nodes, slices);
}

/**
 * r_j = E_p[psi_j(t)] for a batch of beta-Gaussians p and the functions psi_j of a basis, inside a program: [batch,
 * functions], equal to the core's `basisExpectation`, with exact first derivatives in location, scale2 and, when it is an
 * array, alpha (second derivatives are not those of r).
 *
 * - Closed forms at alpha = 1. Elsewhere Gauss-Legendre over the part of the support where the function lives, so that the
 *   accuracy does not depend on how narrow a Gaussian function is against the density: 1e-5 of the largest value or better, in
 *   float32. Fourier functions have nodes for densities of a standard deviation of up to 1/2; `nodes` gives them more.
 * - `basis`: any; in the plane grids of one width (`gaussianGrid`) are fastest. `location`, `scale2`, `alpha`: see
 *   `DensityOptions`. A graph cannot throw: a row comes out NaN, with NaN gradients, where
 *   its location is not finite, its scale not positive definite or an array alpha not above 1.
 * - alpha as an array must be above 1; its gradient loses digits towards 1, as 1e-7 / (alpha - 1)^2.
 * - Throws a RangeError for shapes that do not fit, a number alpha below 1, a count of nodes or slices below 2.
 * - Cost: O(batch functions nodes); in the plane, with g distinct y among the functions, O(batch slices (g nodes + functions)).
 *
 * Martins et al., "Sparse and Continuous Attention Mechanisms" (2020) and "Sparse Continuous Distributions and
 * Fenchel-Young Losses" (2022).
 *
 * @example
 * const basis = gaussianBasis({ centres: [0.3, 0.5], widths: [0.1, 0.5] });
 * expectedBasis(basis, { location: np.array([0.4]), scale2: np.array([0.02]) }); // [[1.924628, 0.754202]]
 */
export function expectedBasis(basis: Basis, options: DensityOptions): np.Array {
  checkOptions("expectedBasis", options, ["location", "scale2", "alpha", ...quadratureOptions]);
  const { location, scale2, ...rest } = options;
  const { dimension } = basis;
  const batch = checkDensities(dimension, location, scale2);
  const alpha = checkedAlpha(rest.alpha, batch);
  if (alpha === 1) return expectationOf(basis, location, scale2, undefined, rest);
  const shape = shapeOf(alpha, dimension);
  const height = heightOf(shape.k, dimension, np.log(determinantOf(dimension, scale2)));
  const expected = expectationOf(basis, location, scaleRows(dimension, scale2, height), shape, rest);
  releaseShape(shape);
  return expected;
}
