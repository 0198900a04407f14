/** Messages of errors: one line for a user's mistake, a short message for ours. */
import { printable } from "../../base/terminal-text.ts";

/** A mistake that the user can mend: the message names what is wrong, where, and what to do. */
export class UserError extends Error {
  override readonly name = "UserError";
}

/** Thrown to end the command with a code after everything has been said. */
export class Exit extends Error {
  override readonly name = "Exit";
  readonly code: number;
  constructor(code: number) {
    super(`exit ${code}`);
    this.code = code;
  }
}

/** Names of the errors, here and in the lab's other folders, whose message is written for the user. */
const userErrorNames = new Set(["UserError", "DataError", "RunError"]);

const systemReasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file or folder",
  EACCES: "permission is denied",
  EPERM: "permission is denied",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full: free some space and run the command again",
  EDQUOT: "the disk quota is used up: free some space and run the command again",
  EISDIR: "it is a folder, where a file is needed",
  ENOTDIR: "a part of the path is a file, where a folder is needed",
  EEXIST: "it exists already",
  EMFILE: "too many files are open",
  ENAMETOOLONG: "the name is too long",
  ELOOP: "the symbolic links go in circles",
  ENOTEMPTY: "the folder is not empty",
  EFBIG: "the file is too large",
  EIO: "the device reports an input or output error",
};

/** Reason of a failed system call on a file, in words that say what to do; null for any other error. */
export function systemReason(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  const { code, syscall } = error as NodeJS.ErrnoException;
  return code === undefined || syscall === undefined ? null : (systemReasons[code] ?? null);
}

/** The line for a failed system call on a file, or null for any other error. */
function systemMessage(error: unknown): string | null {
  const reason = systemReason(error);
  if (reason === null) return null;
  const { path, dest, syscall } = error as NodeJS.ErrnoException & { dest?: string };
  const doing = ["write", "mkdir", "rename", "fsync"].includes(syscall!) ? "write" : "open";
  return `cannot ${doing} ${dest ?? path ?? "a file"}: ${reason}`;
}

/** The user's line for an error, or null when the error is none of the user's making. */
export function userMessage(error: unknown): string | null {
  if (error instanceof Error && userErrorNames.has(error.name)) return oneLine(error.message);
  return systemMessage(error);
}

/** Longest word and longest line that are shown whole. */
const LONGEST_WORD = 400;
const LONGEST_LINE = 2000;

/** A message on one line of a length to be read, with nothing that could drive a terminal. */
export function oneLine(message: string): string {
  const line = printable(message.replace(/\s*\n\s*/g, " "), " ")
    .replace(/\S+/g, (word) => (word.length > LONGEST_WORD ? `${word.slice(0, 100)}...${word.slice(-100)}` : word))
    .trim();
  const half = LONGEST_LINE / 2;
  return (line.length > LONGEST_LINE ? `${line.slice(0, half)} ... ${line.slice(-half)}` : line).toWellFormed();
}
