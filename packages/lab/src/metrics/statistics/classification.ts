/** Agreement of predicted classes with labels: accuracy, and metrics that weigh imbalanced classes alike. */
import { precisionRecall, type PrecisionRecall } from "./precision-recall.ts";
import type { SufficientStatistics } from "./sufficient-statistics.ts";

function checkSizes(labels: ArrayLike<number>, predictions: ArrayLike<number>): void {
  if (labels.length === 0) throw new RangeError("labels must not be empty");
  if (labels.length !== predictions.length) {
    throw new RangeError(`predictions must be as many as labels (${labels.length}), got ${predictions.length}`);
  }
}

function checkClasses(labels: ArrayLike<number>, predictions: ArrayLike<number>, classes: number): void {
  checkSizes(labels, predictions);
  if (!(Number.isInteger(classes) && classes >= 1)) {
    throw new RangeError(`classes must be an integer from 1, got ${classes}`);
  }
  for (const [name, values] of Object.entries({ labels, predictions })) {
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (!(Number.isInteger(value) && value >= 0 && value < classes)) {
        throw new RangeError(`${name}[${i}] must be a class from 0 to ${classes - 1}, got ${value}`);
      }
    }
  }
}

/**
 * Share of predictions that equal their label, in [0, 1]. Throws a RangeError for no labels, or predictions that are not as many.
 *
 * @param labels - One class per example.
 * @param predictions - One class per example.
 *
 * @example
 * accuracy([1, 0, 1, 1], [1, 0, 0, 1]); // 0.75
 */
export function accuracy(labels: ArrayLike<number>, predictions: ArrayLike<number>): number {
  checkSizes(labels, predictions);
  let right = 0;
  for (let i = 0; i < labels.length; i++) if (labels[i] === predictions[i]) right++;
  return right / labels.length;
}

/**
 * F1 of one class, the harmonic mean of its precision and recall: 2 tp / (2 tp + fp + fn), in [0, 1]; 0 when the class is neither among
 * the labels nor predicted. Throws as `accuracy` does.
 *
 * @param labels - One class per example.
 * @param predictions - One class per example.
 * @param positive - The class; default 1.
 *
 * @example
 * f1([1, 1, 0, 0], [1, 0, 0, 0]); // 0.666667
 */
export function f1(labels: ArrayLike<number>, predictions: ArrayLike<number>, positive = 1): number {
  checkSizes(labels, predictions);
  let truePositives = 0;
  let mistakes = 0;
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] === positive && predictions[i] === positive) truePositives++;
    else if (labels[i] === positive || predictions[i] === positive) mistakes++;
  }
  return truePositives === 0 ? 0 : (2 * truePositives) / (2 * truePositives + mistakes);
}

/**
 * Counts of examples, [label][prediction]: the diagonal is right. Linear.
 *
 * Throws as `accuracy` does, and a RangeError for a label or prediction that is no class from 0 to `classes` - 1.
 *
 * @param labels - One class per example, from 0.
 * @param predictions - One class per example.
 * @param classes - Number of classes.
 *
 * @example
 * confusionMatrix([0, 0, 1, 2], [0, 1, 1, 1], 3); // [[1, 1, 0], [0, 1, 0], [0, 1, 0]]
 */
export function confusionMatrix(
  labels: ArrayLike<number>,
  predictions: ArrayLike<number>,
  classes: number,
): readonly (readonly number[])[] {
  checkClasses(labels, predictions, classes);
  const counts = Array.from({ length: classes }, () => Array.from({ length: classes }, () => 0));
  for (let i = 0; i < labels.length; i++) counts[labels[i]!]![predictions[i]!]!++;
  return counts;
}

export interface ClassScores extends PrecisionRecall {
  /** Number of examples with this label. */
  readonly support: number;
}

export interface ClassificationScores {
  readonly accuracy: number;
  /** Mean recall over the classes that are among the labels. */
  readonly balancedAccuracy: number;
  /** Mean F1 over the classes that are among the labels or predicted. */
  readonly macroF1: number;
  readonly perClass: readonly ClassScores[];
  /** As from `confusionMatrix`. */
  readonly confusion: readonly (readonly number[])[];
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * Accuracy, balanced accuracy, macro F1, precision, recall and F1 per class in [0, 1], and the confusion matrix. A majority class
 * dominates accuracy; balanced accuracy and macro F1 weigh every class alike. Equal to scikit-learn's `balanced_accuracy_score`,
 * `f1_score(average="macro")` and `precision_recall_fscore_support`, 0 in place of 0 / 0. Linear.
 *
 * Throws as `confusionMatrix` does.
 *
 * @param labels - One class per example, from 0.
 * @param predictions - One class per example.
 * @param classes - Number of classes.
 *
 * Sokolova and Lapalme, "A systematic analysis of performance measures for classification tasks" (2009).
 *
 * @example
 * classificationScores([0, 0, 0, 1], [0, 0, 0, 0], 2).macroF1; // 0.428571
 * classificationScores([0, 0, 0, 1], [0, 0, 0, 0], 2).perClass[0]; // { precision: 0.75, recall: 1, f1: 0.857143, support: 3 }
 */
export function classificationScores(
  labels: ArrayLike<number>,
  predictions: ArrayLike<number>,
  classes: number,
): ClassificationScores {
  const confusion = confusionMatrix(labels, predictions, classes);
  const seen: number[] = [];
  const labelled: number[] = [];
  const perClass = confusion.map((row, c): ClassScores => {
    const support = row.reduce((sum, count) => sum + count, 0);
    const predicted = confusion.reduce((sum, other) => sum + other[c]!, 0);
    if (support > 0) labelled.push(c);
    if (support + predicted > 0) seen.push(c);
    return { ...precisionRecall(row[c]!, predicted, support), support };
  });
  return {
    accuracy: accuracy(labels, predictions),
    balancedAccuracy: mean(labelled.map((c) => perClass[c]!.recall)),
    macroF1: mean(seen.map((c) => perClass[c]!.f1)),
    perClass,
    confusion,
  };
}

/**
 * Sufficient statistics of macro F1 for `bootstrapInterval` and `pairedSignificance`: per class and example whether it is the label, the
 * prediction, and both.
 *
 * @param labels - As for `classificationScores`, with the same errors.
 * @param predictions - As for `classificationScores`.
 * @param classes - Number of classes.
 *
 * @example
 * corpusScore(macroF1Statistics([0, 0, 0, 1], [0, 0, 0, 0], 2)); // 0.428571
 */
export function macroF1Statistics(
  labels: ArrayLike<number>,
  predictions: ArrayLike<number>,
  classes: number,
): SufficientStatistics {
  checkClasses(labels, predictions, classes);
  const width = 3 * classes;
  const rows = new Float64Array(labels.length * width);
  for (let i = 0; i < labels.length; i++) {
    const [label, prediction] = [labels[i]!, predictions[i]!];
    rows[i * width + 3 * label] = 1;
    rows[i * width + 3 * prediction + 1] = 1;
    if (label === prediction) rows[i * width + 3 * label + 2] = 1;
  }
  const score = (sums: Float64Array): number => {
    let [sum, seen] = [0, 0];
    for (let c = 0; c < classes; c++) {
      const members = sums[3 * c]! + sums[3 * c + 1]!;
      if (members === 0) continue;
      seen++;
      sum += (2 * sums[3 * c + 2]!) / members;
    }
    return sum / seen;
  };
  return { rows, width, score };
}
