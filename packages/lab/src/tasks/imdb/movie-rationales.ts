/** Film reviews with the passages that people gave as their reasons, as the study reads them. */
import { readMovieRationales, type RationaleReview } from "../../datasets/movie-rationales.ts";
import { rationaleMask } from "../../metrics/index.ts";
import type { PublishedResults } from "../task.ts";
import { plain, type CorpusKind, type CorpusReview } from "./corpus.ts";
import { rationaleMetrics } from "./metrics.ts";

const published: readonly PublishedResults[] = [
  {
    caption:
      "Soft scores on the movie reviews in DeYoung et al., “ERASER: A Benchmark to Evaluate Rationalized NLP Models” (2020), as we " +
      "remember the paper's table: check the figures there before quoting them. There, BERT and an LSTM read the reviews; people marked " +
      "the reviews of its test set more fully than those of training; performance is F1. Its AUPRC has straight lines between thresholds, as here.",
    columns: ["Performance", "AUPRC, %", "Comprehensiveness", "Sufficiency"],
    rows: [
      ["attention", "0.970", "41.7", "0.129", "0.097"],
      ["gradient", "0.970", "38.5", "0.142", "0.112"],
      ["LIME", "0.970", "28.0", "0.187", "0.093"],
      ["random", "0.970", "25.9", "0.058", "0.330"],
    ],
  },
];

/** Share of the marked words of reviews that `holds` for, in %, as a text. */
function percent(
  reviews: readonly CorpusReview[],
  counts: (review: CorpusReview) => readonly [number, number],
): string {
  const sums = reviews.map(counts).reduce(([a, b], [c, d]) => [a + c, b + d], [0, 0]);
  return ((100 * sums[0]) / Math.max(1, sums[1])).toFixed(1);
}

const sum = (marks: Uint8Array): number => marks.reduce((all, mark) => all + mark, 0);

export const movieRationales: CorpusKind = {
  description:
    "film reviews, positive or negative, with people's reasons (Zaidan and Eisner 2007; DeYoung et al. 2020)",
  // Attention as sharp as on IMDB, and sharper: how readable it is rests on that, too.
  mappings: [
    ...plain("softmax", "sparsemax", "fusedmax", "oscarmax"),
    { mapping: "softmax", options: { gamma: 0.05 } },
    ...["sparsemax", "fusedmax", "oscarmax"].map((mapping) => ({ mapping, options: { gamma: 0.1 } })),
    ...plain("continuous-softmax", "continuous-sparsemax", "combined-softmax", "combined-sparsemax"),
  ],
  seeds: 3,
  metrics: rationaleMetrics,
  compared: { key: "rationalePrecision", score: (sums, count) => sums[0]! / count },
  grid: {
    softmax: [{ gamma: 0.05 }, { gamma: 0.2 }],
    sparsemax: [{ gamma: 0.1 }, { gamma: 0.5 }],
    fusedmax: [0.1, 0.5].flatMap((gamma) => [0.01, 0.03].map((lambda) => ({ gamma, lambda }))),
    oscarmax: [0.1, 0.5].flatMap((gamma) => [0.0003, 0.001].map((lambda) => ({ gamma, lambda }))),
  },
  published,
  // By the dev set's answers with softmax; small vectors for a small corpus.
  defaults: { epochs: 4, batchSize: 16, maxTokens: 1024, embeddingSize: 16, pairVocabularySize: 10_000 },
  read(folder, maxTokens) {
    const data = readMovieRationales(folder);
    const read = ({ id, label, tokens, rationales }: RationaleReview): CorpusReview => ({
      id,
      label,
      words: tokens.slice(0, maxTokens).map((token) => token.toLowerCase()),
      marks: rationaleMask(rationales, tokens.length),
    });
    const test = data.test.map(read);
    const marked = percent(test, ({ marks }) => [sum(marks!), marks!.length]);
    const unread = percent(test, ({ marks }) => [sum(marks!.subarray(maxTokens)), sum(marks!)]);
    return {
      train: data.train.map(read),
      dev: data.dev.map(read),
      test,
      checksum: data.checksum,
      words: `Words are the corpus's own tokens in lower case, and the first ${maxTokens} of a review are read.`,
      splits:
        "The splits are by the reviews' numbers. Settings were chosen by softmax's answers on the dev set, options are those of the IMDB " +
        "reviews and sharper ones; no rationale had a part in either. " +
        `People marked ${marked} % of the words of the test set; ${unread} % of the marked ones come after what is read, and count as missed. ` +
        "Of a density, a word has the share that falls on it; of combined attention, the mean of that and its weight. " +
        "Token F1 is that of the words with the largest weights, as many as people mark of a training review in the mean; exact zeros are " +
        "never chosen. Average precision is stricter than AUPRC, whose straight lines flatter exact zeros. Sufficiency and " +
        "comprehensiveness are means over the top 1, 5, 10, 20 and 50 % of the words; the model reads what is left as a text of its own.",
    };
  },
};
