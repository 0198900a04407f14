/** What is in a data folder: which sets are there, and whether every row of them is as it should be. */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { DataError } from "../../base/data-error.ts";
import type { DataSet } from "./dataset.ts";

export interface Presence {
  readonly there: readonly string[];
  /** Of the files that the set cannot do without. */
  readonly missing: readonly string[];
}

/** Which of a set's files are in `folder`. */
export function presenceOf(set: DataSet, folder: string): Presence {
  const isThere = ({ path }: { readonly path: string }) => existsSync(join(folder, path));
  return {
    there: [...set.files, ...(set.optional ?? [])].filter(isThere).map(({ path }) => path),
    missing: set.files.filter((file) => !isThere(file)).map(({ path }) => path),
  };
}

export interface CheckedFile {
  readonly path: string;
  readonly rows: number;
  readonly sha256: string;
}

export interface CheckListener {
  readonly onFile: (file: CheckedFile) => void;
  /** A fault in one line, with file and line. */
  readonly onFault: (fault: string) => void;
}

/** Faults of a file that are told one by one. */
const MOST_FAULTS = 20;

/** Reads all of a set's files in `folder` to their ends and tells rows, checksums and faults. */
export function checkDataSet(set: DataSet, folder: string, { onFile, onFault }: CheckListener): void {
  let faults = 0;
  const tell = (error: unknown) => {
    if (!(error instanceof DataError)) throw error;
    faults++;
    onFault(error.message);
  };
  for (const file of set.files.concat(set.optional?.filter(({ path }) => existsSync(join(folder, path))) ?? [])) {
    let inFile = 0;
    try {
      const { rows, sha256 } = file.read(folder, {
        onFault: (fault) => {
          inFile++;
          if (inFile <= MOST_FAULTS) tell(fault);
        },
      });
      onFile({ path: file.path, rows: rows.length, sha256 });
    } catch (error) {
      tell(error);
    }
    if (inFile > MOST_FAULTS) onFault(`${join(folder, file.path)}: ${inFile - MOST_FAULTS} more faults`);
  }
  if (faults > 0 || set.agree === undefined) return;
  try {
    set.agree(folder);
  } catch (error) {
    tell(error);
  }
}
