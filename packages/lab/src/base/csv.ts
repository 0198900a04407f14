/** Delimiter-separated values (RFC 4180): Papa Parse, with the line of every row and faults that name it. */

import Papa from "papaparse";
import { DataError } from "./data-error.ts";

export interface CsvRow {
  /** Line on which the row begins, from 1. */
  readonly line: number;
  readonly fields: readonly string[];
}

export interface CsvOptions {
  /** Between two fields; one character. */
  readonly delimiter: string;
  /**
   * Fields may be quoted, and a quoted field may hold delimiters, line ends and doubled quotes; default true. Without it a quote is a
   * character like any other.
   */
  readonly quotes?: boolean;
}

interface Parsed {
  readonly data: readonly (readonly string[])[];
  readonly errors: readonly { readonly code: string; readonly row: number }[];
  readonly meta: { readonly cursor: number };
}

/** No text holds this: it takes the place of the quote where there is none. */
const NO_QUOTE = "\uffff";

const faults: Readonly<Record<string, string>> = {
  MissingQuotes: "a quoted field is never closed",
  InvalidQuotes: "text follows the closing quote of a field; quotes inside a quoted field must be doubled",
};

/** The delimiter (comma, tab, semicolon or bar) that cuts the first lines of a text into equally many fields; null when none does. */
export function guessDelimiter(sample: string): string | null {
  const { errors, meta } = Papa.parse(sample, {
    preview: 10,
    skipEmptyLines: true,
    delimitersToGuess: [",", "\t", ";", "|"],
  });
  return errors.some(({ code }) => code === "UndetectableDelimiter") ? null : meta.delimiter;
}

/**
 * The rows of a text, which may come in pieces that end at line ends; empty lines are passed over. Line ends may be \n, \r\n or \r and
 * read as \n.
 *
 * A row is read when it is asked for: memory holds the pieces of one row, and those rows of the last piece that are not yet taken.
 * @param name names the text in errors.
 * @throws DataError with the line of a quoted field that is not closed, or closed in its middle.
 *
 * @example
 * Array.from(csvRows("scores.csv", 'a,"b, c"\n1,2\n', { delimiter: "," }));
 * // [{ line: 1, fields: ["a", "b, c"] }, { line: 2, fields: ["1", "2"] }]
 */
export function* csvRows(
  name: string,
  text: string | Iterable<string>,
  { delimiter, quotes = true }: CsvOptions,
): Generator<CsvRow> {
  const parser = new Papa.Parser({ delimiter, newline: "\n", quoteChar: quotes ? '"' : NO_QUOTE });
  let line = 1;
  const rowsOf = function* ({ data, errors }: Parsed): Generator<CsvRow> {
    for (const [index, fields] of data.entries()) {
      tellFault(errors, index);
      if (fields.length > 1 || fields[0] !== "") yield { line, fields };
      line++;
      for (const field of fields) for (let at = -1; (at = field.indexOf("\n", at + 1)) >= 0;) line++;
    }
    // A fault in a row that is not whole yet: no later piece mends it.
    tellFault(errors, data.length);
  };
  const tellFault = (errors: Parsed["errors"], row: number) => {
    const error = errors.find((each) => each.row === row);
    if (error !== undefined) throw new DataError(`${name}:${line}: ${faults[error.code] ?? error.code}`);
  };

  let rest = "";
  // A row over many pieces is looked at each time its length has doubled, so that the cost stays linear.
  let wanted = 0;
  for (const piece of typeof text === "string" ? [text] : text) {
    rest += piece.replace(/\r\n?/g, "\n");
    if (rest.length < wanted) continue;
    const parsed = parser.parse(rest, 0, true) as Parsed;
    yield* rowsOf(parsed);
    rest = rest.slice(parsed.meta.cursor);
    wanted = 2 * rest.length;
  }
  if (rest !== "") yield* rowsOf(parser.parse(rest, 0, false) as Parsed);
}
