/** The tokenizer 13a of the machine translation campaigns: international punctuation is left alone, ASCII punctuation parted. */
import { splitAtSpaces } from "./whitespace.ts";

/** ASCII punctuation and symbols but for the apostrophe, comma, hyphen and full stop. */
const SYMBOL = /[!-&(-+/:-@[-`{-~]/g;
const POINT_AFTER_TEXT = /([^0-9])([.,])/g;
const POINT_BEFORE_TEXT = /([.,])([^0-9])/g;
const DASH_AFTER_DIGIT = /([0-9])-/g;

/**
 * Tokens of one line as by mteval-v13a, the tokenizer of WMT: symbols stand alone, a comma or full stop unless between digits, a
 * hyphen after a digit. Words broken by a hyphen at a line's end are joined, and four HTML entities read. Linear.
 *
 * Post, "A Call for Clarity in Reporting BLEU Scores" (2018).
 *
 * @example
 * tokenize13a("It's 1,000.5 (or so)."); // ["It's", "1,000.5", "(", "or", "so", ")", "."]
 */
export function tokenize13a(line: string): string[] {
  let text = line.replaceAll("<skipped>", "").replaceAll("-\n", "").replaceAll("\n", " ");
  if (text.includes("&")) {
    text = text.replaceAll("&quot;", '"').replaceAll("&amp;", "&").replaceAll("&lt;", "<").replaceAll("&gt;", ">");
  }
  text = ` ${text} `
    .replace(SYMBOL, " $& ")
    .replace(POINT_AFTER_TEXT, "$1 $2 ")
    .replace(POINT_BEFORE_TEXT, " $1 $2")
    .replace(DASH_AFTER_DIGIT, "$1 - ");
  return splitAtSpaces(text);
}
