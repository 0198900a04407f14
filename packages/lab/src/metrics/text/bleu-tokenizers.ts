/** The tokenizers of sacreBLEU that need no model: 13a, intl, zh, char and none. */
import { splitWhitespace, trim } from "./whitespace.ts";

/**
 * - "13a": mteval-v13a, the tokenizer of WMT; for languages that part words by spaces.
 * - "intl": mteval-v14; parts the punctuation and symbols of every script, and leaves HTML entities alone.
 * - "zh": every Chinese character is a token, the rest as 13a without its entities; kana stay in runs.
 * - "char": every character is a token.
 * - "none": tokens are parted by spaces already.
 */
export type BleuTokenizer = "13a" | "intl" | "zh" | "char" | "none";

/** ASCII punctuation and symbols but for the apostrophe, comma, hyphen and full stop. */
const SYMBOL = /[!-&(-+/:-@[-`{-~]/g;
const POINT_AFTER_TEXT = /([^0-9])([.,])/g;
const POINT_BEFORE_TEXT = /([.,])([^0-9])/g;
const DASH_AFTER_DIGIT = /([0-9])-/g;

/** Tokens of a line whose ASCII punctuation is parted: a comma or full stop unless between digits, a hyphen after a digit. */
function westernTokens(line: string): string[] {
  return splitWhitespace(
    line
      .replace(SYMBOL, " $& ")
      .replace(POINT_AFTER_TEXT, "$1 $2 ")
      .replace(POINT_BEFORE_TEXT, " $1 $2")
      .replace(DASH_AFTER_DIGIT, "$1 - "),
  );
}

function tokenize13a(line: string): string[] {
  let text = line.replaceAll("<skipped>", "").replaceAll("-\n", "").replaceAll("\n", " ");
  if (text.includes("&")) {
    text = text.replaceAll("&quot;", '"').replaceAll("&amp;", "&").replaceAll("&lt;", "<").replaceAll("&gt;", ">");
  }
  return westernTokens(` ${text} `);
}

const PUNCTUATION_AFTER_TEXT = /(\P{N})(\p{P})/gu;
const PUNCTUATION_BEFORE_TEXT = /(\p{P})(\P{N})/gu;
const ANY_SYMBOL = /\p{S}/gu;

function tokenizeIntl(line: string): string[] {
  return splitWhitespace(
    line
      .replace(PUNCTUATION_AFTER_TEXT, "$1 $2 ")
      .replace(PUNCTUATION_BEFORE_TEXT, " $1 $2")
      .replace(ANY_SYMBOL, " $& "),
  );
}

/**
 * Han characters of the basic plane, Bopomofo, full-width forms and CJK punctuation. 2001 .. 2a6d are general punctuation and symbols:
 * sacreBLEU writes its extension B as "\u20000", which Python reads as U+2000 and a 0.
 */
const CHINESE =
  /[\u2001-\u2a6d\u2e80-\u2fdf\u2ff0-\u303f\u3100-\u312f\u31a0-\u31bf\u31c0-\u31ef\u3200-\u4db5\u4e00-\u9fbb\uf900-\ufa2d\ufa30-\ufa6a\ufa70-\ufad9\ufe10-\ufe1f\ufe30-\ufe4f\uff00-\uffef]/g;

/**
 * The tokens of one line, by the tokenizer's name. Linear in the line.
 *
 * Post, "A Call for Clarity in Reporting BLEU Scores" (2018); equal to sacreBLEU's tokenizers of these names.
 *
 * @example
 * bleuTokenizers["13a"]("It's 1,000.5 (or so)."); // ["It's", "1,000.5", "(", "or", "so", ")", "."]
 * bleuTokenizers.zh("我买了iPhone 15。"); // ["我", "买", "了", "iPhone", "15", "。"]
 */
export const bleuTokenizers: Readonly<Record<BleuTokenizer, (line: string) => string[]>> = {
  "13a": tokenize13a,
  intl: tokenizeIntl,
  zh: (line) => westernTokens(trim(line).replace(CHINESE, " $& ")),
  char: (line) => Array.from(splitWhitespace(line).join("")),
  none: splitWhitespace,
};
