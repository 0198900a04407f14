/** The ways to attend that studies of sequences compare, by the names of their choices. */
import { attender } from "fenchel/jax";
import type { AttentionMechanism } from "./cross-attention.ts";
import { resolveAttention, type AttentionKind } from "../attention.ts";
import { fitsWidths, lineBasis, MOST_FUNCTIONS } from "../basis-1d.ts";
import type { AttentionSpec } from "../task.ts";

interface Kind extends AttentionKind {
  readonly mapping: string;
  /** Exponent of the density that is added; null where there is none. */
  readonly alpha: 1 | 2 | null;
  /** Options when none are given. */
  readonly options: Readonly<Record<string, number>>;
}

const BASIS = 30;

const kinds: Readonly<Record<string, Kind>> = {
  softmax: { mapping: "softmax", alpha: null, options: { gamma: 1 } },
  sparsemax: { mapping: "sparsemax", alpha: null, options: { gamma: 1 } },
  entmax: { mapping: "entmax", alpha: null, options: { gamma: 1, alpha: 1.5 } },
  fusedmax: { mapping: "fusedmax", alpha: null, options: { gamma: 1, lambda: 0.1 } },
  oscarmax: { mapping: "oscarmax", alpha: null, options: { gamma: 1, lambda: 0.01 } },
  "combined-softmax": { mapping: "softmax", alpha: 1, options: { gamma: 1, basis: BASIS } },
  "combined-sparsemax": { mapping: "sparsemax", alpha: 2, options: { gamma: 1, basis: BASIS } },
};

export const choices: readonly AttentionSpec[] = Object.keys(kinds).map((mapping) => ({ mapping, options: {} }));

/** Points to choose from on the dev set. */
export const grid: Readonly<Record<string, readonly AttentionSpec["options"][]>> = {
  softmax: [{ gamma: 0.5 }, { gamma: 1 }, { gamma: 2 }],
  sparsemax: [{ gamma: 0.5 }, { gamma: 1 }, { gamma: 2 }],
  entmax: [{ alpha: 1.25 }, { alpha: 1.5 }, { alpha: 1.75 }],
  fusedmax: [0.5, 1].flatMap((gamma) => [0.03, 0.1, 0.3].map((lambda) => ({ gamma, lambda }))),
  oscarmax: [0.5, 1].flatMap((gamma) => [0.003, 0.01, 0.03].map((lambda) => ({ gamma, lambda }))),
};

/** Widths of the basis functions, in shares of a sentence, as in the paper. */
const WIDTHS = [0.03, 0.1, 0.3] as const;

/** The choice with the defaults of its options. Throws a RangeError or TypeError for one that is not of the study. */
export function completeChoice(choice: AttentionSpec): AttentionSpec {
  const { kind, options } = resolveAttention(kinds, choice);
  const { basis, ...own } = options;
  if (basis !== undefined && !fitsWidths(basis, WIDTHS)) {
    throw new RangeError(`basis is ${basis}: a multiple of ${WIDTHS.length} up to ${MOST_FUNCTIONS} is needed`);
  }
  attender(kind.mapping, own);
  return { mapping: choice.mapping, options };
}

/** What a choice stands for. Throws like `completeChoice`. */
export function attentionOf(choice: AttentionSpec): AttentionMechanism {
  const { mapping: name, options } = completeChoice(choice);
  const { mapping, alpha } = kinds[name]!;
  const { basis, ...own } = options;
  return { mapping, options: own, density: alpha === null ? null : { alpha, basis: lineBasis(basis!, WIDTHS) } };
}
