/** The two kinds of mappings in a program: those that run inside the graph and those that the host must solve. */
import type { numpy as np } from "@jax-js/jax";
import { checkOptions } from "../../core/arguments.ts";
import { gammaRule, type Grid, type OptionRule, type Parameter } from "./options.ts";
import type { GraphOptions } from "./scores.ts";

/** A mapping that runs wholly inside the graph. */
export interface ClosedForm {
  (scores: np.Array, options?: GraphOptions): np.Array;
  readonly mappingName: string;
  /** The options that it takes beside the mask. */
  readonly takes: readonly OptionRule[];
  readonly kind: "closed";
}

/** What the host found for an array of scores: everything the derivative needs. All arrays have the scores' shape. */
export type HostSolution = {
  /** The weights, exact, zeros included. */
  readonly weights: np.Array;
  /** Structured mappings, int32: the group of an entry within its row; any id where `share` is 0. */
  readonly groups?: np.Array;
  /** Structured mappings: 1 / (size of the entry's group) where the weight is positive, 0 elsewhere. */
  readonly share?: np.Array;
  /** A subgradient of the penalty R at the weights; only where lambda is an array, whose gradient needs it. */
  readonly slope?: np.Array;
  /** entmax: y^(1 - alpha) where the weight y is positive, 0 elsewhere. */
  readonly power?: np.Array;
};

/** Options of the mappings that the host solves; each reads those that it takes. */
export interface HostMappingOptions extends GraphOptions {
  /** Strength of the penalty, 0 or more. Default 0.1. May be traced. */
  readonly lambda?: Parameter | undefined;
  /** Exponent of the regularizer, 1 or more. Default 1.5. */
  readonly alpha?: number | undefined;
  /** Height and width of the grid that a row is. */
  readonly grid?: Grid | undefined;
  /** What `solve` gave for these scores. Needed under `jit` and `grad`, where the host cannot look at the scores. */
  readonly solution?: HostSolution | undefined;
}

/** A mapping whose solver runs on the host, between two jitted halves. */
export interface HostMapping {
  (scores: np.Array, options?: HostMappingOptions): np.Array;
  /** Reads the scores and solves them exactly; owns its arguments. */
  solve(scores: np.Array, options?: Omit<HostMappingOptions, "solution">): Promise<HostSolution>;
  readonly mappingName: string;
  /** The options that it takes beside the mask. */
  readonly takes: readonly OptionRule[];
  readonly kind: "solved";
}

export type JaxMapping = ClosedForm | HostMapping;

/** A closed form under its name. */
export function closedForm(
  mappingName: string,
  apply: (scores: np.Array, options: GraphOptions) => np.Array,
): ClosedForm {
  const mapping = (scores: np.Array, options: GraphOptions = {}) => {
    checkOptions(mappingName, options, ["mask", "gamma"]);
    return apply(scores, options);
  };
  return Object.assign(mapping, { mappingName, takes: [gammaRule], kind: "closed" as const });
}
