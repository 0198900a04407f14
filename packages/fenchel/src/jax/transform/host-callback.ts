/** What the host reads of a program and what it hands back: typed arrays on both sides. */
import { numpy as np } from "@jax-js/jax";
import type { HostSolution, HostMappingOptions } from "./mapping.ts";
import type { Parameter } from "./options.ts";

/** Scores read from the program, with what belongs to them; rows along the last axis. */
export interface HostScores {
  readonly scores: Float32Array;
  readonly shape: readonly number[];
  readonly mask: ArrayLike<number> | undefined;
  /** One number, or one a row; undefined where none is given. */
  readonly gamma: number | Float32Array | undefined;
  readonly lambda: number | Float32Array | undefined;
  /** Whether lambda is an array of the program, so that its gradient may be asked for. */
  readonly lambdaIsArray: boolean;
}

/** The parts of a solution, laid out like the scores. */
export type SolvedArrays = { readonly [part in keyof HostSolution]: Float32Array | Int32Array };

type Read = ArrayLike<number> | undefined;

const sameShape = (a: readonly number[], b: readonly number[]) =>
  a.length === b.length && a.every((n, i) => n === b[i]);

/** One value a row, or one for all; nothing for a number. */
function perRow(parameter: Parameter | undefined, shape: readonly number[]): np.Array | undefined {
  if (parameter === undefined || typeof parameter === "number") return undefined;
  return parameter.size === 1 ? parameter : np.broadcastTo(parameter, [...shape.slice(0, -1), 1]);
}

/** The arrays a solver reads, with the scores' shape where they must; numbers stay in the options. Owns its arguments. */
export function arraysToRead(
  scores: np.Array,
  { mask, gamma, lambda }: HostMappingOptions,
): readonly (np.Array | undefined)[] {
  const { shape } = scores;
  const full = mask === undefined || sameShape(mask.shape, shape) ? mask : np.broadcastTo(mask, [...shape]);
  return [scores, full, perRow(gamma, shape), perRow(lambda, shape)];
}

function parameterValue(read: Read, given: Parameter | undefined): number | Float32Array | undefined {
  if (read === undefined) return given as number | undefined;
  return read.length === 1 ? read[0]! : (read as Float32Array);
}

/** What was read, in the order of `arraysToRead`, beside the numbers among the options. */
export function hostScores(shape: readonly number[], reads: readonly Read[], options: HostMappingOptions): HostScores {
  const [scores, mask, gamma, lambda] = reads;
  return {
    scores: scores as Float32Array,
    shape,
    mask,
    gamma: parameterValue(gamma, options.gamma),
    lambda: parameterValue(lambda, options.lambda),
    lambdaIsArray: lambda !== undefined,
  };
}

/** A solution as arrays of the program. */
export function toArrays(found: SolvedArrays, shape: readonly number[]): HostSolution {
  const parts = Object.entries(found).map(([part, values]) => [
    part,
    np.array(values as Float32Array<ArrayBuffer>, { shape: [...shape] }),
  ]);
  return Object.fromEntries(parts) as HostSolution;
}
