/** Translations whose words people linked, in pieces, and how well attention finds the links. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  readTranslationAlignments,
  translationAlignmentFiles,
  type AlignedLanguages,
  type WordLink,
} from "../../data/sets/alignment.ts";
import { alignmentErrorRate, attentionLinks, type AlignmentScores, type LinkedPair } from "../../metrics/index.ts";
import { flatSentences, lengthAt, type FlatPairs } from "../../seq2seq/flat-sentences.ts";
import type { TextCodec } from "../../seq2seq/text-codec.ts";
import { splitTokens, LOWER_START } from "../../data/message-tokens.ts";
import type { TranslationSettings } from "./settings.ts";

/** The word that every piece belongs to. */
type Owners = readonly Int32Array[];

export interface LinkedText {
  readonly pairs: FlatPairs;
  readonly owners: { readonly source: Owners; readonly target: Owners };
  /** Words on either side, and the links between them, source first. */
  readonly links: readonly {
    readonly words: readonly [source: number, target: number];
    readonly sure: readonly WordLink[];
    readonly possible: readonly WordLink[];
  }[];
  readonly checksum: string;
  readonly note: string;
}

const CLOSING = /^[.,;:!?%)\]}]$/u;
const OPENING = /^[([{]$/u;

/** Words as a text, without the spaces that signs do not have around them. */
function textOf(words: readonly string[]): string {
  return words
    .map((word, i) => (i === 0 || CLOSING.test(word) || OPENING.test(words[i - 1]!) ? word : ` ${word}`))
    .join("");
}

/**
 * The pieces of a sentence given in words, and the word of each. Pieces cut a text where they like; characters that are no spaces tell
 * which word a piece begins in.
 */
export function piecesOfWords(words: readonly string[], codec: TextCodec): { ids: Int32Array; owners: Int32Array } {
  const tokens = splitTokens(textOf(words));
  const { ids, owners: tokenOf } = codec.encodeTokens(tokens);
  const solid = (text: string) => text.replace(/\s/gu, "").length;
  // For every character that is no space, its word.
  const wordAt = words.flatMap((word, w) => Array.from({ length: solid(word) }, () => w));
  let at = 0;
  const wordsOfTokens = tokens.map((token) => {
    const word = wordAt[Math.min(at, wordAt.length - 1)] ?? 0;
    if (token !== LOWER_START) at += solid(token);
    return word;
  });
  return { ids, owners: Int32Array.from(tokenOf, (token) => wordsOfTokens[token]!) };
}

/** The alignments of the settings' languages, in either direction, where the folder has them. Throws a DataError for a malformed file. */
export function readLinked(
  folder: string,
  { from, to }: Pick<TranslationSettings, "from" | "to">,
  codecs: { readonly source: TextCodec; readonly target: TextCodec },
  most: number,
): LinkedText | null {
  const names = Object.keys(translationAlignmentFiles) as AlignedLanguages[];
  const languages = names.find((name) => name === `${from}-${to}` || name === `${to}-${from}`);
  if (languages === undefined || !existsSync(join(folder, translationAlignmentFiles[languages].path))) return null;
  const turned = languages !== `${from}-${to}`;
  const { pairs, checksum } = readTranslationAlignments(folder, languages);
  const turn = (links: readonly WordLink[]) => (turned ? links.map(([a, b]): WordLink => [b, a]) : links);
  const all = pairs
    .map(({ source, target, sure, possible }) => {
      const [ours, theirs] = turned ? [target, source] : [source, target];
      return {
        source: piecesOfWords(ours, codecs.source),
        target: piecesOfWords(theirs, codecs.target),
        link: { words: [ours.length, theirs.length] as const, sure: turn(sure), possible: turn(possible) },
      };
    })
    .filter(({ source, target }) => [source, target].every(({ ids }) => ids.length > 0 && ids.length <= most));
  if (all.length === 0) return null;
  return {
    pairs: {
      source: flatSentences(all.map(({ source }) => source.ids)),
      target: flatSentences(all.map(({ target }) => target.ids)),
    },
    owners: { source: all.map(({ source }) => source.owners), target: all.map(({ target }) => target.owners) },
    links: all.map(({ link }) => link),
    checksum,
    note: `Attention is held against ${all.length} translations whose words people linked, which are of another kind (${translationAlignmentFiles[languages].path}).`,
  };
}

/**
 * Weights between words, [target words, source words], row by row, from those between pieces: summed over a source word's pieces, the mean
 * over a target word's.
 */
export function wordWeights(
  weights: readonly Float32Array[],
  owners: { readonly source: Int32Array; readonly target: Int32Array },
  [sourceWords, targetWords]: readonly [number, number],
): Float64Array {
  const sums = new Float64Array(sourceWords * targetWords);
  const counts = new Float64Array(targetWords);
  owners.target.forEach((word, t) => {
    counts[word]!++;
    owners.source.forEach((from, s) => (sums[word * sourceWords + from]! += weights[t]![s]!));
  });
  return sums.map((sum, i) => sum / Math.max(1, counts[Math.floor(i / sourceWords)]!));
}

/** Collects the readings of linked pairs; `scores` holds them against people's links, all words of the largest weight being linked. */
export function linkCollector({ owners, links, pairs }: LinkedText): {
  readonly see: (reading: { readonly weights: readonly Float32Array[] }, index: number) => void;
  readonly scores: () => AlignmentScores;
} {
  const found: LinkedPair[] = [];
  return {
    see: ({ weights }, index) => {
      const { words, sure, possible } = links[index]!;
      const [keys, queries] = words;
      const own = { source: owners.source[index]!, target: owners.target[index]! };
      const between = wordWeights(weights.slice(0, lengthAt(pairs.target, index)), own, words);
      found[index] = { links: attentionLinks(between, { queries, keys, rule: "argmax-all" }), sure, possible };
    },
    scores: () => alignmentErrorRate(found),
  };
}
