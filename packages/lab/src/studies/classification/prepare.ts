/** Reviews to numbers, once for all runs: split, vocabulary, and words in flat arrays that travel between processes. */
import { sha256 } from "../../data/sets/set-file.ts";
import type { ImdbData, ImdbReview } from "../../data/sets/imdb.ts";
import { buildVocabulary, PADDING, UNKNOWN, type Vocabulary } from "../../data/vocabulary.ts";
import { derivedSeed, shuffled, uniformNumbers } from "../../models/random-numbers.ts";
import type { EncodedText } from "../../training/batches.ts";
import type { StudyData } from "../study.ts";
import { devSplit } from "./dev-split.ts";
import { logCountRatios } from "./log-count-ratios.ts";
import { reviewWords } from "./review-words.ts";

/** Texts one after the other: text i has the words from `starts[i]` to `starts[i + 1]`. */
export interface FlatTexts {
  readonly words: Int32Array;
  /** For every word, the number of the pair that it makes with the word before; 0 for a pair that has none. */
  readonly pairs: Int32Array;
  readonly starts: Int32Array;
  readonly labels: Uint8Array;
}

/** A review of the test set that the report shows, with its words as they are read. */
export interface ShownReview {
  readonly id: string;
  readonly label: number;
  readonly words: readonly string[];
}

export interface ReviewData extends StudyData {
  /** Rows of the embeddings of words and of pairs. */
  readonly vocabulary: number;
  readonly pairs: number;
  /** Log-count ratios of words and of pairs in what is trained on. */
  readonly wordRatios: Float32Array;
  readonly pairRatios: Float32Array;
  readonly texts: { readonly train: FlatTexts; readonly dev: FlatTexts; readonly test: FlatTexts };
  readonly shown: readonly ShownReview[];
  /** The shown reviews as numbers. */
  readonly shownTexts: FlatTexts;
}

export interface PrepareOptions {
  /** Words read of a review; what follows is left out. */
  readonly maxTokens: number;
  /** Most words of the vocabulary; rarer ones are read as unknown. */
  readonly vocabularySize: number;
  /** Most pairs of neighbours that have a vector of their own. */
  readonly pairVocabularySize: number;
}

/** Pairs of words of the vocabulary by their numbers. */
type Pairs = ReadonlyMap<number, number>;

/** Fewest occurrences of a pair that is kept. */
const LEAST_PAIRS = 5;

/** One number for two words that follow each other. */
const pairKey = (before: number, word: number, vocabulary: Vocabulary): number => before * vocabulary.size + word;

/** The most frequent pairs, numbered from 1 by falling frequency and, within one, by their words' numbers. */
function commonPairs(texts: readonly Int32Array[], vocabulary: Vocabulary, most: number): Pairs {
  const counts = new Map<number, number>();
  for (const words of texts) {
    for (let i = 1; i < words.length; i++) {
      const key = pairKey(words[i - 1]!, words[i]!, vocabulary);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  const kept = Array.from(counts).filter(([, count]) => count >= LEAST_PAIRS);
  kept.sort(([a, countA], [b, countB]) => countB - countA || a - b);
  return new Map(kept.slice(0, most).map(([key], i) => [key, i + 1]));
}

/** A text as the model reads it. */
export interface ReviewText extends EncodedText {
  readonly pairs: Int32Array;
}

function flatten(
  texts: readonly Int32Array[],
  labels: readonly number[],
  vocabulary: Vocabulary,
  known: Pairs,
): FlatTexts {
  const starts = new Int32Array(texts.length + 1);
  texts.forEach((text, i) => {
    starts[i + 1] = starts[i]! + text.length;
  });
  const words = new Int32Array(starts[texts.length]!);
  const pairs = new Int32Array(words.length).fill(PADDING);
  texts.forEach((text, t) => {
    words.set(text, starts[t]!);
    for (let i = 1; i < text.length; i++) {
      pairs[starts[t]! + i] = known.get(pairKey(text[i - 1]!, text[i]!, vocabulary)) ?? PADDING;
    }
  });
  return { words, pairs, starts, labels: Uint8Array.from(labels) };
}

/** Texts as batches are made of them: views of the flat arrays. */
export function textsOf({ words, pairs, starts, labels }: FlatTexts): ReviewText[] {
  return Array.from(labels, (label, i) => {
    const [from, to] = [starts[i]!, starts[i + 1]!];
    return { words: words.subarray(from, to), pairs: pairs.subarray(from, to), label };
  });
}

/** Words of a review that a page can show whole and that is still long enough to be looked through. */
const SHOWN_WORDS = [60, 130] as const;
const SHOWN_PER_LABEL = 2;

/** Two reviews of each label by a fixed draw, whatever the models make of them: short ones when nothing else is there. */
function chooseShown(reviews: readonly (ImdbReview & { readonly words: readonly string[] })[]): number[] {
  const [least, most] = SHOWN_WORDS;
  const order = shuffled(reviews.length, uniformNumbers(derivedSeed(0, "shown")));
  const readable = order.filter((i) => reviews[i]!.words.length >= least && reviews[i]!.words.length <= most);
  const candidates = readable.length > 0 ? readable : order.filter((i) => reviews[i]!.words.length <= most);
  const of = (label: number) => candidates.filter((i) => reviews[i]!.label === label).slice(0, SHOWN_PER_LABEL);
  return [of(1), of(0)].flat();
}

/** The reviews, split and encoded with a vocabulary of what is trained on. */
export function prepareReviews(data: ImdbData, options: PrepareOptions): ReviewData {
  const { maxTokens, vocabularySize, pairVocabularySize } = options;
  const read = (reviews: readonly ImdbReview[]) =>
    reviews.map((review) => ({ ...review, words: reviewWords(review.text).slice(0, maxTokens) }));
  const all = read(data.train);
  const split = devSplit(all.map(({ id }) => id));
  const train = split.train.map((i) => all[i]!);
  const dev = split.dev.map((i) => all[i]!);
  const test = read(data.test);
  const vocabulary = buildVocabulary(
    train.map(({ words }) => words),
    { maxSize: vocabularySize },
  );
  const encode = (reviews: typeof all) => reviews.map(({ words }) => vocabulary.encode(words));
  const pairs = commonPairs(encode(train), vocabulary, pairVocabularySize);
  const flat = (reviews: typeof all) => {
    const labels = reviews.map(({ label }) => label);
    return flatten(encode(reviews), labels, vocabulary, pairs);
  };
  const shown = chooseShown(test).map((i) => test[i]!);
  const trained = flat(train);
  const trainedTexts = textsOf(trained);
  const ratios = (of: (text: ReviewText) => Int32Array, size: number, skipped: number) =>
    logCountRatios(trainedTexts.map(of), trained.labels, size, skipped);
  return {
    checksum: data.checksum,
    train: train.length,
    dev: dev.length,
    test: test.length,
    note:
      `Words are lower-cased, signs are words of their own, and the first ${maxTokens} of a review are read. Words and pairs of neighbours ` +
      "come with their log-count ratio in the reviews that are trained on. The dev set is a fixed tenth of the training reviews, with those " +
      "of a film kept together; settings were chosen on it alone.",
    vocabulary: vocabulary.size,
    pairs: pairs.size + 1,
    wordRatios: ratios(({ words }) => words, vocabulary.size, UNKNOWN + 1),
    pairRatios: ratios((text) => text.pairs, pairs.size + 1, PADDING + 1),
    texts: { train: trained, dev: flat(dev), test: flat(test) },
    shown: shown.map(({ id, label, words }) => ({ id, label, words })),
    shownTexts: flat(shown),
  };
}

/** The data with the dev split in the test split's place, for runs that choose options. */
export function withoutTest(data: ReviewData): ReviewData {
  const { texts } = data;
  return {
    ...data,
    checksum: sha256(Buffer.from(`${data.checksum} dev for test`)),
    test: data.dev,
    texts: { ...texts, test: texts.dev },
    shown: [],
    shownTexts: {
      words: new Int32Array(0),
      pairs: new Int32Array(0),
      starts: new Int32Array(1),
      labels: new Uint8Array(0),
    },
  };
}
