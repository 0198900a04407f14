/** Film reviews as numbers: vocabulary, bigrams, log-count ratios, and words in flat arrays that travel between processes. */
import { rowAt, rowCount } from "../../base/ragged.ts";
import { foldIn, shuffled, uniformNumbers } from "../../base/rng.ts";
import { buildVocabulary, PADDING, UNKNOWN, type VocabularyJson } from "../../text/vocabulary.ts";
import { exampleIndices } from "../example-indices.ts";
import type { TaskData } from "../task.ts";
import { textSplit, type ShownText, type TextSplit } from "../text-classification.ts";
import { bigramsOf, bigramVocabulary, commonBigrams, type BigramVocabulary } from "./bigrams.ts";
import { logCountRatios } from "./nb-features.ts";

/** A review as it is read. */
export interface CorpusReview {
  readonly id: string;
  /** 1 positive, 0 negative. */
  readonly label: number;
  /** The words that are read; what follows is left out. */
  readonly words: readonly string[];
  /** For every word of the whole review, read or not, whether an annotator marked it as a reason; only where there are rationales. */
  readonly marks?: Uint8Array;
}

export interface ReviewCorpus {
  readonly train: readonly CorpusReview[];
  readonly dev: readonly CorpusReview[];
  readonly test: readonly CorpusReview[];
  /** SHA-256 of the files. */
  readonly checksum: string;
  /** Tokenization and length, in a sentence. */
  readonly words: string;
  /** Origin of the dev set, and remarks on the figures. */
  readonly splits: string;
}

/** A review as it is shown. */
export interface ShownReview extends ShownText {
  /** For every word whether an annotator marked it, and the part that is shown; only where there are rationales. */
  readonly marks?: readonly number[];
  readonly excerpt?: readonly [from: number, to: number];
}

/** Annotators' rationales of a split. */
export interface Rationales {
  /** For every word of every review, read or not. */
  readonly marks: readonly Uint8Array[];
  /** Mean share of the words of a training review that is marked. */
  readonly share: number;
}

export interface ReviewSplit extends TextSplit {
  /** For every word, the number of the bigram that it makes with the word before; 0 for one without a vector. */
  readonly bigrams: Int32Array;
  readonly shown?: readonly ShownReview[];
  readonly rationales?: Rationales | null;
}

/** State of the preprocessing. */
export interface ReviewVocabulary {
  readonly words: VocabularyJson;
  /** Keys of the bigrams with a vector; see `bigramVocabulary`. */
  readonly bigrams: readonly number[];
  /** Log-count ratios of words and of bigrams in the training reviews. */
  readonly wordRatios: readonly number[];
  readonly bigramRatios: readonly number[];
}

/** Encoded reviews. */
export function reviewSplit(
  reviews: readonly ShownText[],
  encode: (words: readonly string[]) => Int32Array,
  known: BigramVocabulary,
  { shown = false } = {},
): ReviewSplit {
  return withBigrams(textSplit(reviews, encode, { shown }), known);
}

/** A split with the bigrams of its words. */
export function withBigrams(split: TextSplit, known: BigramVocabulary): ReviewSplit {
  const bigrams = new Int32Array(split.words.ids.length);
  for (let i = 0; i < rowCount(split.words); i++) {
    bigrams.set(bigramsOf(rowAt(split.words, i), known), split.words.starts[i]!);
  }
  return { ...split, bigrams };
}

/** Fewest and most words of a review that is shown whole. */
const SHOWN_WORDS = [60, 130] as const;
const SHOWN_PER_LABEL = 2;

/** A random sample of two reviews of each label: of any length where a part is shown, else readable ones, short ones failing these. */
function sampleExamples(reviews: readonly CorpusReview[]): number[] {
  const [least, most] = SHOWN_WORDS;
  const order = shuffled(reviews.length, uniformNumbers(foldIn(0, "shown")));
  const short = order.filter((i) => reviews[i]!.marks !== undefined || reviews[i]!.words.length <= most);
  const readable = short.filter((i) => reviews[i]!.words.length >= least);
  const candidates = readable.length > 0 ? readable : short;
  const of = (label: number) => candidates.filter((i) => reviews[i]!.label === label).slice(0, SHOWN_PER_LABEL);
  return [of(1), of(0)].flat();
}

/** Of the parts of so many words with the most marks the middle one. */
function mostMarked(marks: readonly number[], size: number): [from: number, to: number] {
  const width = Math.min(size, marks.length);
  let inside = marks.slice(0, width).reduce((sum, mark) => sum + mark, 0);
  const counts = [inside];
  for (let end = width; end < marks.length; end++) {
    inside += marks[end]! - marks[end - width]!;
    counts.push(inside);
  }
  const most = counts.reduce((best, count) => Math.max(best, count), 0);
  const starts = counts.flatMap((count, from) => (count === most ? [from] : []));
  const from = starts[starts.length >> 1]!;
  return [from, from + width];
}

function shownReview({ id, label, words, marks }: CorpusReview): ShownReview {
  if (marks === undefined) return { id, label, words };
  const read = Array.from(marks.subarray(0, words.length));
  return { id, label, words, marks: read, excerpt: mostMarked(read, SHOWN_WORDS[1]) };
}

/** Mean share of the words that are marked. */
function markedShare(reviews: readonly CorpusReview[]): number {
  const shares = reviews.map(({ marks }) => marks!.reduce((sum, mark) => sum + mark, 0) / marks!.length);
  return shares.reduce((sum, value) => sum + value, 0) / shares.length;
}

/** The corpus encoded with a vocabulary of its training reviews. `examples`: test reviews to show. */
export function prepareReviews(
  corpus: ReviewCorpus,
  { vocabularySize, bigramVocabularySize }: { readonly vocabularySize: number; readonly bigramVocabularySize: number },
  examples?: readonly number[],
): TaskData<ReviewVocabulary, ReviewSplit> {
  const { train, dev, test } = corpus;
  const { encode, ...vocabulary } = buildVocabulary(
    train.map(({ words }) => words),
    { maxSize: vocabularySize },
  );
  const bigramKeys = commonBigrams(
    train.map(({ words }) => encode(words)),
    vocabulary.size,
    bigramVocabularySize,
  );
  const known = bigramVocabulary(bigramKeys, vocabulary.size);
  const split = (reviews: readonly ShownText[], options = {}) => reviewSplit(reviews, encode, known, options);
  const trained = split(train.filter(({ words }) => words.length > 0));
  const share = train.concat(dev, test).every(({ marks }) => marks !== undefined) ? markedShare(train) : null;
  const rationales = (reviews: readonly CorpusReview[]) =>
    share === null ? {} : { rationales: { marks: reviews.map(({ marks }) => marks!), share } };
  const ratios = (ids: Int32Array, size: number, skipped: number) => {
    const texts = Array.from(trained.labels, (_, i) =>
      ids.subarray(trained.words.starts[i]!, trained.words.starts[i + 1]!),
    );
    return Array.from(logCountRatios(texts, trained.labels, size, skipped));
  };
  return {
    checksum: corpus.checksum,
    note: `${corpus.words} Words and bigrams come with their log-count ratio in the training reviews. ` + corpus.splits,
    vocabulary: {
      words: vocabulary.toJSON(),
      bigrams: Array.from(bigramKeys),
      wordRatios: ratios(trained.words.ids, vocabulary.size, UNKNOWN + 1),
      bigramRatios: ratios(trained.bigrams, bigramKeys.length + 1, PADDING + 1),
    },
    train: trained,
    dev: { ...split(dev), ...rationales(dev) },
    test: { ...split(test), ...rationales(test) },
    examples: split(
      exampleIndices(examples, test.length, () => sampleExamples(test)).map((i) => shownReview(test[i]!)),
      { shown: true },
    ),
    counts: { train: train.length, dev: dev.length, test: test.length },
  };
}
