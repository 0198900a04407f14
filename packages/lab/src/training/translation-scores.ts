/** Figures of a translator: with the target given, of its own translations, and of how well its attention finds words that are the same. */
import type { SentencePair } from "../data/compiler-messages.ts";
import type { EncodedPair } from "./sentence-batches.ts";
import type { GivenSentence, TranslatedSentence } from "./translate.ts";

export interface GivenScores {
  /** Mean of -log probability a target word, ends included, in nats. */
  readonly loss: number;
  /** Share of the target words, ends included, that are the most probable ones given the words before them. */
  readonly tokenAccuracy: number;
  /** Share of the words to be copied whose largest weight lies on the word itself; NaN when there are none. */
  readonly copyAlignment: number;
  /** Words to be copied: they stand once in the source and once in the target, and hold a letter or digit. */
  readonly copies: number;
}

/** What a token says, without spaces and quotation marks. */
const bare = (token: string): string => token.replace(/[^\p{L}\p{N}{}_]+/gu, "");

/** Pairs [target position, source position] of words that are the same and stand once on either side. */
export function copiedWords({
  sourceTokens,
  targetTokens,
}: Pick<SentencePair, "sourceTokens" | "targetTokens">): [target: number, source: number][] {
  const source = sourceTokens.map(bare);
  const target = targetTokens.map(bare);
  const once = (words: readonly string[], word: string) => words.indexOf(word) === words.lastIndexOf(word);
  return target.flatMap((word, t): [number, number][] => {
    const j = source.indexOf(word);
    return word !== "" && j >= 0 && once(source, word) && once(target, word) ? [[t, j]] : [];
  });
}

const largest = (values: Float32Array): number => values.indexOf(Math.max(...values));

/** Scores of pairs judged with their targets given. */
export function scoresOfGiven(
  pairs: readonly SentencePair[],
  encoded: readonly EncodedPair[],
  given: readonly GivenSentence[],
): GivenScores {
  let words = 0;
  let loss = 0;
  let right = 0;
  let copies = 0;
  let found = 0;
  pairs.forEach((pair, i) => {
    const { target } = encoded[i]!;
    const { chosen, losses, weights } = given[i]!;
    words += losses.length;
    loss += losses.reduce((sum, one) => sum + one, 0);
    chosen.forEach((word, t) => (right += Number(word === (target[t] ?? 0))));
    for (const [t, j] of copiedWords(pair)) {
      copies++;
      found += Number(largest(weights[t]!) === j);
    }
  });
  return { loss: loss / words, tokenAccuracy: right / words, copyAlignment: found / copies, copies };
}

/** Share of the sentences translated exactly as the reference, word for word. */
export function exactMatches(references: readonly Int32Array[], translations: readonly TranslatedSentence[]): number {
  const same = references.filter((reference, i) => {
    const { words, ended } = translations[i]!;
    return ended && words.length === reference.length && words.every((word, t) => word === reference[t]);
  });
  return same.length / references.length;
}
