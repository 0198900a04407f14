/** Scores as a table of text: one row per line, its cells separated by commas, semicolons, tabs or blanks. */
import { csvRows, type CsvRow } from "../../base/csv.ts";
import { quote } from "../../base/text-file.ts";
import { UserError } from "../terminal/errors.ts";
import { checkScore, parseNumber } from "./numbers.ts";
import type { ScoreArray } from "./score-array.ts";

/** Digits in groups of three, with what separates them somewhere in the world; another mark may stand before a fraction. */
const GROUPED = /^[+\u2212-]?[1-9]\d{0,2}(?:([,.'\u2019_\u00a0\u202f ])\d{3})(?:\1\d{3})*(?:[.,]\d+)?$/;
const DECIMAL_COMMA = /^[+\u2212-]?\d*,\d+(?:e[+-]?\d+)?$/i;

/** Numbers with a unit, which are not read but are no names either. */
const WITH_UNIT = /^[$\u20ac\u00a3]?\s?[+\u2212-]?[\d.,]+\s?[%\u2030$\u20ac\u00a3]?$/;

const isNumeric = (cell: string): boolean =>
  parseNumber(cell) !== null || [DECIMAL_COMMA, GROUPED, WITH_UNIT].some((form) => form.test(cell));

/** Excel's first line "sep=;" with the delimiter, which is no row. */
const EXCEL_DELIMITER = /^sep=(.)[^\S\n]*$/im;

/** The delimiter of a text; a blank stands for any number of them. Quoted cells have no say. */
function delimiterOf(text: string, name: string): string {
  const excel = EXCEL_DELIMITER.exec(text);
  if (excel !== null && text.slice(0, excel.index).trim() === "") return excel[1]!;
  const bare = text.replace(/"[^"]*"/g, '""');
  if (/\.tsv(\.gz)?$/i.test(name) || bare.includes("\t")) return "\t";
  if (bare.includes(";")) return ";";
  // In "1,5 2,5" blanks are between the numbers, in "1, 5, 2, 5" commas.
  const numbers = bare.split("\n").filter((line) => !/[a-df-z]/i.test(line.replace(/\b(inf(inity)?|nan)\b/gi, "")));
  return bare.includes(",") && !numbers.some((line) => /\d[^\S\n]+[\d.+\u2212-]/.test(line)) ? "," : " ";
}

/** The rows with their cells, without comments (as numpy.savetxt writes them) and empty lines, which keep their numbers. */
function cellsOf(text: string, name: string): { readonly delimiter: string; readonly rows: CsvRow[] } {
  const lines = text.replace(/\r\n?/g, "\n").replace(/^#.*$/gm, "");
  const delimiter = delimiterOf(lines, name);
  let plain = lines.replace(EXCEL_DELIMITER, "");
  if (delimiter === " ") plain = plain.replace(/[^\S\n]+/g, " ").replace(/^ | $/gm, "");
  const rows: CsvRow[] = [];
  for (const { line, fields } of csvRows(name, plain, { delimiter })) {
    const cells = fields.map((field) => field.trim().replace(/^"(.*)"$/, "$1"));
    if (cells.length > 1 || cells[0] !== "") rows.push({ line, fields: cells });
  }
  return { delimiter, rows };
}

/** Names of the columns of a table, of which the first may be that of an index, as pandas and R write one. */
interface Heading {
  readonly rows: 0 | 1;
  readonly indexed: boolean;
}

/** The heading in the first row, if it is one, and the index in the first column under it. */
function headingOf([first, second]: readonly CsvRow[]): Heading {
  if (first === undefined || second === undefined) return { rows: 0, indexed: false };
  const [corner = "", ...names] = first.fields;
  const unnamed = corner === "" || /^unnamed: 0$/i.test(corner);
  const counted = names.length > 0 && names.every((name, i) => name === String(i));
  const named = names.some((name) => name !== "") && !names.some(isNumeric);
  if (counted ? unnamed || !isNumeric(corner) : unnamed && named) {
    return { rows: 1, indexed: true };
  }
  if (first.fields.every((cell) => cell === "") || first.fields.some(isNumeric)) return { rows: 0, indexed: false };
  return { rows: 1, indexed: second.fields.length === first.fields.length + 1 };
}

type Fault = (row: CsvRow, column: number, what: string) => UserError;

/** True when numbers have a decimal comma. Throws where that cannot be told from a thousands separator. */
function hasDecimalCommas(rows: readonly CsvRow[], fault: Fault): boolean {
  let grouped: (() => UserError) | null = null;
  for (const row of rows) {
    for (const [column, cell] of row.fields.entries()) {
      if (!DECIMAL_COMMA.test(cell)) continue;
      if (!GROUPED.test(cell)) return true;
      const [whole, rest] = cell.split(",");
      grouped ??= () => fault(row, column, `: it may be ${whole}${rest} or ${whole}.${rest}: write it without a comma`);
    }
  }
  if (grouped !== null) throw grouped();
  return false;
}

/** Throws for "1,000" and "1 000" cut in two: a cell such as 000 is the rest of a number with a thousands separator. */
function refuseCutNumbers(rows: readonly CsvRow[], delimiter: string, fault: Fault): void {
  if (delimiter !== "," && delimiter !== " ") return;
  for (const row of rows) {
    for (const [column, cell] of row.fields.entries()) {
      const before = row.fields[column - 1];
      if (before === undefined || !/^0\d\d$/.test(cell) || !/^[+\u2212-]?[1-9]\d{0,2}$/.test(before)) continue;
      const whole = `${before}${delimiter}${cell}`;
      throw fault(row, column, `: ${quote(whole)} looks like one number: write ${before}${cell}`);
    }
  }
}

/** The number of a cell. */
function numberOf(row: CsvRow, column: number, decimalCommas: boolean, fault: Fault): number {
  const cell = row.fields[column]!;
  if (cell === "") {
    const ending = column === row.fields.length - 1 ? ", after the last separator" : "";
    throw fault(row, column, `${ending}: a number is needed; -inf removes an entry`);
  }
  if (decimalCommas && /\d\.|\.\d/.test(cell)) {
    throw fault(row, column, `: it has a point, and other numbers have a decimal comma`);
  }
  const value = parseNumber(decimalCommas && DECIMAL_COMMA.test(cell) ? cell.replace(",", ".") : cell);
  if (value !== null) return value;
  if (GROUPED.test(cell)) throw fault(row, column, ": thousands separators are not read: write the digits alone");
  throw fault(row, column, ": a number is needed");
}

/**
 * The scores of a table, one row per line; a table of one column is one row. A first line without numbers is a heading, and a first column
 * under an empty heading an index, which is left out. Numbers may have decimal commas where that leaves no doubt.
 * @throws UserError with line and column of a cell that is no score, and of one that may be read in two ways.
 */
export function parseDelimited(text: string, name: string): ScoreArray {
  const { delimiter, rows: all } = cellsOf(text, name);
  const heading = headingOf(all);
  const skipped = heading.indexed ? 1 : 0;
  const rows = all.slice(heading.rows).map(({ line, fields }) => ({ line, fields: fields.slice(skipped) }));
  const fault: Fault = ({ line, fields }, column, what) => {
    const cell = fields[column]!;
    const found = cell === "" ? "is empty" : `is ${quote(cell)}`;
    return new UserError(`${name}: line ${line}, column ${column + skipped + 1} ${found}${what}`);
  };
  const [first] = rows;
  if (first === undefined) throw new UserError(`${name}: there are no numbers in it`);
  const width = first.fields.length;
  refuseCutNumbers(rows, delimiter, fault);
  const decimalCommas = hasDecimalCommas(rows, fault);
  const values = new Float64Array(rows.length * width);
  for (const [r, row] of rows.entries()) {
    for (const column of row.fields.keys()) {
      const value = numberOf(row, column, decimalCommas, fault);
      if (column < width) values[r * width + column] = value;
      checkScore(value, () => `${name}: line ${row.line}, column ${column + skipped + 1}`);
    }
    if (row.fields.length !== width) {
      throw new UserError(
        `${name}: line ${row.line} has ${row.fields.length} numbers, line ${first.line} has ${width}: every row must be as long`,
      );
    }
  }
  return { values, shape: rows.length === 1 || width === 1 ? [values.length] : [rows.length, width] };
}
