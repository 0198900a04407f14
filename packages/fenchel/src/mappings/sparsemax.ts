/** sparsemax: Omega(y) = |y|^2 / 2, the Euclidean projection onto the simplex. */
import { sparsemaxBinary } from "../kernels/generated/index.ts";
import { makeKernel } from "../kernels/runtime/run.ts";
import { defineMapping } from "../core/define-mapping.ts";
import { describeMapping, type RegistryEntry } from "../core/mapping-info.ts";
import type { Mapping } from "../core/contract.ts";
import type { Row, RowSolver } from "../core/row-solver.ts";
import { halfSquare, projectionProduct, projectOntoSimplex } from "../solvers/simplex.ts";

/** The Frank-Wolfe gap max g - <g, y> with g = v - y. */
function gap({ scores: v, count }: Row, y: Float64Array): number {
  let top = -Infinity;
  for (let i = 0; i < count; i++) top = Math.max(top, v[i]! - y[i]!);
  let sum = 0;
  for (let i = 0; i < count; i++) if (y[i]! > 0) sum += y[i]! * (top - (v[i]! - y[i]!));
  return sum;
}

const sparsemaxSolver: RowSolver<never> = {
  name: "sparsemax",
  parameter: null,
  grouped: false,
  solve: ({ scores, weights, count }) => projectOntoSimplex(scores, count, weights),
  regularizer: ({ count }, y) => halfSquare(y, count),
  jacobianVectorProduct: ({ weights, count }, u, out) => projectionProduct(weights, count, u, out),
  gap,
  kernel: /* @__PURE__ */ makeKernel(sparsemaxBinary),
};

/**
 * sparsemax(x) = argmin over the simplex of |y - x / gamma|^2 = [x / gamma - tau]_+: the mapping of Omega(y) = |y|^2 / 2.
 * Scores far below the best get exactly 0.
 *
 * - `scores`: any shape, mapped along one axis. `gamma` > 0; a larger one keeps more entries.
 * - Throws a RangeError or TypeError that names the argument, its value and its index.
 * - Cost: O(n + c log c) a row, c entries within gamma of the best; pullback O(n).
 *
 * Martins and Astudillo, "From Softmax to Sparsemax" (2016).
 *
 * @example
 * sparsemax([1, 0.5, -1]); // [0.75, 0.25, 0]
 */
export const sparsemax: Mapping = /* @__PURE__ */ defineMapping(sparsemaxSolver);

export const info: RegistryEntry = /* @__PURE__ */ describeMapping(sparsemax, sparsemaxSolver, {
  formula: "|y|^2 / 2",
  effect: "exact zeros",
  cost: "O(n + c log c)",
  domain: "simplex",
  euclideanModulus: 1,
  symmetry: "permutation",
  sparse: true,
  paper: "Martins and Astudillo 2016",
});
