/** Attention of a question to the patches of an image: weights of the patches, or a density over the plane. */
import { gaussianGrid, type Basis } from "fenchel";
import {
  attender,
  coordinateArray,
  discreteMoments,
  expectedBasis,
  positionWeights,
  regressionArray,
  type Attend,
  type Attender,
} from "fenchel/jax";
import type { numpy as np } from "@jax-js/jax";
import { attentionTable, type Attention } from "../attention.ts";

/** Width of the basis functions, in distances between their centres: at this width their sum is even, and a shape's edge is not lost. */
const BASIS_WIDTH = 0.75;
const MOST_FUNCTIONS = 1024;

/** Functions on a grid of 10 x 10, as in the paper. */
const gridBasis = {
  size: 100,
  make(functions: number): Basis {
    const count = Math.sqrt(functions);
    if (!Number.isInteger(count) || functions < 4 || functions > MOST_FUNCTIONS) {
      throw new RangeError(`basis is ${functions}: a square number from 4 to ${MOST_FUNCTIONS} is needed`);
    }
    return gaussianGrid({ count, widths: BASIS_WIDTH / (count - 1), dimension: 2 });
  },
};

/**
 * One gamma for all: scores lie between -1 and 1, and gamma says how sharp attention can become. Set by hand on the dev set with seed 1,
 * where accuracy hardly depends on it (99.4 to 100 % from 0.1 to 0.5), with an eye on where attention falls: the smaller gamma is, the
 * smaller the part of the shape that is attended to, and at 0.1 softmax is as tight as the sparse mappings.
 */
const SHARP = { gamma: 0.4 };

export const spatialAttentions = attentionTable<Basis>({
  mappings: ["softmax", "sparsemax", "tvmax"],
  forms: ["continuous"],
  moments: true,
  basis: gridBasis,
  defaults: { dense: SHARP, sparse: SHARP, regions: { ...SHARP, lambda: 0.05 } },
});

/** Attention of rows of questions. A type, so that the engine can walk it. */
export type SpatialContext = {
  /** [rows, patches]: the context is the sum of the patches with these weights, which may be negative where there is a density. */
  readonly weights: np.Array;
  /** [rows, 2] and [rows, 2, 2], where there is a density. */
  readonly location?: np.Array;
  readonly scale2?: np.Array;
};

/** Share of its mass that the region of attention holds where attention is positive everywhere and has no smaller support. */
export const SOFT_SHARE = 0.95;

/** Share of its mass that the region of an attention holds: 1, its support, or `SOFT_SHARE`. */
export function regionShare(mapping: string): number {
  return spatialAttentions.resolve({ mapping, options: {} }).discrete!.mapping === "softmax" ? SOFT_SHARE : 1;
}

export interface SpatialAttention {
  /** Exponent of the density; null for weights of the patches. */
  readonly alpha: 1 | 2 | null;
  readonly attention: Attender;
  /** From scores [rows, patches], which it owns, to the attention. */
  apply(attend: Attend, scores: np.Array): SpatialContext;
}

/** Variance of the uniform distribution on one patch along either axis: a weight on a patch is spread over it. */
const patchVariance = (grid: number): number => 1 / (12 * grid * grid);

/**
 * Attention to `grid` x `grid` patches. Discrete: the mapping's weights. Continuous: the density of mean and covariance of those weights,
 * each spread over its patch, and E_p[V] of the patches' ridge regression on basis functions. A sparse density has its moments from sparse
 * weights: mass that is left all over the image would blow it up.
 *
 * Martins et al., "Sparse and Continuous Attention Mechanisms" (2020), section 5, where a density has its moments from softmax.
 */
export function spatialAttention(
  { discrete, density }: Pick<Attention<Basis>, "discrete" | "density">,
  { grid, ridge }: { readonly grid: number; readonly ridge: number },
): SpatialAttention {
  const { mapping, options } = discrete!;
  const attention = attender(mapping, mapping === "tvmax" ? { ...options, grid: [grid, grid] } : options);
  if (density === null) return { alpha: null, attention, apply: (attend, scores) => ({ weights: attend(scores) }) };
  const { alpha, basis } = density;
  const count = grid * grid;
  const sides = [grid, grid];
  return {
    alpha,
    attention,
    apply: (attend, scores) => {
      const moments = discreteMoments(attend(scores), coordinateArray(basis, sides, count), {
        alpha,
        variance: patchVariance(grid),
      });
      const expected = expectedBasis(basis, { location: moments.location.ref, scale2: moments.scale2.ref, alpha });
      return { weights: positionWeights(expected, regressionArray(basis, sides, count, { ridge })), ...moments };
    },
  };
}
