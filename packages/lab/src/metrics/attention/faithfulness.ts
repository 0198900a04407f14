/** Whether a model's answer rests on the words that its attention singles out: sufficiency and comprehensiveness. */
import { selectedTokens } from "./token-selection.ts";
import type { TokenSelection } from "./token-selection.ts";

/** A text of which only some words are left. */
export interface ReducedText {
  /** Which of the texts. */
  readonly text: number;
  /** Positions of the words left, ascending; there may be none. */
  readonly kept: Int32Array;
}

/** For every reduced text the probability of the class that the model predicts for the whole text. */
export type ReducedProbabilities = (reduced: readonly ReducedText[]) => ArrayLike<number> | Promise<ArrayLike<number>>;

export interface FaithfulnessOptions {
  /** The rationale; default "support". */
  readonly choice?: TokenSelection;
  /** Shares of the words for the areas; default 1, 5, 10, 20 and 50 %. */
  readonly shares?: readonly number[];
  /** In the areas, choose words of weight 0 too where the support is smaller than the share; default false. */
  readonly fill?: boolean;
}

/** Both figures as means over texts. */
export interface FaithfulnessPoint {
  /** p(all words) - p(the rationale alone): 0 when the rationale suffices; may be negative. */
  readonly sufficiency: number;
  /** p(all words) - p(all but the rationale): high when the model needs it. */
  readonly comprehensiveness: number;
}

export interface Faithfulness extends FaithfulnessPoint {
  /** The mean over the shares, ERASER's AOPC. */
  readonly areas: FaithfulnessPoint;
  readonly atShares: readonly (FaithfulnessPoint & { readonly share: number })[];
  /** Of every text with the rationale, for `bootstrapInterval` and `pairedSignificance`. */
  readonly items: { readonly sufficiency: readonly number[]; readonly comprehensiveness: readonly number[] };
}

function checkProbabilities(name: string, values: ArrayLike<number>, count: number): void {
  if (values.length !== count) throw new RangeError(`${name} must be ${count} numbers, got ${values.length}`);
  for (let i = 0; i < count; i++) {
    if (!(values[i]! >= 0 && values[i]! <= 1)) {
      throw new RangeError(`${name}[${i}] must be a probability, got ${values[i]}`);
    }
  }
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * The mean fall of probability from whole texts to reduced ones: sufficiency when only the rationale is left, comprehensiveness when
 * it is taken out. In [-1, 1]. Throws a RangeError for no texts, sizes that differ, or what is no probability.
 *
 * @example
 * probabilityFall([0.9, 0.8], [0.7, 0.8]); // 0.1
 */
export function probabilityFall(whole: ArrayLike<number>, reduced: ArrayLike<number>): number {
  if (whole.length === 0) throw new RangeError("whole must not be empty");
  checkProbabilities("whole", whole, whole.length);
  checkProbabilities("reduced", reduced, whole.length);
  return meanOf(Array.from(whole, (probability, i) => probability - reduced[i]!));
}

/**
 * Sufficiency p(all) - p(rationale alone) and comprehensiveness p(all) - p(all but the rationale) of attention as a rationale, with p
 * the probability of the class predicted for the whole text: for the words that `choice` singles out, and averaged over the top
 * 1, 5, 10, 20 and 50 % of the words (area over the perturbation curve, AOPC). Means over texts, in [-1, 1].
 *
 * - `weights[i]`: the attention over the words of text i. `probabilities` is asked once for all reduced texts: for each text in turn
 *   the whole, the rationale and the rest, then both for every share.
 * - AOPC is the mean over the shares, as the benchmark's program has it; the paper also counts a share of 0.
 * - Where the support is smaller than a share, only the support is chosen unless `fill` is set: exact zeros give no order.
 * - Throws a RangeError for no texts, weights or shares out of range, or probabilities that are not one a reduced text.
 * - Cost: 3 + 2 shares reduced texts for each text.
 *
 * DeYoung et al., "ERASER: A Benchmark to Evaluate Rationalized NLP Models" (2020); Samek et al., "Evaluating the Visualization of
 * What a Deep Neural Network Has Learned" (2017).
 *
 * @example
 * // A model that is sure of its class by 0.9 as long as word 1 is there, and by 0.5 without it.
 * const model = (reduced) => reduced.map(({ kept }) => (kept.includes(1) ? 0.9 : 0.5));
 * await faithfulness([[0, 1, 0, 0]], model); // sufficiency 0, comprehensiveness 0.4
 */
export async function faithfulness(
  weights: readonly ArrayLike<number>[],
  probabilities: ReducedProbabilities,
  { choice = "support", shares = [0.01, 0.05, 0.1, 0.2, 0.5], fill = false }: FaithfulnessOptions = {},
): Promise<Faithfulness> {
  if (weights.length === 0) throw new RangeError("weights must hold at least one text");
  if (shares.length === 0) throw new RangeError("shares must not be empty");
  const choices: TokenSelection[] = [choice, ...shares.map((top) => ({ top, fill }))];
  const reduced = weights.flatMap((own, text): ReducedText[] => {
    const all = Int32Array.from({ length: own.length }, (_, i) => i);
    const parts = choices.flatMap((some) => {
      const chosen = selectedTokens(own, some);
      const members = new Set(chosen);
      return [chosen, all.filter((word) => !members.has(word))];
    });
    return [all, ...parts].map((kept) => ({ text, kept }));
  });
  const given = await probabilities(reduced);
  checkProbabilities("probabilities", given, reduced.length);

  const width = 1 + 2 * choices.length;
  /** p(all) - p(reduced) of every text, for one of the reduced forms. */
  const falls = (form: number): number[] => weights.map((_, i) => given[i * width]! - given[i * width + form]!);
  const point = (c: number): FaithfulnessPoint => ({
    sufficiency: meanOf(falls(1 + 2 * c)),
    comprehensiveness: meanOf(falls(2 + 2 * c)),
  });
  const atShares = shares.map((share, s) => ({ share, ...point(s + 1) }));
  return {
    ...point(0),
    areas: {
      sufficiency: meanOf(atShares.map(({ sufficiency }) => sufficiency)),
      comprehensiveness: meanOf(atShares.map(({ comprehensiveness }) => comprehensiveness)),
    },
    atShares,
    items: { sufficiency: falls(1), comprehensiveness: falls(2) },
  };
}
