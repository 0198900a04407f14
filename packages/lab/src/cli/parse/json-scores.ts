/** Scores as nested lists of JSON, with what Python's json module adds to it. */
import { quote } from "../../base/text-file.ts";
import { UserError } from "../terminal/errors.ts";
import { checkScore, parseNumber } from "./numbers.ts";
import type { ScoreArray } from "./score-array.ts";

/** Levels of lists, as many as NumPy's arrays have axes. */
const MOST_LEVELS = 64;

/** Python writes NaN, Infinity and -Infinity bare, which JSON does not know: they become texts, texts stay. */
function quoteBareNumbers(text: string): string {
  return text.replace(/"(?:[^"\\]|\\.)*"|-?\b(?:Infinity|NaN)\b/g, (token) => {
    return token.startsWith('"') ? token : `"${token}"`;
  });
}

/** The value of a JSON text, or the list of those of its lines. */
function parse(text: string, name: string): unknown {
  const plain = quoteBareNumbers(text);
  try {
    return JSON.parse(plain);
  } catch (error) {
    const lines = plain.split(/\r\n?|\n/).filter((line) => line.trim() !== "");
    try {
      if (lines.length > 1) return lines.map((line) => JSON.parse(line) as unknown);
    } catch {
      // The error of the whole text has the better place.
    }
    const printed = /^\s*\[[^,]*\]\s*$/.test(plain);
    const hint = printed ? ". If Python printed it, print json.dumps(x.tolist()) or use numpy.save" : "";
    throw new UserError(`${name}: it is not JSON: ${(error as Error).message}${hint}`);
  }
}

const at = (path: readonly number[]): string =>
  path.length === 0 ? "the whole" : `entry ${path.map((i) => `[${i}]`).join("")}`;

/** A value for a message; never the inside of a list, which may be too deep to print. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (typeof value === "string") return quote(value);
  if (typeof value !== "object" || value === null) return String(value);
  const members = Object.keys(value);
  return members.length === 0 ? "an empty record" : `a record of ${members.slice(0, 3).map(quote).join(", ")}`;
}

/** Lengths of the first list, of the first list in it, and so on. */
function shapeOf(root: readonly unknown[], name: string): number[] {
  const shape: number[] = [];
  for (let level: unknown = root; Array.isArray(level); level = level[0] as unknown) {
    if (shape.length === MOST_LEVELS) {
      throw new UserError(`${name}: its lists are nested more than ${MOST_LEVELS} deep`);
    }
    shape.push(level.length);
  }
  return shape;
}

/**
 * The scores of a JSON text, whose nesting is the shape: a list of lists, or one list per line. Bare -Infinity, and "-inf" as a text, remove
 * an entry.
 * @throws UserError with the place of an entry that is no score, and of a list that is not as long as those beside it.
 */
export function parseJson(text: string, name: string): ScoreArray {
  const root = parse(text, name);
  if (!Array.isArray(root)) {
    throw new UserError(`${name}: it is ${shown(root)}, where a list of numbers, or of such lists, is needed`);
  }
  const shape = shapeOf(root, name);
  const values: number[] = [];
  const visit = (node: unknown, path: readonly number[]): void => {
    const depth = path.length;
    if (depth === shape.length) {
      const value = typeof node === "string" ? parseNumber(node) : node;
      if (typeof value !== "number") throw new UserError(`${name}: ${at(path)} is ${shown(node)}: a number is needed`);
      values.push(checkScore(value, () => `${name}: ${at(path)}`));
    } else if (!Array.isArray(node) || node.length !== shape[depth]) {
      const found = Array.isArray(node) ? `has ${node.length} entries` : `is ${shown(node)}`;
      throw new UserError(`${name}: ${at(path)} ${found}: the lists beside it have ${shape[depth]}`);
    } else node.forEach((child, i) => visit(child, [...path, i]));
  };
  visit(root, []);
  return { values: Float64Array.from(values), shape };
}
