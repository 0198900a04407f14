/** An array of scores read from arguments, a file or standard input: JSON, CSV or NPY. */
import { UserError } from "../terminal/errors.ts";
import { isNpy, parseNpy } from "./npy.ts";
import { parseNumber } from "./numbers.ts";

/** Row-major scores. */
export interface ScoreArray {
  readonly values: Float64Array;
  readonly shape: readonly number[];
}

/** Scores given as arguments: one row. */
export function parseArguments(texts: readonly string[]): ScoreArray {
  const values = Float64Array.from(texts, (text, i) => {
    const value = parseNumber(text);
    if (value === null) throw new UserError(`score ${i + 1} is ${JSON.stringify(text)}: a number is needed`);
    return value;
  });
  return { values, shape: [values.length] };
}

function at(path: readonly number[]): string {
  return path.length === 0 ? "the whole" : `entry ${path.map((i) => `[${i}]`).join("")}`;
}

/** Nested lists of numbers: the nesting is the shape. "-Infinity" as a text removes an entry, JSON having none. */
export function parseJson(text: string, name: string): ScoreArray {
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch (error) {
    throw new UserError(`${name}: it is not JSON: ${(error as Error).message}`);
  }
  if (!Array.isArray(root)) throw new UserError(`${name}: a list of numbers, or of such lists, is needed`);
  const shape: number[] = [];
  for (let level: unknown = root; Array.isArray(level); level = level[0] as unknown) shape.push(level.length);
  const values: number[] = [];
  const visit = (node: unknown, path: readonly number[]): void => {
    const depth = path.length;
    if (depth === shape.length) {
      const value = typeof node === "string" ? parseNumber(node) : node;
      if (typeof value !== "number") {
        const shown = JSON.stringify(node) ?? String(node);
        throw new UserError(`${name}: ${at(path)} is ${shown.slice(0, 40)}: a number is needed`);
      }
      values.push(value);
    } else if (!Array.isArray(node) || node.length !== shape[depth]) {
      const found = Array.isArray(node) ? `has ${node.length} entries` : "is no list";
      throw new UserError(`${name}: ${at(path)} ${found}: the lists beside it have ${shape[depth]}`);
    } else node.forEach((child, i) => visit(child, [...path, i]));
  };
  visit(root, []);
  return { values: Float64Array.from(values), shape };
}

function cellsOf(line: string): string[] {
  const separator = line.includes(",") ? "," : line.includes(";") ? ";" : line.includes("\t") ? "\t" : /\s+/;
  return line
    .trim()
    .split(separator)
    .map((cell) => cell.trim().replace(/^"(.*)"$/, "$1"));
}

/** A line a row; cells separated by commas, semicolons, tabs or spaces. A first line without any number is a heading. */
export function parseCsv(text: string, name: string): ScoreArray {
  const values: number[] = [];
  let width = 0;
  let rows = 0;
  let firstLine = 0;
  for (const [index, line] of text.split(/\r\n|\r|\n/).entries()) {
    if (line.trim() === "") continue;
    const cells = cellsOf(line);
    const numbers = cells.map((cell) => parseNumber(cell));
    if (rows === 0 && firstLine === 0 && numbers.every((value) => value === null)) {
      firstLine = index + 1;
      continue;
    }
    const wrong = numbers.indexOf(null);
    if (wrong >= 0) {
      throw new UserError(
        `${name}: line ${index + 1}, column ${wrong + 1} is ${JSON.stringify(cells[wrong]!.slice(0, 40))}: a number is needed`,
      );
    }
    if (rows === 0) {
      width = cells.length;
      firstLine = index + 1;
    } else if (cells.length !== width) {
      throw new UserError(
        `${name}: line ${index + 1} has ${cells.length} numbers, line ${firstLine} has ${width}: every row must be as long`,
      );
    }
    for (const value of numbers) values.push(value!);
    rows++;
  }
  if (rows === 0) throw new UserError(`${name}: there are no numbers in it`);
  return { values: Float64Array.from(values), shape: rows === 1 ? [width] : [rows, width] };
}

/** Scores in any of the formats: by the file's ending, else by its first bytes. */
export function parseScores(bytes: Uint8Array, name: string): ScoreArray {
  const ending = /\.(json|csv|tsv|txt|npy)$/i.exec(name)?.[1]?.toLowerCase();
  if (ending === "npy" || (ending === undefined && isNpy(bytes))) return parseNpy(bytes, name);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new UserError(`${name}: it is neither text nor NPY: JSON, CSV or NPY is needed`);
  }
  if (text.trim() === "") throw new UserError(`${name}: it is empty: JSON, CSV or NPY with scores is needed`);
  if (ending === "json" || (ending === undefined && /^\s*[[{]/.test(text))) return parseJson(text, name);
  return parseCsv(text, name);
}
