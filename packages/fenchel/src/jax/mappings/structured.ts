/** What structured mappings have in common inside a program: y = stop(y*) + J (w - stop(w)), w = x / gamma - lambda r. */
import { lax, type numpy as np } from "@jax-js/jax";
import type { MappingOptions, StructuredMapping } from "../../core/contract.ts";
import { structuredProduct } from "./group-mean.ts";
import type { HostScores, SolvedArrays } from "../transform/host-callback.ts";
import type { HostSolution, HostMapping, HostMappingOptions } from "../transform/mapping.ts";
import { gammaRule, lambdaRule, type OptionRule } from "../transform/options.ts";
import { finished, rowsOf } from "../transform/scores.ts";
import { hostMapping } from "../transform/host-solution.ts";

/**
 * A subgradient of the penalty R at the weights of one row, written into `slope`. `at` lists the row's kept entries in
 * order, `start` is the place of the row's first entry; `own` are the mapping's further options.
 */
type PenaltySlope<E extends object = object> = (
  weights: Float32Array,
  at: readonly number[],
  slope: Float32Array,
  start: number,
  own: E,
) => void;

/** Options that a structured mapping takes beside gamma and lambda: their rules, and how they reach the core. */
interface OwnOptions<E extends object> {
  readonly takes: readonly OptionRule[];
  readonly read: (options: HostMappingOptions) => E;
}

/** 1 / (size of the group) for every entry of a group, rows of `n`. */
function groupShares(groups: Int32Array, n: number): Float32Array {
  const share = new Float32Array(groups.length);
  const sizes = new Int32Array(n);
  for (let start = 0; start < groups.length; start += n) {
    sizes.fill(0);
    for (let i = start; i < start + n; i++) if (groups[i]! >= 0) sizes[groups[i]!] = sizes[groups[i]!]! + 1;
    for (let i = start; i < start + n; i++) if (groups[i]! >= 0) share[i] = 1 / sizes[groups[i]!]!;
  }
  return share;
}

/** Solves every row with the core. */
function solveRows<E extends object>(
  core: StructuredMapping<"lambda", E>,
  penaltySlope: PenaltySlope<E>,
  { scores, shape, mask, gamma, lambda, lambdaIsArray }: HostScores,
  own: E,
): SolvedArrays {
  const n = shape[shape.length - 1]!;
  const options: MappingOptions<"lambda", E> = { shape, mask, gamma, lambda, ...own };
  const weights = core(scores, options);
  const groups = core.groups(scores, options);
  const share = groupShares(groups, n);
  if (!lambdaIsArray) return { weights, groups, share };
  const slope = new Float32Array(scores.length);
  for (let start = 0; start < scores.length; start += n) {
    const kept: number[] = [];
    for (let i = start; i < start + n; i++) if (groups[i]! > -2) kept.push(i);
    penaltySlope(weights, kept, slope, start, own);
  }
  return { weights, groups, share, slope };
}

function applySolution(
  name: string,
  scores: np.Array,
  solution: HostSolution,
  { gamma, lambda, mask }: HostMappingOptions,
): np.Array {
  const { weights, groups, share, slope } = solution;
  if (groups === undefined || share === undefined) {
    throw new TypeError(`${name}: solution.groups is missing: pass what ${name}.solve found`);
  }
  const { kept, shifted, sound } = rowsOf(scores, mask, gamma);
  let point = shifted;
  if (lambda !== undefined && typeof lambda !== "number") {
    if (slope === undefined) {
      throw new TypeError(`${name}: solution.slope is missing: solve with the same array lambda`);
    }
    point = point.sub(slope.mul(lambda));
  } else slope?.dispose();
  const still = lax.stopGradient(point.ref);
  const moved = structuredProduct(point.sub(still), { groups, share });
  return finished(lax.stopGradient(weights).add(moved), kept, sound);
}

const noOptions: OwnOptions<object> = { takes: [], read: () => ({}) };

/** A structured mapping from the core's and a subgradient of its penalty. */
export function structured(core: StructuredMapping<"lambda">, penaltySlope: PenaltySlope): HostMapping;
export function structured<E extends object>(
  core: StructuredMapping<"lambda", E>,
  penaltySlope: PenaltySlope<E>,
  own: OwnOptions<E>,
): HostMapping;
export function structured(
  core: StructuredMapping<"lambda">,
  penaltySlope: PenaltySlope,
  own: OwnOptions<object> = noOptions,
): HostMapping {
  const { mappingName } = core;
  return hostMapping({
    mappingName,
    takes: [gammaRule, lambdaRule, ...own.takes],
    solveRows: (read, options) => solveRows(core, penaltySlope, read, own.read(options)),
    applySolution: (scores, solution, options) => applySolution(mappingName, scores, solution, options),
  });
}
