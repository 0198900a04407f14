/** Translations whose words people linked, in pieces. */
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
import type { TranslationSettings } from "./settings.ts";

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
export function wordIds(words: readonly string[], codec: Tokenizer): { ids: Int32Array; owners: Int32Array } {
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

/**
 * The alignments of the settings' languages, in either direction, where the folder has them: those of sentences no longer than a model is
 * trained on, for beyond them its positions mean nothing. Throws a DataError for a malformed file.
 */
export function readAligned(
  folder: string,
  { from, to, maxTokens }: Pick<TranslationSettings, "from" | "to" | "maxTokens">,
  codecs: { readonly source: Tokenizer; readonly target: Tokenizer },
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
        source: wordIds(ours, codecs.source),
        target: wordIds(theirs, codecs.target),
        link: { words: [ours.length, theirs.length] as const, sure: turn(sure), possible: turn(possible) },
      };
    })
    .filter(({ source, target }) => [source, target].every(({ ids }) => ids.length > 0 && ids.length <= maxTokens));
  if (all.length === 0) return null;
  return {
    pairs: {
      source: raggedArray(all.map(({ source }) => source.ids)),
      target: raggedArray(all.map(({ target }) => target.ids)),
    },
    owners: { source: all.map(({ source }) => source.owners), target: all.map(({ target }) => target.owners) },
    links: all.map(({ link }) => link),
    checksum,
    note: `Attention is held against those ${all.length} of ${pairs.length} translations whose words people linked that are no longer than what was trained on; they are of another kind (${translationAlignmentFiles[languages].path}).`,
  };
}
