/** The ways to attend that the study compares, by the names of their choices. */
import type { GaussianBasis } from "fenchel";
import { attender } from "fenchel/jax";
import { resolveAttention, type AttentionKind } from "../attention.ts";
import { fitsWidths, lineBasis, MOST_FUNCTIONS } from "../basis-1d.ts";
import type { AttentionSpec } from "../task.ts";

/** Attention over words, over a density of positions, or over both. */
export interface ReviewAttention {
  /** The mapping from scores to weights, with its options; null where words have no weights of their own. */
  readonly discrete: { readonly mapping: string; readonly options: Readonly<Record<string, number>> } | null;
  /** The density's exponent and its basis; null where there is none. */
  readonly density: { readonly alpha: 1 | 2; readonly basis: GaussianBasis } | null;
}

interface Kind extends AttentionKind {
  readonly mapping: string | null;
  readonly alpha: 1 | 2 | null;
  /** Options when none are given. Gammas were set by hand on the dev set: scores lie between -1 and 1. */
  readonly options: Readonly<Record<string, number>>;
}

const BASIS = 64;
const SOFT = { gamma: 0.2 };
const SPARSE = { gamma: 0.5 };

/** By name: the mapping of the words, and the exponent of the density, in which softmax is 1 and sparsemax 2. */
const kinds: Readonly<Record<string, Kind>> = {
  softmax: { mapping: "softmax", alpha: null, options: SOFT },
  sparsemax: { mapping: "sparsemax", alpha: null, options: SPARSE },
  entmax: { mapping: "entmax", alpha: null, options: { ...SPARSE, alpha: 1.5 } },
  fusedmax: { mapping: "fusedmax", alpha: null, options: { ...SPARSE, lambda: 0.03 } },
  oscarmax: { mapping: "oscarmax", alpha: null, options: { ...SPARSE, lambda: 0.0003 } },
  "continuous-softmax": { mapping: null, alpha: 1, options: { basis: BASIS } },
  "continuous-sparsemax": { mapping: null, alpha: 2, options: { basis: BASIS } },
  "combined-softmax": { mapping: "softmax", alpha: 1, options: { basis: BASIS, ...SOFT } },
  "combined-sparsemax": { mapping: "sparsemax", alpha: 2, options: { basis: BASIS, ...SPARSE } },
};

/** Widths of the basis functions, as in the paper. */
const WIDTHS = [0.1, 0.5] as const;

/** The choice with the defaults of its options. Throws a RangeError or TypeError for one that is not of the study. */
export function completeChoice(choice: AttentionSpec): AttentionSpec {
  const { kind, options } = resolveAttention(kinds, choice);
  const { basis, ...own } = options;
  if (basis !== undefined && !fitsWidths(basis, WIDTHS)) {
    throw new RangeError(`basis is ${basis}: an even number from 2 to ${MOST_FUNCTIONS} is needed`);
  }
  if (kind.mapping !== null) attender(kind.mapping, own);
  return { mapping: choice.mapping, options };
}

/** What a choice stands for. Throws like `completeChoice`. */
export function attentionOf(choice: AttentionSpec): ReviewAttention {
  const { mapping: name, options } = completeChoice(choice);
  const { mapping, alpha } = kinds[name]!;
  const { basis, ...own } = options;
  return {
    discrete: mapping === null ? null : { mapping, options: own },
    density: alpha === null ? null : { alpha, basis: lineBasis(basis!, WIDTHS) },
  };
}
