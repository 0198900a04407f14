/**
 * The files of a tar archive (POSIX.1-1988 ustar, with the long names of pax and GNU tar): enough for data sets, which hold plain files.
 */

import { DataError } from "../../base/data-error.ts";

export interface ArchivedFile {
  readonly name: string;
  /** A view into the archive's bytes. */
  readonly bytes: Uint8Array;
}

const BLOCK = 512;
const RECORD = 20 * BLOCK;

function fieldText(bytes: Uint8Array, start: number, length: number): string {
  const field = Buffer.from(bytes.buffer, bytes.byteOffset + start, length);
  const end = field.indexOf(0);
  return field.toString("utf8", 0, end < 0 ? length : end);
}

function fieldNumber(bytes: Uint8Array, start: number, length: number): number {
  const text = fieldText(bytes, start, length).trim();
  return /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : Number.NaN;
}

/** The sum of the header's bytes, with the checksum's own field read as blanks. */
function headerSum(header: Uint8Array): number {
  return header.reduce((sum, byte, i) => sum + (i >= 148 && i < 156 ? 0x20 : byte), 0);
}

/** The name that a pax header ("LENGTH path=NAME\n" records) gives the next file. */
function paxPath(bytes: Uint8Array): string | undefined {
  return /(?:^|\n)\d+ path=([^\n]*)\n/.exec(Buffer.from(bytes).toString("utf8"))?.[1];
}

/**
 * The plain files of an archive in their order; folders and links are passed over.
 * @throws DataError, naming `path` and the byte, when the archive is broken or cut off.
 */
export function* tarFiles(path: string, archive: Uint8Array): Generator<ArchivedFile> {
  let longName: string | undefined;
  for (let at = 0; at < archive.length;) {
    const header = archive.subarray(at, at + BLOCK);
    if (header.length < BLOCK) throw new DataError(`${path}: the archive is cut off at byte ${at}`);
    // Two blocks of zeros end an archive; what follows is padding.
    if (header.every((byte) => byte === 0)) return;
    const size = fieldNumber(header, 124, 12);
    if (fieldNumber(header, 148, 8) !== headerSum(header) || Number.isNaN(size))
      throw new DataError(`${path}: byte ${at} is not the header of a file in a tar archive`);
    const bytes = archive.subarray(at + BLOCK, at + BLOCK + size);
    if (bytes.length < size) throw new DataError(`${path}: the archive is cut off in the file at byte ${at}`);
    const type = String.fromCharCode(header[156]!);
    if (type === "x") longName = paxPath(bytes) ?? longName;
    else if (type === "L") longName = fieldText(bytes, 0, size);
    else {
      const prefix = fieldText(header, 257, 5) === "ustar" ? fieldText(header, 345, 155) : "";
      const shortName = fieldText(header, 0, 100);
      const name = longName ?? (prefix === "" ? shortName : `${prefix}/${shortName}`);
      // A header for the whole archive ("g") names no file.
      if (type !== "g") longName = undefined;
      if (type === "0" || type === "\0") yield { name, bytes };
    }
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
}

/** An archive of plain files whose names have at most 100 bytes. */
export function packTar(files: Iterable<ArchivedFile>): Buffer {
  const blocks: Uint8Array[] = [];
  for (const { name, bytes } of files) {
    const header = Buffer.alloc(BLOCK);
    if (header.write(name, 0, 100) < Buffer.byteLength(name))
      throw new RangeError(`a name in the archive is too long: ${name}`);
    const octal = (value: number, at: number, digits: number) =>
      header.write(value.toString(8).padStart(digits, "0"), at);
    octal(0o644, 100, 7);
    octal(0, 108, 7);
    octal(0, 116, 7);
    octal(bytes.length, 124, 11);
    octal(0, 136, 11);
    header.write("0", 156);
    header.write("ustar\u000000", 257);
    octal(headerSum(header), 148, 6);
    header.write("\0 ", 154);
    blocks.push(header, bytes, Buffer.alloc((BLOCK - (bytes.length % BLOCK)) % BLOCK));
  }
  // Two blocks of zeros, and more to fill a record, as tar itself does.
  const size = blocks.reduce((sum, { length }) => sum + length, 2 * BLOCK);
  blocks.push(Buffer.alloc(2 * BLOCK + ((RECORD - (size % RECORD)) % RECORD)));
  return Buffer.concat(blocks);
}
