/** Scores from arguments, a file or standard input, in any of the formats. */
import { asUtf8, decodeText, unpacked } from "../../base/text-file.ts";
import { UserError } from "../terminal/errors.ts";
import { parseDelimited } from "./delimited-scores.ts";
import { parseJson } from "./json-scores.ts";
import { isNpy, isZip, parseNpy, parseNpz } from "./npy.ts";
import { checkScore, parseNumber } from "./numbers.ts";

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
    return checkScore(value, () => `score ${i + 1}`);
  });
  return { values, shape: [values.length] };
}

/** Formats by the ending of a file's name. */
const formatOfEnding: Readonly<Record<string, "json" | "delimited" | "npy" | "npz">> = {
  json: "json",
  jsonl: "json",
  ndjson: "json",
  csv: "delimited",
  tsv: "delimited",
  npy: "npy",
  npz: "npz",
};

/** The format by the content's first bytes; a text is JSON when it begins with a bracket. */
function formatOf(bytes: Buffer): "npy" | "npz" | null {
  if (isNpy(bytes)) return "npy";
  return isZip(bytes) ? "npz" : null;
}

/**
 * Scores of any format: by the ending of the file's name, else by the content.
 * @param name names the file in errors, and its format by its ending; .gz may follow.
 * @param array name of the array of an .npz file that holds several.
 * @throws UserError with the place of what is no score; DataError for broken gzip, UTF-16 and quotes.
 */
export function parseScores(given: Uint8Array, name: string, array?: string): ScoreArray {
  const bytes = unpacked(name, Buffer.from(given.buffer, given.byteOffset, given.byteLength));
  const ending = /\.(\w+)(\.gz)?$/.exec(name)?.[1]?.toLowerCase() ?? "";
  const format = formatOfEnding[ending] ?? formatOf(bytes);
  if (array !== undefined && format !== "npz") {
    throw new UserError(`--array: ${name} is no .npz file; leave the option out`);
  }
  if (format === "npy") return parseNpy(bytes, name);
  if (format === "npz") return parseNpz(bytes, name, array);
  const text = textOf(bytes, name);
  if (text.trim() === "") throw new UserError(`${name}: it is empty: JSON, CSV, NPY or NPZ with scores is needed`);
  const json = format === "json" || (format === null && /^\s*[[{]/.test(text));
  return json ? parseJson(text, name) : parseDelimited(text, name);
}

function textOf(bytes: Buffer, name: string): string {
  const utf8 = asUtf8(name, bytes);
  if (utf8.includes(0)) {
    throw new UserError(`${name}: it is neither text nor NPY: JSON, CSV, NPY or NPZ is needed`);
  }
  return decodeText(name, utf8);
}
