/** sparsemax inside a program: an exact, finite threshold, and the affine piece it selects. */
import { lax, numpy as np } from "@jax-js/jax";
import { closedForm, type ClosedForm } from "../transform/mapping.ts";
import { checkAxis, finished, orOne, rowsOf, type GraphOptions } from "../transform/scores.ts";

/** Up to this length comparing all pairs, one fused kernel, is faster than sorting (measured on the wasm device). */
const LONGEST_COMPARED = 256;

/**
 * An entry is in the support exactly when sum_j [c_j - c_i]_+ < 1: then lowering the threshold to it does not yet spend
 * the whole mass. The terms are positive, so nothing cancels.
 */
function supportByComparison(clamped: np.Array): np.Array {
  const { shape } = clamped;
  const n = shape[shape.length - 1]!;
  const outer = shape.slice(0, -1);
  const others = clamped.ref.reshape([...outer, 1, n]);
  const own = clamped.reshape([...outer, n, 1]);
  return np.less(np.maximum(others.sub(own), 0).sum(-1), 1);
}

/** The same support from sorted prefix sums: K = #{k : 1 + k u_k > sum of the k largest}, u descending. */
function supportBySorting(clamped: np.Array): np.Array {
  const n = clamped.shape[clamped.shape.length - 1]!;
  const sorted = np.sort(clamped.ref.mul(-1), -1).mul(-1);
  const sums = np.cumsum(sorted.ref, -1);
  const rank = np.arange(1, n + 1).astype(np.float32);
  const inside = np.where(np.greater(sorted.ref.mul(rank).add(1), sums), 1, 0);
  const size = orOne(inside.ref.sum(-1, { keepdims: true }));
  const threshold = inside.mul(sorted).sum(-1, { keepdims: true }).sub(1).div(size);
  return np.greater(clamped, threshold);
}

/** True where sparsemax of v is positive; v is shifted to a maximum of 0. */
function supportOf(shifted: np.Array, kept: np.Array): np.Array {
  const n = shifted.shape[shifted.shape.length - 1]!;
  // The threshold is at least -1, so an entry below it may stand at -1: sums stay small whatever the scores.
  const clamped = np.where(kept.ref, np.maximum(lax.stopGradient(shifted), -1), -1);
  const inside = n <= LONGEST_COMPARED ? supportByComparison(clamped) : supportBySorting(clamped);
  return np.logicalAnd(inside, kept);
}

/**
 * sparsemax(x) = argmin over the simplex of |y - x / gamma|^2 along the last axis, with `mask` and a `gamma` that may be
 * traced. Owns its arguments. Rows with nothing left give zeros and no gradient.
 *
 * The support S is found exactly in a fixed number of operations; then y = [v - (sum_S v - 1) / |S|] on S, and plain
 * differentiation of that line gives the Jacobian (diag(s) - s s^T / |S|) / gamma, of any order.
 *
 * - `scores`: an array of any shape but a scalar. Throws a TypeError for a scalar.
 * - Works under `jit`, `grad`, `jvp`. Cost a row: n^2 fused comparisons up to n = 256, a sort and a prefix sum beyond.
 *
 * Martins and Astudillo, "From Softmax to Sparsemax" (2016).
 *
 * @example
 * sparsemax(np.array([1, 0.5, -1])); // [0.75, 0.25, 0]
 */
export const sparsemax: ClosedForm = /* @__PURE__ */ closedForm("sparsemax", (scores, options: GraphOptions) => {
  checkAxis("sparsemax", scores);
  const { kept, shifted, sound } = rowsOf(scores, options.mask, options.gamma);
  const support = supportOf(shifted.ref, kept.ref);
  const size = orOne(np.where(support.ref, 1, 0).sum(-1, { keepdims: true }));
  const mass = np.where(support.ref, shifted.ref, 0).sum(-1, { keepdims: true });
  const threshold = mass.sub(1).div(size);
  return finished(np.where(support, np.maximum(shifted.sub(threshold), 0), 0), kept, sound);
});
