/** The IMDB reviews as the study reads them, and what was published of attention to them. */
import { readImdb, type ImdbReview } from "../../datasets/imdb.ts";
import type { PublishedResults } from "../task.ts";
import { plain, type CorpusKind, type CorpusReview } from "./corpus.ts";
import { devSplit } from "./holdout.ts";
import { reviewMetrics } from "./metrics.ts";
import { reviewWords } from "./review-words.ts";

const published: readonly PublishedResults[] = [
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

export const imdb: CorpusKind = {
  description: "IMDB film reviews, positive or negative (Maas et al. 2011), the official 25,000 and 25,000",
  mappings: [
    ...plain("softmax", "sparsemax"),
    ...["continuous-softmax", "continuous-sparsemax", "combined-softmax", "combined-sparsemax"].flatMap((mapping) =>
      [32, 64, 128].map((basis) => ({ mapping, options: { basis } })),
    ),
  ],
  seeds: 1,
  metrics: reviewMetrics,
  grid: {
    softmax: [{ gamma: 0.1 }, { gamma: 0.2 }, { gamma: 0.5 }],
    sparsemax: [{ gamma: 0.2 }, { gamma: 0.5 }, { gamma: 2 }],
  },
  published,
  defaults: {},
  read(folder, maxTokens) {
    const data = readImdb(folder);
    const read = ({ id, label, text }: ImdbReview): CorpusReview => {
      return { id, label, words: reviewWords(text).slice(0, maxTokens) };
    };
    const all = data.train.map(read);
    const { train, dev } = devSplit(all.map(({ id }) => id));
    return {
      train: train.map((i) => all[i]!),
      dev: dev.map((i) => all[i]!),
      test: data.test.map(read),
      checksum: data.checksum,
      words: `Words are lower-cased, signs are words of their own, and the first ${maxTokens} of a review are read.`,
      splits:
        "The dev set is a fixed tenth of the training reviews, with those of a film kept together; settings were chosen on it alone.",
    };
  },
};
