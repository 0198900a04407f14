/** normmax: Omega(y) = |y|_alpha, not squared, for alpha > 1. */
import { defineMapping } from "../core/define-mapping.ts";
import { describeMapping, type RegistryEntry } from "../core/mapping-info.ts";
import type { HyperParameterSpec } from "../core/hyper-parameters.ts";
import type { Mapping } from "../core/contract.ts";
import { keptCount, keptDistances, lastKeptScore } from "../solvers/threshold-breakpoints.ts";
import {
  fillProfile,
  largest,
  logRatio,
  profileRoot,
  profileSums,
  squareThreshold,
  sumProfile,
} from "../solvers/threshold-newton.ts";
import { bracketedRoot } from "../solvers/root-finding.ts";
import type { Row, RowSolver } from "../core/row-solver.ts";

const alphaSpec: HyperParameterSpec<"alpha"> = {
  name: "alpha",
  default: 2,
  least: 1,
  accepts: (value) => value > 1 && value < Infinity,
  range: "a finite number above 1",
};

/** alpha - 1 of the row being solved. */
let b = 0;

/**
 * Stationarity is (y_i / |y|_alpha)^b = v_i + c on the support, so that sum [v + c]_+^(alpha/b) = 1. In
 * r_i = (1 + v_i / c)_+^(1/b): log c + (b / alpha) log sum r^alpha = 0, with slope sum r / sum r^alpha in log c.
 */
function thresholdStep(c: number): number {
  sumProfile(b, 1 / c);
  const f = Math.log(c) + (b / (1 + b)) * Math.log(profileSums.raised);
  return -c * Math.expm1((-f * profileSums.raised) / profileSums.total);
}

/** Above alpha = 2: sum (D_j + d)^(alpha/b) = 1 for the distance d from tau to the last kept score; convex in d. */
function distanceStep(d: number): number {
  const distances = keptDistances();
  const count = keptCount();
  let sum = 0;
  let slope = 0;
  for (let j = 0; j < count; j++) {
    const distance = distances[j]! + d;
    const root = Math.pow(distance, 1 / b);
    sum += root * distance;
    slope += root;
  }
  return ((sum - 1) * b) / ((1 + b) * slope);
}

/**
 * Fills y when it is given and returns c = -tau for scores of which the best is 0; c goes from n^(-b/alpha) (all alike)
 * to 1 (one weight).
 */
function solveThreshold(v: Float64Array, count: number, alpha: number, y: Float64Array | null): number {
  b = alpha - 1;
  if (alpha > 2) {
    const last = lastKeptScore(v, count, 1, alpha / b);
    // n scores all alike have d = n^(-b/alpha), exactly; higher ones only lower it.
    const d = bracketedRoot(distanceStep, 0, 1 + last, Math.min(1 + last, Math.pow(keptCount(), -b / alpha)));
    if (y !== null) {
      let total = 0;
      for (let i = 0; i < count; i++) total += y[i] = v[i]! < last ? 0 : Math.pow(v[i]! - last + d, 1 / b);
      for (let i = 0; i < count; i++) y[i] = y[i]! / total;
    }
    return d - last;
  }
  let c = 1;
  if (alpha === 2) c = squareThreshold(v, count, 1);
  else c = profileRoot(v, count, thresholdStep, b / alpha);
  if (y !== null) fillProfile(v, count, b, 1 / c, y);
  return c;
}

/** |y|_alpha relative to the largest weight, whose powers could all underflow. */
function norm(y: Float64Array, count: number, alpha: number): number {
  const top = largest(y, count);
  let sum = 0;
  for (let i = 0; i < count; i++) if (y[i]! > 0) sum += Math.pow(y[i]! / top, alpha);
  return top === 0 ? 0 : top * Math.pow(sum, 1 / alpha);
}

/** A derivative this steep (b > 1, a weight next to 0) is cut here, so that sums of it stay finite. */
const steepest = 1e200;

/**
 * J = (n / b) (I - y 1^T) diag((y / n)^(1-b)) (I - 1 y^T) with n = |y|_alpha, from y = n (v + c)^(1/b), d c = -<y, d v>
 * and n = 1 / sum (v + c)^(1/b). It is symmetric.
 */
function jacobianVectorProduct({ weights: y, count, parameter: alpha }: Row, u: Float64Array, out: Float64Array): void {
  const exponent = alpha - 1;
  let top = 0;
  for (let i = 1; i < count; i++) if (y[i]! > y[top]!) top = i;
  let mean = 0;
  let total = 0;
  for (let i = 0; i < count; i++) {
    out[i] = 0;
    if (!(y[i]! > 0)) continue;
    mean += y[i]! * (u[i]! - u[top]!);
    const ratio = y[i]! / y[top]!;
    const raised = Math.pow(ratio, exponent);
    total += raised * ratio;
    out[i] = Math.min(ratio / raised, steepest);
  }
  let sum = 0;
  for (let i = 0; i < count; i++) sum += out[i] = out[i]! * (u[i]! - u[top]! - mean);
  // diag((y / n)^(1-b)) n = diag((y / top)^(1-b)) top^(1-b) n^b, and (n / top)^alpha = total.
  const scale = (y[top]! * Math.pow(total, exponent / alpha)) / exponent;
  for (let i = 0; i < count; i++) if (y[i]! > 0) out[i] = (out[i]! - y[i]! * sum) * scale;
}

/**
 * d y / d alpha = -J h with h the derivative in alpha of the gradient of Omega, g = (y / n)^b: h = g (log(y / n) - k) with
 * k = b d log n / d alpha = (b / alpha) sum (y / n)^alpha log(y / n). J h does not change when h is shifted, here by its
 * value for the best score: with t the largest weight and d = log(y / t), h - h_t =
 * g_t ((log(t / n) - k) expm1(b d) + d e^(b d)).
 */
function parameterGradient(
  { scores: v, weights: y, count, parameter: alpha }: Row,
  _: Float64Array,
  jacobianProduct: Float64Array,
): number {
  const exponent = alpha - 1;
  const n = norm(y, count, alpha);
  let level = 0;
  for (let i = 0; i < count; i++) if (y[i]! > 0) level -= Math.pow(y[i]! / n, alpha) * Math.log(y[i]! / n);
  const top = largest(y, count);
  const gradient = Math.pow(top / n, exponent);
  level = Math.log(top / n) + (exponent / alpha) * level;
  let sum = 0;
  for (let i = 0; i < count; i++) {
    if (!(y[i]! > 0)) continue;
    const d = logRatio(v[i]!, 1 / gradient, exponent, y[i]!, top);
    sum += jacobianProduct[i]! * (level * Math.expm1(exponent * d) + d * Math.exp(exponent * d));
  }
  return 0 - gradient * sum;
}

/**
 * Weak duality: sup <y, v> - |y|_alpha <= -c for every c with |[v + c]_+|_q <= 1, 1/alpha + 1/q = 1. Should rounding have
 * left that norm above 1, c is divided by it: v <= 0, so that [v + c / N]_+ <= [v + c]_+ / N.
 */
function gap(row: Row, y: Float64Array): number {
  const { scores: v, count, parameter: alpha } = row;
  const c = solveThreshold(v, count, alpha, null);
  const exponent = alpha - 1;
  let sum = 0;
  let inner = 0;
  for (let i = 0; i < count; i++) {
    const z = v[i]! / c;
    if (z > -1) sum += Math.exp((Math.log1p(z) * alpha) / exponent);
    if (y[i]! > 0) inner += v[i]! * y[i]!;
  }
  const dualNorm = c * Math.pow(sum, exponent / alpha);
  return -c / Math.max(dualNorm, 1) - (inner - norm(y, count, alpha));
}

const normmaxSolver: RowSolver<"alpha"> = {
  name: "normmax",
  parameter: alphaSpec,
  grouped: false,
  solve: ({ scores, weights, count, parameter }) => {
    solveThreshold(scores, count, parameter, weights);
  },
  regularizer: ({ count, parameter }, y) => norm(y, count, parameter),
  jacobianVectorProduct,
  parameterGradient,
  gap,
};

/**
 * normmax(x) = argmax over the simplex of <y, x> - gamma |y|_alpha: weights proportional to
 * [x / gamma - tau]_+^(1/(alpha-1)), sparse for every alpha > 1, uniform over what it keeps as alpha grows.
 *
 * - `scores`: any shape, mapped along one axis. `alpha` > 1 (default 2), one number or one a row; `gamma` > 0.
 * - Throws a RangeError or TypeError that names the argument, its value and its index.
 * - Cost: O(n) for each of a few Newton steps a row up to alpha = 2, O(n + c log c) above, for c entries within gamma of
 *   the best; pullback O(n), with gradients in gamma and alpha. Above alpha = 2 a weight leaves 0 with a vertical
 *   tangent, so that one next to 0 has a steep derivative.
 *
 * Blondel, Martins and Niculae, "Learning with Fenchel-Young Losses" (2020).
 *
 * @example
 * normmax([1, 1, -1]); // [0.5, 0.5, 0]
 */
export const normmax: Mapping<"alpha"> = /* @__PURE__ */ defineMapping(normmaxSolver);

export const info: RegistryEntry = /* @__PURE__ */ describeMapping(normmax, normmaxSolver, {
  formula: "|y|_alpha",
  effect: "exact zeros, nearly uniform over what it keeps as alpha grows",
  cost: "O(n) a Newton step, O(n + c log c) above alpha 2",
  parameter: {
    description: "larger: the kept weights nearer to uniform",
    typicalRange: [1.01, 4],
    samples: [1.05, 1.5, 2, 3],
  },
  domain: "simplex",
  symmetry: "permutation",
  sparse: true,
  paper: "Blondel, Martins and Niculae 2020",
});
