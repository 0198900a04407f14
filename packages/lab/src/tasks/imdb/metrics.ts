/** The figures of the study: those of every corpus, and those that need people's rationales. */
import type { MetricSpec } from "../task.ts";

const ANSWERS = "Test set";
const WORDS = "Discrete weights on the test set";
const DENSITY = "Density on the test set";
const RATIONALES = "Against people's rationales";
const FAITHFUL = "Faithfulness";

const answers: readonly MetricSpec[] = [
  { key: "accuracy", title: "Accuracy", unit: "%", digits: 2, scale: 100, best: "highest", group: ANSWERS },
  { key: "loss", title: "Loss", unit: "nats", digits: 3, scale: 1, best: "lowest", group: ANSWERS },
];

const words: readonly MetricSpec[] = [
  { key: "sparsity", title: "Zeros", unit: "%", digits: 1, scale: 100, best: "none", group: WORDS },
  { key: "supportSize", title: "Support", unit: "words", digits: 1, scale: 1, best: "none", group: WORDS },
  { key: "entropy", title: "Entropy", unit: "nats", digits: 2, scale: 1, best: "none", group: WORDS },
];

const segments: MetricSpec = {
  key: "segments",
  title: "Segments",
  unit: "a review",
  digits: 1,
  scale: 1,
  best: "none",
  group: WORDS,
};

const density: readonly MetricSpec[] = [
  { key: "interval", title: "Support", unit: "% of the text", digits: 1, scale: 100, best: "none", group: DENSITY },
  { key: "location", title: "Location", unit: "% of the text", digits: 1, scale: 100, best: "none", group: DENSITY },
  { key: "deviation", title: "Deviation", unit: "% of the text", digits: 1, scale: 100, best: "none", group: DENSITY },
];

const rationales = (key: string, title: string): MetricSpec => {
  return { key, title, unit: "%", digits: 1, scale: 100, best: "highest", group: RATIONALES };
};
const faithful = (key: string, title: string, best: MetricSpec["best"]): MetricSpec => {
  return { key, title, unit: "", digits: 3, scale: 1, best, group: FAITHFUL };
};

export const reviewMetrics: readonly MetricSpec[] = [...answers, ...words, ...density];

/** With what `rationaleFigures` gives. */
export const rationaleMetrics: readonly MetricSpec[] = [
  ...answers,
  ...words,
  segments,
  ...density,
  rationales("tokenF1", "Token F1"),
  rationales("supportF1", "F1 of the support"),
  rationales("rationaleArea", "AUPRC"),
  rationales("rationalePrecision", "Average precision"),
  faithful("sufficiency", "Sufficiency", "lowest"),
  faithful("comprehensiveness", "Comprehensiveness", "highest"),
];
