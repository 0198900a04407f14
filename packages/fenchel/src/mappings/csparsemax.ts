/** csparsemax: Omega(y) = |y|^2 / 2 with an upper bound on every weight. */
import { defineMapping } from "../core/define-mapping.ts";
import { describeMapping, type RegistryEntry } from "../core/mapping-info.ts";
import type { HyperParameterSpec } from "../core/hyper-parameters.ts";
import type { Mapping } from "../core/contract.ts";
import type { Row, RowSolver } from "../core/row-solver.ts";
import { halfSquare } from "../solvers/simplex.ts";

const boundSpec: HyperParameterSpec<"bound"> = {
  name: "bound",
  default: 1,
  least: 0,
  accepts: (value) => value > 0,
  range: "a number above 0",
  perEntry: true,
};

let sorted = new Float64Array(0);

/** Room for rounding in a sum of float32 weights, an ulp each. */
function slack(count: number): number {
  return (count + 1) * 2 ** -23;
}

/** Least sum of bounds that is 1 to rounding. */
function enough(count: number): number {
  return 1 - count * 2 ** -51;
}

/** Sum of the bounds of entries with a score of at least `level`. */
function roomFrom({ scores: v, parameters: bounds, count }: Row, level: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) if (v[i]! >= level) sum += bounds[i]!;
  return sum;
}

/**
 * The greatest score such that entries with at least this score may take all of the weight: the threshold is at most this
 * score, and at least it less 1. Throws where all entries together may not.
 */
function marginalScore(row: Row): number {
  const { scores: v, count } = row;
  let top = -Infinity;
  for (let i = 0; i < count; i++) if (v[i]! > top) top = v[i]!;
  if (roomFrom(row, top) >= enough(count)) return top;
  const room = roomFrom(row, -Infinity);
  if (room < 1 - slack(count)) {
    throw new RangeError(`bound of row ${row.index} sums to ${room} over the entries kept: 1 or more is needed`);
  }
  if (sorted.length < 2 * count + 2) sorted = new Float64Array(Math.max(2 * count + 2, 2 * sorted.length));
  sorted.set(v.subarray(0, count));
  const ascending = sorted.subarray(0, count).sort();
  let low = 0;
  let high = count - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (roomFrom(row, ascending[middle]!) >= enough(count)) low = middle;
    else high = middle;
  }
  return ascending[low]!;
}

/** The threshold of a row, `level + edge + shift`: a score, a breakpoint relative to it, and the rest, -1 to 0 each. */
const threshold = { level: 0, edge: 0, shift: 0 };

/** Sum of the weights at threshold `level + tau`. */
function taken({ scores: v, parameters: bounds, count }: Row, level: number, tau: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += Math.min(Math.max(v[i]! - level - tau, 0), bounds[i]!);
  return sum;
}

/**
 * The sum of the weights is piecewise linear in the threshold, with breakpoints v_i (where an entry gets weight) and
 * v_i - bound_i (where it has all that it may). Those within 1 below the marginal score are sorted and halved for the piece
 * that holds the sum 1, on which the threshold is exact; everything relative to that score, so that far ones cost no digit.
 */
function findThreshold(row: Row): void {
  const { scores: v, parameters: bounds, count } = row;
  const level = marginalScore(row);
  if (sorted.length < 2 * count + 2) sorted = new Float64Array(Math.max(2 * count + 2, 2 * sorted.length));
  let size = 0;
  sorted[size++] = -1;
  sorted[size++] = 0;
  for (let i = 0; i < count; i++) {
    const z = v[i]! - level;
    if (z > -1 && z < 0) sorted[size++] = z;
    if (z - bounds[i]! > -1 && z - bounds[i]! < 0) sorted[size++] = z - bounds[i]!;
  }
  const ascending = sorted.subarray(0, size).sort();
  let low = 0;
  let high = size - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (taken(row, level, ascending[middle]!) >= 1) low = middle;
    else high = middle;
  }
  const below = ascending[low]!;
  const edge = ascending[high]!;
  let full = 0;
  let sum = 0;
  let free = 0;
  for (let i = 0; i < count; i++) {
    const z = v[i]! - level;
    // The breakpoint itself is compared: z - edge is another number, by rounding.
    if (z - bounds[i]! >= edge) full += bounds[i]!;
    else if (z > below) {
      free += 1;
      sum += z - edge;
    }
  }
  threshold.level = level;
  threshold.edge = edge;
  threshold.shift = free === 0 ? 0 : (sum - (1 - full)) / free;
}

function solve(row: Row): void {
  const { scores: v, parameters: bounds, weights: y, count } = row;
  findThreshold(row);
  const { level, edge, shift } = threshold;
  for (let i = 0; i < count; i++) y[i] = Math.min(Math.max(v[i]! - level - edge - shift, 0), bounds[i]!);
}

/** Infinity where a weight exceeds its bound: the constraint belongs to Omega. */
function regularizer({ parameters: bounds, count }: Row, y: Float64Array): number {
  for (let i = 0; i < count; i++) if (y[i]! > bounds[i]! + 2 ** -23) return Infinity;
  return halfSquare(y, count);
}

/** Mean of `u` over the free entries, those strictly between 0 and their bounds; NaN where there are none. */
function freeMean({ weights: y, parameters: bounds, count }: Row, u: Float64Array): number {
  let sum = 0;
  let free = 0;
  for (let i = 0; i < count; i++) {
    if (y[i]! > 0 && y[i]! < bounds[i]!) {
      sum += u[i]!;
      free += 1;
    }
  }
  return sum / free;
}

/** J = diag(f) - f f^T / |f|, f the indicator of the free entries. */
function jacobianVectorProduct(row: Row, u: Float64Array, out: Float64Array): void {
  const { weights: y, parameters: bounds, count } = row;
  const mean = freeMean(row, u);
  for (let i = 0; i < count; i++) out[i] = y[i]! > 0 && y[i]! < bounds[i]! ? u[i]! - mean : 0;
}

/** A higher bound of an entry that has reached it takes weight from the free entries alike; without any it cannot. */
function parameterGradients(row: Row, cotangent: Float64Array, _: Float64Array, out: Float64Array): void {
  const { weights: y, parameters: bounds, count } = row;
  const mean = freeMean(row, cotangent);
  for (let i = 0; i < count; i++) out[i] = y[i]! >= bounds[i]! && !Number.isNaN(mean) ? cotangent[i]! - mean : 0;
}

/**
 * Weak duality: for every tau, sup <y, v> - |y|^2 / 2 <= tau + sum_i sup_{0<=y<=bound_i} y (v_i - tau) - y^2 / 2. Each term
 * less the same at the given weights is 0 or more, and is summed as such.
 */
function gap(row: Row, y: Float64Array): number {
  const { scores: v, parameters: bounds, count } = row;
  if (regularizer(row, y) === Infinity) return Infinity;
  findThreshold(row);
  const { level, edge, shift } = threshold;
  let sum = 0;
  for (let i = 0; i < count; i++) {
    const z = v[i]! - level - edge - shift;
    const best = Math.min(Math.max(z, 0), bounds[i]!);
    // best (z - best / 2) - y (z - y / 2)
    if (best !== y[i]!) sum += (best - y[i]!) * (z - (best + y[i]!) / 2);
  }
  return sum;
}

/** The last entry that gets weight where the best ones take all they may: the others are taken relative to its score. */
function reference(row: Row): number {
  const { given, parameters: bounds, count } = row;
  let left = 1;
  const order = Array.from({ length: count }, (_, i) => i).sort((i, j) => given[j]! - given[i]!);
  for (const i of order) {
    left -= bounds[i]!;
    if (left <= 1 - enough(count)) return i;
  }
  return -1;
}

const csparsemaxSolver: RowSolver<"bound"> = {
  name: "csparsemax",
  parameter: boundSpec,
  grouped: false,
  reference,
  solve,
  regularizer,
  jacobianVectorProduct,
  parameterGradients,
  gap,
};

/**
 * csparsemax(x) = argmin over 0 <= y <= bound, sum y = 1 of |y - x / gamma|^2 = [x / gamma - tau]_0^bound: sparsemax
 * that gives no entry more than its bound, so that several must share the weight.
 *
 * @param scores - any shape, mapped along one axis
 * @param options - `bound` above 0 (default 1, which is sparsemax): one number, one per row, or one per entry, laid out like
 *   the scores; `gamma` > 0; and the options of every mapping. The gradient in `bound` comes back in its form: c_i less the
 *   mean of the cotangent c over the entries between 0 and their bounds for an entry that has reached its own, 0 elsewhere,
 *   and 0 everywhere if no entry is in between. A target of the loss beyond a bound costs Infinity.
 * @throws RangeError or TypeError that names the argument, its value and its index; RangeError where the bounds of a row's
 *   kept entries sum to less than 1
 *
 * Cost: O(n log n) per row; pullback O(n), with gradients in gamma and in the bounds.
 *
 * Malaviya, Ferreira and Martins, "Sparse and Constrained Attention for Neural Machine Translation" (2018).
 *
 * @example
 * csparsemax([1.2, 0.9, 0.5, 0.4, -0.3], { bound: 0.4 }); // [0.4, 0.4, 0.15, 0.05, 0]
 */
export const csparsemax: Mapping<"bound"> = /* @__PURE__ */ defineMapping(csparsemaxSolver);

export const info: RegistryEntry = /* @__PURE__ */ describeMapping(csparsemax, csparsemaxSolver, {
  formula: "|y|^2 / 2, every y_i <= bound_i",
  effect: "exact zeros, and no weight above its bound",
  cost: "O(n log n)",
  parameter: {
    description: "greatest weight of an entry",
    typicalRange: [0.05, 1],
    samples: (n) => [1, 2 / n, 1.2 / n],
    benchmarksFor: (n) => [4 / n],
  },
  domain: "capped",
  euclideanModulus: 1,
  exampleFor: () => ({ bound: 0.25 }),
  symmetry: "permutation",
  sparse: true,
  paper: "Malaviya, Ferreira and Martins 2018",
});
