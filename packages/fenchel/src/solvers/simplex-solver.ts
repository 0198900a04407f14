/** Minimizes Omega(y) - <v, y> over the simplex for any convex differentiable Omega, until a gap certifies it. */
import { projectOntoSimplex } from "./simplex.ts";
import { makeSystemMemory, solveSumZero, type FreeHessian, type SystemMemory } from "./equality-newton.ts";

/** What the minimizer calls of Omega. Arrays hold one number an entry. */
export interface SmoothFunction {
  gradient(y: Float64Array, out: Float64Array): void;
  hessianProduct(y: Float64Array, u: Float64Array, out: Float64Array): void;
  hessianDiagonal?(y: Float64Array, out: Float64Array): void;
}

export interface MinimizationOptions {
  /** Steps along exp(-gradient) instead of projected ones: for gradients that are -Infinity where a weight is 0. */
  readonly mirror: boolean;
  /** Least curvature to try. */
  readonly leastCurvature: number;
  readonly firstCurvature: number;
  /** Relative to the largest gradient and score that carry weight. */
  readonly tolerance: number;
  /** Gradients to be evaluated at most. */
  readonly maxIterations: number;
}

/** Working memory for rows of exactly `n` entries. */
export interface Workspace {
  readonly n: number;
  /** The current point, grad Omega there minus v, and its certificate. */
  readonly y: Float64Array;
  readonly q: Float64Array;
  gap: number;
  scale: number;
  readonly previous: Float64Array;
  readonly base: Float64Array;
  readonly baseSlope: Float64Array;
  readonly trial: Float64Array;
  readonly trialSlope: Float64Array;
  readonly step: Float64Array;
  readonly free: Uint8Array;
  readonly inverseDiagonal: Float64Array;
  readonly system: SystemMemory;
}

export function makeWorkspace(n: number): Workspace {
  const floats = () => new Float64Array(n);
  return {
    n,
    y: floats(),
    q: floats(),
    gap: Infinity,
    scale: 1,
    previous: floats(),
    base: floats(),
    baseSlope: floats(),
    trial: floats(),
    trialSlope: floats(),
    step: floats(),
    free: new Uint8Array(n),
    inverseDiagonal: floats(),
    system: makeSystemMemory(n),
  };
}

/** Mirror steps never reach 0: no weight falls below this, and one that stands here is not worth a Newton step. */
export const least = 1e-300;
export const negligible = 1e-290;

function slopeAt(omega: SmoothFunction, v: Float64Array, y: Float64Array, out: Float64Array): void {
  omega.gradient(y, out);
  for (let i = 0; i < y.length; i++) out[i] = out[i]! - v[i]!;
}

/** The Frank-Wolfe gap <q, y> - min q, a bound on F(y) - min F, summed without cancellation; q = grad F(y). */
export function frankWolfeGap(y: Float64Array, q: Float64Array): number {
  let lowest = Infinity;
  for (let i = 0; i < y.length; i++) lowest = Math.min(lowest, q[i]!);
  let gap = 0;
  for (let i = 0; i < y.length; i++) if (y[i]! > 0) gap += y[i]! * (q[i]! - lowest);
  return gap;
}

/** Takes over the trial point as the current one. */
function moveTo(work: Workspace, v: Float64Array, y: Float64Array, q: Float64Array): void {
  work.y.set(y);
  work.q.set(q);
  work.gap = frankWolfeGap(y, q);
  let scale = 0;
  for (let i = 0; i < work.n; i++) {
    if (y[i]! > negligible) scale = Math.max(scale, Math.abs(q[i]! + v[i]!) + Math.abs(v[i]!));
  }
  work.scale = scale;
}

/** out proportional to y exp(t step), of sum 1. May work in place. */
function multiplyByExponential(y: Float64Array, step: Float64Array, t: number, out: Float64Array): void {
  const n = y.length;
  let top = -Infinity;
  for (let i = 0; i < n; i++) top = Math.max(top, Math.log(y[i]!) + t * step[i]!);
  let sum = 0;
  for (let i = 0; i < n; i++) {
    out[i] = Math.exp(Math.log(y[i]!) + t * step[i]! - top);
    sum += out[i]!;
  }
  for (let i = 0; i < n; i++) out[i] = Math.max(out[i]! / sum, least);
}

/**
 * Up to `rounds` first-order steps. Projected: accelerated, the extrapolated point brought back to the simplex, where
 * alone Omega need be defined; momentum starts afresh when it points uphill. Mirror: y exp(-q / L). Either way L is
 * such that <q' - q, y' - y> does not exceed L times the squared distance (or the symmetric divergence): a test on
 * gradients, which near the optimum tell more than values. (Beck and Teboulle 2009; O'Donoghue and Candes 2015.)
 */
function descend(
  omega: SmoothFunction,
  v: Float64Array,
  options: MinimizationOptions,
  work: Workspace,
  state: { curvature: number; iterations: number },
  rounds: number,
): void {
  const { n, y, q, previous, base, baseSlope, trial, trialSlope, step } = work;
  const { mirror } = options;
  previous.set(y);
  let momentum = 1;
  for (let round = 0; round < rounds && work.gap > options.tolerance * work.scale; round++) {
    const next = (1 + Math.sqrt(1 + 4 * momentum * momentum)) / 2;
    const weight = mirror ? 0 : (momentum - 1) / next;
    base.set(y);
    baseSlope.set(q);
    if (weight > 0) {
      for (let i = 0; i < n; i++) base[i] = y[i]! + weight * (y[i]! - previous[i]!);
      projectOntoSimplex(base, n, base);
      slopeAt(omega, v, base, baseSlope);
      state.iterations += 1;
    }
    for (;;) {
      for (let i = 0; i < n; i++) step[i] = -baseSlope[i]! / state.curvature;
      if (mirror) multiplyByExponential(base, step, 1, trial);
      else {
        for (let i = 0; i < n; i++) trial[i] = base[i]! + step[i]!;
        projectOntoSimplex(trial, n, trial);
      }
      slopeAt(omega, v, trial, trialSlope);
      state.iterations += 1;
      let bend = 0;
      let distance = 0;
      for (let i = 0; i < n; i++) {
        const move = trial[i]! - base[i]!;
        if (move === 0) continue;
        bend += (trialSlope[i]! - baseSlope[i]!) * move;
        distance += mirror ? (Math.log(trial[i]!) - Math.log(base[i]!)) * move : (move * move) / 2;
      }
      // Steps so short that rounding makes up the difference are as good as any.
      if (bend <= state.curvature * distance || distance < 1e-30 || state.iterations > options.maxIterations) break;
      state.curvature *= Math.min(Math.max((1.1 * bend) / (state.curvature * distance), 1.5), 100);
    }
    let uphill = 0;
    for (let i = 0; i < n; i++) uphill += (base[i]! - trial[i]!) * (trial[i]! - y[i]!);
    previous.set(y);
    moveTo(work, v, trial, trialSlope);
    momentum = uphill > 0 ? 1 : next;
    state.curvature = Math.max(0.9 * state.curvature, options.leastCurvature);
    if (state.iterations > options.maxIterations) return;
  }
}

/** H at y on the entries with weight; the inverse of its diagonal, where Omega does not tell it, as y / (H y). */
export function freeHessianAt(omega: SmoothFunction, y: Float64Array, work: Workspace): FreeHessian {
  const { n, free, inverseDiagonal } = work;
  const multiply = (u: Float64Array, out: Float64Array) => omega.hessianProduct(y, u, out);
  for (let i = 0; i < n; i++) free[i] = y[i]! > negligible ? 1 : 0;
  if (omega.hessianDiagonal) omega.hessianDiagonal(y, inverseDiagonal);
  else {
    // Exact for a diagonal H, and for |y|_p^2, where Omega'' may differ from entry to entry by many powers of 10.
    multiply(y, inverseDiagonal);
    for (let i = 0; i < n; i++) inverseDiagonal[i] = inverseDiagonal[i]! / y[i]!;
  }
  let usable = true;
  for (let i = 0; i < n; i++) {
    const entry = inverseDiagonal[i]!;
    if (free[i] === 1 && !(entry > 0 && entry < Infinity)) usable = false;
  }
  for (let i = 0; i < n; i++) inverseDiagonal[i] = free[i] === 0 ? 0 : usable ? 1 / inverseDiagonal[i]! : 1;
  return { multiply, free, inverseDiagonal };
}

/** The point that a Newton step of length t leads to: multiplied by exp(step / y), or projected within the support. */
function takeStep(work: Workspace, mirror: boolean, t: number, kept: Uint8Array | null): void {
  const { n, y, free, step, trial } = work;
  if (mirror) {
    for (let i = 0; i < n; i++) trial[i] = free[i] === 0 ? 0 : step[i]! / y[i]!;
    multiplyByExponential(y, trial, t, trial);
    return;
  }
  for (let i = 0; i < n; i++) {
    const moved = y[i]! + t * step[i]!;
    trial[i] =
      free[i] === 0 ? -Infinity : kept?.[i] === 1 ? y[i]! * Math.exp(Math.min((t * step[i]!) / y[i]!, 0)) : moved;
  }
  projectOntoSimplex(trial, n, trial);
}

/**
 * Newton steps on the support while each at least halves the gap: what first-order steps have found roughly becomes
 * right to rounding. An entry whose step would end below 0 is given up only if the gradient there agrees.
 */
function polish(
  omega: SmoothFunction,
  v: Float64Array,
  options: MinimizationOptions,
  work: Workspace,
  state: { curvature: number; iterations: number },
): void {
  const { n, y, q, trial, trialSlope, base, step, system } = work;
  const kept = new Uint8Array(n);
  for (let round = 0; round < 50 && work.gap > 0; round++) {
    // Once the gap will do, only long steps are worth their gradients.
    const shortest = work.gap <= options.tolerance * work.scale ? 0.25 : 1e-3;
    const hessian = freeHessianAt(omega, y, work);
    for (let i = 0; i < n; i++) base[i] = -q[i]!;
    solveSumZero(hessian, base, 1e-8, 1, system, step);
    let improved = false;
    for (let t = 1; t >= shortest && !improved; t /= 2) {
      takeStep(work, options.mirror, t, null);
      slopeAt(omega, v, trial, trialSlope);
      state.iterations += 1;
      if (!options.mirror) {
        let level = 0;
        for (let i = 0; i < n; i++) level += trial[i]! * trialSlope[i]!;
        let missed = false;
        for (let i = 0; i < n; i++) {
          kept[i] = Number(y[i]! > 0 && trial[i] === 0 && trialSlope[i]! < level);
          missed ||= kept[i] === 1;
        }
        if (missed) {
          takeStep(work, false, t, kept);
          slopeAt(omega, v, trial, trialSlope);
          state.iterations += 1;
        }
      }
      const gap = frankWolfeGap(trial, trialSlope);
      improved = gap < work.gap * (t === 1 ? 0.5 : 1 - t / 4);
    }
    if (!improved) return;
    moveTo(work, v, trial, trialSlope);
  }
}

/**
 * Makes the traces that multiplicative steps leave of weights that are really 0 exactly 0, where the gradient is finite
 * there, unless the certificate disagrees.
 */
export function dropTraces(omega: SmoothFunction, v: Float64Array, work: Workspace): void {
  const { n, y, trial, trialSlope } = work;
  for (let i = 0; i < n; i++) trial[i] = y[i]! < 1e-30 ? 0 : y[i]!;
  slopeAt(omega, v, trial, trialSlope);
  if (frankWolfeGap(trial, trialSlope) <= work.gap + 1e-16 * work.scale) moveTo(work, v, trial, trialSlope);
}

/**
 * Leaves the minimizer in `work.y` and its certificate in `work.gap`, `work.scale`. First-order steps find the support,
 * Newton steps finish on it; when they do not help, more first-order steps follow, twice as many each time. Returns the
 * number of gradients evaluated: above `maxIterations` when the gap could not be brought below the tolerance.
 */
export function minimizeOnSimplex(
  omega: SmoothFunction,
  v: Float64Array,
  options: MinimizationOptions,
  work: Workspace,
): number {
  const { n, trial, trialSlope } = work;
  if (options.mirror) {
    trial.fill(1 / n);
    multiplyByExponential(trial, v, 1, trial);
  } else projectOntoSimplex(v, n, trial);
  slopeAt(omega, v, trial, trialSlope);
  moveTo(work, v, trial, trialSlope);
  const state = { curvature: options.firstCurvature, iterations: 1 };
  for (let rounds = 10; ; rounds *= 2) {
    descend(omega, v, options, work, state, rounds);
    if (n > 1) polish(omega, v, options, work, state);
    if (work.gap <= options.tolerance * work.scale || state.iterations > options.maxIterations) return state.iterations;
  }
}
