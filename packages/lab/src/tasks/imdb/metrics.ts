/** The figures of the study: those of every corpus, and those that need people's rationales. */
import type { Measure } from "../task.ts";

const ANSWERS = "Test set";
const WORDS = "Discrete weights on the test set";
const DENSITY = "Density on the test set";
const RATIONALES = "Against people's rationales";
const FAITHFUL = "Faithfulness";

const answers: readonly Measure[] = [
  { key: "accuracy", title: "Accuracy", unit: "%", digits: 2, scale: 100, best: "highest", group: ANSWERS },
  { key: "loss", title: "Loss", unit: "nats", digits: 3, scale: 1, best: "lowest", group: ANSWERS },
];

const words: readonly Measure[] = [
  { key: "zeros", title: "Zeros", unit: "%", digits: 1, scale: 100, best: "none", group: WORDS },
  { key: "support", title: "Support", unit: "words", digits: 1, scale: 1, best: "none", group: WORDS },
  { key: "entropy", title: "Entropy", unit: "nats", digits: 2, scale: 1, best: "none", group: WORDS },
];

const segments: Measure = {
  key: "segments",
  title: "Segments",
  unit: "a review",
  digits: 1,
  scale: 1,
  best: "none",
  group: WORDS,
};

const density: readonly Measure[] = [
  { key: "interval", title: "Support", unit: "% of the text", digits: 1, scale: 100, best: "none", group: DENSITY },
  { key: "location", title: "Location", unit: "% of the text", digits: 1, scale: 100, best: "none", group: DENSITY },
  { key: "deviation", title: "Deviation", unit: "% of the text", digits: 1, scale: 100, best: "none", group: DENSITY },
];

const rationales = (key: string, title: string): Measure => {
  return { key, title, unit: "%", digits: 1, scale: 100, best: "highest", group: RATIONALES };
};
const faithful = (key: string, title: string, best: Measure["best"]): Measure => {
  return { key, title, unit: "", digits: 3, scale: 1, best, group: FAITHFUL };
};

export const reviewMeasures: readonly Measure[] = [...answers, ...words, ...density];

/** With what `rationaleFigures` gives. */
export const rationaleMeasures: readonly Measure[] = [
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
