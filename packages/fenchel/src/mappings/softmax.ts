/** softmax: Omega(y) = sum y log y. */
import { defineMapping } from "../core/define-mapping.ts";
import { describeMapping, type RegistryEntry } from "../core/mapping-info.ts";
import { softmaxBinary } from "../kernels/generated/index.ts";
import { makeKernel } from "../kernels/runtime/run.ts";
import type { Mapping } from "../core/contract.ts";
import type { Row, RowSolver } from "../core/row-solver.ts";

function solve({ scores: v, weights: y, count }: Row): void {
  let sum = 0;
  for (let i = 0; i < count; i++) {
    const e = Math.exp(v[i]!);
    y[i] = e;
    sum += e;
  }
  for (let i = 0; i < count; i++) y[i] = y[i]! / sum;
}

function regularizer({ count }: Row, y: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < count; i++) if (y[i]! > 0) sum += y[i]! * Math.log(y[i]!);
  return sum;
}

/** J = diag(y) - y y^T. */
function jacobianVectorProduct({ weights: y, count }: Row, u: Float64Array, out: Float64Array): void {
  let mean = 0;
  for (let i = 0; i < count; i++) mean += y[i]! * u[i]!;
  for (let i = 0; i < count; i++) out[i] = y[i]! * (u[i]! - mean);
}

/**
 * The suboptimality itself, KL(y, softmax(v)) = sum y (log y - v + logsumexp(v)): unlike the Frank-Wolfe gap it stays
 * finite where a weight underflows to 0.
 */
function gap({ scores: v, count }: Row, y: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += Math.exp(v[i]!);
  const logSum = Math.log(sum);
  let divergence = 0;
  for (let i = 0; i < count; i++) if (y[i]! > 0) divergence += y[i]! * (Math.log(y[i]!) - v[i]! + logSum);
  return divergence;
}

const softmaxSolver: RowSolver<never> = {
  name: "softmax",
  parameter: null,
  grouped: false,
  solve,
  regularizer,
  jacobianVectorProduct,
  gap,
  kernel: /* @__PURE__ */ makeKernel(softmaxBinary, { direct: true }),
};

/**
 * softmax(x)_i = exp(x_i / gamma) / sum_j exp(x_j / gamma): the mapping of Omega(y) = sum y log y, never sparse.
 *
 * - `scores`: any shape, mapped along one axis. `gamma` > 0 is the temperature.
 * - Throws a RangeError or TypeError that names the argument, its value and its index.
 * - Cost: O(n) a row; pullback dx = y (dy - <y, dy>) / gamma, O(n).
 *
 * @example
 * softmax([0, Math.log(3)]); // [0.25, 0.75]
 */
export const softmax: Mapping = /* @__PURE__ */ defineMapping(softmaxSolver);

export const info: RegistryEntry = /* @__PURE__ */ describeMapping(softmax, softmaxSolver, {
  formula: "sum y log y",
  effect: "every weight positive",
  cost: "O(n)",
  domain: "simplex",
  euclideanModulus: 1,
  symmetry: "permutation",
  sparse: false,
  paper: "Bridle 1990",
});
