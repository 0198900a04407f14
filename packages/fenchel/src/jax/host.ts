/** The host's half of a structured mapping: typed arrays in, the core's exact weights and groups out. */
import type { StructuredMapping } from "../mapping.ts";

/** A subgradient of the penalty R at the weights of one row; `at` lists the row's kept entries in order. */
export type PenaltySlope = (weights: Float32Array, at: readonly number[], slope: Float32Array) => void;

/** Scores read from the program, with what belongs to them; rows along the last axis. */
export interface HostScores {
  readonly scores: Float32Array;
  readonly shape: readonly number[];
  readonly mask: ArrayLike<number> | undefined;
  /** One number, or one a row. */
  readonly gamma: number | Float32Array;
  readonly lambda: number | Float32Array;
  readonly needSlope: boolean;
}

export interface HostSolution {
  readonly weights: Float32Array;
  readonly groups: Int32Array;
  readonly share: Float32Array;
  readonly slope: Float32Array | undefined;
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
export function solveOnHost(
  mapping: StructuredMapping<"lambda">,
  penaltySlope: PenaltySlope,
  { scores, shape, mask, gamma, lambda, needSlope }: HostScores,
): HostSolution {
  const n = shape[shape.length - 1]!;
  const options = { shape, gamma, lambda, ...(mask === undefined ? {} : { mask }) };
  const weights = mapping(scores, options);
  const groups = mapping.groups(scores, options);
  const share = groupShares(groups, n);
  if (!needSlope) return { weights, groups, share, slope: undefined };
  const slope = new Float32Array(scores.length);
  for (let start = 0; start < scores.length; start += n) {
    const kept: number[] = [];
    for (let i = start; i < start + n; i++) if (groups[i]! > -2) kept.push(i);
    penaltySlope(weights, kept, slope);
  }
  return { weights, groups, share, slope };
}
