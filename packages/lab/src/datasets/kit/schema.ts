/**
 * A file of a data set: where it lies in the data folder, and how its rows are read.
 *
 * Tables are .tsv.gz with one header line and no quoting; records are .jsonl.gz with one object a line. Both are UTF-8. Each fault is
 * told with file and line.
 */

import { createHash } from "node:crypto";
import { DataError } from "../../base/data-error.ts";
import { linesOf, quote, readUnpacked } from "../../base/text-file.ts";
import { setPath, type HowToGet } from "./data-folder.ts";

/** The rows of a file and the SHA-256 of its unpacked bytes, which `zcat FILE | sha256sum` prints too. */
export interface SetRows<Row> {
  readonly rows: readonly Row[];
  readonly sha256: string;
}

export interface ReadOptions {
  /** Takes faults of single rows, so that a check can tell them all; without it the first is thrown. */
  readonly onFault?: (fault: DataError) => void;
  /** Rows to read at most. */
  readonly most?: number;
}

export interface SetFile<Row> {
  /** Relative to the data folder, with forward slashes. */
  readonly path: string;
  /** @throws DataError when the file is missing, empty or malformed. */
  read(folder: string, options?: ReadOptions): SetRows<Row>;
}

/** The fields of a line by their columns' names; an optional column that the file lacks is undefined. */
type Fields<Column extends string, Extra extends string> = Readonly<Record<Column, string>> &
  Readonly<Partial<Record<Extra, string>>>;

export interface TableSpec<Column extends string, Extra extends string, Row> extends HowToGet {
  readonly path: string;
  /** Columns that the header must have. Others are passed over. */
  readonly columns: readonly Column[];
  /** Columns that it may have. */
  readonly extra?: readonly Extra[];
  /** `fault` makes the error for this line: throw it. */
  readonly row: (fields: Fields<Column, Extra>, fault: (what: string) => DataError) => Row;
}

export interface RecordsSpec<Row> extends HowToGet {
  readonly path: string;
  readonly row: (record: RecordFields, fault: (what: string) => DataError) => Row;
}

/** The members of an object of a .jsonl file, each checked as it is taken. */
export interface RecordFields {
  text(name: string): string;
  texts(name: string): readonly string[];
  whole(name: string): number;
  /** Pairs of whole numbers. */
  spans(name: string): readonly (readonly [number, number])[];
}

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** One checksum for files read together: the SHA-256 of what `sha256sum` prints for the unpacked files, in this order. */
export function checksumOf(files: readonly (readonly [SetFile<unknown>, SetRows<unknown>])[]): string {
  return sha256(Buffer.from(files.map(([{ path }, rows]) => `${rows.sha256}  ${path}\n`).join("")));
}

/** The rows of several files under their names, and one checksum. */
export type Splits<Files extends Readonly<Record<string, SetFile<unknown>>>> = {
  readonly [Name in keyof Files]: Files[Name] extends SetFile<infer Row> ? readonly Row[] : never;
} & { readonly checksum: string };

/** Reads every one of `files`. */
export function readSplits<const Files extends Readonly<Record<string, SetFile<unknown>>>>(
  folder: string,
  files: Files,
): Splits<Files> {
  const read = Object.entries(files).map(([name, file]) => ({ name, file, content: file.read(folder) }));
  return {
    ...Object.fromEntries(read.map(({ name, content }) => [name, content.rows])),
    checksum: checksumOf(read.map(({ file, content }) => [file, content])),
  } as Splits<Files>;
}

/** Reads every line with `parse`, which returns undefined for a line that is no row, such as the header. */
export function readRows<Row>(
  path: string,
  parse: (text: string, fault: (what: string) => DataError, line: number) => Row | undefined,
  { onFault, most = Number.POSITIVE_INFINITY }: ReadOptions = {},
): SetRows<Row> {
  const bytes = readUnpacked(path);
  if (bytes.length === 0) throw new DataError(`${path}: the file is empty`);
  const rows: Row[] = [];
  let faults = 0;
  for (const { line, text } of linesOf(path, bytes)) {
    if (rows.length >= most) break;
    try {
      const row = parse(text, (what) => new DataError(`${path}:${line}: ${what}`), line);
      if (row !== undefined) rows.push(row);
    } catch (error) {
      // Without its header a table cannot be read on.
      if (onFault === undefined || !(error instanceof DataError) || line === 1) throw error;
      onFault(error);
      faults++;
    }
  }
  if (rows.length === 0 && faults === 0) throw new DataError(`${path}: the file has no rows`);
  return { rows, sha256: sha256(bytes) };
}

/** A .tsv.gz file: one header line, no quoting. */
export function tableFile<const Column extends string, Row, const Extra extends string = never>(
  spec: TableSpec<Column, Extra, Row>,
): SetFile<Row> {
  const { columns, extra = [] } = spec;
  const named: readonly string[] = [...columns, ...extra];
  return {
    path: spec.path,
    read(folder, options) {
      const path = setPath(folder, spec.path, spec);
      let width = 0;
      let places: number[] = [];
      return readRows(
        path,
        (text, fault, line) => {
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
          return spec.row(fields as Fields<Column, Extra>, fault);
        },
        options,
      );
    },
  };
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

/** Members of `record`, checked as they are taken. */
export function recordFields(
  record: Readonly<Record<string, unknown>>,
  fault: (what: string) => DataError,
): RecordFields {
  const take = <T>(name: string, expected: string, fits: (value: unknown) => value is T): T => {
    const value = record[name];
    if (value === undefined) {
      throw fault(`no member "${name}"; the object has ${Object.keys(record).map(quote).join(", ") || "none"}`);
    }
    if (!fits(value)) throw fault(`member "${name}" must be ${expected}, got ${quote(JSON.stringify(value))}`);
    return value;
  };
  return {
    text: (name) => take(name, "a text", (value) => typeof value === "string"),
    texts: (name) =>
      take(
        name,
        "a list of texts",
        (value): value is string[] => Array.isArray(value) && value.every((item) => typeof item === "string"),
      ),
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
export function parseRecord(text: string, fault: (what: string) => DataError): Readonly<Record<string, unknown>> {
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

/** A .jsonl.gz file: one object a line. */
export function recordsFile<Row>(spec: RecordsSpec<Row>): SetFile<Row> {
  return {
    path: spec.path,
    read: (folder, options) =>
      readRows(
        setPath(folder, spec.path, spec),
        (text, fault) => spec.row(recordFields(parseRecord(text, fault), fault), fault),
        options,
      ),
  };
}

/** A whole number from `least` to `most`, or the fault. */
export function wholeIn(
  name: string,
  text: string,
  [least, most]: readonly [number, number],
  fault: (what: string) => DataError,
): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most)
    throw fault(`column "${name}" must be a whole number from ${least} to ${most}, got ${quote(text)}`);
  return value;
}

/** One of `names`, or the fault. */
export function oneOf<const Name extends string>(
  column: string,
  text: string,
  names: readonly Name[],
  fault: (what: string) => DataError,
): Name {
  const found = names.find((name) => name === text);
  if (found === undefined)
    throw fault(`column "${column}" must be ${names.map(quote).join(" or ")}, got ${quote(text)}`);
  return found;
}

/** A text with something in it, or the fault. */
export function filled(column: string, text: string, fault: (what: string) => DataError): string {
  if (text.trim() === "") throw fault(`column "${column}" is empty`);
  return text;
}
