/** Translations with human word alignments, in tokens. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  readTranslationAlignments,
  translationAlignmentFiles,
  type AlignedLanguages,
  type AlignmentLink,
} from "../../datasets/alignment.ts";
import { raggedArray } from "../../base/ragged.ts";
import { LOWER_START, splitTokens, type Tokenizer } from "../../text/tokenizer.ts";
import type { AlignedText } from "../seq2seq/alignment.ts";

const CLOSING = /^[.,;:!?%)\]}]$/u;
const OPENING = /^[([{]$/u;

/** Words as a text, without the spaces that signs do not have around them. */
function textOf(words: readonly string[]): string {
  return words
    .map((word, i) => (i === 0 || CLOSING.test(word) || OPENING.test(words[i - 1]!) ? word : ` ${word}`))
    .join("");
}

/**
 * Tokens of a sentence given in words, and the word of each. Token boundaries need not be word boundaries; characters that are no spaces
 * tell which word a token begins in.
 */
export function wordIds(words: readonly string[], tokenizer: Tokenizer): { ids: Int32Array; wordIds: Int32Array } {
  const tokens = splitTokens(textOf(words));
  const { ids, owners: tokenOf } = tokenizer.encodeTokens(tokens);
  const solid = (text: string) => text.replace(/\s/gu, "").length;
  // For every character that is no space, its word.
  const wordAt = words.flatMap((word, w) => Array.from({ length: solid(word) }, () => w));
  let at = 0;
  const wordsOfTokens = tokens.map((token) => {
    const word = wordAt[Math.min(at, wordAt.length - 1)] ?? 0;
    if (token !== LOWER_START) at += solid(token);
    return word;
  });
  return { ids, wordIds: Int32Array.from(tokenOf, (token) => wordsOfTokens[token]!) };
}

/**
 * The alignments of the settings' languages, in either direction, where the folder has them: those of sentences no longer than a model is
 * trained on, for beyond them its positions mean nothing. Throws a DataError for a malformed file.
 */
export function readAligned(
  folder: string,
  { from, to, maxLength }: { readonly from: string; readonly to: string; readonly maxLength: number },
  tokenizers: { readonly source: Tokenizer; readonly target: Tokenizer },
): AlignedText | null {
  const names = Object.keys(translationAlignmentFiles) as AlignedLanguages[];
  const languages = names.find((name) => name === `${from}-${to}` || name === `${to}-${from}`);
  if (languages === undefined || !existsSync(join(folder, translationAlignmentFiles[languages].path))) return null;
  const turned = languages !== `${from}-${to}`;
  const { pairs, checksum } = readTranslationAlignments(folder, languages);
  const turn = (links: readonly AlignmentLink[]) => (turned ? links.map(([a, b]): AlignmentLink => [b, a]) : links);
  const all = pairs
    .map(({ source, target, sure, possible }) => {
      const [ours, theirs] = turned ? [target, source] : [source, target];
      return {
        source: wordIds(ours, tokenizers.source),
        target: wordIds(theirs, tokenizers.target),
        link: { words: [ours.length, theirs.length] as const, sure: turn(sure), possible: turn(possible) },
      };
    })
    .filter(({ source, target }) => [source, target].every(({ ids }) => ids.length > 0 && ids.length <= maxLength));
  if (all.length === 0) return null;
  return {
    pairs: {
      source: raggedArray(all.map(({ source }) => source.ids)),
      target: raggedArray(all.map(({ target }) => target.ids)),
    },
    wordIds: { source: all.map(({ source }) => source.wordIds), target: all.map(({ target }) => target.wordIds) },
    links: all.map(({ link }) => link),
    checksum,
    note: `Attention is evaluated against the human alignments of ${all.length} of ${pairs.length} sentence pairs, those no longer than the training pairs; they are of another domain (${translationAlignmentFiles[languages].path}).`,
  };
}
