/** Faithfulness of attention as a rationale of a model's prediction: sufficiency and comprehensiveness. */
import { selectedTokens, type TokenSelection } from "./token-selection.ts";

/** A text of which only some words are left. */
export interface ReducedText {
  /** Index of the text. */
  readonly text: number;
  /** Positions of the words left, ascending; may be empty. */
  readonly kept: Int32Array;
}

/** Probabilities, one per reduced text, of the class that the model predicts for the whole text. */
export type ReducedProbabilities = (reduced: readonly ReducedText[]) => ArrayLike<number> | Promise<ArrayLike<number>>;

export interface FaithfulnessOptions {
  /** The rationale; default "support". */
  readonly selection?: TokenSelection;
  /** Shares of the words for the AOPC; default 1, 5, 10, 20 and 50 %. */
  readonly shares?: readonly number[];
  /** In the AOPC, select words of weight 0 too where the support is smaller than the share; default false. */
  readonly fill?: boolean;
}

/** Means over texts. */
export interface FaithfulnessPoint {
  /** p(all words) - p(the rationale alone): 0 when the rationale suffices; may be negative. */
  readonly sufficiency: number;
  /** p(all words) - p(all but the rationale): high when the model needs it. */
  readonly comprehensiveness: number;
}

export interface Faithfulness extends FaithfulnessPoint {
  /** Area over the perturbation curve: the mean over the shares, as in ERASER. */
  readonly aopc: FaithfulnessPoint;
  readonly atShares: readonly (FaithfulnessPoint & { readonly share: number })[];
  /** Values of every text with the rationale, for `bootstrapInterval` and `pairedSignificance`. */
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
 * Sufficiency p(all) - p(rationale alone) and comprehensiveness p(all) - p(all but the rationale) of attention as a rationale, with p
 * the probability of the class predicted for the whole text: for the words that `selection` takes, and averaged over the top
 * 1, 5, 10, 20 and 50 % of the words (area over the perturbation curve, AOPC). Means over texts, in [-1, 1].
 *
 * AOPC is the mean over the shares, as the benchmark's program has it; the paper also counts a share of 0. Where the support is smaller
 * than a share, only the support is selected unless `fill` is set: exact zeros give no order. Throws a RangeError for no texts, weights or
 * shares out of range, or probabilities that are not one per reduced text. Cost: 3 + 2 shares reduced texts for each text.
 *
 * @param weights - Attention over the words of every text.
 * @param probabilities - Called once for all reduced texts: for each text in turn the whole, the rationale and the rest, then both for
 *   every share.
 * @param options - The rationale (default the support), shares, fill.
 *
 * DeYoung et al., "ERASER: A Benchmark to Evaluate Rationalized NLP Models" (2020); Samek et al., "Evaluating the Visualization of
 * What a Deep Neural Network Has Learned" (2017).
 *
 * @example
 * // The model gives its class 0.9 as long as word 1 is there, and 0.5 without it.
 * const model = (reduced) => reduced.map(({ kept }) => (kept.includes(1) ? 0.9 : 0.5));
 * (await faithfulness([[0, 1, 0, 0]], model)).sufficiency; // 0
 * (await faithfulness([[0, 1, 0, 0]], model)).comprehensiveness; // 0.4
 */
export async function faithfulness(
  weights: readonly ArrayLike<number>[],
  probabilities: ReducedProbabilities,
  { selection = "support", shares = [0.01, 0.05, 0.1, 0.2, 0.5], fill = false }: FaithfulnessOptions = {},
): Promise<Faithfulness> {
  if (weights.length === 0) throw new RangeError("weights must hold at least one text");
  if (shares.length === 0) throw new RangeError("shares must not be empty");
  const selections: TokenSelection[] = [selection, ...shares.map((top) => ({ top, fill }))];
  const reduced = weights.flatMap((own, text): ReducedText[] => {
    const all = Int32Array.from({ length: own.length }, (_, i) => i);
    const parts = selections.flatMap((some) => {
      const selected = selectedTokens(own, some);
      const members = new Set(selected);
      return [selected, all.filter((word) => !members.has(word))];
    });
    return [all, ...parts].map((kept) => ({ text, kept }));
  });
  const given = await probabilities(reduced);
  checkProbabilities("probabilities", given, reduced.length);

  const width = 1 + 2 * selections.length;
  /** p(all) - p(reduced) of every text, for one of the reduced forms. */
  const falls = (form: number): number[] => weights.map((_, i) => given[i * width]! - given[i * width + form]!);
  const point = (c: number): FaithfulnessPoint => ({
    sufficiency: meanOf(falls(1 + 2 * c)),
    comprehensiveness: meanOf(falls(2 + 2 * c)),
  });
  const atShares = shares.map((share, s) => ({ share, ...point(s + 1) }));
  return {
    ...point(0),
    aopc: {
      sufficiency: meanOf(atShares.map(({ sufficiency }) => sufficiency)),
      comprehensiveness: meanOf(atShares.map(({ comprehensiveness }) => comprehensiveness)),
    },
    atShares,
    items: { sufficiency: falls(1), comprehensiveness: falls(2) },
  };
}
