/** tvmax inside a program. */
import { tvmax as core, type GridOptions } from "../../mappings/tvmax.ts";
import type { HostMapping, HostMappingOptions } from "../transform/mapping.ts";
import { checkGrid, gridRule } from "../transform/options.ts";
import { structured } from "./structured.ts";

/** R = sum of |y_i - y_j| over neighbours: how many kept neighbours an entry exceeds, less how many exceed it. */
function gridSlope(
  weights: Float32Array,
  at: readonly number[],
  slope: Float32Array,
  start: number,
  { grid: [height, width] }: GridOptions,
): void {
  const kept = new Uint8Array(height * width);
  for (const i of at) kept[i - start] = 1;
  const join = (i: number, j: number) => {
    if (kept[j - start] !== 1) return;
    const rise = Math.sign(weights[i]! - weights[j]!);
    slope[i] = slope[i]! + rise;
    slope[j] = slope[j]! - rise;
  };
  for (const i of at) {
    if ((i - start + 1) % width !== 0) join(i, i + 1);
    if (i - start + width < kept.length) join(i, i + width);
  }
}

function readGrid({ grid }: HostMappingOptions): GridOptions {
  checkGrid(grid);
  return { grid };
}

/**
 * tvmax(x) = argmax over the simplex of <y, x> - gamma (|y|^2 / 2 + lambda TV(y)) along the last axis, whose entries are
 * a grid, row by row; TV(y) is the sum of |y_i - y_j| over neighbours above, below, left and right: sparse weights, equal
 * on connected regions of an image. Owns its arguments. Rows with nothing left give zeros.
 *
 * The host solves it with the core. Outside `jit` and `grad` a plain call does that. Inside, the call needs the
 * `solution` that `tvmax.solve` found for the same scores; `withAttention` arranges this for whole models. Gradients in the
 * scores, gamma and lambda are exact, of any order.
 *
 * - `scores`: [..., height * width]. `grid`: [height, width], required. Masked entries leave the grid.
 * - Throws a TypeError inside a trace without a solution, and the core's errors for scores or parameters out of range.
 * - Cost: the core's, and a transfer; in the graph group means by n^2 comparisons (n <= 96) or a scatter.
 *
 * Martins, Niculae and Martins, "Sparse and Structured Visual Attention" (2021).
 *
 * @example
 * tvmax(np.array([1, 0.9, 0.1, 0.4, 0, 0.6]), { grid: [2, 3], lambda: 0.1 }); // [0.45, 0.45, 0, 0.05, 0, 0.05]
 */
export const tvmax: HostMapping = /* @__PURE__ */ structured(core, gridSlope, { takes: [gridRule], read: readGrid });
