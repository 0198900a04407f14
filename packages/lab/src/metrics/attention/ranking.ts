/** How well scores rank what is relevant: the curve of precision over recall as the threshold falls. */

/** Hits and words chosen at every threshold, from the highest score down; words of one score come together. */
function thresholds(scores: ArrayLike<number>, relevant: ArrayLike<number | boolean>) {
  if (scores.length !== relevant.length) {
    throw new RangeError(`relevant must be as many as scores (${scores.length}), got ${relevant.length}`);
  }
  const order = Array.from({ length: scores.length }, (_, i) => i).sort((a, b) => scores[b]! - scores[a]!);
  const steps: { hits: number; chosen: number }[] = [];
  let hits = 0;
  order.forEach((word, rank) => {
    if (Number.isNaN(scores[word]!)) throw new RangeError(`scores[${word}] must be a number, got NaN`);
    if (relevant[word]) hits++;
    if (rank + 1 === order.length || scores[order[rank + 1]!] !== scores[word]) steps.push({ hits, chosen: rank + 1 });
  });
  if (hits === 0) throw new RangeError("relevant must mark at least one word");
  return { steps, all: hits };
}

/**
 * Average precision sum_n (R_n - R_n-1) P_n over the thresholds of the scores, in (0, 1]; the share of relevant words for scores that
 * are all equal. Equals scikit-learn's `average_precision_score`. O(n log n).
 *
 * Throws a RangeError for sizes that differ, a score that is no number, or no relevant word.
 *
 * @example
 * averagePrecision([0.8, 0.1, 0.4, 0.35], [1, 0, 0, 1]); // 0.833333
 */
export function averagePrecision(scores: ArrayLike<number>, relevant: ArrayLike<number | boolean>): number {
  const { steps, all } = thresholds(scores, relevant);
  return steps.reduce(
    (sum, { hits, chosen }, n) => sum + ((hits - (steps[n - 1]?.hits ?? 0)) / all) * (hits / chosen),
    0,
  );
}

/**
 * Area under the curve of precision over recall with straight lines between thresholds, starting at precision 1, in (0, 1]: the AUPRC
 * of the ERASER benchmark. Straight lines are kind to scores with many ties, such as exact zeros: `averagePrecision` is not.
 * Arguments, errors and cost as there.
 *
 * Davis and Goadrich, "The Relationship Between Precision-Recall and ROC Curves" (2006).
 *
 * @example
 * precisionRecallArea([0.8, 0.1, 0.4, 0.35], [1, 0, 0, 1]); // 0.791667
 */
export function precisionRecallArea(scores: ArrayLike<number>, relevant: ArrayLike<number | boolean>): number {
  const { steps, all } = thresholds(scores, relevant);
  return steps.reduce((area, { hits, chosen }, n) => {
    const before = steps[n - 1];
    const precisionBefore = before === undefined ? 1 : before.hits / before.chosen;
    return area + (((hits - (before?.hits ?? 0)) / all) * (precisionBefore + hits / chosen)) / 2;
  }, 0);
}
