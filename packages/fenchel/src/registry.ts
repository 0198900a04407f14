/** All mappings with what documentation, tests, command line and benches need to know of them; one line each. */
import type { Mapping, StructuredMapping } from "./core/contract.ts";
import { budgetmax } from "./mappings/budgetmax.ts";
import { entmax } from "./mappings/entmax.ts";
import { fusedmax } from "./mappings/fusedmax.ts";
import { graphmax } from "./mappings/graphmax.ts";
import { normmax } from "./mappings/normmax.ts";
import { oscarmax } from "./mappings/oscarmax.ts";
import { softmax } from "./mappings/softmax.ts";
import { sparsemax } from "./mappings/sparsemax.ts";
import { sqPnormMax } from "./mappings/sq-pnorm-max.ts";
import { topkmax } from "./mappings/topkmax.ts";
import { tvmax } from "./mappings/tvmax.ts";

/** A mapping seen without its own options' types, as a tool that walks the registry sees it. */
export type AnyMapping = Mapping<never, AnyMappingOptions, string> &
  Partial<Pick<StructuredMapping<never, AnyMappingOptions, string>, "groups">>;

/** Options of any mapping: its hyper-parameters and further options by name. */
export interface AnyMappingOptions {
  readonly [option: string]: unknown;
}

export interface RegistryEntry {
  readonly name: string;
  readonly mapping: AnyMapping;
  /** Omega, in the notation of the documentation. */
  readonly formula: string;
  /** What it does to the weights, in one line. */
  readonly effect: string;
  /** Cost of a row of n entries, forward; the pullback is O(n) unless said otherwise. */
  readonly cost: string;
  /** The own hyper-parameter with values worth testing, or null. */
  readonly parameter: RegistryParameter | null;
  /** Where the weights live: the simplex, that face of it which the scores choose, or {0 <= y <= 1, sum y <= budget}. */
  readonly domain: "simplex" | "face" | "budget";
  /** Whether adding a constant to the scores leaves the weights as they are. */
  readonly shiftInvariant: boolean;
  /** Modulus of strong convexity of Omega in the Euclidean norm, when it is known for all hyper-parameters. */
  readonly euclideanModulus?: number;
  /** Options without which a row of n entries has no meaning (a grid, edges). */
  optionsFor?(n: number): Record<string, unknown>;
  /** What leaves the weights as they are, but for order: any permutation of the scores, their reversal, or neither. */
  readonly symmetry: "permutation" | "reversal" | "none";
  /** Whether weights can be exactly 0. */
  readonly sparse: boolean;
  /** Whether the solver finds groups that share one weight. */
  readonly grouped: boolean;
  readonly paper: string;
}

export interface RegistryParameter {
  readonly name: string;
  readonly default: number;
  /** The least value in range (or the bound above which all are). */
  readonly least: number;
  /** False for a count. Default true. */
  readonly differentiable?: boolean;
  readonly samples: readonly number[];
}

type Details = Omit<RegistryEntry, "name" | "mapping" | "grouped">;

function entry(mapping: unknown, details: Details): RegistryEntry {
  const known = mapping as AnyMapping;
  return { name: known.mappingName, mapping: known, grouped: known.groups !== undefined, ...details };
}

const lambda = (samples: readonly number[]) => ({ name: "lambda", default: 0.1, least: 0, samples });

/** [height, width] of the squarest grid of n entries. */
function squarest(n: number): [number, number] {
  let height = Math.floor(Math.sqrt(n));
  while (height > 1 && n % height !== 0) height -= 1;
  return [height, height === 0 ? 0 : n / height];
}

/** A ring of n entries with chords to the third neighbour; the reversal of the row leaves it as it is. */
function ringWithChords(n: number): [number, number][] {
  return [1, 3].flatMap((step) =>
    Array.from({ length: n > step ? n : 0 }, (_, i): [number, number] => [i, (i + step) % n]),
  );
}

/** Every mapping of the library. */
export const registry: readonly RegistryEntry[] = /* @__PURE__ */ [
  entry(softmax, {
    formula: "sum y log y",
    effect: "every weight positive",
    cost: "O(n)",
    parameter: null,
    domain: "simplex",
    shiftInvariant: true,
    euclideanModulus: 1,
    symmetry: "permutation",
    sparse: false,
    paper: "Bridle 1990",
  }),
  entry(sparsemax, {
    formula: "|y|^2 / 2",
    effect: "exact zeros",
    cost: "O(n + c log c)",
    parameter: null,
    domain: "simplex",
    shiftInvariant: true,
    euclideanModulus: 1,
    symmetry: "permutation",
    sparse: true,
    paper: "Martins and Astudillo 2016",
  }),
  entry(entmax, {
    formula: "(sum y^alpha - 1) / (alpha (alpha - 1))",
    effect: "from softmax (alpha 1) through sparsemax (2) on, exact zeros above 1",
    cost: "O(n) a Newton step, O(n + c log c) above alpha 2",
    parameter: { name: "alpha", default: 1.5, least: 1, samples: [1, 1.05, 1.5, 2, 3] },
    domain: "simplex",
    shiftInvariant: true,
    symmetry: "permutation",
    sparse: true,
    paper: "Peters, Niculae and Martins 2019",
  }),
  entry(sqPnormMax, {
    formula: "|y|_p^2 / 2",
    effect: "exact zeros, from the argmax (p towards 1) to sparsemax (2)",
    cost: "O(n) a Newton step",
    parameter: { name: "p", default: 1.5, least: 1, samples: [1.05, 1.2, 1.5, 1.9] },
    domain: "simplex",
    shiftInvariant: true,
    symmetry: "permutation",
    sparse: true,
    paper: "Niculae and Blondel 2017",
  }),
  entry(normmax, {
    formula: "|y|_alpha",
    effect: "exact zeros, nearly uniform over what it keeps as alpha grows",
    cost: "O(n) a Newton step, O(n + c log c) above alpha 2",
    parameter: { name: "alpha", default: 2, least: 1, samples: [1.05, 1.5, 2, 3] },
    domain: "simplex",
    shiftInvariant: true,
    symmetry: "permutation",
    sparse: true,
    paper: "Blondel, Martins and Niculae 2020",
  }),
  entry(fusedmax, {
    formula: "|y|^2 / 2 + lambda sum |y_{i+1} - y_i|",
    effect: "exact zeros, neighbours fused into segments of one weight",
    cost: "O(n + c log c)",
    parameter: lambda([0, 0.01, 0.1, 0.5]),
    domain: "simplex",
    shiftInvariant: true,
    euclideanModulus: 1,
    symmetry: "reversal",
    sparse: true,
    paper: "Niculae and Blondel 2017",
  }),
  entry(oscarmax, {
    formula: "|y|^2 / 2 + lambda sum_{i<j} max(y_i, y_j)",
    effect: "exact zeros, entries grouped to one weight wherever they stand",
    cost: "O(n log n)",
    parameter: lambda([0, 0.005, 0.05, 0.3]),
    domain: "simplex",
    shiftInvariant: true,
    euclideanModulus: 1,
    symmetry: "permutation",
    sparse: true,
    paper: "Niculae and Blondel 2017",
  }),
  entry(tvmax, {
    formula: "|y|^2 / 2 + lambda sum over neighbours on a grid of |y_i - y_j|",
    effect: "exact zeros, regions of an image fused to one weight",
    cost: "O(n), then a minimum cut a region",
    parameter: lambda([0, 0.01, 0.1, 0.5]),
    domain: "simplex",
    shiftInvariant: true,
    euclideanModulus: 1,
    optionsFor: (n) => ({ grid: squarest(n) }),
    symmetry: "reversal",
    sparse: true,
    paper: "Martins, Niculae and Martins 2021",
  }),
  entry(graphmax, {
    formula: "|y|^2 / 2 + lambda sum over edges of |y_i - y_j|",
    effect: "exact zeros, connected regions of a graph fused to one weight",
    cost: "O(n + edges), then a minimum cut a region",
    parameter: lambda([0, 0.01, 0.1, 0.5]),
    domain: "simplex",
    shiftInvariant: true,
    euclideanModulus: 1,
    optionsFor: (n) => ({ edges: ringWithChords(n) }),
    symmetry: "reversal",
    sparse: true,
    paper: "Niculae and Blondel 2017; Chambolle and Darbon 2009",
  }),
  entry(budgetmax, {
    formula: "|y|^2 / 2",
    effect: "weights up to 1 each and up to a budget together, exact zeros",
    cost: "O(n log n)",
    parameter: { name: "budget", default: 1, least: 0, samples: [0.5, 1, 2, 3.5] },
    domain: "budget",
    shiftInvariant: false,
    euclideanModulus: 1,
    symmetry: "permutation",
    sparse: true,
    paper: "Niculae, Martins, Blondel and Cardie 2018",
  }),
  entry(topkmax, {
    formula: "sum y log y, at most k positive weights",
    effect: "exactly k entries kept, the others exactly 0",
    cost: "O(n log n)",
    parameter: { name: "k", default: 8, least: 1, differentiable: false, samples: [1, 2, 3, 8] },
    domain: "face",
    shiftInvariant: true,
    symmetry: "permutation",
    sparse: true,
    paper: "Zhao et al. 2019",
  }),
];
