/**
 * Schemas of files: where a file lies in the data folder, and the rows it holds.
 *
 * Tables are .tsv.gz with one header line and no quoting; records are .jsonl.gz with one object a line. Both are UTF-8. Errors name file
 * and line.
 */

import { createHash } from "node:crypto";
import { DataError } from "../../base/data-error.ts";
import { linesOf, quote, readUnpacked } from "../../base/text-file.ts";
import { setPath, type FileOrigin } from "./data-folder.ts";

/** Makes the error of one line: throw it. */
export type Fault = (what: string) => DataError;

/** The rows of a file and the SHA-256 of its unpacked bytes, which `zcat FILE | sha256sum` prints too. */
export interface SetRows<Row> {
  readonly rows: readonly Row[];
  readonly sha256: string;
}

export interface ReadOptions {
  /** Receives the errors of single rows, so that a check can report them all; without it the first is thrown. */
  readonly onFault?: (fault: DataError) => void;
  /** Rows to read at most. */
  readonly limit?: number;
}

export interface SetFile<Row> {
  /** Relative to the data folder, with forward slashes. */
  readonly path: string;
  /** @throws DataError when the file is missing, empty or malformed. */
  read(folder: string, options?: ReadOptions): SetRows<Row>;
}

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** One checksum for files read together: the SHA-256 of what `sha256sum` prints for the unpacked files, in this order. */
export function checksumOf(files: readonly (readonly [{ readonly path: string }, SetRows<unknown>])[]): string {
  return sha256(Buffer.from(files.map(([{ path }, rows]) => `${rows.sha256}  ${path}\n`).join("")));
}

/** The rows of several files under their names, and one checksum. */
export type Splits<Files extends Readonly<Record<string, SetFile<unknown>>>> = {
  readonly [Name in keyof Files]: Files[Name] extends SetFile<infer Row> ? readonly Row[] : never;
} & { readonly checksum: string };

/** Reads every one of `files`; `limits` are the most rows of some. */
export function readSplits<const Files extends Readonly<Record<string, SetFile<unknown>>>>(
  folder: string,
  files: Files,
  limits: { readonly [Name in keyof Files]?: number } = {},
): Splits<Files> {
  const read = Object.entries(files).map(([name, file]) => {
    const limit = limits[name];
    return { name, file, content: file.read(folder, limit === undefined ? {} : { limit }) };
  });
  return {
    ...Object.fromEntries(read.map(({ name, content }) => [name, content.rows])),
    checksum: checksumOf(read.map(({ file, content }) => [file, content])),
  } as Splits<Files>;
}

/** A file of the folder, each line of which `parse` makes a row; lines for which it returns undefined, such as the header, are none. */
function lineFile<Row>(
  { path, ...origin }: FileOrigin & { readonly path: string },
  parser: () => (text: string, fault: Fault, line: number) => Row | undefined,
): SetFile<Row> {
  return {
    path,
    read(folder, { onFault, limit = Number.POSITIVE_INFINITY } = {}) {
      const file = setPath(folder, path, origin);
      const bytes = readUnpacked(file);
      if (bytes.length === 0) throw new DataError(`${file}: the file is empty`);
      const parse = parser();
      const rows: Row[] = [];
      let faults = 0;
      for (const { line, text } of linesOf(file, bytes)) {
        if (rows.length >= limit) break;
        try {
          const row = parse(text, (what) => new DataError(`${file}:${line}: ${what}`), line);
          if (row !== undefined) rows.push(row);
        } catch (error) {
          // Without its header a table cannot be read on.
          if (onFault === undefined || !(error instanceof DataError) || line === 1) throw error;
          onFault(error);
          faults++;
        }
      }
      if (rows.length === 0 && faults === 0) throw new DataError(`${file}: the file has no rows`);
      return { rows, sha256: sha256(bytes) };
    },
  };
}

/** The fields of a line by their columns' names; an optional column that the file lacks is undefined. */
type Fields<Column extends string, Extra extends string> = Readonly<Record<Column, string>> &
  Readonly<Partial<Record<Extra, string>>>;

export interface TableSpec<Column extends string, Extra extends string, Row> extends FileOrigin {
  readonly path: string;
  /** Columns that the header must have. Others are ignored. */
  readonly columns: readonly Column[];
  /** Columns that it may have. */
  readonly extra?: readonly Extra[];
  readonly row: (fields: Fields<Column, Extra>, fault: Fault) => Row;
}

/** A .tsv.gz file: one header line, no quoting. */
export function tableFile<const Column extends string, Row, const Extra extends string = never>(
  spec: TableSpec<Column, Extra, Row>,
): SetFile<Row> {
  const { columns, extra = [], row, ...file } = spec;
  const named: readonly string[] = [...columns, ...extra];
  return lineFile(file, () => {
    let width = 0;
    let places: number[] = [];
    return (text, fault, line) => {
      const cells = text.split("\t");
      if (line === 1) {
        width = cells.length;
        places = named.map((name) => cells.indexOf(name));
        const missing = columns.find((_, i) => places[i]! < 0);
        if (missing !== undefined)
          throw fault(`no column "${missing}"; the columns are ${cells.map(quote).join(", ")}`);
        return undefined;
      }
      if (cells.length !== width) throw fault(`${cells.length} columns, but the header has ${width}`);
      const fields = Object.fromEntries(named.map((name, i) => [name, cells[places[i]!]]));
      return row(fields as Fields<Column, Extra>, fault);
    };
  });
}

/** A .tsv.gz file of which every named column must be filled; `columns` are the columns by the names of a row's members. */
export function textTable<const Name extends string>({
  columns,
  ...file
}: FileOrigin & { readonly path: string; readonly columns: Readonly<Record<Name, string>> }): SetFile<
  Readonly<Record<Name, string>>
> {
  const members = Object.entries<string>(columns);
  return tableFile({
    ...file,
    columns: Object.values<string>(columns),
    row: (fields, fault) =>
      Object.fromEntries(members.map(([name, column]) => [name, filled(column, fields[column]!, fault)])) as Record<
        Name,
        string
      >,
  });
}

/** A plain file with a text on every line. */
export function linesFile(file: FileOrigin & { readonly path: string }): SetFile<string> {
  return lineFile(file, () => (text, fault) => filled("text", text, fault));
}

/** The members of an object of a .jsonl file, each checked when it is read. */
export interface RecordFields {
  text(name: string): string;
  texts(name: string): readonly string[];
  whole(name: string): number;
  /** Pairs of whole numbers. */
  spans(name: string): readonly (readonly [number, number])[];
}

export interface RecordsSpec<Row> extends FileOrigin {
  readonly path: string;
  readonly row: (record: RecordFields, fault: Fault) => Row;
}

/** A .jsonl.gz file: one object a line. */
export function recordsFile<Row>({ row, ...file }: RecordsSpec<Row>): SetFile<Row> {
  return lineFile(file, () => (text, fault) => row(recordFields(parseRecord(text, fault), fault), fault));
}

/** Members of `record`, checked when they are read. */
export function recordFields(record: Readonly<Record<string, unknown>>, fault: Fault): RecordFields {
  const take = <T>(name: string, expected: string, fits: (value: unknown) => value is T): T => {
    const value = record[name];
    if (value === undefined) {
      throw fault(`no member "${name}"; the object has ${Object.keys(record).map(quote).join(", ") || "none"}`);
    }
    if (!fits(value)) throw fault(`member "${name}" must be ${expected}, got ${quote(JSON.stringify(value))}`);
    return value;
  };
  const isText = (value: unknown): value is string => typeof value === "string";
  const isWhole = (value: unknown): value is number => Number.isSafeInteger(value);
  return {
    text: (name) => take(name, "a text", isText),
    texts: (name) =>
      take(name, "a list of texts", (value): value is string[] => Array.isArray(value) && value.every(isText)),
    whole: (name) => take(name, "a whole number", isWhole),
    spans: (name) =>
      take(
        name,
        "a list of pairs of whole numbers",
        (value): value is [number, number][] =>
          Array.isArray(value) &&
          value.every((item) => Array.isArray(item) && item.length === 2 && item.every(isWhole)),
      ),
  };
}

/** The object of a line of a .jsonl file. */
export function parseRecord(text: string, fault: Fault): Readonly<Record<string, unknown>> {
  let record: unknown;
  try {
    record = JSON.parse(text);
  } catch (error) {
    throw fault(`not JSON (${(error as Error).message})`);
  }
  if (typeof record !== "object" || record === null || Array.isArray(record))
    throw fault(`expected an object, got ${quote(text)}`);
  return record as Record<string, unknown>;
}

/** A whole number from `least` to `most`, or the fault. */
export function wholeIn(column: string, text: string, [least, most]: readonly [number, number], fault: Fault): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most)
    throw fault(`column "${column}" must be a whole number from ${least} to ${most}, got ${quote(text)}`);
  return value;
}

/** One of `names`, or the fault. */
export function oneOf<const Name extends string>(
  column: string,
  text: string,
  names: readonly Name[],
  fault: Fault,
): Name {
  const found = names.find((name) => name === text);
  if (found === undefined)
    throw fault(`column "${column}" must be ${names.map(quote).join(" or ")}, got ${quote(text)}`);
  return found;
}

/** A text with something in it, or the fault. */
export function filled(column: string, text: string, fault: Fault): string {
  if (text.trim() === "") throw fault(`column "${column}" is empty`);
  return text;
}
