/** Precision and recall at a threshold, and along all thresholds of a ranking. */

export interface PrecisionRecall {
  readonly precision: number;
  readonly recall: number;
  /** 2 P R / (P + R); 0 when both are. */
  readonly f1: number;
}

/** Precision hits / predicted, recall hits / actual and F1 of counts; 0 where nothing is predicted, or actual. */
export function precisionRecall(hits: number, predicted: number, actual: number): PrecisionRecall {
  const precision = hits / Math.max(1, predicted);
  const recall = hits / Math.max(1, actual);
  return { precision, recall, f1: hits === 0 ? 0 : (2 * precision * recall) / (precision + recall) };
}

/** Hits and selected items at every threshold, from the highest score down; items of one score come together. */
function thresholds(scores: ArrayLike<number>, relevant: ArrayLike<number | boolean>) {
  if (scores.length !== relevant.length) {
    throw new RangeError(`relevant must be as many as scores (${scores.length}), got ${relevant.length}`);
  }
  const order = Array.from({ length: scores.length }, (_, i) => i).sort((a, b) => scores[b]! - scores[a]!);
  const steps: { hits: number; selected: number }[] = [];
  let hits = 0;
  order.forEach((item, rank) => {
    if (Number.isNaN(scores[item]!)) throw new RangeError(`scores[${item}] must be a number, got NaN`);
    if (relevant[item]) hits++;
    if (rank + 1 === order.length || scores[order[rank + 1]!] !== scores[item])
      steps.push({ hits, selected: rank + 1 });
  });
  if (hits === 0) throw new RangeError("relevant must mark at least one item");
  return { steps, all: hits };
}

/**
 * Average precision sum_n (R_n - R_n-1) P_n over the thresholds of the scores, in (0, 1]; the share of relevant items for scores that
 * are all equal. Equals scikit-learn's `average_precision_score`. O(n log n).
 *
 * Throws a RangeError for sizes that differ, a score that is no number, or no relevant item.
 *
 * @param scores - One per item, higher for more relevant.
 * @param relevant - One per item; non-zero or true is relevant.
 *
 * @example
 * averagePrecision([0.8, 0.1, 0.4, 0.35], [1, 0, 0, 1]); // 0.833333
 */
export function averagePrecision(scores: ArrayLike<number>, relevant: ArrayLike<number | boolean>): number {
  const { steps, all } = thresholds(scores, relevant);
  return steps.reduce(
    (sum, { hits, selected }, n) => sum + ((hits - (steps[n - 1]?.hits ?? 0)) / all) * (hits / selected),
    0,
  );
}

/**
 * Area under the precision-recall curve (AUPRC) with straight lines between thresholds, starting at precision 1, in (0, 1], as the ERASER
 * benchmark computes it. Straight lines overestimate scores with many ties, such as exact zeros; `averagePrecision` does not. O(n log n).
 *
 * @param scores - As for `averagePrecision`, with the same errors.
 * @param relevant - As for `averagePrecision`.
 *
 * Davis and Goadrich, "The Relationship Between Precision-Recall and ROC Curves" (2006).
 *
 * @example
 * precisionRecallArea([0.8, 0.1, 0.4, 0.35], [1, 0, 0, 1]); // 0.791667
 */
export function precisionRecallArea(scores: ArrayLike<number>, relevant: ArrayLike<number | boolean>): number {
  const { steps, all } = thresholds(scores, relevant);
  return steps.reduce((area, { hits, selected }, n) => {
    const before = steps[n - 1];
    const precisionBefore = before === undefined ? 1 : before.hits / before.selected;
    return area + (((hits - (before?.hits ?? 0)) / all) * (precisionBefore + hits / selected)) / 2;
  }, 0);
}
