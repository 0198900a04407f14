/** The ways in which a question looks at the cells of a picture: by weights of the cells, or by a density over the plane. */
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
import { resolveAttention, type AttentionKind } from "../attention.ts";
import type { AttentionSpec } from "../task.ts";

interface Kind extends AttentionKind {
  /** The mapping from scores to weights of the cells, which give a density its mean and covariance. */
  readonly mapping: "softmax" | "sparsemax" | "tvmax";
  /** The density's exponent; null where the cells' weights are the attention. */
  readonly alpha: 1 | 2 | null;
  /** Options when none are given. */
  readonly options: Readonly<Record<string, number>>;
}

/** Functions on a grid of 10 x 10, as in the paper. */
const BASIS = 100;

/**
 * One for all: scores lie between -1 and 1, and gamma says how sharp attention can become. Set by hand on the dev set with seed 1,
 * where accuracy hardly depends on it (99.4 to 100 % from 0.1 to 0.5), with an eye on where attention falls: the smaller gamma is, the
 * smaller the part of the shape that is looked at, and at 0.1 softmax is as tight as the sparse kinds. Comparisons therefore show
 * softmax at 0.1, too.
 */
const SHARP = { gamma: 0.4 };

const kinds: Readonly<Record<string, Kind>> = {
  softmax: { mapping: "softmax", alpha: null, options: SHARP },
  sparsemax: { mapping: "sparsemax", alpha: null, options: SHARP },
  tvmax: { mapping: "tvmax", alpha: null, options: { ...SHARP, lambda: 0.05 } },
  "continuous-softmax": { mapping: "softmax", alpha: 1, options: { ...SHARP, basis: BASIS } },
  // A sparse density has its moments from sparse weights: mass that is left all over the picture would blow it up.
  "continuous-sparsemax": { mapping: "sparsemax", alpha: 2, options: { ...SHARP, basis: BASIS } },
};

export const spatialAttentions: readonly string[] = Object.keys(kinds);

const MOST_FUNCTIONS = 1024;

/** An attender of the kind's mapping, for a grid of `cells` x `cells`. Throws for options out of range. */
function attenderOf({ mapping }: Kind, options: Readonly<Record<string, number>>, cells: number): Attender {
  return attender(mapping, mapping === "tvmax" ? { ...options, grid: [cells, cells] } : options);
}

/** The choice with the defaults of its options. Throws a RangeError or TypeError for one that is not of the study. */
export function completeSpatialAttention(choice: AttentionSpec): AttentionSpec {
  const { kind, options } = resolveAttention(kinds, choice);
  const { basis, ...own } = options;
  if (basis !== undefined && !(Number.isInteger(Math.sqrt(basis)) && basis >= 4 && basis <= MOST_FUNCTIONS)) {
    throw new RangeError(`basis is ${basis}: the square of an integer, from 4 to ${MOST_FUNCTIONS}, is needed`);
  }
  attenderOf(kind, own, 1);
  return { mapping: choice.mapping, options };
}

/** What is seen by rows of questions; a type, not an interface, so that the engine can walk it. */
export type SpatialContext = {
  /** [rows, cells]: the context is the sum of the cells with these weights, which may be negative where there is a density. */
  readonly weights: np.Array;
  /** [rows, 2] and [rows, 2, 2], where there is a density. */
  readonly location?: np.Array;
  readonly scale2?: np.Array;
};

/** Share of its mass that the region of attention holds where attention is positive everywhere and has no smaller support. */
export const SOFT_SHARE = 0.95;

/** Share of its mass that the region of a choice's attention holds: 1, its support, or `SOFT_SHARE`. */
export function regionShare(name: string): number {
  return resolveAttention(kinds, { mapping: name, options: {} }).kind.mapping === "softmax" ? SOFT_SHARE : 1;
}

export interface SpatialAttention {
  /** The exponent of the density; null for weights of the cells. */
  readonly alpha: 1 | 2 | null;
  /** See `regionShare`. */
  readonly share: number;
  readonly attention: Attender;
  /** From scores [rows, cells] to what is seen. Owns the scores. */
  see(attend: Attend, scores: np.Array): SpatialContext;
}

/** Width of the basis functions, in distances between their centres: at this width their sum is even, and a shape's edge is not lost. */
const BASIS_WIDTH = 0.75;

function basisOf(functions: number): Basis {
  const count = Math.sqrt(functions);
  return gaussianGrid({ count, widths: BASIS_WIDTH / (count - 1), dimension: 2 });
}

/** The variance of the even distribution on one cell along either axis: a weight on a cell is spread over it. */
const cellVariance = (cells: number): number => 1 / (12 * cells * cells);

/**
 * How a completed choice looks at `cells` x `cells` cells. Discrete: the mapping's weights. Continuous: the density of mean and
 * covariance of those weights, each spread over its cell, and E_p[V] of the cells' ridge regression on basis functions.
 *
 * Martins et al., "Sparse and Continuous Attention Mechanisms" (2020), section 5, where a density has its moments from softmax.
 */
export function spatialAttentionOf(
  choice: AttentionSpec,
  { cells, ridge }: { readonly cells: number; readonly ridge: number },
): SpatialAttention {
  const { kind, options } = resolveAttention(kinds, choice);
  const { alpha } = kind;
  const { basis: functions, ...own } = options;
  const attention = attenderOf(kind, own, cells);
  const share = regionShare(choice.mapping);
  if (alpha === null) return { alpha, share, attention, see: (attend, scores) => ({ weights: attend(scores) }) };
  const basis = basisOf(functions!);
  const count = cells * cells;
  const grid = [cells, cells];
  return {
    alpha,
    share,
    attention,
    see: (attend, scores) => {
      const density = discreteMoments(attend(scores), coordinateArray(basis, grid, count), {
        alpha,
        variance: cellVariance(cells),
      });
      const expected = expectedBasis(basis, { location: density.location.ref, scale2: density.scale2.ref, alpha });
      return { weights: positionWeights(expected, regressionArray(basis, grid, count, { ridge })), ...density };
    },
  };
}
