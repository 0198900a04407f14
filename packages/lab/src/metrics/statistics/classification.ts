/** How well a classifier's answers agree with the labels. */

function checkSizes(labels: ArrayLike<number>, predictions: ArrayLike<number>): void {
  if (labels.length === 0) throw new RangeError("labels must not be empty");
  if (labels.length !== predictions.length) {
    throw new RangeError(`predictions must be as many as labels (${labels.length}), got ${predictions.length}`);
  }
}

/** Share of predictions that equal their label, in [0, 1]. */
export function accuracy(labels: ArrayLike<number>, predictions: ArrayLike<number>): number {
  checkSizes(labels, predictions);
  let right = 0;
  for (let i = 0; i < labels.length; i++) if (labels[i] === predictions[i]) right++;
  return right / labels.length;
}

/**
 * F1 of one class, the harmonic mean of its precision and recall: 2 tp / (2 tp + fp + fn), in [0, 1].
 * 0 when the class is neither among the labels nor predicted.
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
