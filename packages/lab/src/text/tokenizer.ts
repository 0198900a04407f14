/**
 * Text to the token ids of a sequence model and back without loss: text to words, words to tokens (whole words or subwords), tokens to ids.
 *
 * A word here is a run of letters, a placeholder such as {0} with its quotation marks, or a sign; signs carry the spaces around them, and
 * the single space between two runs of letters is implied. A sentence's initial capital is taken off, and put back.
 */

import { bpeTokenizer, trainBpe, type BpeMerges } from "./bpe.ts";
import { PADDING, UNKNOWN } from "./vocabulary.ts";

/** Says that the first word is not capitalised. No text gives this token by itself: its brackets would be tokens of their own. */
export const LOWER_START = "<lower>";

/** Scripts without spaces between words: every character is a token. */
const UNSPACED = "\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Thai}";
const LETTER = `(?:(?![${UNSPACED}])[\\p{L}\\p{M}\\p{N}_])`;
const PLACEHOLDER = `(?:"\\{\\d+\\}"|'\\{\\d+\\}'|\`\\{\\d+\\}\`|[„“”]\\{\\d+\\}[“”]|«\\s?\\{\\d+\\}\\s?»|\\{\\d+\\})`;
const SIGN = `(?:([^\\s\\p{L}\\p{M}\\p{N}_])(?:(?!${PLACEHOLDER})\\1)*)`;
const TOKEN = new RegExp(`\\s*(?:${PLACEHOLDER}|[${UNSPACED}]|${SIGN})\\s*|${LETTER}+|\\s+`, "gu");
const WORD = new RegExp(`^${LETTER}+$`, "u");

const isWord = (token: string | undefined): token is string => token !== undefined && WORD.test(token);

/** A word with its first letter in capitals, where that is one capital that can be taken off again. */
function capitalised(word: string): string | null {
  const [first = ""] = word;
  const upper = first.toUpperCase();
  return upper !== first && [...upper].length === 1 && upper.toLowerCase() === first
    ? upper + word.slice(first.length)
    : null;
}

/**
 * The tokens of a text; joinTokens(splitTokens(text)) is text.trim().
 *
 * @example
 * splitTokens("Cannot find name '{0}'."); // ["cannot", "find", "name", " '{0}'", "."]
 */
export function splitTokens(text: string): string[] {
  const tokens = Array.from(text.trim().matchAll(TOKEN), ([token]) => token).filter((token) => token !== " ");
  const first = tokens[0];
  if (!isWord(first)) return tokens;
  // Names such as JSDoc and JavaScript keep their capitals.
  const lower = first.toLowerCase();
  if (/^\p{Lu}\p{Ll}*$/u.test(first) && capitalised(lower) === first) return [lower, ...tokens.slice(1)];
  return capitalised(first) === null ? tokens : [LOWER_START, ...tokens];
}

/** The text of tokens. */
export function joinTokens(tokens: readonly string[]): string {
  const marked = tokens[0] === LOWER_START;
  const shown = marked ? tokens.slice(1) : tokens;
  return shown
    .map((token, i) => {
      if (!isWord(token)) return token;
      if (i === 0) return (marked ? null : capitalised(token)) ?? token;
      return isWord(shown[i - 1]) ? ` ${token}` : token;
    })
    .join("");
}

/** A codec as plain data. */
export interface TokenizerJson {
  /** Without merges every token is one piece. */
  readonly merges: BpeMerges | null;
  /** In the order of their numbers, from 2. A piece that ends its token begins with "1", any other with "0". */
  readonly pieces: readonly string[];
}

export interface EncodedText {
  /** Numbers of the pieces. */
  readonly ids: Int32Array;
  /** For every piece the token that it is of. */
  readonly owners: Int32Array;
  readonly tokens: readonly string[];
}

export interface Tokenizer {
  /** Numbers in use: rows of an embedding. 0 ends a text, 1 is an unknown piece. */
  readonly size: number;
  encode(text: string): EncodedText;
  /** The same for tokens as `splitTokens` makes them. */
  encodeTokens(tokens: readonly string[]): EncodedText;
  /** The text of numbers; an unknown piece reads as `copies` says, by its place among the numbers, or as "\ufffd". */
  decode(ids: ArrayLike<number>, copies?: ReadonlyMap<number, string>): string;
  /** What a number stands for, for the eye: a hyphen where its token goes on, "\u220e" for the end, "(unknown)" for an unknown one. */
  shown(id: number): string;
  /** The same of every piece of a text, which are as many as its `ids`; an unknown one is what the text has there. */
  shownPieces(text: string): string[];
  readonly json: TokenizerJson;
}

export interface TokenizerOptions {
  readonly kind: "subwords" | "words";
  /** Most pieces, the two special numbers included. */
  readonly size: number;
}

/** Numbers before the first piece: the end, which also fills, and the unknown piece. */
const SPECIAL = 2;
/** Characters that occur less often are unknown to subwords. */
const LEAST_CHARACTER = 2;
/** What stands for a piece that nothing is known of. */
const UNREADABLE = "\ufffd";
const END_SHOWN = "\u220e";
const UNKNOWN_SHOWN = "(unknown)";
/** Spaces, and the token that says that a text begins with a small letter, cannot be read as they are. */
const SPACE_SHOWN = "\u2423";
export const LOWER_SHOWN = "(lower)";

const keyed = (piece: string, ends: boolean): string => (ends ? "1" : "0") + piece;

/** A piece as it is shown; `piece` says by its first character whether it ends its token. */
function shownPiece(piece: string): string {
  const text = piece.slice(1).trim() || SPACE_SHOWN;
  if (text === LOWER_START) return LOWER_SHOWN;
  return piece.startsWith("1") ? text : `${text}-`;
}

function withEnds(pieces: readonly string[]): string[] {
  return pieces.map((piece, i) => keyed(piece, i === pieces.length - 1));
}

/** By falling count, then by their characters; at most `most`. */
function mostFrequent(counts: ReadonlyMap<string, number>, most: number): string[] {
  const sorted = Array.from(counts).sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1));
  return sorted.slice(0, most).map(([piece]) => piece);
}

/** The codec of texts. Equal texts give equal codecs. Throws a RangeError for a size that holds nothing but the special numbers. */
export function trainTokenizer(texts: Iterable<string>, { kind, size }: TokenizerOptions): Tokenizer {
  if (!(Number.isInteger(size) && size > SPECIAL))
    throw new RangeError(`size is ${size}: a whole number from 3 is needed`);
  const counts = new Map<string, number>();
  for (const text of texts) for (const token of splitTokens(text)) counts.set(token, (counts.get(token) ?? 0) + 1);
  if (kind === "words") {
    const words = mostFrequent(counts, size - SPECIAL);
    return tokenizerFromJson({ merges: null, pieces: words.map((word) => keyed(word, true)) });
  }
  // Every character takes a place or two, as the last of a token or not; what is left is for merges.
  const letters = new Map<string, number>();
  for (const [token, count] of counts) {
    for (const piece of withEnds(Array.from(token))) letters.set(piece, (letters.get(piece) ?? 0) + count);
  }
  const frequent = new Map(Array.from(letters).filter(([, count]) => count >= LEAST_CHARACTER));
  const base = mostFrequent(frequent, size - SPECIAL);
  const merges = trainBpe(counts, Math.max(0, size - SPECIAL - base.length));
  const cut = bpeTokenizer(merges);
  const used = new Map<string, number>();
  for (const [token, count] of counts) {
    for (const piece of withEnds(cut(token))) used.set(piece, (used.get(piece) ?? 0) + count);
  }
  // Characters stay, used or not: they spell what was never seen.
  for (const letter of base) used.delete(letter);
  return tokenizerFromJson({ merges, pieces: [...base, ...mostFrequent(used, size - SPECIAL - base.length)] });
}

/** The codec that `json` describes. */
export function tokenizerFromJson(json: TokenizerJson): Tokenizer {
  const { merges, pieces } = json;
  const cut = merges === null ? (token: string) => [token] : bpeTokenizer(merges);
  const numbers = new Map(pieces.map((piece, i) => [piece, i + SPECIAL]));
  // A merged piece that found no place in the vocabulary is spelt.
  const piecesOf = (token: string): string[] =>
    withEnds(cut(token)).flatMap((piece) => {
      if (merges === null || numbers.has(piece)) return [piece];
      const characters = Array.from(piece.slice(1));
      return characters.map((one, c) => keyed(one, piece.startsWith("1") && c === characters.length - 1));
    });
  const encodeTokens = (tokens: readonly string[]): EncodedText => {
    const each = tokens.map((token) => piecesOf(token).map((piece) => numbers.get(piece) ?? UNKNOWN));
    return {
      ids: Int32Array.from(each.flat()),
      owners: Int32Array.from(each.flatMap((ids, t) => ids.map(() => t))),
      tokens,
    };
  };
  return {
    size: pieces.length + SPECIAL,
    encode: (text) => encodeTokens(splitTokens(text)),
    encodeTokens,
    decode: (ids, copies = new Map()) => {
      const tokens: string[] = [];
      let open = "";
      for (let i = 0; i < ids.length; i++) {
        const piece = pieces[ids[i]! - SPECIAL];
        if (ids[i] === PADDING) continue;
        open += piece === undefined ? (copies.get(i) ?? UNREADABLE) : piece.slice(1);
        if (piece === undefined || piece.startsWith("1")) {
          tokens.push(open);
          open = "";
        }
      }
      if (open !== "") tokens.push(open);
      return joinTokens(tokens);
    },
    shown: (id) => {
      if (id === PADDING) return END_SHOWN;
      const piece = pieces[id - SPECIAL];
      return piece === undefined ? UNKNOWN_SHOWN : shownPiece(piece);
    },
    shownPieces: (text) => splitTokens(text).flatMap((token) => piecesOf(token).map(shownPiece)),
    json,
  };
}
