/** budgetmax: weights in [0, 1] that together take at most a budget, with Omega(y) = |y|^2 / 2. */
import { defineMapping } from "../core/define-mapping.ts";
import { describeMapping, type RegistryEntry } from "../core/mapping-info.ts";
import type { HyperParameterSpec } from "../core/hyper-parameters.ts";
import type { Mapping } from "../core/contract.ts";
import type { Row, RowSolver } from "../core/row-solver.ts";
import { halfSquare } from "../solvers/simplex.ts";

const budgetSpec: HyperParameterSpec<"budget"> = {
  name: "budget",
  default: 1,
  least: 0,
  accepts: (value) => value > 0 && value < Infinity,
  range: "a finite number above 0",
};

let breakpoints = new Float64Array(0);

/** sum [v - tau]_0^1, what the weights take at threshold tau. */
function spent(v: Float64Array, count: number, tau: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += Math.min(Math.max(v[i]! - tau, 0), 1);
  return sum;
}

/** Whether the budget binds: without it, the weights [v]_0^1 would take more. */
function binds({ scores: v, count, shift, parameter: budget }: Row): boolean {
  return shift !== 0 || spent(v, count, 0) > budget;
}

/**
 * Where huge scores make the budget bind, the best score beyond those that it can fill: the threshold lies within 1 below
 * it. Relative to that score thresholds may be negative.
 */
function reference(row: Row): number {
  const { given: x, count, parameter: budget } = row;
  if (!binds(row)) return -1;
  const order = Array.from({ length: count }, (_, i) => i).sort((i, j) => x[j]! - x[i]! || i - j);
  return order[Math.ceil(budget) - 1]!;
}

/** The threshold of a row whose budget binds: `edge + shift`, `edge` a breakpoint and -1 <= `shift` <= 0. */
const threshold = { edge: 0, shift: 0 };

/**
 * What is spent is piecewise linear in tau with breakpoints v_i (where entry i gets weight) and v_i - 1 (where it has all
 * of it). They are sorted and halved for the piece that holds the budget, on which tau is exact; both relative to the
 * piece's upper end, so that a large common offset costs nothing.
 */
function findThreshold({ scores: v, count, shift, parameter: budget }: Row): void {
  if (breakpoints.length < 2 * count + 1) {
    breakpoints = new Float64Array(Math.max(2 * count + 1, 2 * breakpoints.length));
  }
  let size = 0;
  const least = shift === 0 ? 0 : -1;
  breakpoints[size++] = least;
  for (let i = 0; i < count; i++) {
    if (v[i]! > least) breakpoints[size++] = v[i]!;
    if (v[i]! - 1 > least) breakpoints[size++] = v[i]! - 1;
  }
  breakpoints.subarray(0, size).sort();
  let low = 0;
  let high = size - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (spent(v, count, breakpoints[middle]!) >= budget) low = middle;
    else high = middle;
  }
  const below = breakpoints[low]!;
  const edge = breakpoints[high]!;
  let full = 0;
  let partial = 0;
  let sum = 0;
  for (let i = 0; i < count; i++) {
    const above = v[i]! - edge;
    if (above >= 1) full += 1;
    else if (v[i]! > below) {
      partial += 1;
      sum += above;
    }
  }
  threshold.edge = edge;
  threshold.shift = (sum - (budget - full)) / partial;
}

function solve(row: Row): void {
  const { scores: v, weights: y, count } = row;
  threshold.edge = 0;
  threshold.shift = 0;
  if (binds(row)) findThreshold(row);
  const { edge, shift } = threshold;
  for (let i = 0; i < count; i++) y[i] = Math.min(Math.max(v[i]! - edge - shift, 0), 1);
}

/** Room for rounding in a sum of float32 weights, an ulp each. */
function slack(count: number): number {
  return (count + 1) * 2 ** -23;
}

/** Infinity where the weights take more than the budget: the constraint belongs to Omega. */
function regularizer({ count, parameter: budget }: Row, y: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += y[i]!;
  return sum > budget + slack(count) ? Infinity : halfSquare(y, count);
}

/** J = diag(f) - f f^T / |f|, f the indicator of 0 < y < 1; diag(f) where the budget does not bind. */
function jacobianVectorProduct(row: Row, u: Float64Array, out: Float64Array): void {
  const { weights: y, count } = row;
  let mean = 0;
  if (binds(row)) {
    let free = 0;
    for (let i = 0; i < count; i++) {
      if (y[i]! > 0 && y[i]! < 1) {
        mean += u[i]!;
        free += 1;
      }
    }
    mean = free === 0 ? 0 : mean / free;
  }
  for (let i = 0; i < count; i++) out[i] = y[i]! > 0 && y[i]! < 1 ? u[i]! - mean : 0;
}

/** More budget is shared equally by the weights between 0 and 1, and is of no use where it does not bind. */
function parameterGradient(row: Row, cotangent: Float64Array): number {
  const { weights: y, count } = row;
  if (!binds(row)) return 0;
  let sum = 0;
  let free = 0;
  for (let i = 0; i < count; i++) {
    if (y[i]! > 0 && y[i]! < 1) {
      sum += cotangent[i]!;
      free += 1;
    }
  }
  return free === 0 ? 0 : sum / free;
}

/**
 * Weak duality: for every tau >= 0, sup <y, v> - |y|^2 / 2 <= tau budget + sum_i sup_{0<=y<=1} y (v_i - tau) - y^2 / 2.
 * Each term less the same at the given weights is 0 or more, and is summed as such. (Relative to a reference, tau may be
 * negative and what is not spent is charged for in full by `valueBeyond`.)
 */
function gap(row: Row, y: Float64Array): number {
  const { scores: v, count, parameter: budget } = row;
  threshold.edge = 0;
  threshold.shift = 0;
  if (binds(row)) findThreshold(row);
  const { edge, shift } = threshold;
  let sum = 0;
  let total = 0;
  for (let i = 0; i < count; i++) {
    const z = v[i]! - edge - shift;
    const best = Math.min(Math.max(z, 0), 1);
    // best (z - best / 2) - y (z - y / 2)
    sum += (best - y[i]!) * (z - (best + y[i]!) / 2);
    total += y[i]!;
  }
  if (total > budget + slack(count)) return Infinity;
  return sum + (edge + shift) * Math.max(budget - total, 0);
}

const budgetmaxSolver: RowSolver<"budget"> = {
  name: "budgetmax",
  parameter: budgetSpec,
  grouped: false,
  shiftInvariant: false,
  sumsToOne: false,
  reference,
  solve,
  regularizer,
  jacobianVectorProduct,
  parameterGradient,
  gap,
};

/**
 * budgetmax(x) = argmax of <y, x> - gamma |y|^2 / 2 over 0 <= y <= 1, sum y <= budget: each entry is attended to on its
 * own, [x / gamma - tau]_0^1, with tau = 0 as long as the budget lasts and otherwise what uses it up. Weights need not
 * sum to 1, entries with negative scores get 0, and a constant added to all scores matters.
 *
 * - `scores`: any shape, mapped along one axis. `budget` > 0 (default 1), one number or one a row; `gamma` > 0.
 * - `targets` of the loss may have any sum up to the budget; more costs Infinity.
 * - Throws a RangeError or TypeError that names the argument, its value and its index.
 * - Cost: O(n log n) a row where the budget binds, O(n) where not; pullback O(n), with gradients in gamma and budget (0
 *   where it does not bind).
 *
 * The projection is that of Blondel, Martins and Niculae, "Learning with Fenchel-Young Losses" (2020), onto the budget
 * polytope of Niculae, Martins, Blondel and Cardie, "SparseMAP" (2018).
 *
 * @example
 * budgetmax([2, 0.5, -1], { budget: 2 }); // [1, 0.5, 0]
 */
export const budgetmax: Mapping<"budget"> = /* @__PURE__ */ defineMapping(budgetmaxSolver);

export const info: RegistryEntry = /* @__PURE__ */ describeMapping(budgetmax, budgetmaxSolver, {
  formula: "|y|^2 / 2",
  effect: "weights up to 1 each and up to a budget together, exact zeros",
  cost: "O(n log n)",
  parameter: {
    description: "what all weights may take together",
    typicalRange: [0.1, 10],
    samples: [0.5, 1, 2, 3.5],
  },
  domain: "budget",
  euclideanModulus: 1,
  symmetry: "permutation",
  sparse: true,
  paper: "Niculae, Martins, Blondel and Cardie 2018",
});
