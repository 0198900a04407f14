/** Writing files whole or not at all: a temporary name, flushed to the disk, then renamed. */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { asRunError } from "./run-error.ts";

/** What a kill leaves of a file that was being written. */
export const temporaryName = /^\..+\.\d+\.part$/;

/** Writes `path` so that a reader, also after a kill or on a full disk, finds the old content or the new, never a part. */
export function writeAtomic(path: string, content: string | Uint8Array): void {
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

/**
 * Makes a folder and those above it. Node's own `recursive` never returns where a folder refuses new ones as though it were not there,
 * as Linux's /proc does.
 */
function makeFolder(folder: string): void {
  const missing: string[] = [];
  let above = resolve(folder);
  for (; !existsSync(above) && dirname(above) !== above; above = dirname(above)) missing.push(above);
  // One that is there is made again for its error, unless it is a folder.
  if (missing.length === 0) missing.push(above);
  for (const path of missing.reverse()) {
    try {
      mkdirSync(path);
    } catch (error) {
      // Another process may have made it at the same time.
      if ((error as NodeJS.ErrnoException).code !== "EEXIST" || !statSync(path).isDirectory()) throw error;
    }
  }
}

/** The folder, made if need be, without what a killed process left half-written. */
export function prepareFolder(folder: string): void {
  try {
    makeFolder(folder);
    for (const name of readdirSync(folder)) if (temporaryName.test(name)) removeQuietly(join(folder, name));
  } catch (error) {
    throw asRunError(error, "use the run folder", folder);
  }
}

/** The bytes of a file, or null when there is none. */
export function readIfExists(path: string): Buffer | null {
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
