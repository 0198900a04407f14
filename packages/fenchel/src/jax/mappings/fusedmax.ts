/** fusedmax inside a program. */
import { fusedmax as core } from "../../mappings/fusedmax.ts";
import type { HostMapping } from "../transform/mapping.ts";
import { structured } from "./structured.ts";

/** R = sum |y_{i+1} - y_i|: how many neighbours an entry exceeds, less how many exceed it. */
function totalVariationSlope(weights: Float32Array, at: readonly number[], slope: Float32Array): void {
  for (let k = 1; k < at.length; k++) {
    const rise = Math.sign(weights[at[k]!]! - weights[at[k - 1]!]!);
    slope[at[k]!] = slope[at[k]!]! + rise;
    slope[at[k - 1]!] = slope[at[k - 1]!]! - rise;
  }
}

/**
 * fusedmax(x) = argmax over the simplex of <y, x> - gamma (|y|^2 / 2 + lambda sum |y_{i+1} - y_i|) along the last axis:
 * sparse weights in segments of neighbours that share one weight. Owns its arguments. Rows with nothing left give zeros.
 *
 * The host solves it with the float64 core. Outside `jit` and `grad` a plain call does that. Inside, the call needs the
 * `solution` that `fusedmax.solve` found for the same scores; `withAttention` arranges this for whole models. Gradients in the
 * scores, gamma and lambda are exact, of any order.
 *
 * - Throws a TypeError inside a trace without a solution, and the core's errors for scores or parameters out of range.
 * - Cost: the core's, and a transfer; in the graph group means by n^2 comparisons (n <= 96) or a scatter.
 *
 * Niculae and Blondel, "A Regularized Framework for Sparse and Structured Neural Attention" (2017).
 *
 * @example
 * fusedmax(np.array([1, 2.1, 1.9]), { lambda: 0.1 }); // [0, 0.5, 0.5]
 */
export const fusedmax: HostMapping = /* @__PURE__ */ structured(core, totalVariationSlope);
