/** regularized: the mapping of any strongly convex differentiable Omega that a user gives. */
import { checkOptions, valueError } from "../core/arguments.ts";
import { defineMapping } from "../core/define-mapping.ts";
import type { Mapping } from "../core/contract.ts";
import type { Row, RowSolver } from "../core/row-solver.ts";
import {
  dropTraces,
  frankWolfeGap,
  freeHessianAt,
  least,
  makeWorkspace,
  minimizeOnSimplex,
  type Workspace,
} from "../solvers/simplex-solver.ts";
import { solveSumZero } from "../solvers/equality-newton.ts";
import { checkedRegularizer, checkDerivatives, checkRegularizer, type Regularizer } from "./regularizer.ts";

export type { Regularizer };

/** How the weights are found. */
export interface RegularizedOptions {
  /**
   * "projection": accelerated projected gradients; the gradient must be finite on the whole simplex, and weights can be
   * exactly 0. "mirror": multiplicative steps, for gradients that are -Infinity at 0; every weight is positive.
   * "auto" (default): mirror when the gradient is not finite at a corner of the simplex.
   */
  readonly method?: "auto" | "projection" | "mirror" | undefined;
  /** The certified gap that ends the search, relative to the scores and gradients that carry weight. Default 1e-12. */
  readonly tolerance?: number | undefined;
  /** Gradients evaluated at most for a row. Default 20,000. */
  readonly maxIterations?: number | undefined;
  /**
   * Compares the gradient with differences of the value, and the Hessian products with differences of the gradient, once,
   * before the first row of two entries or more is solved. Default false.
   */
  readonly checkDerivatives?: boolean | undefined;
}

function positive(name: string, value: number | undefined, fallback: number): number {
  if (value === undefined) return fallback;
  if (!(typeof value === "number" && value > 0 && value < Infinity)) {
    throw valueError(name, value, "a finite number above 0 is needed");
  }
  return value;
}

/** Whether the gradient is -Infinity at a corner of the simplex of n entries, n of 2 or more. */
function growsAtZero(omega: Regularizer, n: number): boolean {
  const corner = new Float64Array(n);
  const slope = new Float64Array(n);
  corner[0] = 1;
  omega.gradient(corner, slope);
  return slope.includes(-Infinity);
}

function regularizedSolver(given: Regularizer, options: RegularizedOptions | undefined): RowSolver<never> {
  checkRegularizer(given);
  checkOptions("regularized", options, ["method", "tolerance", "maxIterations", "checkDerivatives"]);
  const omega = checkedRegularizer(given);
  const method = options?.method ?? "auto";
  if (!["auto", "projection", "mirror"].includes(method)) {
    throw valueError("method", method, '"auto", "projection" or "mirror" is needed');
  }
  const leastCurvature = positive("strongConvexity", given.strongConvexity, 1e-12);
  const settings = {
    leastCurvature,
    firstCurvature: positive("smoothness", given.smoothness, Math.max(1, leastCurvature)),
    tolerance: positive("tolerance", options?.tolerance, 1e-12),
    maxIterations: positive("maxIterations", options?.maxIterations, 20_000),
  };
  if (options?.checkDerivatives !== undefined && typeof options.checkDerivatives !== "boolean") {
    throw valueError("checkDerivatives", options.checkDerivatives, "true or false is needed", "type");
  }
  let unchecked = options?.checkDerivatives === true;
  let mirror: boolean | null = method === "auto" ? null : method === "mirror";
  let work = makeWorkspace(0);
  let tangent = new Float64Array(0);

  const reserve = (n: number): Workspace => {
    if (work.n !== n) {
      work = makeWorkspace(n);
      tangent = new Float64Array(n);
    }
    return work;
  };

  /** The point with every weight where the gradient is finite. */
  const inside = (y: Float64Array): Float64Array => (mirror ? y.map((weight) => Math.max(weight, least)) : y);

  /**
   * Solves the row into the workspace. With "auto", projected steps that make no way are interrupted for an attempt by
   * multiplicative ones: those cross many powers of 10 where curvature grows without bound towards 0.
   */
  const minimize = ({ scores, count }: Row): Workspace => {
    if (unchecked) checkDerivatives(omega, count);
    unchecked = false;
    mirror ??= growsAtZero(omega, count);
    const space = reserve(count);
    const v = scores.subarray(0, count);
    const { maxIterations, tolerance } = settings;
    const attempt = Math.ceil(maxIterations / 20);
    const attempts = [{ mirror, maxIterations }];
    if (method === "auto" && !mirror) {
      attempts.unshift({ mirror: false, maxIterations: attempt }, { mirror: true, maxIterations: attempt });
    }
    let iterations = 0;
    for (const call of attempts) {
      iterations += minimizeOnSimplex(omega, v, { ...settings, ...call }, space);
      if (call.mirror && !mirror) dropTraces(omega, v, space);
      if (space.gap <= tolerance * space.scale) return space;
    }
    throw new RangeError(
      `${omega.name} is not solved after ${iterations} gradients: its certified gap is ${space.gap}, ` +
        `${tolerance * space.scale} is needed; are the derivatives right (checkDerivatives: true tells), or is ` +
        "maxIterations too small?",
    );
  };

  const solve = (row: Row): void => {
    if (row.count === 1) row.weights[0] = 1;
    else row.weights.set(minimize(row).y);
  };

  const regularizer = ({ count }: Row, y: Float64Array): number => omega.value(y.subarray(0, count));

  /** H d = u + constant on the support, sum d = 0: the derivative of the optimality conditions. */
  const jacobianVectorProduct = ({ weights, count }: Row, u: Float64Array, out: Float64Array): void => {
    const space = reserve(count);
    const y = weights.subarray(0, count);
    const hessian = freeHessianAt(omega, y, space);
    solveSumZero(hessian, u.subarray(0, count), 1e-12, 2, space.system, tangent);
    out.set(tangent);
  };

  /**
   * The Frank-Wolfe gap at y or, where it is not tight (a weight of 0 with an infinite slope, or far from the optimum),
   * the bound by the tangent plane at the solved z: max (v - g) + <g, z> - Omega(z) is at least the supremum for any g
   * that is the gradient at z, whatever the solver did.
   */
  const gap = (row: Row, weights: Float64Array): number => {
    const { scores: v, count } = row;
    if (count === 1) return 0;
    mirror ??= growsAtZero(omega, count);
    const y = weights.subarray(0, count);
    const slope = new Float64Array(count);
    omega.gradient(inside(y), slope);
    let inner = 0;
    for (let i = 0; i < count; i++) {
      slope[i] = slope[i]! - v[i]!;
      if (y[i]! > 0) inner += y[i]! * v[i]!;
    }
    const direct = frankWolfeGap(y, slope);
    const { y: z, gap: rest } = minimize(row);
    // <g, z> - Omega(z) + Omega(y) - <v, y> + max (v - g) = Omega(y) - Omega(z) - <v, y - z> + gap at z.
    let linear = -inner;
    for (let i = 0; i < count; i++) if (z[i]! > 0) linear += z[i]! * v[i]!;
    const bound = omega.value(y) - omega.value(z) + linear + rest;
    return Math.min(direct, Math.max(bound, 0));
  };

  return { name: omega.name, parameter: null, grouped: false, solve, regularizer, jacobianVectorProduct, gap };
}

/**
 * regularized(omega) is the mapping x -> argmax over the simplex of <y, x> - gamma Omega(y) of any strongly convex,
 * twice differentiable Omega, given by its value, its gradient and its products with a Hessian, with every member of the
 * contract: weights, max, vjp, jvp, loss, gap, all options, and the gradient in gamma.
 *
 * - Forward: first-order steps, accelerated and projected, or multiplicative where the gradient is infinite at 0; then
 *   Newton steps on the support, by conjugate gradients. The search ends when the Frank-Wolfe gap certifies the weights.
 *   Where Omega's gradient is finite at 0 the weights can be exactly 0.
 * - Backward: the linear system H d = u + constant, sum d = 0, on the support, by conjugate gradients; no unrolling.
 * - `omega.gradient` must be the derivative of `omega.value`, on which the certificate rests, and `omega.hessianProduct`
 *   that of `omega.gradient`, on which the backward pass rests: `checkDerivatives: true` compares them once. Omega must not
 *   depend on a hyper-parameter that changes between a forward and a backward pass.
 * - Throws a TypeError when a member of omega is missing or leaves no result; at a call, a RangeError that names the entry
 *   when the gradient is not a number, and a RangeError with the gap when it cannot be certified within `maxIterations`
 *   gradients.
 * - Cost: some tens to hundreds of gradients and Hessian products a row; the closed forms of this library are faster
 *   wherever they exist. Float32Array scores are computed in float64.
 *
 * Beck and Teboulle, "A Fast Iterative Shrinkage-Thresholding Algorithm" (2009); Jaggi, "Revisiting Frank-Wolfe" (2013),
 * for the gap; Niculae and Blondel, "A Regularized Framework for Sparse and Structured Neural Attention" (2017), for
 * the implicit derivative.
 *
 * @example
 * // Sparsemax whose neighbours attract each other: Omega(y) = |y|^2 / 2 + sum (y_{i+1} - y_i)^2 / 2, H = I + D^T D.
 * const multiply = (u, out) => {
 *   for (let i = 0; i < u.length; i++) {
 *     out[i] = u[i];
 *     if (i > 0) out[i] += u[i] - u[i - 1];
 *     if (i + 1 < u.length) out[i] += u[i] - u[i + 1];
 *   }
 * };
 * const smoothmax = regularized({
 *   name: "smoothmax",
 *   value: (y) => y.reduce((sum, weight, i) => sum + weight ** 2 + (i > 0 ? (weight - y[i - 1]) ** 2 : 0), 0) / 2,
 *   gradient: (y, out) => multiply(y, out),
 *   hessianProduct: (y, u, out) => multiply(u, out),
 * });
 * smoothmax([1, 2, 0]); // [3 / 7, 4 / 7, 0]
 */
export function regularized(omega: Regularizer, options?: RegularizedOptions): Mapping {
  return defineMapping(regularizedSolver(omega, options));
}
