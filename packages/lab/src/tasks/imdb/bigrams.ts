/** Pairs of neighbouring words that have a vector of their own. */
import { PADDING } from "../../text/vocabulary.ts";

/** The numbers of pairs, from 1, by the key of their words. */
export interface BigramVocabulary {
  /** Size of the vocabulary that the words are numbers of. */
  readonly vocabulary: number;
  readonly numbers: ReadonlyMap<number, number>;
}

/** Fewest occurrences of a pair that is kept. */
const LEAST_PAIRS = 5;

/** One number for two words that follow each other. */
const keyOf = (before: number, word: number, vocabulary: number): number => before * vocabulary + word;

/** Pairs by their keys, the first of number 1. */
export function bigramVocabulary(keys: ArrayLike<number>, vocabulary: number): BigramVocabulary {
  return { vocabulary, numbers: new Map(Array.from(keys, (key, i) => [key, i + 1])) };
}

/** Keys of the most frequent pairs, by falling frequency and, within one, by their words' numbers. */
export function commonBigrams(texts: readonly Int32Array[], vocabulary: number, most: number): Float64Array {
  const counts = new Map<number, number>();
  for (const words of texts) {
    for (let i = 1; i < words.length; i++) {
      const key = keyOf(words[i - 1]!, words[i]!, vocabulary);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  const kept = Array.from(counts).filter(([, count]) => count >= LEAST_PAIRS);
  kept.sort(([a, countA], [b, countB]) => countB - countA || a - b);
  return Float64Array.from(kept.slice(0, most), ([key]) => key);
}

/** For every word, the number of the pair that it makes with the word before; 0 for a pair that has none. */
export function bigramsOf(words: Int32Array, { vocabulary, numbers }: BigramVocabulary): Int32Array {
  return words.map((word, i) => (i === 0 ? PADDING : (numbers.get(keyOf(words[i - 1]!, word, vocabulary)) ?? PADDING)));
}
