/** The two kinds of mappings in a program: those that run inside the graph and those that the host must solve. */
import type { numpy as np } from "@jax-js/jax";
import type { GraphOptions, Parameter } from "./scores.ts";

/** A mapping that runs wholly inside the graph. */
export interface ClosedForm {
  (scores: np.Array, options?: GraphOptions): np.Array;
  readonly mappingName: string;
  readonly kind: "closed";
}

/** What the host found for an array of scores: everything its derivative needs. All arrays have the scores' shape. */
export type Solution = {
  /** The weights, exact, zeros included. */
  readonly weights: np.Array;
  /** int32: the group of an entry within its row; any id where `share` is 0. */
  readonly groups: np.Array;
  /** 1 / (size of the entry's group) where the weight is positive, 0 elsewhere. */
  readonly share: np.Array;
  /** A subgradient of the penalty R at the weights; only where lambda is an array, whose gradient needs it. */
  readonly slope?: np.Array;
};

export interface StructuredOptions extends GraphOptions {
  /** Strength of the penalty, 0 or more. Default 0.1. May be traced. */
  readonly lambda?: Parameter | undefined;
  /** What `solve` gave for these scores. Needed under `jit` and `grad`, where the host cannot look at the scores. */
  readonly solution?: Solution | undefined;
}

/** A mapping whose solver runs on the host, between two jitted halves. */
export interface Structured {
  (scores: np.Array, options?: StructuredOptions): np.Array;
  /** Reads the scores and solves them exactly; owns its arguments. */
  solve(scores: np.Array, options?: Omit<StructuredOptions, "solution">): Promise<Solution>;
  readonly mappingName: string;
  readonly kind: "structured";
}

export type JaxMapping = ClosedForm | Structured;

/** A closed form under its name. */
export function closedForm(
  mappingName: string,
  apply: (scores: np.Array, options: GraphOptions) => np.Array,
): ClosedForm {
  const mapping = (scores: np.Array, options: GraphOptions = {}) => apply(scores, options);
  return Object.assign(mapping, { mappingName, kind: "closed" as const });
}
