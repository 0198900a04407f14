/** tvmax: Omega(y) = |y|^2 / 2 + lambda sum |differences of neighbours on a grid|: regions share one weight. */
import { defineMapping } from "../core/define-mapping.ts";
import { describeMapping, type RegistryEntry } from "../core/mapping-info.ts";
import { graphFromGrid, type Graph } from "../solvers/graph.ts";
import { tvmaxBinary } from "../kernels/generated/index.ts";
import { makeKernel } from "../kernels/runtime/run.ts";
import type { StructuredMapping } from "../core/contract.ts";
import type { RowSolver } from "../core/row-solver.ts";
import { lambdaFacts } from "../core/penalty-strength.ts";
import { graphSolver } from "./graphmax.ts";

const tvmaxSolver: RowSolver<"lambda", Graph> = {
  .../* @__PURE__ */ graphSolver("tvmax", ["grid"], (options, { n }) => graphFromGrid(n, options["grid"])),
  kernel: /* @__PURE__ */ makeKernel(tvmaxBinary, { onGrid: true }),
  kernelStructure: ({ grid }) => grid,
};

/** The options of tvmax beside those of every mapping. */
export interface GridOptions {
  /** [height, width] of the grid that a row is, row-major: height * width entries. Required. */
  readonly grid: readonly [number, number];
}

/**
 * tvmax(x) = argmax over the simplex of <y, x> - gamma (|y|^2 / 2 + lambda TV(y)), TV(y) the sum of |y_i - y_j| over
 * neighbours above, below, left and right on a grid: sparse weights, equal on connected regions of an image. It is
 * sparsemax of the anisotropic total-variation prox of x / gamma, which is found exactly, with its regions.
 *
 * - `scores`: any shape, mapped along one axis whose entries are a grid of `grid: [height, width]`, row by row. Removed
 *   entries leave the grid: there is no neighbour across a hole. `lambda` >= 0 (default 0.1; 0 is sparsemax) acts on
 *   x / gamma; `gamma` > 0.
 * - Throws a RangeError or TypeError that names the argument, its value and its index; the axis must have
 *   height * width entries.
 * - Cost: what cannot matter is left out in O(n + c log c); then at most one maximum flow a region, in practice nearly
 *   linear in the part that it cuts. Pullback O(n), with gradients in gamma and lambda.
 *
 * Martins, Niculae and Martins, "Sparse and Structured Visual Attention" (2021).
 *
 * @example
 * tvmax([1, 0.9, 0.1, 0.4, 0, 0.6], { grid: [2, 3], lambda: 0.1 }); // [0.45, 0.45, 0, 0.05, 0, 0.05]
 */
export const tvmax: StructuredMapping<"lambda", GridOptions> = /* @__PURE__ */ defineMapping<
  "lambda",
  GridOptions,
  "lambda",
  Graph
>(tvmaxSolver);

/** [height, width] of the squarest grid of n entries. */
function squarest(n: number): [number, number] {
  let height = Math.floor(Math.sqrt(n));
  while (height > 1 && n % height !== 0) height -= 1;
  return [height, height === 0 ? 0 : n / height];
}

export const info: RegistryEntry = /* @__PURE__ */ describeMapping(tvmax, tvmaxSolver, {
  formula: "|y|^2 / 2 + lambda sum over neighbours on a grid of |y_i - y_j|",
  effect: "exact zeros, regions of an image fused to one weight",
  cost: "O(n), then a minimum cut a region",
  parameter: { ...lambdaFacts, samples: [0, 0.01, 0.1, 0.5] },
  domain: "simplex",
  euclideanModulus: 1,
  optionsFor: (n) => ({ grid: squarest(n) }),
  symmetry: "reversal",
  sparse: true,
  paper: "Martins, Niculae and Martins 2021",
});
