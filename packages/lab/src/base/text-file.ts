/** Text from a file that somebody brings: unpacked when gzipped, UTF-8 or UTF-16, each fault with its place. */

import { isUtf8 } from "node:buffer";
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { DataError } from "./data-error.ts";

/**
 * The bytes of a file, unpacked when they are gzipped.
 * @throws DataError when the file cannot be read or its gzip data is broken.
 */
export function readUnpacked(path: string): Buffer {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") throw new DataError(`${path}: no such file`);
    if (code === "EISDIR") throw new DataError(`${path}: is a folder, not a file`);
    throw new DataError(`${path}: cannot be read (${message})`);
  }
  return unpacked(path, bytes);
}

/**
 * Bytes that begin as gzip does, unpacked; others as they are.
 * @throws DataError when the gzip data is broken.
 */
export function unpacked(path: string, bytes: Buffer): Buffer {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes);
  } catch (error) {
    throw new DataError(`${path}: broken gzip data (${(error as Error).message})`);
  }
}

/** Byte order of UTF-16 text, or null: its mark, or else a NUL in every other byte of the beginning, which no other text has. */
function utf16Order(bytes: Uint8Array): "LE" | "BE" | null {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "LE";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "BE";
  const start = bytes.subarray(0, Math.min(32, bytes.length & ~1));
  if (start.length < 4) return null;
  const zeros = (odd: number, wanted: boolean) => start.every((byte, i) => i % 2 !== odd || (byte === 0) === wanted);
  if (zeros(1, true) && zeros(0, false)) return "LE";
  return zeros(0, true) && zeros(1, false) ? "BE" : null;
}

/**
 * The bytes of a text, those of UTF-16 (as PowerShell's `>` and Excel write it) as UTF-8; others as they are.
 * @throws DataError for UTF-32 and broken UTF-16.
 */
export function asUtf8(path: string, bytes: Buffer): Buffer {
  const order = utf16Order(bytes);
  const [first, second, third, fourth] = bytes;
  if ((order === "LE" && third === 0 && fourth === 0) || (first === 0 && second === 0 && third === 0xfe)) {
    throw new DataError(`${path}: UTF-32 text is not read; convert the file to UTF-8, for instance with iconv`);
  }
  if (order === null) return bytes;
  const little = order === "LE" ? bytes : Buffer.from(bytes.subarray(0, bytes.length & ~1)).swap16();
  try {
    if (bytes.length % 2 !== 0) throw new RangeError("half a character");
    return Buffer.from(new TextDecoder("utf-16le", { fatal: true }).decode(little));
  } catch {
    throw new DataError(`${path}: broken UTF-16 text; convert the file to UTF-8, for instance with iconv`);
  }
}

/** Lines of a text with their numbers from 1, without line ends (\n or \r\n); what follows the last line end is a line when not empty. */
export function* linesOf(path: string, given: Buffer): Generator<{ line: number; text: string }> {
  const bytes = asUtf8(path, given);
  for (let start = 0, line = 1; start < bytes.length; line++) {
    const found = bytes.indexOf(0x0a, start);
    const end = found < 0 ? bytes.length : found;
    const content = bytes.subarray(start, end > start && bytes[end - 1] === 0x0d ? end - 1 : end);
    // A line at a time: no string grows past what the engine allows, and none keeps a whole file alive.
    if (!isUtf8(content)) throw notUtf8(path, line, content);
    const text = content.toString("utf8");
    yield { line, text: line === 1 && text.startsWith("\ufeff") ? text.slice(1) : text };
    start = end + 1;
  }
}

function notUtf8(path: string, line: number, content: Uint8Array): DataError {
  const column = new TextDecoder("utf-8").decode(content).indexOf("\ufffd") + 1;
  return new DataError(`${path}:${line}:${column}: not UTF-8; convert the file, for instance with iconv`);
}

/**
 * All bytes as one text, without a byte order mark.
 * @throws DataError with line and column of the first place that is not UTF-8.
 */
export function decodeText(path: string, given: Buffer): string {
  const bytes = asUtf8(path, given);
  if (isUtf8(bytes)) return bytes.toString("utf8").replace(/^\ufeff/, "");
  for (const _ of linesOf(path, bytes));
  throw new DataError(`${path}: not UTF-8; convert the file, for instance with iconv`);
}

/** A text in quotes for a message, cut when long. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}...` : text);
}
