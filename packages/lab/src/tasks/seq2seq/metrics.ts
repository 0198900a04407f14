/** Columns of the tables of studies that write sequences. */
import type { MetricSpec } from "../task.ts";

const GIVEN = "Test set, words given";
const WEIGHTS = "Attention of the words written";
const COST = "Cost";

/** How well the words of the references are foreseen. */
export const teacherForcedMetrics: readonly MetricSpec[] = [
  { key: "loss", title: "Loss", unit: "nats", digits: 3, scale: 1, best: "lowest", group: GIVEN },
  { key: "accuracy", title: "Accuracy", unit: "%", digits: 1, scale: 100, best: "highest", group: GIVEN },
];

export const attentionMetrics: readonly MetricSpec[] = [
  { key: "sparsity", title: "Zeros", unit: "%", digits: 1, scale: 100, best: "none", group: WEIGHTS },
  { key: "supportSize", title: "Support", unit: "pieces", digits: 1, scale: 1, best: "none", group: WEIGHTS },
  { key: "segments", title: "Segments", unit: "", digits: 1, scale: 1, best: "none", group: WEIGHTS },
  { key: "entropy", title: "Entropy", unit: "nats", digits: 2, scale: 1, best: "none", group: WEIGHTS },
];

/** Against links; `group` says of what. */
export const alignmentMetrics = (group: string): readonly MetricSpec[] => [
  { key: "alignmentError", title: "Error rate", unit: "%", digits: 1, scale: 100, best: "lowest", group },
  { key: "alignmentPrecision", title: "Precision", unit: "%", digits: 1, scale: 100, best: "highest", group },
  { key: "alignmentRecall", title: "Recall", unit: "%", digits: 1, scale: 100, best: "highest", group },
];

export const costMetrics: readonly MetricSpec[] = [
  { key: "writingSeconds", title: "Writing", unit: "s", digits: 0, scale: 1, best: "lowest", group: COST },
  { key: "peakMegabytes", title: "Memory", unit: "MiB", digits: 0, scale: 1, best: "lowest", group: COST },
];
