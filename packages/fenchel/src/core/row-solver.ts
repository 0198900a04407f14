/** What one mapping must know: its mathematics on a single row at gamma = 1. Everything else is shared. */
import type { HyperParameterSpec } from "./hyper-parameters.ts";
import type { Kernel } from "../kernels/runtime/kernel.ts";
import type { Layout } from "./rows.ts";

/** Working memory for one row: only its kept entries, `count` of them, in order. Reused from row to row. */
export interface Row<S = undefined> {
  count: number;
  /** The row's number in the call, for messages. */
  index: number;
  /** The kept scores x as they were given. */
  readonly given: Float64Array;
  /** (x - shift) / (gamma scale), cut off far from 0: no weight tells how far. */
  readonly scores: Float64Array;
  /** max x; for mappings that are not invariant to a shift 0, or the score that `reference` named. */
  shift: number;
  /** 1, or where a penalty is huge the unit in which `scores` and `parameter` are. */
  scale: number;
  /** True when some of the scores were cut off, or all taken relative to `reference`. */
  cut: boolean;
  readonly weights: Float64Array;
  /** Group ids, see StructuredMapping.groups. */
  readonly groups: Int32Array;
  /** The own hyper-parameter's value in this row, see `strength`. */
  parameter: number;
  /** Its values at the kept entries, where it may be given one per entry. */
  readonly parameters: Float64Array;
  /** Where along the axis each kept entry stands. */
  readonly positions: Int32Array;
  /** What `structure` made of the options. */
  readonly structure: S;
}

/** A mapping's mathematics at gamma = 1. Arrays passed beside the row hold `row.count` entries, too. */
export interface RowSolver<K extends string = string, S = undefined> {
  readonly name: string;
  readonly parameter: HyperParameterSpec<K> | null;
  /** Whether `solve` fills `row.groups`. */
  readonly grouped: boolean;
  /** False when adding a constant to the scores changes the weights. Default true. */
  readonly shiftInvariant?: boolean;
  /** False when the weights need not sum to 1. Default true. */
  readonly sumsToOne?: boolean;
  /** Names of further options, and their checked form, made once a call. */
  readonly optionNames?: readonly string[];
  structure?(options: Readonly<Record<string, unknown>>, layout: Layout): S;
  /**
   * For a penalty that moves scores: the own hyper-parameter as it acts on them, which `row.parameter` then is. Where it is
   * huge, `scores` and `parameter` come in units of `row.scale`, and `regularizer` and `gap` are in these units, too.
   */
  strength?(parameter: number, structure: S): number;
  /**
   * The entry whose score the others should be taken relative to where scores are huge; -1 where that is the best score, or
   * 0 for a mapping that is not invariant to a shift.
   */
  reference?(row: Row<S>): number;
  /** scores -> weights, and groups. */
  solve(row: Row<S>): void;
  /** Omega at `weights`. */
  regularizer(row: Row<S>, weights: Float64Array): number;
  /** out = J tangent, at the solved row. J is the Hessian of max_Omega: symmetric, so this serves both directions. */
  jacobianVectorProduct(row: Row<S>, tangent: Float64Array, out: Float64Array): void;
  /** Derivative of <cotangent, weights> in the own hyper-parameter; `product` is J cotangent. */
  parameterGradient?(row: Row<S>, cotangent: Float64Array, product: Float64Array): number;
  /** The same where it may be given one per entry: out = the derivatives in `row.parameters`. */
  parameterGradients?(row: Row<S>, cotangent: Float64Array, product: Float64Array, out: Float64Array): void;
  /** Bound on max_Omega(scores) - (<weights, scores> - Omega(weights)) for feasible `weights`. */
  gap(row: Row<S>, weights: Float64Array): number;
  /** The float32 path, and what it needs of the structure, if anything: plain data. */
  readonly kernel?: Kernel;
  /** The greatest own hyper-parameter that the kernel takes. Default: any. */
  readonly kernelLimit?: number;
  kernelStructure?(structure: S): unknown;
}

/** A row with room for `n` entries. */
export function makeRow<S>(n: number, structure: S): Row<S> {
  return {
    count: 0,
    index: 0,
    given: new Float64Array(n),
    shift: 0,
    scale: 1,
    cut: false,
    scores: new Float64Array(n),
    weights: new Float64Array(n),
    groups: new Int32Array(n),
    parameter: 0,
    parameters: new Float64Array(n),
    positions: new Int32Array(n),
    structure,
  };
}
