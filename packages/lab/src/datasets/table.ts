/** Tables that a user brings: CSV, TSV or JSON lines, plain or gzipped, in UTF-8 or UTF-16. */

import { isUtf8 } from "node:buffer";
import { csvRows, guessDelimiter, type CsvRow } from "../base/csv.ts";
import { DataError } from "../base/data-error.ts";
import { asUtf8, linesOf, quote, readUnpacked } from "../base/text-file.ts";
import { guessColumns, type ColumnGuess, type ColumnNames } from "./guess-columns.ts";
import { parseRecord } from "./kit/schema.ts";

export const TABLE_FORMATS = ["csv", "tsv", "jsonl"] as const;
export type TableFormat = (typeof TABLE_FORMATS)[number];

export interface TableOptions extends ColumnNames {
  /** Default: by the name of the file, `.csv`, `.tsv`, `.jsonl` or `.ndjson`, each also with `.gz`; else by its content. */
  readonly format?: TableFormat;
  /** Between two fields; default a tab for TSV, guessed for CSV (European spreadsheets write semicolons). */
  readonly delimiter?: string;
  /** The first row names the columns; default: it does, unless its cells are numbers or recur below them, as labels do. */
  readonly header?: boolean;
  /** Fields may be quoted; default: in CSV they may, in TSV when the first rows show it. */
  readonly quotes?: boolean;
}

/** A row: its fields, in the order of the table's columns. */
export type TableRow = CsvRow;

export interface Table {
  readonly path: string;
  readonly format: TableFormat;
  readonly columns: readonly string[];
  /** The text and label columns, and how they were found, to be shown to the user. */
  readonly guessed: ColumnGuess;
  /**
   * All rows, read one after another, again for each iteration: memory holds the file's bytes and a few rows.
   * Throws a DataError with file and line for a broken row.
   */
  readonly rows: Iterable<TableRow>;
}

/** Rows at the start of the file that columns and header are guessed from. */
const SAMPLE = 1000;
/** Bytes that are decoded at a time. */
const PIECE = 1 << 20;
const ZIP = [0x50, 0x4b, 0x03, 0x04];
/** The line by which Excel is told the delimiter. */
const EXCEL_DELIMITER = /^sep=(.)\r?\n/i;

/** UTF-8 text without a byte order mark. */
function readText(path: string): Buffer {
  const raw = readUnpacked(path);
  if (ZIP.every((byte, i) => raw[i] === byte))
    throw new DataError(`${path}: an Excel workbook or another zip archive; save the sheet as CSV (UTF-8)`);
  const bytes = asUtf8(path, raw);
  // Tells the line of the first fault.
  if (!isUtf8(bytes)) for (const _ of linesOf(path, bytes));
  if (bytes.subarray(0, PIECE).includes(0)) throw new DataError(`${path}: not a text file: it holds NUL bytes`);
  const start = bytes.subarray(0, 3).equals(Buffer.of(0xef, 0xbb, 0xbf)) ? 3 : 0;
  if (
    bytes
      .subarray(start, start + PIECE)
      .toString()
      .trim() === ""
  )
    throw new DataError(`${path}: the file is empty`);
  return bytes.subarray(start);
}

/** The text in pieces of about a megabyte that end at line ends. */
function* piecesOf(bytes: Buffer): Generator<string> {
  for (let start = 0; start < bytes.length;) {
    const last = bytes.length - start <= PIECE ? bytes.length - 1 : bytes.indexOf(0x0a, start + PIECE);
    const end = last < 0 ? bytes.length : last + 1;
    yield bytes.toString("utf8", start, end);
    start = end;
  }
}

function firstOf<T>(items: Iterable<T>, count: number): T[] {
  const first: T[] = [];
  for (const item of items) if (first.push(item) === count) break;
  return first;
}

interface Dialect {
  readonly format: TableFormat;
  readonly delimiter: string;
}

/** Format and delimiter: those asked for, those of the file's name, those of its content. */
function dialectOf(path: string, start: string, { format, delimiter }: TableOptions): Dialect {
  const ending = /\.(csv|tsv|tab|jsonl|ndjson)(?:\.gz)?$/i.exec(path)?.[1]?.toLowerCase();
  const byName = ending === undefined ? undefined : (({ tab: "tsv", ndjson: "jsonl" } as const)[ending] ?? ending);
  const known = format ?? (byName as TableFormat | undefined);
  if (known === "jsonl" || (known === undefined && start.trimStart().startsWith("{")))
    return { format: "jsonl", delimiter: "" };
  const guessed = delimiter ?? EXCEL_DELIMITER.exec(start)?.[1] ?? guessDelimiter(start);
  if (known === "tsv") return { format: "tsv", delimiter: delimiter ?? "\t" };
  if (known === "csv") return { format: "csv", delimiter: guessed ?? "," };
  if (guessed !== null && !start.trimStart().startsWith("["))
    return { format: guessed === "\t" ? "tsv" : "csv", delimiter: guessed };
  throw new DataError(
    `${path}: cannot tell the format from name or content; CSV, TSV or JSON lines (one object per line) are needed, the name ending in .csv, .tsv or .jsonl`,
  );
}

/** Whether a TSV file quotes fields: its header does, or a field has doubled quotes in quotes; and every row can be read so. */
function quotesTabs(path: string, start: string, delimiter: string): boolean {
  if (!/^"|(?:^|\t)"[^\t\n]*""/m.test(start)) return false;
  try {
    // The last line may be cut off.
    const rows = firstOf(csvRows(path, start.slice(0, start.lastIndexOf("\n") + 1), { delimiter }), SAMPLE);
    return rows.every(({ fields }) => fields.length === rows[0]!.fields.length);
  } catch (error) {
    if (error instanceof DataError) return false;
    throw error;
  }
}

const isNumber = (cell: string): boolean => cell.trim() !== "" && !Number.isNaN(Number(cell));

/** Whether the first row names the columns: its cells are not all numbers, and none recurs below it but in a repeated header. */
function hasHeader([first, ...others]: readonly TableRow[]): boolean {
  const { fields } = first!;
  // pandas names columns 0, 1, 2 ...
  if (fields.every(isNumber)) return fields.length > 1 && fields.every((cell, i) => Number(cell) === i);
  const repeated = ({ fields: cells }: TableRow) => cells.every((cell, i) => cell === fields[i]);
  return !fields.some(
    (cell, i) => cell.trim() !== "" && others.some((row) => row.fields[i] === cell && !repeated(row)),
  );
}

function delimitedTable(path: string, bytes: Buffer, { format, delimiter }: Dialect, options: TableOptions): Table {
  const start = piecesOf(bytes).next().value as string;
  const quotes = options.quotes ?? (format === "csv" || quotesTabs(path, start, delimiter));
  const all = function* (): Generator<TableRow> {
    let width = 0;
    for (const row of csvRows(path, piecesOf(bytes), { delimiter, quotes })) {
      if (row.line === 1 && EXCEL_DELIMITER.test(start)) continue;
      width ||= row.fields.length;
      if (row.fields.length !== width)
        throw new DataError(`${path}:${row.line}: ${row.fields.length} columns, but the first row has ${width}`);
      yield row;
    }
  };
  const sample = firstOf(all(), SAMPLE + 1);
  const [first] = sample;
  if (first === undefined) throw new DataError(`${path}: the file is empty`);
  const header = options.header ?? hasHeader(sample);
  if (header && sample.length === 1) throw new DataError(`${path}: a header line but no rows`);
  const columns = first.fields.map((name, i) => (header && name.trim() !== "" ? name.trim() : `column ${i + 1}`));
  const cells = sample.slice(header ? 1 : 0).map(({ fields }) => fields);
  return {
    path,
    format,
    columns,
    guessed: guessColumns(columns, cells, options, `${path}:${first.line}`),
    rows: {
      *[Symbol.iterator]() {
        let skip = header;
        for (const row of all()) {
          if (!skip) yield row;
          skip = false;
        }
      },
    },
  };
}

type Json = Readonly<Record<string, unknown>>;

function jsonTable(path: string, bytes: Buffer, options: TableOptions): Table {
  const records = function* (): Generator<{ readonly line: number; readonly record: Json }> {
    for (const { line, text } of linesOf(path, bytes)) {
      if (text.trim() !== "")
        yield { line, record: parseRecord(text, (what) => new DataError(`${path}:${line}: ${what}`)) };
    }
  };
  const isCell = (value: unknown) => value === null || value === undefined || typeof value !== "object";
  const sample = firstOf(records(), SAMPLE);
  // Members of the first objects in the order they come in; lists and objects are no cells.
  const columns = Array.from(new Set(sample.flatMap(({ record }) => Object.keys(record)))).filter((name) =>
    sample.every(({ record }) => isCell(record[name])),
  );
  const fieldsOf = (record: Json, line: number): string[] =>
    columns.map((name) => {
      const value = record[name];
      if (!isCell(value))
        throw new DataError(
          `${path}:${line}: member "${name}" must be a text or a number, got ${quote(JSON.stringify(value))}`,
        );
      return value === null || value === undefined ? "" : String(value as string | number | boolean);
    });
  const cells = sample.map(({ record, line }) => fieldsOf(record, line));
  return {
    path,
    format: "jsonl",
    columns,
    guessed: guessColumns(columns, cells, options, path),
    rows: {
      *[Symbol.iterator]() {
        for (const { line, record } of records()) yield { line, fields: fieldsOf(record, line) };
      },
    },
  };
}

/**
 * Opens a table and guesses its text and label columns from its first 1,000 rows.
 *
 * CSV: RFC 4180, also with semicolons, tabs or bars. TSV: one line per row; fields may be quoted where the first rows show it. JSON lines:
 * one object per line; its members that are texts, numbers or booleans are the columns, and a missing one is an empty field. Line ends may
 * be those of any system, empty lines are passed over. 100 MB take a few seconds to read.
 * @throws DataError with file and line when the file cannot be read, is empty, or a row is broken; with the columns for an unknown name.
 *
 * @example
 * const { guessed, rows } = readTable("reviews.csv");
 * for (const { fields } of rows) console.log(fields[guessed.text[0].index]);
 */
export function readTable(path: string, options: TableOptions = {}): Table {
  const bytes = readText(path);
  const dialect = dialectOf(path, piecesOf(bytes).next().value as string, options);
  return dialect.format === "jsonl" ? jsonTable(path, bytes, options) : delimitedTable(path, bytes, dialect, options);
}
