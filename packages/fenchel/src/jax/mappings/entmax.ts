/** entmax inside a program: the core's exact weights, and a curve through them that has the mapping's derivatives. */
import { lax, numpy as np } from "@jax-js/jax";
import { entmax as core } from "../../mappings/entmax.ts";
import type { HostScores, SolvedArrays } from "../transform/host-callback.ts";
import type { HostSolution, HostMapping, HostMappingOptions } from "../transform/mapping.ts";
import { alphaRule, gammaRule } from "../transform/options.ts";
import { finished, orOne, rowsOf } from "../transform/scores.ts";
import { hostMapping } from "../transform/host-solution.ts";

const DEFAULT_ALPHA = 1.5;

/** y^(1 - alpha) grows without bound as a weight y falls to 0: a power this large is cut, so that sums stay finite. */
const LARGEST_POWER = 1e30;

/** Each round makes derivatives of one more order right. */
const ROUNDS = 2;

/** Moves relative to that of the largest s, which may dwarf the others: its own is exactly 0, so that nothing cancels. */
function relativeMoves(moves: np.Array, s: np.Array): np.Array {
  const n = s.shape[s.shape.length - 1]!;
  const isLargest = np.equal(np.arange(n), np.argmax(s, -1, { keepdims: true }));
  const reference = np.where(isLargest.ref, moves.ref, 0).sum(-1, { keepdims: true });
  return np.where(isLargest, 0, moves.sub(reference));
}

/**
 * The weights as scores move by `moves`, which are 0 where the weights y were found: with b = alpha - 1 a weight whose score
 * rises by z above the threshold is f(z) = (y^b + b z)^(1/b), and the threshold's own move solves sum f = 1. From 0 on, as
 * f'(0) = s = y^(2 - alpha) on the support, rounds of the chord rule t += sum (f(moves - t) - y) / sum s find it. `power` is
 * y^-b. Owns its arguments.
 */
function weightsAlong(y: np.Array, power: np.Array, moves: np.Array, alpha: number): np.Array {
  const b = alpha - 1;
  const positive = np.greater(y.ref, 0);
  const s = y.ref.mul(power.ref);
  const size = orOne(s.ref.sum(-1, { keepdims: true }));
  const from = np.where(positive, relativeMoves(moves, s), 0);
  // f(z) - y. All z are 0: only derivatives matter, and plain logarithms are right at 0.
  const rise = (z: np.Array) => {
    const growth = b === 0 ? z : np.log(z.mul(power.ref).mul(b).add(1)).div(b);
    return np.exp(growth).sub(1).mul(y.ref);
  };
  let threshold = rise(from.ref).sum(-1, { keepdims: true }).div(size.ref);
  for (let round = 1; round < ROUNDS; round++) {
    const left = rise(from.ref.sub(threshold.ref)).sum(-1, { keepdims: true }).div(size.ref);
    threshold = threshold.add(left);
  }
  const risen = rise(from.sub(threshold));
  power.dispose();
  size.dispose();
  return y.add(risen);
}

function solveRows(
  { scores, shape, mask, gamma }: HostScores,
  { alpha = DEFAULT_ALPHA }: HostMappingOptions,
): SolvedArrays {
  // Above 1.5 the derivative is a root of what float32 knows of a small weight: those are solved in float64.
  const given = alpha <= 1.5 ? scores : Float64Array.from(scores);
  const exact: Float32Array | Float64Array = core(given, { shape, mask, gamma, alpha });
  const weights = Float32Array.from(exact);
  const power = new Float32Array(exact.length);
  for (let i = 0; i < exact.length; i++) {
    if (weights[i]! > 0) power[i] = Math.min(Math.pow(exact[i]!, 1 - alpha), LARGEST_POWER);
  }
  return { weights, power };
}

function applySolution(
  scores: np.Array,
  { weights, power }: HostSolution,
  { mask, gamma, alpha = DEFAULT_ALPHA }: HostMappingOptions,
) {
  if (power === undefined) throw new TypeError("entmax: solution.power is missing: pass what entmax.solve found");
  const { kept, shifted, sound } = rowsOf(scores, mask, gamma);
  const still = lax.stopGradient(shifted.ref);
  const moved = weightsAlong(lax.stopGradient(weights), lax.stopGradient(power), shifted.sub(still), alpha);
  return finished(moved, kept, sound);
}

/**
 * entmax(x) = argmax over the simplex of <y, x> - gamma (sum y^alpha - 1) / (alpha (alpha - 1)) along the last axis:
 * softmax at alpha = 1, sparsemax at 2, sparser as alpha grows. Owns its arguments. Rows with nothing left give zeros.
 *
 * The host solves it with the core: for every alpha to the last digits and with exact zeros, which no fixed number of
 * operations in the graph gives. Outside `jit` and `grad` a plain call does that. Inside, the call needs the
 * `solution` that `entmax.solve` found for the same scores; `withAttention` arranges this for whole models. Gradients in the
 * scores and gamma are those of the Jacobian (diag(s) - s s^T / sum s) / gamma with s = y^(2 - alpha) on the support; second
 * derivatives are exact, too, higher ones are not. There is no gradient in alpha.
 *
 * - `scores`: an array of any shape but a scalar. `alpha`: a number of 1 or more, default 1.5.
 * - Throws a TypeError inside a trace without a solution, and the core's errors for scores or parameters out of range.
 * - Cost: the core's, and a transfer; O(n) a row in the graph.
 *
 * Peters, Niculae and Martins, "Sparse Sequence-to-Sequence Models" (2019).
 *
 * @example
 * entmax(np.array([1, 1, -2]), { alpha: 1.5 }); // [0.5, 0.5, 0]
 */
export const entmax: HostMapping = /* @__PURE__ */ hostMapping({
  mappingName: "entmax",
  takes: [gammaRule, alphaRule],
  solveRows,
  applySolution: applySolution,
});
