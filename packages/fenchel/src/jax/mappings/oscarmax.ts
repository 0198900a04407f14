/** oscarmax inside a program. */
import { oscarmax as core } from "../../mappings/oscarmax.ts";
import type { HostMapping } from "../transform/mapping.ts";
import { structured } from "./structured.ts";

/** R = sum_{i<j} max(y_i, y_j): how many entries stand below one. Zeros come last in any order: they carry no gradient. */
function pairwiseMaximaSlope(weights: Float32Array, at: readonly number[], slope: Float32Array): void {
  const positive = at.filter((i) => weights[i]! > 0).sort((a, b) => weights[b]! - weights[a]!);
  positive.forEach((i, rank) => (slope[i] = at.length - 1 - rank));
}

/**
 * oscarmax(x) = argmax over the simplex of <y, x> - gamma (|y|^2 / 2 + lambda sum_{i<j} max(y_i, y_j)) along the last
 * axis: sparse weights in groups that share one weight wherever they stand. Owns its arguments. Rows with nothing left
 * give zeros.
 *
 * The host solves it with the float64 core. Outside `jit` and `grad` a plain call does that. Inside, the call needs the
 * `solution` that `oscarmax.solve` found for the same scores; `withAttention` arranges this for whole models. Gradients in the
 * scores, gamma and lambda are exact, of any order.
 *
 * - Throws a TypeError inside a trace without a solution, and the core's errors for scores or parameters out of range.
 * - Cost: the core's, and a transfer; in the graph group means by n^2 comparisons (n <= 96) or a scatter.
 *
 * Niculae and Blondel, "A Regularized Framework for Sparse and Structured Neural Attention" (2017).
 *
 * @example
 * oscarmax(np.array([1, 0.5, -0.7]), { lambda: 0.05 }); // [0.725, 0.275, 0]
 */
export const oscarmax: HostMapping = /* @__PURE__ */ structured(core, pairwiseMaximaSlope);
