/** oscarmax: Omega(y) = |y|^2 / 2 + lambda sum_{i<j} max(y_i, y_j): entries share weights wherever they stand. */
import { oscarmaxBinary } from "../kernels/generated/index.ts";
import { makeKernel } from "../kernels/runtime/run.ts";
import { defineMapping } from "../core/define-mapping.ts";
import { describeMapping, type RegistryEntry } from "../core/mapping-info.ts";
import { poolAdjacentViolators } from "../solvers/isotonic.ts";
import type { StructuredMapping } from "../core/contract.ts";
import type { Row, RowSolver } from "../core/row-solver.ts";
import { halfSquare, projectOntoSimplex, simplexValue } from "../solvers/simplex.ts";
import { lambdaFacts, lambdaSpec } from "../core/penalty-strength.ts";
import { groupedProjectionProduct, markZeros } from "../solvers/group-average.ts";

let clamped = new Float64Array(0);
let sorted = new Float64Array(0);
let levels = new Float64Array(0);
let starts = new Int32Array(0);

function reserve(count: number): void {
  if (sorted.length >= count) return;
  const size = Math.max(count, 2 * sorted.length);
  clamped = new Float64Array(size);
  sorted = new Float64Array(size);
  levels = new Float64Array(size);
  starts = new Int32Array(size + 1);
}

/** Sorts `values` into `sorted`, largest first. */
function sortDescending(values: Float64Array, count: number): void {
  reserve(count);
  sorted.set(values.subarray(0, count));
  sorted.subarray(0, count).sort().reverse();
}

/** sum_{i<j} max(y_i, y_j) = sum_k (count - k) y_(k) over the weights sorted descending, k = 1 .. count. */
function pairwiseMaxima(y: Float64Array, count: number): number {
  sortDescending(y, count);
  let sum = 0;
  for (let k = 0; k < count; k++) sum += (count - 1 - k) * sorted[k]!;
  return sum;
}

/**
 * Scores raised to at least -2 - lambda (n + 1) (in units of the row's scale). The best score is 0, so tau is at least
 * lambda - 1; where the k-th largest score becomes v_(k) + lambda k, one that ends below -2 has no weight however low it
 * is. Raising it changes no weight and keeps the sums of the prox small.
 */
function clampScores({ scores: v, count, parameter: lambda, scale }: Row): void {
  reserve(count);
  const floor = -2 / scale - lambda * (count + 1);
  for (let i = 0; i < count; i++) clamped[i] = Math.max(v[i]!, floor);
}

/**
 * The prox of the penalty where it stands on the simplex: the k-th largest score becomes v_(k) + lambda k (up to a
 * constant), made non-increasing by pooling. No absolute values and no clipping: those belong to the penalty on all of
 * R^n, whose prox does not lead to the argmax for scores of mixed sign. Leaves `clamped`, `sorted`, `levels` and `starts`.
 */
function pool(row: Row): number {
  const { count, parameter: lambda } = row;
  clampScores(row);
  sortDescending(clamped, count);
  for (let k = 0; k < count; k++) levels[k] = sorted[k]! + lambda * (k + 1);
  return poolAdjacentViolators(levels, count, starts);
}

/** Fills z (the prox less `shift`) and, when given, its blocks' ids, by rank. Equal scores share a block (lambda > 0). */
function fillBlocks(count: number, blocks: number, shift: number, z: Float64Array, groups: Int32Array | null): void {
  for (let i = 0; i < count; i++) {
    const score = clamped[i]!;
    // The block whose smallest score is the largest that does not exceed this one.
    let low = 0;
    let high = blocks - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[starts[middle + 1]! - 1]! <= score) high = middle;
      else low = middle + 1;
    }
    z[i] = levels[low]! - shift;
    if (groups !== null) groups[i] = low;
  }
}

function solve(row: Row): void {
  const { weights, groups, count, parameter: lambda } = row;
  if (lambda === 0) {
    // Equal scores are no group: nothing holds them together.
    projectOntoSimplex(row.scores, count, weights);
    for (let i = 0; i < count; i++) groups[i] = i;
  } else {
    const blocks = pool(row);
    // Relative to the top block: lambda count can dwarf the weights.
    fillBlocks(count, blocks, levels[0]!, weights, groups);
    projectOntoSimplex(weights, count, weights, row.scale);
  }
  markZeros(weights, groups, count);
}

/** -<J cotangent, r> with r_i = count - rank_i; the product sums to 0, so only the ranks matter. */
function parameterGradient({ weights, count }: Row, _: Float64Array, jacobianProduct: Float64Array): number {
  const support: number[] = [];
  for (let i = 0; i < count; i++) if (weights[i]! > 0) support.push(i);
  support.sort((a, b) => weights[b]! - weights[a]!);
  let sum = 0;
  for (let k = 0; k < support.length; k++) sum += (k + 1) * jacobianProduct[support[k]!]!;
  return sum;
}

function regularizer({ count, parameter: lambda, scale }: Row, y: Float64Array): number {
  return halfSquare(y, count) / scale + lambda * pairwiseMaxima(y, count);
}

/**
 * Weak duality: for u in lambda times the permutahedron of (n - 1, ..., 0), sup <y, v> - |y|^2 / 2 - lambda R(y) <=
 * maxSparse(v - u). The prox gives u = v - z; membership is majorization: the sums of the k largest u are at most those
 * of lambda (n - 1, ..., 0). The bound is that of the clamped scores, which are no lower. Where rounding breaks that, every u must be lowered by the `excess` a member of the worst
 * sum; y sums to 1, so that this raises the bound by just as much.
 */
function gap(row: Row, y: Float64Array): number {
  const { scores: v, count, parameter: lambda, scale } = row;
  const blocks = pool(row);
  const z = new Float64Array(count);
  // The levels are those of v + lambda k; the penalty subtracts lambda (count - k).
  fillBlocks(count, blocks, lambda * count, z, null);
  const u = clamped.slice(0, count);
  for (let i = 0; i < count; i++) u[i] = u[i]! - z[i]!;
  if (lambda === 0) u.fill(0);
  u.sort();
  let excess = 0;
  let sum = 0;
  for (let k = 0; k < count; k++) {
    sum += u[count - 1 - k]! - lambda * (count - 1 - k);
    excess = Math.max(excess, sum / (k + 1));
  }
  const bound = (lambda === 0 ? simplexValue(v, count) : simplexValue(z, count, scale)) + excess;
  let inner = 0;
  for (let i = 0; i < count; i++) if (y[i]! > 0) inner += v[i]! * y[i]!;
  return bound - (inner - regularizer(row, y));
}

const oscarmaxSolver: RowSolver<"lambda"> = {
  name: "oscarmax",
  parameter: lambdaSpec,
  grouped: true,
  solve,
  strength: (lambda) => lambda,
  regularizer,
  jacobianVectorProduct: groupedProjectionProduct,
  parameterGradient,
  gap,
  kernel: /* @__PURE__ */ makeKernel(oscarmaxBinary),
};

/**
 * oscarmax(x) = argmax over the simplex of <y, x> - gamma (|y|^2 / 2 + lambda sum_{i<j} max(y_i, y_j)): sparse weights in
 * groups that share one weight, wherever in the row they stand. This is the exact argmax, also for scores of mixed sign.
 *
 * - `scores`: any shape, mapped along one axis. `lambda` >= 0 (default 0.1; 0 is sparsemax) acts on x / gamma and grows
 *   with the number of pairs: 0.1 / n keeps its effect over row lengths. `gamma` > 0.
 * - Throws a RangeError or TypeError that names the argument, its value and its index.
 * - Cost: O(n log n) a row; pullback O(n), with the gradient in lambda O(s log s) for s positive weights.
 *
 * Niculae and Blondel, "A Regularized Framework for Sparse and Structured Neural Attention" (2017); the penalty is OSCAR
 * (Bondell and Reich 2008).
 *
 * @example
 * oscarmax([1, 0.5, -0.7], { lambda: 0.05 }); // [0.725, 0.275, 0]
 */
export const oscarmax: StructuredMapping<"lambda"> = /* @__PURE__ */ defineMapping(oscarmaxSolver);

export const info: RegistryEntry = /* @__PURE__ */ describeMapping(oscarmax, oscarmaxSolver, {
  formula: "|y|^2 / 2 + lambda sum_{i<j} max(y_i, y_j)",
  effect: "exact zeros, entries grouped to one weight wherever they stand",
  cost: "O(n log n)",
  // The penalty counts pairs: 0.1 / n keeps its effect over row lengths.
  parameter: { ...lambdaFacts, samples: [0, 0.005, 0.05, 0.3], benchmarksFor: (n) => [0.1 / n] },
  domain: "simplex",
  euclideanModulus: 1,
  symmetry: "permutation",
  sparse: true,
  paper: "Niculae and Blondel 2017",
});
