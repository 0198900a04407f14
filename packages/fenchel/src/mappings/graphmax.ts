/** graphmax: Omega(y) = |y|^2 / 2 + lambda sum over edges of |y_i - y_j|: entries that an edge joins share one weight. */
import { defineMapping } from "../core/define-mapping.ts";
import { describeMapping, type RegistryEntry } from "../core/mapping-info.ts";
import {
  forEachEdge,
  graphTotalVariation,
  graphTotalVariationProx,
  subtractDual,
} from "../solvers/graph-total-variation.ts";
import { graphFromEdges, type Edges, type Graph } from "../solvers/graph.ts";
import type { StructuredMapping } from "../core/contract.ts";
import type { Row, RowSolver } from "../core/row-solver.ts";
import { halfSquare, projectOntoSimplex, simplexValue } from "../solvers/simplex.ts";
import { lambdaFacts, lambdaSpec } from "../core/penalty-strength.ts";
import { groupedProjectionProduct, markZeros } from "../solvers/group-average.ts";

function solve(row: Row<Graph>): void {
  const { weights, groups, count, parameter: lambda, structure: graph } = row;
  if (lambda === 0) {
    // Equal scores are no group: nothing holds them together.
    projectOntoSimplex(row.scores, count, weights);
    for (let i = 0; i < count; i++) groups[i] = i;
  } else {
    graphTotalVariationProx(graph, row, lambda, weights, groups);
    projectOntoSimplex(weights, count, weights, row.scale);
  }
  markZeros(weights, groups, count);
}

/** -<J cotangent, D^T sign(D y)>: a jump's sign times how much the product falls across its edge. */
function parameterGradient(row: Row<Graph>, _: Float64Array, jacobianProduct: Float64Array): number {
  const { weights } = row;
  const { unit } = row.structure;
  let sum = 0;
  forEachEdge(row.structure, row, (i, j, strength) => {
    sum -= unit * strength * Math.sign(weights[i]! - weights[j]!) * (jacobianProduct[i]! - jacobianProduct[j]!);
  });
  return sum;
}

function regularizer(row: Row<Graph>, y: Float64Array): number {
  const total = row.parameter === 0 ? 0 : row.parameter * graphTotalVariation(row.structure, row, y);
  return halfSquare(y, row.count) / row.scale + total;
}

let shifted = new Float64Array(0);

/** Weak duality with the flows that the cuts leave behind: the value of sparsemax at v - D^T u, less y's objective. */
function gap(row: Row<Graph>, y: Float64Array): number {
  const { scores: v, count, parameter: lambda } = row;
  let bound: number;
  if (lambda === 0) bound = simplexValue(v, count);
  else {
    if (shifted.length < count) shifted = new Float64Array(Math.max(count, 2 * shifted.length));
    subtractDual(row.structure, row, lambda, shifted);
    bound = simplexValue(shifted, count, row.scale);
  }
  let inner = 0;
  for (let i = 0; i < count; i++) if (y[i]! > 0) inner += v[i]! * y[i]!;
  return bound - (inner - regularizer(row, y));
}

/** The row solver of every graph; what differs is where the graph comes from. */
export function graphSolver(
  name: string,
  optionNames: readonly string[],
  structure: NonNullable<RowSolver<"lambda", Graph>["structure"]>,
): RowSolver<"lambda", Graph> {
  return {
    name,
    parameter: lambdaSpec,
    grouped: true,
    optionNames,
    structure,
    strength: (lambda, { unit }) => Math.min(lambda * unit, Number.MAX_VALUE),
    solve,
    regularizer,
    jacobianVectorProduct: groupedProjectionProduct,
    parameterGradient,
    gap,
  };
}

const graphmaxSolver: RowSolver<"lambda", Graph> = /* @__PURE__ */ graphSolver(
  "graphmax",
  ["edges", "weights"],
  (options, { n }) => graphFromEdges(n, options["edges"], options["weights"]),
);

/** The options of graphmax beside those of every mapping. */
export interface GraphOptions {
  /**
   * Pairs of positions along the axis: [[0, 1], [1, 2]], the same flat in an Int32Array, or [sources, targets], as
   * [[0, 1, 2], [1, 2, 3]]. Required.
   */
  readonly edges: Edges;
  /** Strengths of the edges, finite and 0 or more, one an edge. Default 1. An edge of strength 0 is none. */
  readonly weights?: ArrayLike<number> | undefined;
}

/**
 * graphmax(x) = argmax over the simplex of <y, x> - gamma (|y|^2 / 2 + lambda sum over edges (i, j) of |y_i - y_j|):
 * sparse weights, equal on connected regions of a graph. On a chain it is fusedmax, on a grid tvmax. It is sparsemax of
 * the graph's total-variation prox of x / gamma, which is found exactly, with its regions, by minimum cuts.
 *
 * - `scores`: any shape, mapped along one axis of n entries. `edges` names pairs of them, the same graph for every row;
 *   the direction is of no account, parallel edges add up. A removed entry leaves the graph with its edges.
 *   `lambda` >= 0 (default 0.1; 0 is sparsemax) acts on x / gamma; `gamma` > 0.
 * - Throws a RangeError or TypeError that names the argument, its value and its index: an end outside 0 .. n - 1, an
 *   edge from an entry to itself, a negative weight.
 * - Cost: what cannot matter is left out in O(n + edges); then at most one maximum flow a region, in practice nearly
 *   linear in the part that it cuts. Pullback O(n + edges), with gradients in gamma and lambda.
 *
 * Niculae and Blondel, "A Regularized Framework for Sparse and Structured Neural Attention" (2017), for total variation
 * on a chain; Chambolle and Darbon, "On Total Variation Minimization and Surface Evolution Using Parametric Maximum
 * Flows" (2009), for the cuts.
 *
 * @example
 * graphmax([1, 0.2, 0.9], { edges: [[0, 2]], lambda: 0.1 }); // [0.5, 0, 0.5]
 */
export const graphmax: StructuredMapping<"lambda", GraphOptions> = /* @__PURE__ */ defineMapping<
  "lambda",
  GraphOptions,
  "lambda",
  Graph
>(graphmaxSolver);

/** A ring of n entries with chords to the third neighbour; the reversal of the row leaves it as it is. */
function ringWithChords(n: number): [number, number][] {
  return [1, 3].flatMap((step) =>
    Array.from({ length: n > step ? n : 0 }, (_, i): [number, number] => [i, (i + step) % n]),
  );
}

export const info: RegistryEntry = /* @__PURE__ */ describeMapping(graphmax, graphmaxSolver, {
  formula: "|y|^2 / 2 + lambda sum over edges of |y_i - y_j|",
  effect: "exact zeros, connected regions of a graph fused to one weight",
  cost: "O(n + edges), then a minimum cut a region",
  parameter: { ...lambdaFacts, samples: [0, 0.01, 0.1, 0.5] },
  domain: "simplex",
  euclideanModulus: 1,
  optionsFor: (n) => ({ edges: ringWithChords(n) }),
  symmetry: "reversal",
  sparse: true,
  paper: "Niculae and Blondel 2017; Chambolle and Darbon 2009",
});
