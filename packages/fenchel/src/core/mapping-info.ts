/** Facts of a mapping that documentation, tests, the command line and benches read: an entry of the registry. */
import type { Mapping, StructuredMapping } from "./contract.ts";
import type { HyperParameterSpec } from "./hyper-parameters.ts";
import type { RowSolver } from "./row-solver.ts";

/** A mapping without the types of its own options, for tools that walk the registry. */
export type AnyMapping = Mapping<never, AnyMappingOptions, string> &
  Partial<Pick<StructuredMapping<never, AnyMappingOptions, string>, "groups">>;

/** Options of any mapping: its hyper-parameters and further options by name. */
export interface AnyMappingOptions {
  readonly [option: string]: unknown;
}

export interface RegistryParameter {
  readonly name: string;
  readonly default: number;
  /** The least value in range (or the bound above which all are). */
  readonly least: number;
  /** The range in words: "a finite number of 0 or more". */
  readonly range: string;
  /** Effect on the weights, in a few words. */
  readonly description: string;
  /** False for a count. */
  readonly differentiable: boolean;
  /** Whether it may be given one per entry, and not only one per row. */
  readonly perEntry: boolean;
  /** The interval of values worth a try: the ends of a slider. */
  readonly typicalRange: readonly [least: number, most: number];
  /** Values worth testing on rows of n entries; all are feasible for longer rows, too. */
  samplesFor(n: number): readonly number[];
  /** Values at which speed is stated for rows of n entries; as many for every n. */
  benchmarksFor(n: number): readonly number[];
}

export interface RegistryEntry {
  readonly name: string;
  readonly mapping: AnyMapping;
  /** Omega, in the notation of the documentation. */
  readonly formula: string;
  /** Effect on the weights, in one line. */
  readonly effect: string;
  /** Cost per row of n entries, forward; the pullback is O(n) unless said otherwise. */
  readonly cost: string;
  /** The own hyper-parameter, or null. */
  readonly parameter: RegistryParameter | null;
  /**
   * Set of the weights: the simplex; its part with every weight at most the own hyper-parameter ("capped"); the face of it that
   * the scores choose; or {0 <= y <= 1, sum y <= budget}.
   */
  readonly domain: "simplex" | "capped" | "face" | "budget";
  /** Whether adding a constant to the scores leaves the weights as they are. */
  readonly shiftInvariant: boolean;
  /** Modulus of strong convexity of Omega in the Euclidean norm, when it is known for all hyper-parameters. */
  readonly euclideanModulus?: number;
  /** Options without which a row of n entries has no meaning (a grid, edges). */
  optionsFor?(n: number): Record<string, unknown>;
  /** Options that show the effect on n entries, where the defaults do not. */
  exampleFor?(n: number): Record<string, unknown>;
  /** Reorderings of the scores that reorder the weights alike: any permutation, the reversal, or neither. */
  readonly symmetry: "permutation" | "reversal" | "none";
  /** Whether weights can be exactly 0. */
  readonly sparse: boolean;
  /** Whether the solver finds groups that share one weight. */
  readonly grouped: boolean;
  /** Whether Float32Array scores run on a SIMD kernel. */
  readonly kernel: boolean;
  readonly paper: string;
}

/** Facts of a hyper-parameter beside its specification. */
export interface ParameterFacts extends Pick<RegistryParameter, "description" | "typicalRange"> {
  readonly samples: readonly number[] | ((n: number) => readonly number[]);
  /** Default: the default value. */
  readonly benchmarksFor?: RegistryParameter["benchmarksFor"];
}

/** Facts that the solver does not hold. */
export interface MappingFacts extends Omit<
  RegistryEntry,
  "name" | "mapping" | "parameter" | "shiftInvariant" | "grouped" | "kernel"
> {
  readonly parameter?: ParameterFacts;
}

function describeParameter(spec: HyperParameterSpec, facts: ParameterFacts): RegistryParameter {
  const { accepts: _, ...rest } = spec;
  const { samples, ...others } = facts;
  return {
    differentiable: true,
    perEntry: false,
    benchmarksFor: () => [spec.default],
    ...rest,
    ...others,
    samplesFor: typeof samples === "function" ? samples : () => samples,
  };
}

/** The registry's entry of a mapping, from its solver and the facts beside it. */
export function describeMapping<S>(mapping: unknown, solver: RowSolver<string, S>, facts: MappingFacts): RegistryEntry {
  const { name, parameter, grouped, kernel, shiftInvariant = true } = solver;
  return {
    name,
    mapping: mapping as AnyMapping,
    grouped,
    kernel: kernel !== undefined,
    shiftInvariant,
    ...facts,
    parameter: parameter === null ? null : describeParameter(parameter, facts.parameter!),
  };
}
