/** fusedmax: Omega(y) = |y|^2 / 2 + lambda sum |y_{i+1} - y_i|: neighbours share one weight. */
import { fusedmaxBinary } from "../kernels/generated/index.ts";
import { makeKernel } from "../kernels/runtime/run.ts";
import { defineMapping } from "../core/define-mapping.ts";
import { describeMapping, type RegistryEntry } from "../core/mapping-info.ts";
import { lambdaFacts, lambdaSpec } from "../core/penalty-strength.ts";
import type { StructuredMapping } from "../core/contract.ts";
import type { Row, RowSolver } from "../core/row-solver.ts";
import { halfSquare, projectOntoSimplex, simplexValue } from "../solvers/simplex.ts";
import { totalVariationProx } from "../solvers/total-variation.ts";
import { groupedProjectionProduct, markZeros } from "../solvers/group-average.ts";

/** Sum of |y_{i+1} - y_i|. */
function totalVariation(y: Float64Array, count: number): number {
  let sum = 0;
  for (let i = 1; i < count; i++) sum += Math.abs(y[i]! - y[i - 1]!);
  return sum;
}

let clamped = new Float64Array(0);
let prox = new Float64Array(0);
let segments = new Int32Array(0);

/**
 * Scores raised to at least -2 - 5 lambda (in units of the row's scale). The best score is 0 and loses at most
 * 2 lambda in the prox, so tau is at least -1 - 2 lambda; an entry below tau - 2 lambda is below tau in the prox whatever
 * its score. Raising it changes no weight and keeps the sums of the prox small. (One lambda more is for rounding, in which
 * -1 may be lost.)
 */
function clampScores({ scores: v, count, parameter: lambda, scale }: Row): void {
  if (clamped.length < count) {
    const size = Math.max(count, 2 * clamped.length);
    clamped = new Float64Array(size);
    prox = new Float64Array(size);
    segments = new Int32Array(size);
  }
  const floor = -2 / scale - 5 * lambda;
  for (let i = 0; i < count; i++) clamped[i] = Math.max(v[i]!, floor);
}

function solve(row: Row): void {
  const { weights, groups, count, parameter: lambda } = row;
  if (lambda === 0) {
    // Equal scores are no group: nothing holds them together.
    projectOntoSimplex(row.scores, count, weights);
    for (let i = 0; i < count; i++) groups[i] = i;
  } else {
    clampScores(row);
    totalVariationProx(clamped, count, lambda, weights, groups);
    projectOntoSimplex(weights, count, weights, row.scale);
  }
  markZeros(weights, groups, count);
}

/** -<J cotangent, D^T sign(D y)>: a jump's sign times how much the product falls across it. */
function parameterGradient({ weights, count }: Row, _: Float64Array, jacobianProduct: Float64Array): number {
  let sum = 0;
  for (let i = 1; i < count; i++) {
    sum -= Math.sign(weights[i]! - weights[i - 1]!) * (jacobianProduct[i]! - jacobianProduct[i - 1]!);
  }
  return sum;
}

function regularizer({ count, parameter: lambda, scale }: Row, y: Float64Array): number {
  return halfSquare(y, count) / scale + lambda * totalVariation(y, count);
}

/**
 * Weak duality: for any |u| <= lambda, sup <y, w> - |y|^2 / 2 - lambda TV(y) <= maxSparse(w - D^T u). The dual of the
 * prox closes it: u_i = sum over k <= i of (z - w)_k, cut to [-lambda, lambda] so that the bound holds whatever the
 * solver did.
 */
function gap(row: Row, y: Float64Array): number {
  const { scores: v, count, parameter: lambda, scale } = row;
  clampScores(row);
  let bound: number;
  if (lambda === 0) bound = simplexValue(clamped, count);
  else {
    totalVariationProx(clamped, count, lambda, prox, segments);
    let before = 0;
    let sum = 0;
    for (let i = 0; i < count; i++) {
      sum += prox[i]! - clamped[i]!;
      const after = i + 1 === count ? 0 : Math.min(Math.max(sum, -lambda), lambda);
      prox[i] = clamped[i]! + after - before;
      before = after;
    }
    bound = simplexValue(prox, count, scale);
  }
  let inner = 0;
  for (let i = 0; i < count; i++) if (y[i]! > 0) inner += v[i]! * y[i]!;
  return bound - (inner - regularizer(row, y));
}

const fusedmaxSolver: RowSolver<"lambda"> = {
  name: "fusedmax",
  parameter: lambdaSpec,
  grouped: true,
  solve,
  strength: (lambda) => lambda,
  regularizer,
  jacobianVectorProduct: groupedProjectionProduct,
  parameterGradient,
  gap,
  kernel: /* @__PURE__ */ makeKernel(fusedmaxBinary),
};

/**
 * fusedmax(x) = argmax over the simplex of <y, x> - gamma (|y|^2 / 2 + lambda sum |y_{i+1} - y_i|): sparse weights in
 * segments of neighbours that share one weight. It is sparsemax of the total-variation prox of x / gamma.
 *
 * - `scores`: any shape, mapped along one axis, whose order matters. Removed entries are taken out: the kept ones become
 *   neighbours. `lambda` >= 0 (default 0.1; 0 is sparsemax) acts on x / gamma; `gamma` > 0.
 * - Throws a RangeError or TypeError that names the argument, its value and its index.
 * - Cost: prox O(n), projection O(n + c log c) a row; pullback O(n), with gradients in gamma and lambda.
 *
 * Niculae and Blondel, "A Regularized Framework for Sparse and Structured Neural Attention" (2017).
 *
 * @example
 * fusedmax([1, 2.1, 1.9], { lambda: 0.1 }); // [0, 0.5, 0.5]
 */
export const fusedmax: StructuredMapping<"lambda"> = /* @__PURE__ */ defineMapping(fusedmaxSolver);

export const info: RegistryEntry = /* @__PURE__ */ describeMapping(fusedmax, fusedmaxSolver, {
  formula: "|y|^2 / 2 + lambda sum |y_{i+1} - y_i|",
  effect: "exact zeros, neighbours fused into segments of one weight",
  cost: "O(n + c log c)",
  parameter: { ...lambdaFacts, samples: [0, 0.01, 0.1, 0.5] },
  domain: "simplex",
  euclideanModulus: 1,
  symmetry: "reversal",
  sparse: true,
  paper: "Niculae and Blondel 2017",
});
