/** Conversion of official files to the files of the data folder: tables (.tsv.gz) and records (.jsonl.gz). */

import { gzipSync } from "node:zlib";
import { DataError } from "../../base/data-error.ts";
import { linesOf, readUnpacked } from "../../base/text-file.ts";
import type { Fault } from "./schema.ts";

/** A file of the data folder, ready to be written. */
export interface ConvertedFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** Paths of the downloaded files by their names. */
export type Sources = (name: string) => string;

/** Makes the files of the data folder, one after another. @throws DataError when a source is not as expected. */
export type Converter = (sources: Sources) => Iterable<ConvertedFile> | AsyncIterable<ConvertedFile>;

/** The lines of an official file, each with a function that makes its error. */
export function* sourceLines(
  path: string,
  bytes: Buffer = readUnpacked(path),
): Generator<{ readonly text: string; readonly fault: Fault }> {
  for (const { line, text } of linesOf(path, bytes))
    yield { text, fault: (what) => new DataError(`${path}:${line}: ${what}`) };
}

/** Rows of files whose lines correspond. @throws DataError when one has fewer lines than another. */
export function sideBySide(files: readonly { readonly path: string; readonly lines: readonly string[] }[]): string[][] {
  const [first, ...others] = files as [(typeof files)[number], ...typeof files];
  const odd = others.find(({ lines }) => lines.length !== first.lines.length);
  if (odd !== undefined)
    throw new DataError(
      `${odd.path} has ${odd.lines.length} lines, but ${first.path} has ${first.lines.length}; they must correspond line by line`,
    );
  return first.lines.map((_, i) => files.map(({ lines }) => lines[i]!));
}

/** A text on one line: spaces, tabs and line ends become single spaces, since tables know no quoting. */
export function oneLineText(text: string): string {
  return text.replace(/\s+/gu, " ").trim();
}

/** A .tsv.gz file with a header line. */
export function packTable(
  path: string,
  columns: readonly string[],
  rows: Iterable<readonly (string | number)[]>,
): ConvertedFile {
  // Joined in pieces: one string for all of a large table would pass the engine's limit.
  const pieces: Buffer[] = [];
  let lines: string[] = [columns.join("\t")];
  const flush = () => {
    pieces.push(Buffer.from(`${lines.join("\n")}\n`));
    lines = [];
  };
  for (const row of rows) {
    lines.push(row.map((field) => oneLineText(String(field))).join("\t"));
    if (lines.length >= 10_000) flush();
  }
  if (lines.length > 0) flush();
  return { path, bytes: gzipSync(Buffer.concat(pieces)) };
}

/** A .jsonl.gz file with one object a line. */
export function packRecords(path: string, records: Iterable<unknown>): ConvertedFile {
  let text = "";
  for (const record of records) text += `${JSON.stringify(record)}\n`;
  return { path, bytes: gzipSync(text) };
}
