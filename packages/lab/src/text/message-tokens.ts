/**
 * Sentences to the tokens a translation model reads, and back without loss.
 *
 * A token is a word, a placeholder such as {0} with its quotation marks, or a sign; signs carry the spaces around them, and between two
 * words stands one space that no token shows. The capital of a sentence's first word belongs to its place, not to the word: it is taken
 * off, and put on again.
 */

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
