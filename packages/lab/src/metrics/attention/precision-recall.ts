/** Precision, recall and their harmonic mean from counts. */

export interface PrecisionRecall {
  readonly precision: number;
  readonly recall: number;
  /** 2 P R / (P + R); 0 when both are. */
  readonly f1: number;
}

/** Precision hits / predicted, recall hits / wanted and F1 of counted hits; 0 where nothing is predicted, or wanted. */
export function precisionRecall(hits: number, predicted: number, wanted: number): PrecisionRecall {
  const precision = hits / Math.max(1, predicted);
  const recall = hits / Math.max(1, wanted);
  return { precision, recall, f1: hits === 0 ? 0 : (2 * precision * recall) / (precision + recall) };
}
