/** Reads a file of labelled texts that a user brings: TSV, CSV or JSON lines, plain or gzipped. */

import { basename } from "node:path";
import { DataError } from "../base/data-error.ts";
import { decodeText, quote, readUnpacked } from "../base/text-file.ts";

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
  /** Names of the columns, or of the members of a JSON object; default "label" and "text". */
  readonly labelColumn?: string;
  readonly textColumn?: string;
  /** Default: by the name of the file, `.tsv`, `.csv`, `.jsonl` or `.ndjson`, each also with `.gz`. */
  readonly format?: "tsv" | "csv" | "jsonl";
}

/** A line of a table: its fields with the column each begins in, for errors. */
interface TableRow {
  readonly line: number;
  readonly fields: readonly string[];
}

const FORMATS: Readonly<Record<string, "tsv" | "csv" | "jsonl">> = {
  tsv: "tsv",
  tab: "tsv",
  csv: "csv",
  jsonl: "jsonl",
  ndjson: "jsonl",
};

function formatOf(path: string): "tsv" | "csv" | "jsonl" {
  const ending = /\.([a-z]+)(?:\.gz)?$/i.exec(basename(path))?.[1]?.toLowerCase() ?? "";
  const format = FORMATS[ending];
  if (format === undefined)
    throw new DataError(
      `${path}: cannot tell the format from the name; it must end in .tsv, .csv or .jsonl, or in one of these and .gz`,
    );
  return format;
}

function* tsvRows(source: string): Generator<TableRow> {
  for (const [index, text] of source.split("\n").entries()) {
    const line = text.endsWith("\r") ? text.slice(0, -1) : text;
    if (line !== "") yield { line: index + 1, fields: line.split("\t") };
  }
}

/** RFC 4180: fields may be quoted, a quoted field may hold commas, line ends and doubled quotes. */
function* csvRows(path: string, source: string): Generator<TableRow> {
  const plain = /[^,"\r\n]*/y;
  const quoted = /"((?:[^"]|"")*)"/y;
  let at = 0;
  let line = 1;
  let lineStart = 0;
  while (at < source.length) {
    const begin = line;
    const fields: string[] = [];
    for (;;) {
      const column = at - lineStart + 1;
      let field: string;
      if (source[at] === '"') {
        quoted.lastIndex = at;
        const found = quoted.exec(source);
        if (found === null) throw new DataError(`${path}:${line}:${column}: the quote is never closed`);
        for (
          let end = source.indexOf("\n", at);
          end >= 0 && end < quoted.lastIndex;
          end = source.indexOf("\n", end + 1)
        ) {
          line++;
          lineStart = end + 1;
        }
        field = found[1]!.replaceAll('""', '"');
        at = quoted.lastIndex;
      } else {
        plain.lastIndex = at;
        field = plain.exec(source)![0];
        at += field.length;
      }
      fields.push(field);
      if (source[at] === ",") {
        at++;
        continue;
      }
      const end = /\r?\n|\r|$/y;
      end.lastIndex = at;
      const found = end.exec(source);
      if (found === null) {
        throw new DataError(
          `${path}:${line}:${at - lineStart + 1}: a quote in the middle of a field; fields with quotes must be quoted, with the quotes doubled`,
        );
      }
      at += found[0].length;
      if (found[0] !== "") line++;
      lineStart = at;
      break;
    }
    if (fields.length > 1 || fields[0] !== "") yield { line: begin, fields };
  }
}

function columnOf(path: string, header: TableRow, name: string, option: string): number {
  const names = header.fields.map((field) => field.trim());
  const index = names.indexOf(name);
  if (index < 0) {
    throw new DataError(
      `${path}:${header.line}: no column "${name}"; the columns are ${names.map(quote).join(", ")} (name yours with ${option})`,
    );
  }
  if (names.indexOf(name, index + 1) >= 0)
    throw new DataError(`${path}:${header.line}: two columns are named "${name}"`);
  return index;
}

function tableRows(path: string, rows: Iterable<TableRow>, options: LabelledFileOptions): LabelledRow[] {
  const { labelColumn = "label", textColumn = "text" } = options;
  const result: LabelledRow[] = [];
  let header: { row: TableRow; label: number; text: number } | undefined;
  for (const row of rows) {
    if (header === undefined) {
      header = {
        row,
        label: columnOf(path, row, labelColumn, "--label-column"),
        text: columnOf(path, row, textColumn, "--text-column"),
      };
      continue;
    }
    if (row.fields.length !== header.row.fields.length) {
      throw new DataError(
        `${path}:${row.line}: ${row.fields.length} columns, but the header has ${header.row.fields.length}`,
      );
    }
    const where = `${path}:${row.line}: column "${labelColumn}"`;
    result.push({
      line: row.line,
      label: labelIndex(where, row.fields[header.label]!, options.labels),
      text: row.fields[header.text]!,
    });
  }
  return result;
}

function jsonRows(path: string, source: string, options: LabelledFileOptions): LabelledRow[] {
  const { labelColumn = "label", textColumn = "text" } = options;
  const result: LabelledRow[] = [];
  for (const [index, text] of source.split("\n").entries()) {
    if (text.trim() === "") continue;
    const where = `${path}:${index + 1}`;
    let row: unknown;
    try {
      row = JSON.parse(text);
    } catch (error) {
      throw new DataError(`${where}: not JSON (${(error as Error).message})`);
    }
    if (typeof row !== "object" || row === null || Array.isArray(row))
      throw new DataError(`${where}: expected an object a line, got ${quote(text)}`);
    const members = new Map(Object.entries(row));
    for (const name of [labelColumn, textColumn]) {
      if (!members.has(name))
        throw new DataError(
          `${where}: no member "${name}"; the object has ${Array.from(members.keys(), quote).join(", ") || "none"}`,
        );
    }
    const [label, content] = [members.get(labelColumn), members.get(textColumn)];
    if (typeof content !== "string")
      throw new DataError(`${where}: member "${textColumn}" must be a text, got ${quote(JSON.stringify(content))}`);
    if (typeof label !== "string" && typeof label !== "number") {
      throw new DataError(`${where}: member "${labelColumn}" must be a label, got ${quote(JSON.stringify(label))}`);
    }
    result.push({
      line: index + 1,
      label: labelIndex(`${where}: member "${labelColumn}"`, String(label), options.labels),
      text: content,
    });
  }
  return result;
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
 * Reads the rows of a file of labelled texts.
 *
 * TSV: one header line, no quoting, every other line a row. CSV: RFC 4180 with a header line. JSON lines: one object a line.
 * Empty lines are passed over; a gzipped file is known by its first bytes. Texts are as they stand, not cut into words.
 * @throws DataError with file, line and column or member, when the file cannot be read, is empty, or a row is not as it should be.
 */
export function readLabelledFile(path: string, options: LabelledFileOptions): LabelledRow[] {
  const format = options.format ?? formatOf(path);
  const source = decodeText(path, readUnpacked(path));
  if (source.trim() === "") throw new DataError(`${path}: the file is empty`);
  const rows =
    format === "jsonl"
      ? jsonRows(path, source, options)
      : tableRows(path, format === "tsv" ? tsvRows(source) : csvRows(path, source), options);
  if (rows.length === 0) throw new DataError(`${path}: a header line but no rows`);
  const empty = rows.find(({ text }) => text.trim() === "");
  if (empty !== undefined) throw new DataError(`${path}:${empty.line}: the text is empty`);
  return rows;
}
