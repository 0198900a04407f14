/** The figures of the study: answers, what a word's attention looks like, and how well it finds people's links. */
import type { MetricSpec } from "../task.ts";

const ANSWERS = "Test set";
const ATTENTION = "A word's attention";

/** With what `linkScores` gives by a rule. */
const links = (rule: string, group: string): readonly MetricSpec[] => [
  { key: `${rule}Error`, title: "Error", unit: "%", digits: 1, scale: 100, best: "lowest", group },
  { key: `${rule}Precision`, title: "Precision", unit: "%", digits: 1, scale: 100, best: "highest", group },
  { key: `${rule}Recall`, title: "Recall", unit: "%", digits: 1, scale: 100, best: "highest", group },
];

export const entailmentMetrics: readonly MetricSpec[] = [
  { key: "accuracy", title: "Accuracy", unit: "%", digits: 2, scale: 100, best: "highest", group: ANSWERS },
  { key: "loss", title: "Loss", unit: "nats", digits: 3, scale: 1, best: "lowest", group: ANSWERS },
  { key: "sparsity", title: "Exact zeros", unit: "%", digits: 1, scale: 100, best: "highest", group: ATTENTION },
  { key: "supportSize", title: "Support", unit: "words", digits: 1, scale: 1, best: "lowest", group: ATTENTION },
  { key: "segments", title: "Segments", unit: "a word", digits: 1, scale: 1, best: "lowest", group: ATTENTION },
  { key: "entropy", title: "Entropy", unit: "nats", digits: 2, scale: 1, best: "lowest", group: ATTENTION },
  ...links("alignment", "Greatest weight against human links"),
  ...links("share", "Weights above 0.1 against human links"),
];
