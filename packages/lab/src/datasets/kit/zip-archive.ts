/** Single files of a zip archive. */

import { unzipSync } from "fflate";
import { DataError } from "../../base/data-error.ts";

/**
 * The unpacked bytes of the file whose name ends in `ending`; what macOS adds to archives is passed over.
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
