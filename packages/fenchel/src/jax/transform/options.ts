/** The options of mappings in programs: which exist, how a value given for a whole program is checked, who takes which. */
import type { numpy as np } from "@jax-js/jax";
import { checkOptions, valueError } from "../../core/arguments.ts";
import { graphFromGrid } from "../../solvers/graph.ts";
import { gammaSpec, type HyperParameterSpec } from "../../core/hyper-parameters.ts";
import { alphaSpec } from "../../mappings/entmax.ts";
import { lambdaSpec } from "../../core/penalty-strength.ts";

/** A number, or an array of the program: a scalar, or a shape that broadcasts to the scores' with a last axis of 1. */
export type Parameter = np.Array | number;

/** [height, width] of the grid that a row is, row-major. */
export type Grid = readonly [height: number, width: number];

/** Hyper-parameters that are the same for a whole program. */
export interface Numbers {
  readonly gamma?: number | undefined;
  readonly lambda?: number | undefined;
  readonly alpha?: number | undefined;
}

/** Options of a mapping for whole programs: constants. A grid only for mappings that take one. */
export type AttentionTransformOptions = Numbers | (Numbers & { readonly grid: Grid });

/** An option that a mapping takes. */
export interface OptionRule {
  readonly name: "gamma" | "lambda" | "alpha" | "grid";
  /** Throws a RangeError or TypeError unless the value, undefined when none is given, will do for a whole program. */
  readonly check: (value: unknown) => void;
}

function numberRule<K extends keyof Numbers>({ name, accepts, range }: HyperParameterSpec<K>): OptionRule {
  const check = (value: unknown) => {
    if (value === undefined) return;
    if (typeof value !== "number") throw valueError(name, value, `${range} is needed`, "type");
    if (!accepts(value)) throw valueError(name, value, `${range} is needed`);
  };
  return { name, check };
}

/** Throws the core's error unless `grid` is a height and a width. */
export function checkGrid(grid: unknown): asserts grid is Grid {
  // The core checks a grid while it builds the graph, here for rows of the grid's own size.
  const [height, width] = Array.isArray(grid) ? (grid as readonly number[]) : [];
  graphFromGrid((height ?? 0) * (width ?? 0), grid);
}

export const gammaRule: OptionRule = /* @__PURE__ */ numberRule(gammaSpec);
export const lambdaRule: OptionRule = /* @__PURE__ */ numberRule(lambdaSpec);
export const alphaRule: OptionRule = /* @__PURE__ */ numberRule(alphaSpec);
export const gridRule: OptionRule = { name: "grid", check: checkGrid };

/** Throws unless every option is one of `takes` and in range, and those that are required are given. */
export function checkTransformOptions(mappingName: string, takes: readonly OptionRule[], options: object): void {
  const names = takes.map(({ name }) => name);
  checkOptions(mappingName, options, names);
  const given = options as Readonly<Record<string, unknown>>;
  for (const { name, check } of takes) check(given[name]);
}
