/** Small data folders for the tests, all made here. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { encode } from "fast-png";
import { afterAll, expect } from "vitest";
import { DataError } from "../../src/base/data-error.ts";
import { packTar } from "../../src/datasets/kit/archive.ts";

/** A new folder, removed after the tests of the file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "fenchel-sets-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function put(folder: string, path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
}

/** A .tsv.gz file; the first row is the header. */
export function putTable(folder: string, path: string, rows: readonly (readonly (string | number)[])[]): void {
  put(folder, path, gzipSync(rows.map((row) => `${row.join("\t")}\n`).join("")));
}

export function putRecords(folder: string, path: string, records: readonly unknown[]): void {
  put(folder, path, gzipSync(records.map((record) => `${JSON.stringify(record)}\n`).join("")));
}

/** A picture of one colour in PNG. */
export function picture(colour: readonly number[], size = 64): Uint8Array {
  const data = Uint8Array.from({ length: size * size * colour.length }, (_, i) => colour[i % colour.length]!);
  return encode({ width: size, height: size, data, channels: colour.length as 3 });
}

/** Pictures named 0.png and so on. */
export async function putPictures(folder: string, path: string, pictures: readonly Uint8Array[]): Promise<void> {
  put(folder, path, await packTar(pictures.map((bytes, i) => ({ name: `train/${i}.png`, bytes }))));
}

/** The message, without the folder, of the DataError that `work` throws or rejects with; it must be one line. */
export async function complaint(folder: string, work: () => unknown): Promise<string> {
  try {
    await work();
  } catch (error) {
    expect(error).toBeInstanceOf(DataError);
    const { message } = error as DataError;
    expect(message).not.toContain("\n");
    return message.replaceAll(`${folder}/`, "");
  }
  throw new Error("nothing was thrown");
}
