/** Reviews to numbers, once for all runs: split, vocabulary, and words in flat arrays that travel between processes. */
import { sha256 } from "../../datasets/kit/schema.ts";
import { buildVocabulary, PADDING, UNKNOWN } from "../../text/vocabulary.ts";
import { foldIn, shuffled, uniformNumbers } from "../../base/rng.ts";
import type { EncodedText } from "../spam/batches.ts";
import type { TaskData } from "../task.ts";
import type { CorpusReview, ReviewCorpus } from "./corpus.ts";
import { logCountRatios } from "./nb-features.ts";
import { commonBigrams, bigramVocabulary, bigramsOf, type BigramVocabulary } from "./bigrams.ts";
import type { ReviewSettings } from "./settings.ts";

/** Texts one after the other: text i has the words from `starts[i]` to `starts[i + 1]`. */
export interface RaggedTexts {
  readonly words: Int32Array;
  /** For every word, the number of the pair that it makes with the word before; 0 for a pair that has none. */
  readonly pairs: Int32Array;
  readonly starts: Int32Array;
  readonly labels: Uint8Array;
}

/** A review of the test set that the report shows, with its words as they are read. */
export interface SampledReview {
  readonly id: string;
  readonly label: number;
  readonly words: readonly string[];
  /** For every word whether a person marked it, and the part that is shown; only where people marked some. */
  readonly marks?: readonly number[];
  readonly excerpt?: readonly [from: number, to: number];
}

export interface ReviewData extends TaskData {
  /** Rows of the embeddings of words and of pairs. */
  readonly vocabulary: number;
  readonly pairs: number;
  /** See `pairNumbers`. */
  readonly pairKeys: Float64Array;
  /** Log-count ratios of words and of pairs in what is trained on. */
  readonly wordRatios: Float32Array;
  readonly pairRatios: Float32Array;
  readonly texts: { readonly train: RaggedTexts; readonly dev: RaggedTexts; readonly test: RaggedTexts };
  /** Null where people marked nothing. */
  readonly rationales: Rationales | null;
  readonly shown: readonly SampledReview[];
  /** The shown reviews as numbers. */
  readonly shownTexts: RaggedTexts;
}

/** Marks of texts one after the other: those of text i from `starts[i]` to `starts[i + 1]`. */
export interface RaggedMarks {
  readonly marks: Uint8Array;
  readonly starts: Int32Array;
}

/** What people marked of every review, read or not. */
export interface Rationales {
  readonly dev: RaggedMarks;
  readonly test: RaggedMarks;
  /** How many words of a training review people mark in the mean. */
  readonly share: number;
}

/** A text as the model reads it. */
export interface ReviewText extends EncodedText {
  readonly pairs: Int32Array;
}

/** Where texts of these lengths begin and end, put one after the other. */
function startsOf(texts: readonly ArrayLike<unknown>[]): Int32Array {
  const starts = new Int32Array(texts.length + 1);
  texts.forEach((text, i) => {
    starts[i + 1] = starts[i]! + text.length;
  });
  return starts;
}

function flatten(texts: readonly Int32Array[], labels: readonly number[], known: BigramVocabulary): RaggedTexts {
  const starts = startsOf(texts);
  const words = new Int32Array(starts[texts.length]!);
  const pairs = new Int32Array(words.length);
  texts.forEach((text, t) => {
    words.set(text, starts[t]!);
    pairs.set(bigramsOf(text, known), starts[t]!);
  });
  return { words, pairs, starts, labels: Uint8Array.from(labels) };
}

function flatMarks(reviews: readonly CorpusReview[]): RaggedMarks {
  const all = reviews.map(({ marks }) => marks!);
  const starts = startsOf(all);
  const marks = new Uint8Array(starts[all.length]!);
  all.forEach((own, i) => marks.set(own, starts[i]!));
  return { marks, starts };
}

/** The marks of every text, as views. */
export function marksOf({ marks, starts }: RaggedMarks): Uint8Array[] {
  return Array.from({ length: starts.length - 1 }, (_, i) => marks.subarray(starts[i]!, starts[i + 1]!));
}

/** Texts as batches are made of them: views of the flat arrays. */
export function textsOf({ words, pairs, starts, labels }: RaggedTexts): ReviewText[] {
  return Array.from(labels, (label, i) => {
    const [from, to] = [starts[i]!, starts[i + 1]!];
    return { words: words.subarray(from, to), pairs: pairs.subarray(from, to), label };
  });
}

/** Words of a review that a page can show whole and that is still long enough to be looked through. */
const SHOWN_WORDS = [60, 130] as const;
const SHOWN_PER_LABEL = 2;

/**
 * Two reviews of each label by a fixed draw, whatever the models make of them: of any length where a part is shown, else readable ones,
 * short ones when nothing else is there.
 */
function chooseShown(reviews: readonly CorpusReview[]): number[] {
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

function shownReview({ id, label, words, marks }: CorpusReview): SampledReview {
  if (marks === undefined) return { id, label, words };
  const read = Array.from(marks.subarray(0, words.length));
  return { id, label, words, marks: read, excerpt: mostMarked(read, SHOWN_WORDS[1]) };
}

/** What is read of a corpus with marks; null of one without. */
function rationalesOf({ train, dev, test }: ReviewCorpus): Rationales | null {
  if (train.concat(dev, test).some(({ marks }) => marks === undefined)) return null;
  const shares = train.map(({ marks }) => marks!.reduce((sum, mark) => sum + mark, 0) / marks!.length);
  const share = shares.reduce((sum, value) => sum + value, 0) / shares.length;
  return { dev: flatMarks(dev), test: flatMarks(test), share };
}

/** The reviews encoded with a vocabulary of what is trained on. */
export function prepareReviews(
  corpus: ReviewCorpus,
  { vocabularySize, pairVocabularySize }: Pick<ReviewSettings, "vocabularySize" | "pairVocabularySize">,
): ReviewData {
  const { train, dev, test } = corpus;
  const vocabulary = buildVocabulary(
    train.map(({ words }) => words),
    { maxSize: vocabularySize },
  );
  const encode = (reviews: readonly CorpusReview[]) => reviews.map(({ words }) => vocabulary.encode(words));
  const pairKeys = commonBigrams(encode(train), vocabulary.size, pairVocabularySize);
  const pairs = bigramVocabulary(pairKeys, vocabulary.size);
  const flat = (reviews: readonly CorpusReview[]) => {
    const labels = reviews.map(({ label }) => label);
    return flatten(encode(reviews), labels, pairs);
  };
  const shown = chooseShown(test).map((i) => test[i]!);
  const trained = flat(train);
  const trainedTexts = textsOf(trained);
  const ratios = (of: (text: ReviewText) => Int32Array, size: number, skipped: number) =>
    logCountRatios(trainedTexts.map(of), trained.labels, size, skipped);
  const pairRows = pairKeys.length + 1;
  return {
    checksum: corpus.checksum,
    train: train.length,
    dev: dev.length,
    test: test.length,
    note:
      `${corpus.words} Words and pairs of neighbours come with their log-count ratio in the reviews that are trained on. ` +
      corpus.splits,
    vocabulary: vocabulary.size,
    pairs: pairRows,
    pairKeys,
    wordRatios: ratios(({ words }) => words, vocabulary.size, UNKNOWN + 1),
    pairRatios: ratios((text) => text.pairs, pairRows, PADDING + 1),
    texts: { train: trained, dev: flat(dev), test: flat(test) },
    rationales: rationalesOf(corpus),
    shown: shown.map(shownReview),
    shownTexts: flat(shown),
  };
}

/** The data with the dev split in the test split's place, for runs that choose options. */
export function withoutTest(data: ReviewData): ReviewData {
  const { texts, rationales } = data;
  return {
    ...data,
    checksum: sha256(Buffer.from(`${data.checksum} dev for test`)),
    test: data.dev,
    texts: { ...texts, test: texts.dev },
    rationales: rationales === null ? null : { ...rationales, test: rationales.dev },
    shown: [],
    shownTexts: {
      words: new Int32Array(0),
      pairs: new Int32Array(0),
      starts: new Int32Array(1),
      labels: new Uint8Array(0),
    },
  };
}
