/** topkmax: softmax or sparsemax of the k best scores, all others exactly 0. */
import { valueError } from "../core/arguments.ts";
import { defineMapping } from "../core/define-mapping.ts";
import { describeMapping, type RegistryEntry } from "../core/mapping-info.ts";
import type { HyperParameterSpec } from "../core/hyper-parameters.ts";
import type { Mapping } from "../core/contract.ts";
import type { Row, RowSolver } from "../core/row-solver.ts";
import { halfSquare, projectionProduct, projectOntoSimplex, simplexValue } from "../solvers/simplex.ts";

/** What maps the kept scores. */
export type TopkBase = "softmax" | "sparsemax";

const kSpec: HyperParameterSpec<"k"> = {
  name: "k",
  default: 8,
  least: 1,
  accepts: (value) => Number.isInteger(value) && value >= 1,
  range: "an integer of 1 or more",
  differentiable: false,
};

let sorted = new Float64Array(0);
let kept = new Float64Array(0);
let places = new Int32Array(0);

/**
 * Fills `kept` and `places` with the k best scores, of equal ones those that stand first; returns how many. The scores as
 * they were given decide: (x - max) / gamma may round different ones to the same.
 */
function keepBest({ given: x, scores: v, count, parameter: k }: Row<TopkBase>): number {
  if (sorted.length < count) {
    sorted = new Float64Array(Math.max(count, 2 * sorted.length));
    kept = new Float64Array(sorted.length);
    places = new Int32Array(sorted.length);
  }
  let last = -Infinity;
  let ties = 0;
  if (k < count) {
    sorted.set(x.length === count ? x : x.subarray(0, count));
    sorted.subarray(0, count).sort();
    last = sorted[count - k]!;
    for (let at = count - k; at < count && sorted[at] === last; at++) ties += 1;
  }
  let size = 0;
  for (let i = 0; i < count; i++) {
    const score = x[i]!;
    if (score < last || (score === last && ties-- <= 0)) continue;
    kept[size] = v[i]!;
    places[size++] = i;
  }
  return size;
}

function solve(row: Row<TopkBase>): void {
  const { weights: y, count, structure: base } = row;
  const size = keepBest(row);
  if (base === "sparsemax") projectOntoSimplex(kept, size, kept);
  else {
    let sum = 0;
    for (let j = 0; j < size; j++) sum += kept[j] = Math.exp(kept[j]!);
    for (let j = 0; j < size; j++) kept[j] = kept[j]! / sum;
  }
  y.fill(0, 0, count);
  for (let j = 0; j < size; j++) y[places[j]!] = kept[j]!;
}

/** The base's Omega, and Infinity for more than k positive weights. */
function regularizer({ count, parameter: k, structure: base }: Row<TopkBase>, y: Float64Array): number {
  let positive = 0;
  let entropy = 0;
  for (let i = 0; i < count; i++) {
    if (!(y[i]! > 0)) continue;
    positive += 1;
    if (base === "softmax") entropy += y[i]! * Math.log(y[i]!);
  }
  if (positive > k) return Infinity;
  return base === "softmax" ? entropy : halfSquare(y, count);
}

/** The base's Jacobian on the kept entries: J vanishes wherever the weight does. */
function jacobianVectorProduct(
  { weights: y, count, structure: base }: Row<TopkBase>,
  u: Float64Array,
  out: Float64Array,
): void {
  if (base === "sparsemax") {
    projectionProduct(y, count, u, out);
    return;
  }
  let mean = 0;
  for (let i = 0; i < count; i++) mean += y[i]! * u[i]!;
  for (let i = 0; i < count; i++) out[i] = y[i]! > 0 ? y[i]! * (u[i]! - mean) : 0;
}

/** The suboptimality itself: the value of the k best scores, in closed form, less that of the weights. */
function gap(row: Row<TopkBase>, y: Float64Array): number {
  const { scores: v, count, structure: base } = row;
  const size = keepBest(row);
  let best = 0;
  if (base === "sparsemax") best = simplexValue(kept, size);
  else {
    for (let j = 0; j < size; j++) best += Math.exp(kept[j]!);
    best = Math.log(best);
  }
  let inner = 0;
  for (let i = 0; i < count; i++) if (y[i]! > 0) inner += v[i]! * y[i]!;
  return best - inner + regularizer(row, y);
}

function structure(options: Readonly<Record<string, unknown>>): TopkBase {
  const base = options["base"] ?? "softmax";
  if (base === "softmax" || base === "sparsemax") return base;
  throw valueError("base", base, '"softmax" or "sparsemax" is needed', typeof base === "string" ? "range" : "type");
}

const topkmaxSolver: RowSolver<"k", TopkBase> = {
  name: "topkmax",
  parameter: kSpec,
  grouped: false,
  optionNames: ["base"],
  structure,
  solve,
  regularizer,
  jacobianVectorProduct,
  gap,
};

/**
 * topkmax(x) = softmax (or sparsemax) of the k largest entries of x / gamma, and 0 elsewhere. Exactly k entries are kept:
 * of equal scores, those that stand first; all of them where the row has fewer.
 *
 * It is no regularized argmax over the whole simplex, which is convex, but over the distributions with at most k positive
 * weights; a best one lies on the face of the k best scores. `max`, `loss` and `gap` are over that set: a target or
 * weights with more than k positive entries are at an infinite distance. The weights jump where the k-th and the next
 * score trade places; elsewhere the derivatives are the base's on the kept entries.
 *
 * - `scores`: any shape, mapped along one axis. `k` >= 1, an integer (default 8), one number or one a row; `base` is
 *   "softmax" (default) or "sparsemax"; `gamma` > 0.
 * - Throws a RangeError or TypeError that names the argument, its value and its index.
 * - Cost: O(n log n) a row; pullback O(n), with the gradient in gamma.
 *
 * Zhao et al., "Explicit Sparse Transformer" (2019).
 *
 * @example
 * topkmax([1, 1, 0.5], { k: 2 }); // [0.5, 0.5, 0]
 */
export const topkmax: Mapping<"k", { readonly base?: TopkBase | undefined }, never> =
  /* @__PURE__ */ defineMapping(topkmaxSolver);

export const info: RegistryEntry = /* @__PURE__ */ describeMapping(topkmax, topkmaxSolver, {
  formula: "sum y log y, at most k positive weights",
  effect: "exactly k entries kept, the others exactly 0",
  cost: "O(n log n)",
  parameter: {
    description: "entries kept",
    typicalRange: [1, 50],
    samples: [1, 2, 3, 8],
  },
  domain: "face",
  symmetry: "permutation",
  sparse: true,
  paper: "Zhao et al. 2019",
});
