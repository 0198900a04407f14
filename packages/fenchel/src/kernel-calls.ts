/** The float32 path: which calls go to a mapping's kernel, and what their backward pass keeps. */
import type { Call } from "./calls.ts";
import { kernelFor } from "./kernels/delegate.ts";
import type { KernelCall } from "./kernels/kernel.ts";
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
): void {
  const offending = kernelFor(solver.name, solver.kernel!, call).forward(call, weights, groups);
  if (offending >= 0) throw scoreError(offending, call.scores[offending]);
}

/** What a pullback keeps of its forward pass: its own copy, for the caller may change the weights before. */
interface Kept {
  readonly weights: Float32Array;
  readonly groups: Int32Array | null;
  /** Whether the pullback was called. */
  used: boolean;
  /** Whether this memory went to a later call. */
  gone: boolean;
}

/** What was kept last for weights written to some `out`: a loop that reuses `out` reuses this, too. */
const keptFor = new WeakMap<Float32Array, Kept>();

/** Memory for what a pullback keeps. */
function keep(weights: Float32Array, grouped: boolean, reused: boolean): Kept {
  const last = reused ? keptFor.get(weights) : undefined;
  const fits = last !== undefined && last.used && (last.groups !== null) === grouped;
  const kept: Kept = {
    weights: fits ? last.weights : new Float32Array(weights.length),
    groups: fits ? last.groups : grouped ? new Int32Array(weights.length) : null,
    used: false,
    gone: false,
  };
  if (fits) last.gone = true;
  if (reused) keptFor.set(weights, kept);
  return kept;
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
  const kept = keep(weights, solver.grouped, reused);
  runKernel(solver, call, weights, kept.groups);
  kept.weights.set(weights);
  const { scores: _, ...shape } = call;
  return (tangent, result, gradients) => {
    if (kept.gone) {
      throw new Error(
        `${solver.name}: the memory of this pullback went to a later vjp with the same out; call it before, or leave out`,
      );
    }
    kept.used = true;
    kernelFor(solver.name, solver.kernel!, shape).pullback(
      shape,
      kept.weights,
      kept.groups,
      tangent instanceof Float32Array ? tangent : Float32Array.from(tangent),
      result as Float32Array,
      gradients?.[0] ?? null,
      solver.parameter === null ? null : (gradients?.[1] ?? null),
    );
  };
}
