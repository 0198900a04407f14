/** Text from a file that somebody brings: read, unpacked when gzipped, and held to UTF-8, each fault told with its place. */

import { isUtf8 } from "node:buffer";
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { DataError } from "./data-error.ts";

/**
 * The bytes of a file; a gzipped one is known by its first bytes and unpacked.
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
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes);
  } catch (error) {
    throw new DataError(`${path}: broken gzip data (${(error as Error).message})`);
  }
}

/** Lines of a text with their numbers from 1, without line ends (\n or \r\n); what follows the last line end is a line when not empty. */
export function* linesOf(path: string, bytes: Buffer): Generator<{ line: number; text: string }> {
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
export function decodeText(path: string, bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString("utf8").replace(/^\ufeff/, "");
  for (const _ of linesOf(path, bytes));
  throw new DataError(`${path}: not UTF-8; convert the file, for instance with iconv`);
}

/** A text in quotes for a message, cut when long. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}...` : text);
}
