/** Attention over a text held against the passages that people gave as their reason. */
import type { TokenSpan } from "../../datasets/movie-rationales.ts";
import { precisionRecall } from "./precision-recall.ts";
import type { PrecisionRecall } from "./precision-recall.ts";
import { averagePrecision, precisionRecallArea } from "./ranking.ts";
import { checkTokenWeights, selectedTokens } from "./token-selection.ts";
import type { TokenSelection } from "./token-selection.ts";

/** The attention over one text and, for every word, whether a person marked it. */
export interface MarkedText {
  readonly weights: ArrayLike<number>;
  readonly rationale: ArrayLike<number | boolean>;
}

/** Means over texts. */
export interface RationaleScores extends PrecisionRecall {
  /** Over the texts of which some words are marked and some not; NaN when there are none. */
  readonly averagePrecision: number;
  readonly precisionRecallArea: number;
  /** How many texts the last two are means over. */
  readonly ranked: number;
  /** Of every text, for `bootstrapInterval` and `pairedSignificance`; ranks only of those that can be ranked. */
  readonly items: { readonly f1: readonly number[]; readonly averagePrecision: readonly number[] };
}

/**
 * A mark for each of `words` words: 1 within a span [start, end), else 0. Spans may overlap.
 * Throws a RangeError for a span outside the text.
 *
 * @example
 * rationaleMask([[1, 3]], 4); // [0, 1, 1, 0]
 */
export function rationaleMask(spans: readonly TokenSpan[], words: number): Uint8Array {
  const mask = new Uint8Array(words);
  spans.forEach(([start, end], i) => {
    if (!(Number.isInteger(start) && Number.isInteger(end) && 0 <= start && start <= end && end <= words)) {
      throw new RangeError(`spans[${i}] must lie within ${words} words, got [${start}, ${end})`);
    }
    mask.fill(1, start, end);
  });
  return mask;
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * How well attention finds human rationales. Hard: precision, recall and F1 over the words that `choice` singles out (the support, or
 * a share of the largest weights). Soft: average precision and area under the precision-recall curve of the weights as scores. All in
 * [0, 1], worked out for every text and then averaged (macro).
 *
 * - A text without any marked word scores 0 in the hard figures and, like one with every word marked, takes no part in the soft ones,
 *   as in ERASER's average precision.
 * - Throws a RangeError for no texts, a mask of another length, or a weight that is negative or no number.
 * - Cost: O(n log n) for a text of n words.
 *
 * DeYoung et al., "ERASER: A Benchmark to Evaluate Rationalized NLP Models" (2020).
 *
 * @example
 * rationaleScores([{ weights: [0, 0.5, 0.5, 0], rationale: [0, 1, 0, 1] }]); // f1 0.5, averagePrecision 0.5
 */
export function rationaleScores(
  texts: readonly MarkedText[],
  { choice = "support" }: { readonly choice?: TokenSelection } = {},
): RationaleScores {
  if (texts.length === 0) throw new RangeError("texts must not be empty");
  const hard: PrecisionRecall[] = [];
  const soft: { average: number; area: number }[] = [];
  texts.forEach(({ weights, rationale }, i) => {
    checkTokenWeights(`texts[${i}].weights`, weights);
    if (rationale.length !== weights.length) {
      throw new RangeError(`texts[${i}].rationale must mark ${weights.length} words, got ${rationale.length}`);
    }
    const marked = Array.from(rationale, Boolean).filter(Boolean).length;
    const chosen = selectedTokens(weights, choice);
    hard.push(precisionRecall(chosen.filter((word) => rationale[word]).length, chosen.length, marked));
    if (marked === 0 || marked === weights.length) return;
    soft.push({ average: averagePrecision(weights, rationale), area: precisionRecallArea(weights, rationale) });
  });
  return {
    precision: meanOf(hard.map(({ precision }) => precision)),
    recall: meanOf(hard.map(({ recall }) => recall)),
    f1: meanOf(hard.map(({ f1 }) => f1)),
    averagePrecision: meanOf(soft.map(({ average }) => average)),
    precisionRecallArea: meanOf(soft.map(({ area }) => area)),
    ranked: soft.length,
    items: { f1: hard.map(({ f1 }) => f1), averagePrecision: soft.map(({ average }) => average) },
  };
}
