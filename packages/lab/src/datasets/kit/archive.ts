/** Files of tar and zip archives. */

import { unzipSync } from "fflate";
import { packTar as packEntries, unpackTar } from "modern-tar";
import { DataError } from "../../base/data-error.ts";

export interface ArchivedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Archives are padded to whole records, as tar itself pads them. */
const RECORD = 10_240;

/**
 * The plain files of a tar archive in their order; folders and links are passed over.
 * @throws DataError, naming `path`, when the archive is broken or cut off.
 */
export async function tarFiles(path: string, archive: Uint8Array): Promise<ArchivedFile[]> {
  try {
    const entries = await unpackTar(archive, { strict: true, filter: ({ type }) => type === "file" });
    return entries.map(({ header, data = new Uint8Array() }) => ({ name: header.name, bytes: data }));
  } catch (error) {
    throw new DataError(`${path}: broken tar archive (${(error as Error).message.replace(/\.$/, "")})`);
  }
}

/** A tar archive of plain files; equal files make equal bytes. */
export async function packTar(files: readonly ArchivedFile[]): Promise<Buffer> {
  const archive = await packEntries(
    files.map(({ name, bytes }) => ({
      header: { name, size: bytes.length, type: "file", mode: 0o644, uid: 0, gid: 0, mtime: new Date(0) },
      body: bytes,
    })),
  );
  return Buffer.concat([archive], Math.ceil(archive.length / RECORD) * RECORD);
}

/**
 * The one file of a zip archive whose name ends in `ending`; what macOS adds to archives is passed over.
 * @throws DataError when the archive is broken or has no such file, or more than one.
 */
export function zipFile(path: string, archive: Uint8Array, ending: string): Buffer {
  let files: Readonly<Record<string, Uint8Array>>;
  try {
    files = unzipSync(archive, {
      filter: ({ name }) => name.endsWith(ending) && !name.includes("__MACOSX/"),
    });
  } catch (error) {
    throw new DataError(`${path}: broken zip archive (${(error as Error).message})`);
  }
  const found = Object.values(files);
  if (found.length !== 1)
    throw new DataError(`${path}: ${found.length === 0 ? "no file" : `${found.length} files`} named ${ending}`);
  const [bytes] = found as [Uint8Array];
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
