/** Text in a terminal: the columns it takes, and what must not reach it. */
import stringWidth from "string-width";

/** Control characters would let a text move the cursor or change the terminal; the others turn the direction of what follows. */
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** The text with `replacement` for everything that could drive a terminal, half a character included. */
export function printable(text: string, replacement = "\ufffd"): string {
  return text.replace(CONTROL, replacement).toWellFormed();
}

/** Columns of a text without line ends: two for a wide character or an emoji sequence, none for marks and colour codes. */
export function columns(text: string): number {
  return stringWidth(text);
}

/** The text with blanks up to `width` columns, after it or before it. */
export function padColumns(text: string, width: number, align: "left" | "right" = "left"): string {
  const blanks = " ".repeat(Math.max(0, width - columns(text)));
  return align === "left" ? text + blanks : blanks + text;
}

const graphemes = new Intl.Segmenter();

/** The longest beginning of whole characters that fits into `width` columns; the text holds no colour codes. */
export function clipColumns(text: string, width: number): string {
  if (columns(text) <= width) return text;
  let used = 0;
  for (const { segment, index } of graphemes.segment(text)) {
    used += columns(segment);
    if (used > width) return text.slice(0, index);
  }
  return text;
}
