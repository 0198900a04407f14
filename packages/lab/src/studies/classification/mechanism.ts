/** The ways to attend that the study compares, by the names of their choices. */
import { gaussianBasis, type GaussianBasis } from "fenchel";
import { attender } from "fenchel/jax";
import type { Choice } from "../study.ts";

/** Attention over words, over a density of positions, or over both. */
export interface Mechanism {
  /** The mapping from scores to weights, with its options; null where words have no weights of their own. */
  readonly discrete: { readonly mapping: string; readonly options: Readonly<Record<string, number>> } | null;
  /** The density's exponent and its basis; null where there is none. */
  readonly density: { readonly alpha: 1 | 2; readonly basis: GaussianBasis } | null;
}

interface Kind {
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
  fusedmax: { mapping: "fusedmax", alpha: null, options: { ...SPARSE, lambda: 0.03 } },
  "continuous-softmax": { mapping: null, alpha: 1, options: { basis: BASIS } },
  "continuous-sparsemax": { mapping: null, alpha: 2, options: { basis: BASIS } },
  "combined-softmax": { mapping: "softmax", alpha: 1, options: { basis: BASIS, ...SOFT } },
  "combined-sparsemax": { mapping: "sparsemax", alpha: 2, options: { basis: BASIS, ...SPARSE } },
};

/** Widths of the basis functions, as in the paper. */
const WIDTHS = [0.1, 0.5] as const;
const MOST_FUNCTIONS = 1024;

/**
 * `count` Gaussian functions on [0, 1]: for each of two widths, half as many with equally spaced centres.
 *
 * Martins et al., "Sparse and Continuous Attention Mechanisms" (2020), section 4.
 */
function basisOf(count: number): GaussianBasis {
  const each = count / WIDTHS.length;
  const centres = Array.from({ length: each }, (_, i) => (each === 1 ? 0.5 : i / (each - 1)));
  return gaussianBasis({
    centres: WIDTHS.flatMap(() => centres),
    widths: WIDTHS.flatMap((width) => centres.map(() => width)),
  });
}

/** The choice with the defaults of its options. Throws a RangeError or TypeError for one that is not of the study. */
export function completeChoice({ mapping, options }: Choice): Choice {
  const kind = Object.hasOwn(kinds, mapping) ? kinds[mapping] : undefined;
  if (kind === undefined) {
    const known = Object.keys(kinds).join(", ");
    throw new RangeError(`mapping is ${JSON.stringify(mapping)}: it must be one of ${known}`);
  }
  const takes = Object.keys(kind.options);
  const unknown = Object.keys(options).find((name) => !takes.includes(name));
  if (unknown !== undefined) {
    throw new RangeError(`${mapping} has no option ${JSON.stringify(unknown)}: it takes ${takes.join(" and ")}`);
  }
  const completed = { ...kind.options, ...options };
  const { basis, ...own } = completed;
  if (basis !== undefined && !(basis % WIDTHS.length === 0 && basis > 0 && basis <= MOST_FUNCTIONS)) {
    throw new RangeError(`basis is ${basis}: an even number from 2 to ${MOST_FUNCTIONS} is needed`);
  }
  if (kind.mapping !== null) attender(kind.mapping, own);
  return { mapping, options: completed };
}

/** What a choice stands for. Throws like `completeChoice`. */
export function mechanismOf(choice: Choice): Mechanism {
  const { mapping: name, options } = completeChoice(choice);
  const { mapping, alpha } = kinds[name]!;
  const { basis, ...own } = options;
  return {
    discrete: mapping === null ? null : { mapping, options: own },
    density: alpha === null ? null : { alpha, basis: basisOf(basis!) },
  };
}
