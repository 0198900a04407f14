/** From official files to the tables of the data folder: one line a row, fields apart by tabs, gzipped. */

import { gzipSync } from "node:zlib";
import type { DataError } from "../../base/data-error.ts";

/** A file of the data folder, ready to be written. */
export interface ConvertedFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** Blanks, tabs and line ends in a row become single blanks; a table knows no quoting. */
export function oneLineText(text: string): string {
  return text.replace(/\s+/gu, " ").trim();
}

/** A .tsv.gz file. */
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

/** A .jsonl.gz file. */
export function packRecords(path: string, records: Iterable<unknown>): ConvertedFile {
  let text = "";
  for (const record of records) text += `${JSON.stringify(record)}\n`;
  return { path, bytes: gzipSync(text) };
}

/** Penn Treebank tokens of a text, apart by blanks: clitics and punctuation by themselves, quotes as `` and ''. */
export function treebankTokens(text: string): string {
  return oneLineText(text)
    .replace(/^"|(?<=[\s([{<])"/g, " `` ")
    .replaceAll('"', " '' ")
    .replaceAll("\u201c", " `` ")
    .replaceAll("\u201d", " '' ")
    .replace(/[\u2018\u2019]/g, "'")
    .replaceAll("...", " ... ")
    .replace(/([,;:])(?!\d)/g, " $1 ")
    .replace(/[?!@#$%&()[\]{}<>]/g, " $& ")
    .replaceAll("--", " -- ")
    .replace(/([^.])\.(["')\]}\s]*)$/, "$1 . $2")
    .replace(/(?<=\S)(?=(?:'s|'m|'d|'ll|'re|'ve|n't)(?![\p{L}']))/giu, " ")
    .replace(/(?<=[^\s'])'(?=\s|$)/g, " '")
    .replace(/\s+/g, " ")
    .trim();
}

/** The fields of a line of a table whose fields may be quoted, with the quotes inside doubled. */
export function unquotedFields(line: string, fault: (what: string) => DataError): string[] {
  return line.split("\t").map((field) => {
    if (!field.startsWith('"')) return field;
    if (field.length < 2 || !field.endsWith('"')) throw fault("a quoted field goes over a tab or the end of the line");
    return field.slice(1, -1).replaceAll('""', '"');
  });
}
