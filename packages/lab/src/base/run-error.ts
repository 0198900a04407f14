/** Mistakes around run folders that a user can mend; the message names the folder or file and what to do. */
export class RunError extends Error {
  override readonly name = "RunError";
}

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full; free some space and run the same command again: it goes on from the last checkpoint",
  EDQUOT:
    "the disk quota is used up; free some space and run the same command again: it goes on from the last checkpoint",
  EFBIG: "the file would be larger than this system allows (see ulimit -f)",
  EACCES: "permission is denied; choose another folder",
  EPERM: "permission is denied; choose another folder",
  EROFS: "the file system is read-only; choose another folder",
  ENOENT: "its folder is gone or cannot be made; choose another folder",
  ENOTDIR: "a part of the path is a file; choose another folder",
  EEXIST: "a file of that name stands where a folder is needed; choose another folder",
  EISDIR: "a folder stands where a file is needed; remove it or choose another folder",
  ENAMETOOLONG: "the name is too long; choose another folder",
};

/** A RunError for a failed system call on `path`; other errors come back as they are. */
export function asRunError(error: unknown, doing: string, path: string): unknown {
  if (!(error instanceof Error) || error instanceof RunError) return error;
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) return error;
  return new RunError(`cannot ${doing} ${path}: ${reasons[code] ?? error.message}`, { cause: error });
}
