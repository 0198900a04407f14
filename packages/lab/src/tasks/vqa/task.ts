/** Questions about pictures of one shape: discrete attention to the cells of a picture, and continuous attention to its plane. */
import { DataError } from "../../base/data-error.ts";
import type { MetricSpec, PublishedResults, Task } from "../task.ts";
import { completeSpatialAttention, spatialAttentions } from "./spatial-attention.ts";
import { FIGURES_STYLE, vqaFigures } from "./figures.ts";
import { loadVqa, withoutTest, type VqaData } from "./data.ts";
import { checkGrid, settingsOf, vqaSettings } from "./settings.ts";
import { trainVqa } from "./train.ts";

const ANSWERS = "Test set";
const SHAPE = "Attention and the shape on the test set";

const measures: readonly MetricSpec[] = [
  { key: "accuracy", title: "Accuracy", unit: "%", digits: 2, scale: 100, best: "highest", group: ANSWERS },
  { key: "loss", title: "Loss", unit: "nats", digits: 3, scale: 1, best: "lowest", group: ANSWERS },
  { key: "mass", title: "Mass on it", unit: "%", digits: 1, scale: 100, best: "highest", group: SHAPE },
  { key: "areaRatio", title: "Region", unit: "× its area", digits: 2, scale: 1, best: "none", group: SHAPE },
  { key: "recall", title: "Part within", unit: "%", digits: 1, scale: 100, best: "highest", group: SHAPE },
  { key: "iou", title: "Overlap", unit: "% IoU", digits: 1, scale: 100, best: "highest", group: SHAPE },
];

const COLUMNS = ["Overall", "Yes or no", "Number", "Other"] as const;
const PAPER =
  "in % of Martins et al., “Sparse and Continuous Attention Mechanisms” (2020), as given with the authors' code. The data are VQA-v2, " +
  "photographs with open questions, and the model a deep one on features of ResNet-152: only how the ways to attend compare with " +
  "each other can be set beside our figures, and there they differ by less than half a point. Its discrete attention is softmax.";

const published: readonly PublishedResults[] = [
  {
    caption: `Accuracy on test-dev ${PAPER}`,
    columns: COLUMNS,
    rows: [
      ["softmax", "65.83", "83.40", "43.59", "55.91"],
      ["continuous-softmax", "65.96", "83.40", "44.80", "55.88"],
      ["continuous-sparsemax", "65.79", "83.10", "44.12", "55.95"],
    ],
  },
  {
    caption: "The same on test-standard.",
    columns: COLUMNS,
    rows: [
      ["softmax", "66.13", "83.47", "42.99", "56.33"],
      ["continuous-softmax", "66.27", "83.79", "44.33", "56.04"],
      ["continuous-sparsemax", "66.10", "83.38", "43.91", "56.14"],
    ],
  },
];

export const vqa: Task<VqaData> = {
  name: "vqa",
  description: "easy-VQA: questions on pictures of one coloured shape (Zhou 2020), the official 9,673 test questions",
  items: "questions",
  // Softmax can be sharp as well: how it compares at one gamma for all says little without this row.
  mappings: [
    ...spatialAttentions.map((mapping) => ({ mapping, options: {} })),
    { mapping: "softmax", options: { gamma: 0.1 } },
  ],
  seeds: 3,
  settings: vqaSettings,
  metrics: measures,
  complete: completeSpatialAttention,
  load: async (folder, settings) => {
    const data = await loadVqa(folder);
    checkGrid(settingsOf(settings), data.size);
    for (const split of ["train", "dev", "test"] as const) {
      if (data[split] === 0) throw new DataError(`easy-VQA: the ${split} split has no questions`);
    }
    return data;
  },
  train: trainVqa,
  withHiddenTest: withoutTest,
  figures: vqaFigures,
  style: FIGURES_STYLE,
  published,
};
