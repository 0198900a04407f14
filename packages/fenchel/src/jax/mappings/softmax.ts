/** softmax inside a program. */
import { numpy as np } from "@jax-js/jax";
import { closedForm, type ClosedForm } from "../transform/mapping.ts";
import { checkAxis, finished, orOne, rowsOf, type GraphOptions } from "../transform/scores.ts";

/**
 * softmax(x)_i = exp(x_i / gamma) / sum_j exp(x_j / gamma) along the last axis, with `mask` and a `gamma` that may be
 * traced. Owns its arguments. Rows with nothing left give zeros and no gradient.
 *
 * - `scores`: an array of any shape but a scalar. Throws a TypeError for a scalar.
 * - Works under `jit`, `grad`, `jvp`. Cost O(n) a row.
 *
 * @example
 * softmax(np.array([0, Math.log(3)])); // [0.25, 0.75]
 */
export const softmax: ClosedForm = /* @__PURE__ */ closedForm("softmax", (scores, options: GraphOptions) => {
  checkAxis("softmax", scores);
  const { kept, shifted, sound } = rowsOf(scores, options.mask, options.gamma);
  const powers = np.where(kept.ref, np.exp(shifted), 0);
  const total = orOne(powers.ref.sum(-1, { keepdims: true }));
  return finished(powers.div(total), kept, sound);
});
