/** sqPnormMax: Omega(y) = |y|_p^2 / 2 for 1 < p <= 2: from the argmax (p towards 1) to sparsemax (2). */
import { defineMapping } from "../core/define-mapping.ts";
import { describeMapping, type RegistryEntry } from "../core/mapping-info.ts";
import type { HyperParameterSpec } from "../core/hyper-parameters.ts";
import type { Mapping } from "../core/contract.ts";
import { fillProfile, largest, logRatio, profileRoot, profileSums, sumProfile } from "../solvers/threshold-newton.ts";
import type { Row, RowSolver } from "../core/row-solver.ts";
import { projectOntoSimplex, simplexThreshold } from "../solvers/simplex.ts";

const pSpec: HyperParameterSpec<"p"> = {
  name: "p",
  default: 1.5,
  least: 1,
  accepts: (value) => value > 1 && value <= 2,
  range: "a number above 1 and at most 2",
};

/** p - 1 of the row being solved. */
let b = 0;

/**
 * At c = -tau the weights are r / sum r with r_i = (1 + v_i / c)_+^(1/b), and stationarity, y_i^b |y|_p^(1-b) = v_i + c,
 * asks for c sum r = (sum r^p)^((1-b)/p). The logarithm of their ratio grows at least like log c.
 */
function thresholdStep(c: number): number {
  sumProfile(b, 1 / c);
  const { lowered, total, raised } = profileSums;
  const f = Math.log(c) + Math.log(total) - ((1 - b) / (1 + b)) * Math.log(raised);
  const slope = 1 + (lowered / total - 1) / b - ((1 - b) * (total / raised - 1)) / b;
  return -c * Math.expm1(-f / Math.max(slope, 1));
}

/** c = -tau for scores of which the best is 0: at most 1, and |y|_p^2 or more, n^(-2b/p) for n weights all alike. */
function solveThreshold(v: Float64Array, count: number, p: number): number {
  b = p - 1;
  if (p === 2) return -simplexThreshold(v, count);
  return profileRoot(v, count, thresholdStep, (2 * b) / p);
}

function solve({ scores: v, weights: y, count, parameter: p }: Row): void {
  if (p === 2) projectOntoSimplex(v, count, y);
  else {
    const c = solveThreshold(v, count, p);
    fillProfile(v, count, b, 1 / c, y);
  }
}

/** log of sum y^p for weights that sum to 1, exact also for p towards 1. */
function logPowerSum(y: Float64Array, count: number, p: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) if (y[i]! > 0) sum += y[i]! * Math.expm1((p - 1) * Math.log(y[i]!));
  return Math.log1p(sum);
}

function regularizer({ count, parameter: p }: Row, y: Float64Array): number {
  return Math.exp((2 / p) * logPowerSum(y, count, p)) / 2;
}

/**
 * J = M - M 1 1^T M / (1^T M 1), M the inverse of the Hessian on the support: with m_i = (sum y^p) / y_i^b,
 * M = (diag(y m) - (1 - b) y y^T) / (b |y|_p^2). It is applied to centred u (sum y u = 0) and written in e = y (m - 1).
 * In scores m_i = |y|_p^2 / (c + v_i) with |y|_p^2 = c + <y, v>: so nothing cancels in e, which goes to 0 like b. For low
 * scores, where c + v_i would cancel, e comes from the weights.
 */
function jacobianVectorProduct(
  { scores: v, weights: y, count, parameter: p }: Row,
  u: Float64Array,
  out: Float64Array,
): void {
  const exponent = p - 1;
  let top = 0;
  let sum = 0;
  let inner = 0;
  for (let i = 0; i < count; i++) {
    out[i] = 0;
    if (!(y[i]! > 0)) continue;
    if (y[i]! > y[top]!) top = i;
    const raised = exponent === 0.5 ? Math.sqrt(y[i]!) : Math.pow(y[i]!, exponent);
    out[i] = y[i]! / raised;
    sum += y[i]! * raised;
    inner += y[i]! * v[i]!;
  }
  const square = Math.pow(sum, 2 / p);
  const c = square - inner;
  let mean = 0;
  let excess = 0;
  let lean = 0;
  for (let i = 0; i < count; i++) {
    if (!(y[i]! > 0)) continue;
    const e = v[i]! > c / -2 ? (y[i]! * (inner - v[i]!)) / (c + v[i]!) : sum * out[i]! - y[i]!;
    const fall = u[i]! - u[top]!;
    mean += y[i]! * fall;
    excess += e;
    lean += e * fall;
    out[i] = e;
  }
  const shift = (lean - excess * mean) / (exponent + excess);
  for (let i = 0; i < count; i++) {
    if (!(y[i]! > 0)) continue;
    const e = out[i]!;
    out[i] = ((y[i]! + e) * (u[i]! - u[top]! - mean) - (exponent * y[i]! + e) * shift) / (exponent * square);
  }
}

/**
 * d y / d p = -J h with h the derivative in p of the gradient of Omega, g = y^b |y|_p^(1-b): h = g (log y + k) with
 * k = -log |y|_p + (1 - b) d log |y|_p / d p. J h does not change when h is shifted, here by its value for the best score:
 * with t the largest weight and d = log(y / t), h - h_t = g_t ((log t + k) expm1(b d) + d e^(b d)).
 */
function parameterGradient(
  { scores: v, weights: y, count, parameter: p }: Row,
  _: Float64Array,
  jacobianProduct: Float64Array,
): number {
  const exponent = p - 1;
  const logSum = logPowerSum(y, count, p);
  const logNorm = logSum / p;
  let logMean = 0;
  for (let i = 0; i < count; i++) if (y[i]! > 0) logMean += Math.pow(y[i]!, p) * Math.log(y[i]!);
  const logNormSlope = (logMean / Math.exp(logSum) - logNorm) / p;
  const top = largest(y, count);
  const gradient = Math.exp(exponent * Math.log(top) + (2 - p) * logNorm);
  const level = Math.log(top) - logNorm + (2 - p) * logNormSlope;
  let sum = 0;
  for (let i = 0; i < count; i++) {
    if (!(y[i]! > 0)) continue;
    const d = logRatio(v[i]!, 1 / gradient, exponent, y[i]!, top);
    sum += jacobianProduct[i]! * (level * Math.expm1(exponent * d) + d * Math.exp(exponent * d));
  }
  return 0 - gradient * sum;
}

/**
 * Weak duality: for every c, sup <y, v> - |y|_p^2 / 2 <= -c + |[v + c]_+|_q^2 / 2 with 1/p + 1/q = 1, least and equal at
 * the solution. |[v + c]_+|_q = c (sum r^p)^(1/q).
 */
function gap(row: Row, y: Float64Array): number {
  const { scores: v, count, parameter: p } = row;
  const c = solveThreshold(v, count, p);
  const exponent = p - 1;
  let sum = 0;
  let inner = 0;
  for (let i = 0; i < count; i++) {
    const z = v[i]! / c;
    if (z > -1) sum += Math.exp((Math.log1p(z) * p) / exponent);
    if (y[i]! > 0) inner += v[i]! * y[i]!;
  }
  return -c + (c * c * Math.pow(sum, (2 * exponent) / p)) / 2 - (inner - regularizer(row, y));
}

const sqPnormMaxSolver: RowSolver<"p"> = {
  name: "sqPnormMax",
  parameter: pSpec,
  grouped: false,
  solve,
  regularizer,
  jacobianVectorProduct,
  parameterGradient,
  gap,
};

/**
 * sqPnormMax(x) = argmax over the simplex of <y, x> - (gamma / 2) |y|_p^2: sparse for every p in (1, 2]. The weights are
 * proportional to [x / gamma - tau]_+^(1/(p-1)), with tau the root of one scalar equation, solved to rounding.
 *
 * - `scores`: any shape, mapped along one axis. `p` in (1, 2] (default 1.5; 2 is sparsemax, towards 1 the argmax), one
 *   number or one a row; `gamma` > 0.
 * - Throws a RangeError or TypeError that names the argument, its value and its index.
 * - Cost: O(n) for each of a few Newton steps a row; pullback O(n), with gradients in gamma and p.
 *
 * Niculae and Blondel, "A Regularized Framework for Sparse and Structured Neural Attention" (2017).
 *
 * @example
 * sqPnormMax([1, 1, -1]); // [0.5, 0.5, 0]
 */
export const sqPnormMax: Mapping<"p"> = /* @__PURE__ */ defineMapping(sqPnormMaxSolver);

export const info: RegistryEntry = /* @__PURE__ */ describeMapping(sqPnormMax, sqPnormMaxSolver, {
  formula: "|y|_p^2 / 2",
  effect: "exact zeros, from the argmax (p towards 1) to sparsemax (2)",
  cost: "O(n) a Newton step",
  parameter: {
    description: "towards 1 the argmax, 2 sparsemax",
    typicalRange: [1.01, 2],
    samples: [1.05, 1.2, 1.5, 1.9],
  },
  domain: "simplex",
  symmetry: "permutation",
  sparse: true,
  paper: "Niculae and Blondel 2017",
});
