/** How scores inside a program become rows: which entries take part, the shift by the maximum, the division by gamma. */
import { lax, numpy as np } from "@jax-js/jax";

/** A number, or an array of the program: a scalar, or a shape that broadcasts to the scores' with a last axis of 1. */
export type Parameter = np.Array | number;

/** Options of every mapping. Arrays given here are owned by the call, like every argument in @jax-js/jax. */
export interface GraphOptions {
  /** Broadcasts to the scores' shape; 0 or false removes an entry. A score of -Infinity removes itself. */
  readonly mask?: np.Array | undefined;
  /** Temperature, above 0. Default 1. May be traced: gradients in it are right. */
  readonly gamma?: Parameter | undefined;
}

/** True where an entry takes part. Owns `mask` only. */
export function keptEntries(scores: np.Array, mask: np.Array | undefined): np.Array {
  const finite = np.greater(lax.stopGradient(scores.ref), -Infinity);
  if (mask === undefined) return finite;
  const given = mask.dtype === np.bool ? mask : np.notEqual(mask, 0);
  return np.logicalAnd(finite, given);
}

/**
 * v = (x - max x) / gamma where entries are kept, 0 elsewhere, differentiable in x and gamma; rows along the last axis.
 * The maximum is a constant here: no mapping of the family changes when a row is shifted.
 */
export function shiftedScores(scores: np.Array, kept: np.Array, gamma: Parameter | undefined): np.Array {
  const candidates = np.where(kept.ref, lax.stopGradient(scores.ref), -Infinity);
  const best = np.max(candidates, -1, { keepdims: true });
  // A row with nothing left has no maximum; any finite number serves.
  const top = np.where(np.greater(best.ref, -Infinity), best, 0);
  // Removed entries are replaced before any arithmetic: what they hold must not reach a gradient as NaN.
  const shifted = np.where(kept, scores, top.ref).sub(top);
  return gamma === undefined ? shifted : divide(shifted, gamma);
}

function divide(values: np.Array, gamma: Parameter): np.Array {
  return gamma === 1 ? values : values.div(gamma);
}

/** Throws unless the array has an axis to map along. */
export function checkAxis(name: string, scores: np.Array): void {
  if (scores.ndim === 0) throw new TypeError(`${name}: scores is a scalar: an array with at least one axis is needed`);
}

/** 1 / x where x > 0, 1 elsewhere: rows with nothing left divide by nothing. */
export function orOne(values: np.Array): np.Array {
  return np.where(np.greater(values.ref, 0), values, 1);
}
