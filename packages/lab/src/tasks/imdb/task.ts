/** Sentiment of IMDB film reviews. */
import { readImdb, type ImdbReview } from "../../datasets/imdb.ts";
import { tokenize } from "../../text/tokenize.ts";
import { specs } from "../attention.ts";
import type { CorpusReview } from "./data.ts";
import { devSplit } from "./holdout.ts";
import { reviewAttention, reviewTask } from "./review-task.ts";

/** Words and punctuation of a review, lower-cased, without the line breaks of its page. */
export function reviewWords(text: string): string[] {
  return tokenize(text.replace(/<br\s*\/?>/gi, " "));
}

const continuous = reviewAttention.names.filter((name) => name.includes("-"));

export const imdb = reviewTask({
  name: "imdb",
  description: "IMDB film reviews, positive or negative (Maas et al. 2011), the official 25,000 and 25,000",
  mappings: [
    ...specs(["softmax", "sparsemax"]),
    ...continuous.flatMap((mapping) => [32, 64, 128].map((basis) => ({ mapping, options: { basis } }))),
  ],
  seeds: 1,
  grid: {
    softmax: [{ gamma: 0.1 }, { gamma: 0.2 }, { gamma: 0.5 }],
    sparsemax: [{ gamma: 0.2 }, { gamma: 0.5 }, { gamma: 2 }],
  },
  rationales: false,
  defaults: {},
  words: (text, maxLength) => reviewWords(text).slice(0, maxLength),
  read(folder, maxLength) {
    const data = readImdb(folder);
    const read = ({ id, label, text }: ImdbReview): CorpusReview => {
      return { id, label, words: reviewWords(text).slice(0, maxLength) };
    };
    const all = data.train.map(read);
    const { train, dev } = devSplit(all.map(({ id }) => id));
    return {
      train: train.map((i) => all[i]!),
      dev: dev.map((i) => all[i]!),
      test: data.test.map(read),
      checksum: data.checksum,
      words: `Words are lower-cased, punctuation marks are words, and the first ${maxLength} of a review are read.`,
      splits:
        "The dev set is a fixed tenth of the training reviews, with those of a film kept together; settings were chosen on it alone.",
    };
  },
});
