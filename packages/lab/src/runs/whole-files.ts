/** Writing files whole or not at all: a temporary name, flushed to the disk, then renamed. */
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { asRunError } from "./run-error.ts";

const temporaryName = /^\..+\.\d+\.part$/;

/** Writes `path` so that a reader, also after a kill or on a full disk, finds the old content or the new, never a part. */
export function writeWhole(path: string, content: string | Uint8Array): void {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.part`);
  try {
    const file = openSync(temporary, "w");
    try {
      writeFileSync(file, content);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    removeQuietly(temporary);
    throw asRunError(error, "write", path);
  }
}

/** The folder, made if need be, without what a killed process left half-written. */
export function prepareFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    for (const name of readdirSync(folder)) if (temporaryName.test(name)) removeQuietly(join(folder, name));
  } catch (error) {
    throw asRunError(error, "use the run folder", folder);
  }
}

/** The bytes of a file, or null when there is none. */
export function readIfThere(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw asRunError(error, "read", path);
  }
}

export function removeFile(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch (error) {
    throw asRunError(error, "remove", path);
  }
}

/** For what is left over: failing to remove it must not hide the error that is on its way. */
function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // It stays until somebody can remove it; nothing reads it.
  }
}
