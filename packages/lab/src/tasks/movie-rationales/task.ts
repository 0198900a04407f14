/** Sentiment of film reviews with human rationales. */
import { readMovieRationales, type RationaleReview } from "../../datasets/movie-rationales.ts";
import { rationaleMask } from "../../metrics/index.ts";
import { specs, standardMappings } from "../attention.ts";
import type { CorpusReview } from "../imdb/data.ts";
import { reviewAttention, reviewTask } from "../imdb/review-task.ts";
import { reviewWords } from "../imdb/task.ts";

/** Percentage over the words of reviews, as a text. */
function percent(
  reviews: readonly CorpusReview[],
  counts: (review: CorpusReview) => readonly [number, number],
): string {
  const sums = reviews.map(counts).reduce(([a, b], [c, d]) => [a + c, b + d], [0, 0]);
  return ((100 * sums[0]) / Math.max(1, sums[1])).toFixed(1);
}

const sum = (marks: Uint8Array): number => marks.reduce((all, mark) => all + mark, 0);

export const movieRationales = reviewTask({
  name: "movie-rationales",
  description:
    "film reviews, positive or negative, with human rationales (Zaidan and Eisner 2007; DeYoung et al. 2020)",
  // Attention as sharp as on IMDB, and sharper: its readability depends on that, too.
  mappings: [
    ...specs(standardMappings),
    ...reviewAttention.variants({ dense: { gamma: 0.05 } }),
    ...standardMappings.filter((name) => name !== "softmax").map((mapping) => ({ mapping, options: { gamma: 0.1 } })),
    ...specs(reviewAttention.names.filter((name) => name.includes("-"))),
  ],
  seeds: 3,
  grid: reviewAttention.each({
    dense: [{ gamma: 0.05 }, { gamma: 0.2 }],
    sparsemax: [{ gamma: 0.1 }, { gamma: 0.5 }],
    segments: [0.1, 0.5].flatMap((gamma) => [0.01, 0.03].map((lambda) => ({ gamma, lambda }))),
    clusters: [0.1, 0.5].flatMap((gamma) => [0.0003, 0.001].map((lambda) => ({ gamma, lambda }))),
  }),
  rationales: true,
  // Selected by softmax's dev accuracy; small vectors for a small corpus.
  defaults: { epochs: 4, batchSize: 16, maxLength: 1024, embeddingSize: 16, bigramVocabularySize: 10_000 },
  words: (text, maxLength) => reviewWords(text).slice(0, maxLength),
  read(folder, maxLength) {
    const data = readMovieRationales(folder);
    const read = ({ id, label, tokens, rationales }: RationaleReview): CorpusReview => ({
      id,
      label,
      words: tokens.slice(0, maxLength).map((token) => token.toLowerCase()),
      marks: rationaleMask(rationales, tokens.length),
    });
    const test = data.test.map(read);
    const marked = percent(test, ({ marks }) => [sum(marks!), marks!.length]);
    const unread = percent(test, ({ marks }) => [sum(marks!.subarray(maxLength)), sum(marks!)]);
    return {
      train: data.train.map(read),
      dev: data.dev.map(read),
      test,
      checksum: data.checksum,
      words: `Words are the corpus's own tokens in lower case, and the first ${maxLength} of a review are read.`,
      splits:
        "The splits are by the reviews' numbers. Settings were selected by softmax's dev accuracy, mapping options are those of the IMDB " +
        "reviews and sharper ones; rationales were used for neither. " +
        `Annotators marked ${marked} % of the words of the test set; ${unread} % of the marked ones come after what is read, and count as missed. ` +
        "The attention of a density to a word is the share that falls on it; of combined attention, the mean of that and the weight. " +
        "Token F1 is that of the words with the largest weights, as many as annotators mark of a training review in the mean; exact zeros are " +
        "never selected. Average precision is stricter than AUPRC, whose straight lines flatter exact zeros. Sufficiency and " +
        "comprehensiveness are means over the top 1, 5, 10, 20 and 50 % of the words; the model reads the remaining words as a text.",
    };
  },
});
