/** The float32 path: the kernel that runs a call, and the residuals that its backward pass needs. */
import type { Call } from "./call.ts";
import { dispatch } from "../kernels/runtime/dispatch.ts";
import type { Kernel, KernelCall } from "../kernels/runtime/kernel.ts";
import { saveResiduals } from "../kernels/runtime/residuals.ts";
import type { RowSolver } from "./row-solver.ts";
import { scoreError, type Scores } from "./rows.ts";

/** Gradients in gamma, one per row, and in the own hyper-parameter, likewise or one per entry. */
export type HyperParameterGradients = readonly [gamma: Float64Array, parameter: Float64Array];

/** A call in the form that kernels take, with the kernel that runs it. */
export interface KernelRun {
  readonly kernel: Kernel;
  readonly call: KernelCall;
}

/** The kernel run of a mapping's call; undefined when it must be computed in float64. The kernels are asked once a call. */
export function kernelRun<S>(solver: RowSolver<string, S>, given: Call<S>): KernelRun | undefined {
  const own = solver.kernel;
  if (own === undefined || !(given.scores instanceof Float32Array) || !own.available()) return undefined;
  if (!inKernelRange(solver, given)) return undefined;
  const { layout, removal } = given;
  let kept: Uint8Array | null = null;
  if (removal.mask !== undefined) {
    kept = new Uint8Array(layout.size);
    for (let i = 0; i < layout.size; i++) kept[i] = removal.mask[i] ? 1 : 0;
  }
  const call: KernelCall = {
    scores: given.scores,
    outer: layout.outer,
    n: layout.n,
    inner: layout.inner,
    kept,
    lengths: removal.lengths === undefined ? null : Int32Array.from(removal.lengths),
    gamma: given.gamma,
    parameter: given.parameter,
    structure: solver.kernelStructure?.(given.structure),
  };
  return { kernel: dispatch(solver.name, own, call), call };
}

/** Least gamma that kernels take, and the inverse of the greatest: score / gamma must keep its digits in float32. */
const leastGamma = 1e-30;

function inKernelRange<S>({ kernelLimit = Infinity }: RowSolver<string, S>, { gamma, parameter }: Call<S>): boolean {
  return (
    gamma.every((value) => value >= leastGamma && value <= 1 / leastGamma) &&
    parameter.every((value) => value <= kernelLimit)
  );
}

/** Runs the kernel forward. Throws a RangeError at a kept NaN or +Infinity. */
export function runKernel(
  { kernel, call }: KernelRun,
  weights: Float32Array,
  groups: Int32Array | null,
  at?: number,
): void {
  const offending = kernel.forward(call, weights, groups, at);
  if (offending >= 0) throw scoreError(offending, call.scores[offending]);
}

/**
 * Fills the weights and returns the product with J. With weights in an `out` that an earlier call filled, whose pullback
 * was called, that call's residuals are overwritten: a training loop allocates nothing.
 */
export function linearizeOnKernel<S>(
  solver: RowSolver<string, S>,
  run: KernelRun,
  weights: Float32Array,
  reused: boolean,
): (
  tangent: Scores,
  result: number[] | Float32Array | Float64Array,
  gradients: HyperParameterGradients | null,
) => void {
  const { kernel, call } = run;
  const stays = call.inner === 1 && kernel === solver.kernel;
  const saved = saveResiduals(weights, solver.grouped, reused, stays);
  const residuals = saved.residuals!;
  runKernel(run, weights, residuals.groups, residuals.at);
  if (residuals.at < 0) residuals.weights!.set(weights);
  residuals.idle = false;
  const { scores: _, ...shape } = call;
  return (tangent, result, gradients) => {
    const { residuals } = saved;
    if (residuals === undefined) {
      throw new Error(
        `${solver.name}: this pullback is no longer valid: a later vjp into the same out overwrote its residuals`,
      );
    }
    residuals.idle = true;
    kernel.pullback(
      shape,
      residuals.weights,
      residuals.groups,
      tangent instanceof Float32Array ? tangent : Float32Array.from(tangent),
      result as Float32Array,
      gradients?.[0] ?? null,
      solver.parameter === null ? null : (gradients?.[1] ?? null),
      residuals.at,
    );
  };
}
