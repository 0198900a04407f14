/** entmax: Omega(y) = (sum y^alpha - 1) / (alpha (alpha - 1)), from softmax (alpha = 1) through sparsemax (2) on. */
import { defineMapping } from "../core/define-mapping.ts";
import { describeMapping, type RegistryEntry } from "../core/mapping-info.ts";
import { entmaxBinary } from "../kernels/generated/index.ts";
import { makeKernel } from "../kernels/runtime/run.ts";
import type { HyperParameterSpec } from "../core/hyper-parameters.ts";
import type { Mapping } from "../core/contract.ts";
import { keptCount, keptDistances, lastKeptScore } from "../solvers/threshold-breakpoints.ts";
import {
  fillProfile,
  largest,
  logRatio,
  profileSums,
  squareThreshold,
  sumProfile,
  takeCandidates,
} from "../solvers/threshold-newton.ts";
import { bracketedRoot } from "../solvers/root-finding.ts";
import type { Row, RowSolver } from "../core/row-solver.ts";
import { projectOntoSimplex } from "../solvers/simplex.ts";
import { separableProduct } from "../solvers/separable-jacobian.ts";

export const alphaSpec: HyperParameterSpec<"alpha"> = {
  name: "alpha",
  default: 1.5,
  least: 1,
  accepts: (value) => value >= 1 && value < Infinity,
  range: "a finite number of 1 or more",
};

/** alpha - 1 of the row being solved. */
let b = 0;

/**
 * With u the weight of the best score, y_i = u (1 + b v_i u^-b)_+^(1/b): sum y is convex and increasing in u for b <= 1,
 * and linear in the limits b = 0 and, piece by piece, b = 1.
 */
function topWeightStep(u: number): number {
  sumProfile(b, b * Math.pow(u, -b));
  return (u * profileSums.total - 1) / profileSums.lowered;
}

/** With w the smallest weight and D_j = b (v_j - v_K), y_j = (D_j + w^b)^(1/b): sum y is convex in w for b >= 1. */
function lastWeightStep(w: number): number {
  const distances = keptDistances();
  const count = keptCount();
  const edge = Math.pow(w, b);
  let sum = 0;
  let slope = 0;
  for (let j = 0; j < count; j++) {
    const distance = distances[j]!;
    const y = distance > 0 ? Math.pow(distance + edge, 1 / b) : w;
    sum += y;
    slope += distance > 0 ? Math.pow(w / y, b - 1) : 1;
  }
  return (sum - 1) / slope;
}

function solveAboveTwo(v: Float64Array, count: number, y: Float64Array): void {
  const last = lastKeptScore(v, count, b, 1 / b);
  const distances = keptDistances();
  let sum = 0;
  let ties = 0;
  for (let j = 0; j < keptCount(); j++) {
    if (distances[j]! > 0) sum += Math.pow(distances[j]!, 1 / b);
    else ties += 1;
  }
  const most = Math.max((1 - sum) / ties, 0);
  const w = most === 0 ? 0 : bracketedRoot(lastWeightStep, 0, most, most);
  const edge = Math.pow(w, b);
  for (let i = 0; i < count; i++) {
    const distance = b * (v[i]! - last);
    y[i] = distance > 0 ? Math.pow(distance + edge, 1 / b) : distance === 0 ? w : 0;
  }
}

function solveScores(v: Float64Array, count: number, alpha: number, y: Float64Array): void {
  b = alpha - 1;
  if (alpha === 1) {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += y[i] = Math.exp(v[i]!);
    for (let i = 0; i < count; i++) y[i] = y[i]! / sum;
  } else if (alpha === 1.5) {
    const t = squareThreshold(v, count, 0.5);
    for (let i = 0; i < count; i++) y[i] = Math.max(t + v[i]! / 2, 0) ** 2;
  } else if (alpha === 2) projectOntoSimplex(v, count, y);
  else if (alpha > 2) solveAboveTwo(v, count, y);
  else {
    takeCandidates(v, count, -1 / b);
    const u = bracketedRoot(topWeightStep, 1 / count, 1, 1);
    fillProfile(v, count, b, b * Math.pow(u, -b), y);
  }
}

/** (y^b - 1) / b, log y in the limit b = 0; `logY` is log y. */
function powerLog(logY: number, exponent: number): number {
  return exponent === 0 ? logY : Math.expm1(exponent * logY) / exponent;
}

/** (sum y^alpha - 1) / (alpha b) = sum y (y^b - 1) / (b alpha), as y sums to 1: this form has the limit sum y log y. */
function regularizer({ count, parameter: alpha }: Row, y: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < count; i++) if (y[i]! > 0) sum += y[i]! * powerLog(Math.log(y[i]!), alpha - 1);
  return sum / alpha;
}

/**
 * Derivative of powerLog in the exponent: l^2 phi(exponent l) with phi(z) = (1 + (z - 1) e^z) / z^2 and phi(0) = 1/2.
 * By its power series sum z^k (k + 1) / (k + 2)! where the closed form would cancel.
 */
function powerLogSlope(logY: number, exponent: number): number {
  const z = exponent * logY;
  if (z < -1) return (logY * logY * (1 + (z - 1) * Math.exp(z))) / (z * z);
  let term = 0.5;
  let sum = 0.5;
  for (let k = 1; k <= 20; k++) {
    term *= z / (k + 2);
    sum += (k + 1) * term;
  }
  return logY * logY * sum;
}

/**
 * d y / d alpha = -J h, h_i the derivative of powerLog at log y_i in its exponent. J h does not change when h is shifted,
 * here by its value for the best score: with t the largest weight and d = log(y / t), h - h_t =
 * t^b (log t powerLog(d) + powerLogSlope(d)), two terms of one sign.
 */
function parameterGradient(
  { scores: v, weights: y, count, parameter: alpha }: Row,
  _: Float64Array,
  jacobianProduct: Float64Array,
): number {
  const exponent = alpha - 1;
  const top = largest(y, count);
  const scale = Math.pow(top, exponent);
  let sum = 0;
  for (let i = 0; i < count; i++) {
    if (!(y[i]! > 0)) continue;
    const d = exponent === 0 ? v[i]! : logRatio(v[i]!, exponent / scale, exponent, y[i]!, top);
    sum += jacobianProduct[i]! * (Math.log(top) * powerLog(d, exponent) + powerLogSlope(d, exponent));
  }
  return 0 - scale * sum;
}

let optimum = new Float64Array(0);

/**
 * Weak duality: for every s, sup <y, v> - Omega(y) <= s + (sum (1 + b (v - s))_+^(alpha/b) - 1) / alpha, each term the
 * conjugate of its part of Omega. It is least, and equal, at s = (1 - u^b) / b for u the weight of the best score.
 */
function gap(row: Row, y: Float64Array): number {
  const { scores: v, count, parameter: alpha } = row;
  if (optimum.length < count) optimum = new Float64Array(Math.max(count, 2 * optimum.length));
  solveScores(v, count, alpha, optimum);
  const s = -powerLog(Math.log(largest(optimum, count)), b);
  let conjugate = 0;
  let inner = 0;
  for (let i = 0; i < count; i++) {
    const z = v[i]! - s;
    if (b === 0) conjugate += Math.exp(z);
    else if (b * z > -1) conjugate += Math.exp((Math.log1p(b * z) * alpha) / b);
    if (y[i]! > 0) inner += v[i]! * y[i]!;
  }
  return s + (conjugate - 1) / alpha - (inner - regularizer(row, y));
}

const entmaxSolver: RowSolver<"alpha"> = {
  name: "entmax",
  parameter: alphaSpec,
  grouped: false,
  solve: ({ scores, weights, count, parameter }) => solveScores(scores, count, parameter, weights),
  regularizer,
  jacobianVectorProduct: ({ weights, count, parameter }, u, out) =>
    separableProduct(weights, count, 2 - parameter, u, out),
  parameterGradient,
  gap,
  kernel: /* @__PURE__ */ makeKernel(entmaxBinary),
  // Beyond, differences of scores too small for float32 make up much of a weight.
  kernelLimit: 50,
};

/**
 * entmax(x) = argmax over the simplex of <y, x> - gamma (sum y^alpha - 1) / (alpha (alpha - 1))
 * = [(alpha - 1) x / gamma - tau]_+^(1 / (alpha - 1)): softmax at alpha = 1, sparsemax at 2, sparser as alpha grows.
 *
 * - `scores`: any shape, mapped along one axis. `alpha` >= 1 (default 1.5), one number or one a row; `gamma` > 0.
 * - Throws a RangeError or TypeError that names the argument, its value and its index.
 * - Cost: O(n) for each of a few Newton steps a row up to alpha = 2, O(n + c log c) above, for c entries within
 *   gamma / (alpha - 1) of the best; pullback O(n), with gradients in gamma and alpha, alpha = 1 included. Above
 *   alpha = 2 the derivative at a positive weight y grows like y^(2 - alpha).
 *
 * Peters, Niculae and Martins, "Sparse Sequence-to-Sequence Models" (2019); the gradient in alpha: Correia, Niculae and
 * Martins, "Adaptively Sparse Transformers" (2019).
 *
 * @example
 * entmax([1, 1, -2]); // [0.5, 0.5, 0]
 */
export const entmax: Mapping<"alpha"> = /* @__PURE__ */ defineMapping(entmaxSolver);

export const info: RegistryEntry = /* @__PURE__ */ describeMapping(entmax, entmaxSolver, {
  formula: "(sum y^alpha - 1) / (alpha (alpha - 1))",
  effect: "from softmax (alpha 1) through sparsemax (2) on, exact zeros above 1",
  cost: "O(n) a Newton step, O(n + c log c) above alpha 2",
  parameter: {
    description: "towards 1 dense, larger sparser",
    typicalRange: [1.01, 4],
    samples: [1, 1.05, 1.5, 2, 3],
    benchmarksFor: () => [1.5, 1.3],
  },
  domain: "simplex",
  symmetry: "permutation",
  sparse: true,
  paper: "Peters, Niculae and Martins 2019",
});
