/** Sentiment of film reviews: discrete, continuous and combined attention to a text, soft and sparse, as in Martins et al. (2020). */
import { DataError } from "../../data/data-error.ts";
import { readImdb } from "../../data/sets/imdb.ts";
import type { Choice, Measure, Published, Study } from "../study.ts";
import { completeChoice } from "./mechanism.ts";
import { PICTURES_STYLE, reviewPictures } from "./pictures.ts";
import { prepareReviews, withoutTest, type ReviewData } from "./prepare.ts";
import { reviewSettings, settingsOf } from "./settings.ts";
import { trainReviews } from "./train.ts";

const choices: readonly Choice[] = [
  { mapping: "softmax", options: {} },
  { mapping: "sparsemax", options: {} },
  ...["continuous-softmax", "continuous-sparsemax", "combined-softmax", "combined-sparsemax"].flatMap((mapping) =>
    [32, 64, 128].map((basis) => ({ mapping, options: { basis } })),
  ),
];

const ANSWERS = "Test set";
const WORDS = "Discrete weights on the test set";
const DENSITY = "Density on the test set";

const measures: readonly Measure[] = [
  { key: "accuracy", title: "Accuracy", unit: "%", digits: 2, scale: 100, best: "highest", group: ANSWERS },
  { key: "loss", title: "Loss", unit: "nats", digits: 3, scale: 1, best: "lowest", group: ANSWERS },
  { key: "zeros", title: "Zeros", unit: "%", digits: 1, scale: 100, best: "none", group: WORDS },
  { key: "support", title: "Support", unit: "words", digits: 1, scale: 1, best: "none", group: WORDS },
  { key: "entropy", title: "Entropy", unit: "nats", digits: 2, scale: 1, best: "none", group: WORDS },
  { key: "interval", title: "Support", unit: "% of the text", digits: 1, scale: 100, best: "none", group: DENSITY },
  { key: "location", title: "Location", unit: "% of the text", digits: 1, scale: 100, best: "none", group: DENSITY },
  { key: "deviation", title: "Deviation", unit: "% of the text", digits: 1, scale: 100, best: "none", group: DENSITY },
];

const published: readonly Published[] = [
  {
    caption:
      "Test accuracy in % on the same reviews in Martins et al., “Sparse and Continuous Attention Mechanisms” (2020), as we remember the " +
      "paper's table: check the figures there before quoting them. A single seed; differences below half a point mean nothing. " +
      "There, words were fixed GloVe vectors of 300 features, learnt from 840 billion words, read by a bidirectional LSTM. Here, words " +
      "are learnt from the reviews alone and read by a convolution. The two discrete mappings have no basis.",
    columns: ["32 functions", "64 functions", "128 functions"],
    rows: [
      ["softmax", "90.78", "90.78", "90.78"],
      ["sparsemax", "90.58", "90.58", "90.58"],
      ["continuous-softmax", "90.20", "90.68", "90.52"],
      ["continuous-sparsemax", "90.52", "89.63", "90.90"],
      ["combined-softmax", "90.98", "90.69", "89.62"],
      ["combined-sparsemax", "91.10", "91.18", "90.98"],
    ],
  },
];

/** Throws a DataError when a split has nothing to read. */
function checkSplits({ texts }: ReviewData): void {
  for (const split of ["train", "dev", "test"] as const) {
    if (texts[split].words.length === 0) {
      throw new DataError(`the film reviews are too few: none with a word is left for the ${split} split`);
    }
  }
}

export const classification: Study<ReviewData> = {
  name: "classification",
  description: "IMDB film reviews, positive or negative (Maas et al. 2011), the official 25,000 and 25,000",
  items: "reviews",
  choices,
  seeds: 1,
  settings: reviewSettings,
  measures,
  complete: completeChoice,
  load: async (folder, given) => {
    const data = prepareReviews(readImdb(folder), settingsOf(given));
    checkSplits(data);
    return data;
  },
  train: trainReviews,
  grid: {
    softmax: [{ gamma: 0.1 }, { gamma: 0.2 }, { gamma: 0.5 }],
    sparsemax: [{ gamma: 0.2 }, { gamma: 0.5 }, { gamma: 2 }],
  },
  withoutTest,
  pictures: reviewPictures,
  style: PICTURES_STYLE,
  published,
};
