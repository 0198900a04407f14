/** Reading what the user names, and writing results so that nobody ever sees half a file. */
import { accessSync, constants, statSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { RunError } from "../../base/run-error.ts";
import { writeAtomic } from "../../base/atomic-write.ts";
import { systemReason, UserError } from "../terminal/errors.ts";

/** "cannot read FILE: there is no such file or folder" for a failed system call; any other error as it is. */
function fileError(doing: "read" | "write", path: string, error: unknown): unknown {
  const reason = systemReason(error);
  return reason === null ? error : new UserError(`cannot ${doing} ${path}: ${reason}`);
}

async function readStandardInput(): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}

/** The bytes of a file, or of standard input for "-". */
export async function readBytes(path: string): Promise<Uint8Array> {
  if (path === "") throw new UserError(`--input is "": a file, or - for standard input, is needed`);
  try {
    return await (path === "-" ? readStandardInput() : readFile(path));
  } catch (error) {
    throw fileError("read", path === "-" ? "standard input" : path, error);
  }
}

/** Throws unless `path` is a file that can be read. */
export function checkReadable(path: string): void {
  try {
    if (statSync(path).isDirectory())
      throw new UserError(`cannot read ${path}: it is a folder, where a file is needed`);
    accessSync(path, constants.R_OK);
  } catch (error) {
    throw fileError("read", path === "" ? '""' : path, error);
  }
}

/** True for a device, a pipe or the like, which must not be replaced by renaming. */
function isSpecial(path: string): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat !== undefined && !stat.isFile() && !stat.isDirectory();
}

/** Writes a file under a temporary name and renames it: a full disk or a kill leaves what was there before. */
export function writeFileAtomically(path: string, data: string | Uint8Array): void {
  try {
    if (isSpecial(path)) writeFileSync(path, data);
    else writeAtomic(path, data);
  } catch (error) {
    // A run's words on how to go on do not fit here; the reason does.
    throw fileError("write", path, error instanceof RunError ? error.cause : error);
  }
}

/** Throws at once when a result could not be written to `path` in the end. */
export function checkWritable(option: string, path: string): void {
  if (path === "") throw new UserError(`${option} is "": a file is needed`);
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat?.isDirectory() === true)
      throw new UserError(`cannot write ${path}: it is a folder, where a file is needed`);
    if (stat !== undefined) accessSync(path, constants.W_OK);
    if (stat === undefined || stat.isFile()) accessSync(dirname(resolve(path)), constants.W_OK);
  } catch (error) {
    throw fileError("write", path, error);
  }
}

/** Throws at once when `path` cannot become a folder that is written to, or be one. */
export function checkFolder(option: string, path: string): void {
  if (path === "") throw new UserError(`${option} is "": a folder is needed`);
  const refusal = (reason: string) =>
    new UserError(`${option}: cannot write ${path}: ${reason}; choose another folder`);
  let above = resolve(path);
  try {
    while (statSync(above, { throwIfNoEntry: false }) === undefined && dirname(above) !== above) above = dirname(above);
    if (!statSync(above).isDirectory()) throw refusal(`${above === resolve(path) ? "it" : above} is a file`);
    accessSync(above, constants.W_OK | constants.X_OK);
  } catch (error) {
    const reason = systemReason(error);
    throw reason === null ? error : refusal(reason);
  }
}
