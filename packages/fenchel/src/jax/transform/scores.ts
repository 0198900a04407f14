/** Rows of scores inside a program: the entries that take part, the shift by the maximum, the division by gamma. */
import { lax, numpy as np } from "@jax-js/jax";
import { gammaRule, type Parameter } from "./options.ts";

/** Options of every mapping. Arrays given here are owned by the call, like every argument in @jax-js/jax. */
export interface GraphOptions {
  /** 0, 1, false or true, broadcast to the scores' shape; 0 or false removes an entry. A score of -Infinity removes itself. */
  readonly mask?: np.Array | undefined;
  /** Temperature, above 0. Default 1. May be traced: gradients in it are right. */
  readonly gamma?: Parameter | undefined;
}

/** Rows along the last axis, ready for a mapping. */
export interface Rows {
  /** True where an entry takes part. */
  readonly kept: np.Array;
  /** v = (x - max x) / gamma where entries are kept, 0 elsewhere, differentiable in x and gamma; NaN in an unsound row. */
  readonly shifted: np.Array;
  /** 1 for a sound row, NaN for one that holds what the core would refuse; a constant that broadcasts to the rows. */
  readonly sound: np.Array;
}

/**
 * The rows of scores. The maximum is a constant here: no mapping of the family changes when a row is shifted.
 *
 * A graph cannot throw, so that a row is unsound, and comes out NaN, where a kept score is NaN or +Infinity, an entry of the mask
 * is none of 0, 1, false and true, or an array gamma is not above 0 and finite. A number gamma is checked, and throws. Owns scores
 * and mask.
 */
export function rowsOf(scores: np.Array, mask: np.Array | undefined, gamma: Parameter | undefined): Rows {
  const still = lax.stopGradient(scores.ref);
  // NaN is kept: what is removed, by the mask or by -Infinity, may be anything.
  let kept = np.notEqual(still.ref, -Infinity);
  let strange: np.Array | undefined;
  if (mask !== undefined) {
    if (mask.dtype === np.bool) kept = np.logicalAnd(kept, mask);
    else {
      strange = np.logicalAnd(np.notEqual(mask.ref, 0), np.notEqual(mask.ref, 1));
      kept = np.logicalAnd(kept, np.notEqual(mask, 0));
    }
  }
  const candidates = np.where(kept.ref, still, -Infinity);
  const best = np.max(candidates, -1, { keepdims: true });
  // A row with nothing left has no maximum; any finite number serves.
  const top = np.where(np.greater(best.ref, -Infinity), best, 0);
  // Removed entries are replaced before any arithmetic: what they hold must not reach a gradient as NaN.
  const raw = np.where(kept.ref, scores, top.ref).sub(top);
  let bad = np.logicalAnd(kept.ref, np.logicalNot(np.lessEqual(lax.stopGradient(raw.ref), 0)));
  if (strange !== undefined) bad = np.logicalOr(bad, strange);
  const count = np.where(bad, 1, 0).sum(-1, { keepdims: true });
  let sound = np.where(np.greater(count, 0), Number.NaN, 1);
  if (gamma === undefined || gamma === 1) return { kept, shifted: raw.mul(sound.ref), sound };
  gammaRule.check(typeof gamma === "number" ? gamma : undefined);
  if (typeof gamma === "number") return { kept, shifted: raw.mul(sound.ref).div(gamma), sound };
  sound = sound.mul(soundWhere(above(lax.stopGradient(gamma.ref), 0)));
  return { kept, shifted: raw.div(gamma).mul(sound.ref), sound };
}

/** 1 where true, NaN elsewhere. Owns its argument. */
export function soundWhere(condition: np.Array): np.Array {
  return np.where(condition, 1, Number.NaN);
}

/** True where values are above a number and finite. Owns the values. */
export function above(values: np.Array, least: number): np.Array {
  return np.logicalAnd(np.greater(values.ref, least), np.less(values, Infinity));
}

/** Weights as they leave a mapping: exactly 0 where an entry was removed, NaN elsewhere in an unsound row. Owns all three. */
export function finished(weights: np.Array, kept: np.Array, sound: np.Array): np.Array {
  return np.where(kept, weights.mul(sound), 0);
}

/** Throws unless the array has an axis to map along. */
export function checkAxis(name: string, scores: np.Array): void {
  if (scores.ndim === 0) throw new TypeError(`${name}: scores is a scalar: an array with at least one axis is needed`);
}

/** 1 / x where x > 0, 1 elsewhere: rows with nothing left divide by nothing. */
export function orOne(values: np.Array): np.Array {
  return np.where(np.greater(values.ref, 0), values, 1);
}
