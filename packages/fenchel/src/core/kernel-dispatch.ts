/** The float32 path: which calls go to a mapping's kernel, and what their backward pass keeps. */
import type { Call } from "./call.ts";
import { kernelFor } from "../kernels/runtime/dispatch.ts";
import { keep } from "../kernels/runtime/residuals.ts";
import type { KernelCall } from "../kernels/runtime/kernel.ts";
import type { RowSolver } from "./row-solver.ts";
import { scoreError, type Scores } from "./rows.ts";

/** Gradients in gamma and in the own hyper-parameter, one a row. */
export type PerRowGradients = readonly [gamma: Float64Array, parameter: Float64Array];

/** The kernel call of a mapping's call; undefined when it must be computed in float64. */
export function kernelCall<S>(solver: RowSolver<string, S>, call: Call<S>): KernelCall | undefined {
  const { kernel } = solver;
  if (kernel === undefined || !(call.scores instanceof Float32Array) || !kernel.available()) return undefined;
  const { layout, removal } = call;
  let kept: Uint8Array | null = null;
  if (removal.mask !== undefined) {
    kept = new Uint8Array(layout.size);
    for (let i = 0; i < layout.size; i++) kept[i] = removal.mask[i] ? 1 : 0;
  }
  return {
    scores: call.scores,
    outer: layout.outer,
    n: layout.n,
    inner: layout.inner,
    kept,
    lengths: removal.lengths === undefined ? null : Int32Array.from(removal.lengths),
    gamma: call.gamma,
    parameter: call.parameter,
    structure: solver.kernelStructure?.(call.structure),
  };
}

/** Runs the kernel forward. Throws a RangeError at a kept NaN or +Infinity. */
export function runKernel<S>(
  solver: RowSolver<string, S>,
  call: KernelCall,
  weights: Float32Array,
  groups: Int32Array | null,
  at?: number,
): void {
  const offending = kernelFor(solver.name, solver.kernel!, call).forward(call, weights, groups, at);
  if (offending >= 0) throw scoreError(offending, call.scores[offending]);
}

/**
 * Fills the weights and returns the product with J. With weights in an `out` that an earlier call filled, whose pullback
 * was called, that call's memory is reused: a training loop allocates nothing.
 */
export function linearizeOnKernel<S>(
  solver: RowSolver<string, S>,
  call: KernelCall,
  weights: Float32Array,
  reused: boolean,
): (tangent: Scores, result: number[] | Float32Array | Float64Array, gradients: PerRowGradients | null) => void {
  const own = solver.kernel!;
  const stays = call.inner === 1 && kernelFor(solver.name, own, call) === own;
  const kept = keep(weights, solver.grouped, reused, stays);
  const memory = kept.memory!;
  runKernel(solver, call, weights, memory.groups, memory.at);
  if (memory.at < 0) memory.weights!.set(weights);
  memory.idle = false;
  const { scores: _, ...shape } = call;
  return (tangent, result, gradients) => {
    const { memory } = kept;
    if (memory === undefined) {
      throw new Error(`${solver.name}: the memory of this pullback went to a later vjp with the same out`);
    }
    memory.idle = true;
    const kernel = memory.at < 0 ? kernelFor(solver.name, own, shape) : own;
    kernel.pullback(
      shape,
      memory.weights,
      memory.groups,
      tangent instanceof Float32Array ? tangent : Float32Array.from(tangent),
      result as Float32Array,
      gradients?.[0] ?? null,
      solver.parameter === null ? null : (gradients?.[1] ?? null),
      memory.at,
    );
  };
}
