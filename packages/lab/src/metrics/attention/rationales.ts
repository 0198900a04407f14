/** Agreement of attention with human rationales or marked spans: token overlap at a threshold, and ranking. */
import type { TokenSpan } from "../../base/annotations.ts";
import {
  averagePrecision,
  precisionRecall,
  precisionRecallArea,
  type PrecisionRecall,
} from "../statistics/precision-recall.ts";
import { checkWeights, selectedTokens, type TokenSelection } from "./token-selection.ts";

/** The attention over one text, and its marked words. */
export interface MarkedText {
  readonly weights: ArrayLike<number>;
  /** One mark per word; non-zero or true is marked. */
  readonly rationale: ArrayLike<number | boolean>;
}

/** Token overlap of one text's selected words with its marked words. */
export interface TokenOverlap extends PrecisionRecall {
  /** Intersection over union (Jaccard index); 0 where nothing is selected or marked. */
  readonly iou: number;
  /** Number of selected words. */
  readonly words: number;
  /** Number of maximal runs of neighbouring selected words. */
  readonly segments: number;
}

/** Means over texts (macro averages). */
export interface RationaleScores extends TokenOverlap {
  /** Share of the attention's mass on marked words. */
  readonly mass: number;
  /** Over the texts with marked and unmarked words; NaN when there are none. */
  readonly averagePrecision: number;
  /** Over the same texts. */
  readonly precisionRecallArea: number;
  /** Number of the texts that the last two are means over. */
  readonly ranked: number;
  /** Values of every text, for `bootstrapInterval` and `pairedSignificance`; average precision of the ranked texts only. */
  readonly items: {
    readonly f1: readonly number[];
    readonly iou: readonly number[];
    readonly averagePrecision: readonly number[];
  };
}

/**
 * A mask of `words` words: 1 within a span [start, end), else 0. Spans may overlap.
 * Throws a RangeError for a span outside the text.
 *
 * @param spans - Positions of the first token and of the one after the last.
 * @param words - Length of the text.
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

const markedCount = (rationale: ArrayLike<number | boolean>): number =>
  Array.from(rationale, Boolean).filter(Boolean).length;

function checkText({ weights, rationale }: MarkedText, i: number): void {
  if (weights.length === 0) throw new RangeError(`texts[${i}].weights must not be empty`);
  checkWeights(`texts[${i}].weights`, weights);
  if (rationale.length !== weights.length) {
    throw new RangeError(`texts[${i}].rationale must mark ${weights.length} words, got ${rationale.length}`);
  }
}

/** Intersection over union from counts; 0 where both sets are empty. */
const iouOf = (hits: number, selected: number, marked: number): number =>
  hits === 0 ? 0 : hits / (selected + marked - hits);

/** Positions of the selected words, ascending, against marks. */
function overlapOf(selected: Int32Array, rationale: ArrayLike<number | boolean>): TokenOverlap {
  const hits = selected.filter((word) => rationale[word]).length;
  const marked = markedCount(rationale);
  return {
    ...precisionRecall(hits, selected.length, marked),
    iou: iouOf(hits, selected.length, marked),
    words: selected.length,
    segments: selected.filter((word, i) => i === 0 || selected[i - 1] !== word - 1).length,
  };
}

/**
 * Agreement of attention with human rationales, in [0, 1], for every text and then averaged (macro). Discrete: token precision, recall,
 * F1 and intersection over union of the words that `selection` takes (the support, those above a threshold, or a share of the largest
 * weights), and the numbers of these words and of their segments. Soft: the share of mass on marked words, average precision and area
 * under the precision-recall curve of the weights as scores.
 *
 * A text without any marked word scores 0 in the discrete metrics and the mass and, like one with every word marked, takes no part in the
 * ranking, as in ERASER's average precision. Throws a RangeError for no texts, a mask of another length, or a weight that is negative or
 * no number. Cost: O(n log n) for a text of n words.
 *
 * @param texts - Weights and marks, one per word.
 * @param options - `selection`: default "support"; choose a threshold on other texts, see `bestIouThreshold`.
 *
 * DeYoung et al., "ERASER: A Benchmark to Evaluate Rationalized NLP Models" (2020).
 *
 * @example
 * rationaleScores([{ weights: [0, 0.5, 0.5, 0], rationale: [0, 1, 0, 1] }]).f1; // 0.5
 * rationaleScores([{ weights: [0, 0.7, 0.2, 0.1], rationale: [0, 1, 1, 0] }], { selection: { above: 0.15 } }).iou; // 1
 */
export function rationaleScores(
  texts: readonly MarkedText[],
  { selection = "support" }: { readonly selection?: TokenSelection } = {},
): RationaleScores {
  if (texts.length === 0) throw new RangeError("texts must not be empty");
  const overlaps: TokenOverlap[] = [];
  const masses: number[] = [];
  const rankings: { average: number; area: number }[] = [];
  texts.forEach((text, i) => {
    checkText(text, i);
    const { weights, rationale } = text;
    overlaps.push(overlapOf(selectedTokens(weights, selection), rationale));
    let [inside, total] = [0, 0];
    for (let w = 0; w < weights.length; w++) {
      total += weights[w]!;
      if (rationale[w]) inside += weights[w]!;
    }
    masses.push(total === 0 ? 0 : inside / total);
    const marked = markedCount(rationale);
    if (marked === 0 || marked === weights.length) return;
    rankings.push({ average: averagePrecision(weights, rationale), area: precisionRecallArea(weights, rationale) });
  });
  const mean = (key: keyof TokenOverlap) => meanOf(overlaps.map((overlap) => overlap[key]));
  return {
    precision: mean("precision"),
    recall: mean("recall"),
    f1: mean("f1"),
    iou: mean("iou"),
    words: mean("words"),
    segments: mean("segments"),
    mass: meanOf(masses),
    averagePrecision: meanOf(rankings.map(({ average }) => average)),
    precisionRecallArea: meanOf(rankings.map(({ area }) => area)),
    ranked: rankings.length,
    items: {
      f1: overlaps.map(({ f1 }) => f1),
      iou: overlaps.map(({ iou }) => iou),
      averagePrecision: rankings.map(({ average }) => average),
    },
  };
}

/**
 * The threshold t from 0 at which the mean intersection over union of the words with weights above t and the marked words is largest, to
 * be chosen on validation texts and applied to others as `{ above: t }`. Exact: every distinct weight is tried, and t lies halfway
 * between two of them. Of equal thresholds the highest.
 *
 * Throws as `rationaleScores` does. Cost: O(N log N) for N words in all texts.
 *
 * @param texts - Weights and marks of validation texts.
 *
 * @example
 * bestIouThreshold([{ weights: [0.6, 0.3, 0.1], rationale: [1, 1, 0] }]); // { threshold: 0.2, iou: 1 }
 */
export function bestIouThreshold(texts: readonly MarkedText[]): { readonly threshold: number; readonly iou: number } {
  if (texts.length === 0) throw new RangeError("texts must not be empty");
  texts.forEach(checkText);
  const words = texts
    .flatMap(({ weights, rationale }, text) =>
      Array.from(weights, (weight, w) => ({ weight, text, marked: Boolean(rationale[w]) })),
    )
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight);
  const marked = texts.map(({ rationale }) => markedCount(rationale));
  const selected = new Uint32Array(texts.length);
  const hits = new Uint32Array(texts.length);
  const ious = new Float64Array(texts.length);
  let best = { threshold: words[0]?.weight ?? 0, sum: 0 };
  let sum = 0;
  words.forEach(({ weight, text, marked: isMarked }, i) => {
    selected[text]!++;
    if (isMarked) hits[text]!++;
    sum -= ious[text]!;
    ious[text] = iouOf(hits[text]!, selected[text]!, marked[text]!);
    sum += ious[text]!;
    const next = words[i + 1]?.weight ?? 0;
    // Equal sums differ by the rounding of their updates.
    if (next !== weight && sum > best.sum + 1e-9) best = { threshold: (weight + next) / 2, sum };
  });
  const { threshold } = best;
  const iou = meanOf(
    texts.map(({ weights, rationale }) => overlapOf(selectedTokens(weights, { above: threshold }), rationale).iou),
  );
  return { threshold, iou };
}
