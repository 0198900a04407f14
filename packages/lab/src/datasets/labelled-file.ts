/** Labelled texts of a user's table, for labels that are known. */

import { DataError } from "../base/data-error.ts";
import { quote } from "../base/text-file.ts";
import { readTable, type TableFormat } from "./table.ts";

export interface LabelledRow {
  /** Line of the file on which the row begins, from 1. */
  readonly line: number;
  /** Index into `labels`. */
  readonly label: number;
  readonly text: string;
}

export interface LabelledFileOptions {
  /** The labels that the file may name; a number is read as an index unless it is itself a label. */
  readonly labels: readonly string[];
  /** Names of the columns, or of the members of a JSON object; default: guessed. */
  readonly labelColumn?: string;
  readonly textColumn?: string;
  readonly format?: TableFormat;
}

function labelIndex(where: string, value: string, labels: readonly string[]): number {
  const name = value.trim();
  const exact = labels.indexOf(name);
  if (exact >= 0) return exact;
  const folded = labels.findIndex((label) => label.toLowerCase() === name.toLowerCase());
  if (folded >= 0) return folded;
  if (/^\d+$/.test(name) && Number(name) < labels.length) return Number(name);
  const last = labels.length - 1;
  throw new DataError(
    `${where}: unknown label ${quote(value)}; expected ${labels.map(quote).join(" or ")}, or a number from 0 to ${last}`,
  );
}

/**
 * The rows of a file of labelled texts; see `readTable` for the formats. Texts are as they stand, not cut into words.
 * @throws DataError with file, line and column when the file cannot be read or a row is not as it should be.
 */
export function readLabelledFile(path: string, options: LabelledFileOptions): LabelledRow[] {
  const { labels, labelColumn, textColumn, format } = options;
  const { columns, guessed, rows } = readTable(path, {
    ...(format === undefined ? {} : { format }),
    ...(labelColumn === undefined ? {} : { label: labelColumn }),
    ...(textColumn === undefined ? {} : { text: textColumn }),
  });
  const [text] = guessed.text;
  const { label } = guessed;
  if (text === undefined || label === null) {
    const [what, option] = text === undefined ? ["texts", "--text-column"] : ["labels", "--label-column"];
    throw new DataError(
      `${path}: no column of ${what} found; the columns are ${columns.map(quote).join(", ")} (name yours with ${option})`,
    );
  }
  return Array.from(rows, ({ line, fields }) => {
    const content = fields[text.index]!;
    if (content.trim() === "") throw new DataError(`${path}:${line}: column "${text.name}" is empty`);
    const where = `${path}:${line}: column "${label.name}"`;
    return { line, label: labelIndex(where, fields[label.index]!, labels), text: content };
  });
}
