/** Presence and validity of data sets in a data folder. */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { DataError } from "../../base/data-error.ts";
import type { AnyFile, DataSet } from "./dataset.ts";

export interface Presence {
  readonly present: readonly string[];
  /** Of the files that the set cannot do without. */
  readonly missing: readonly string[];
}

/** Which of a set's files are in `folder`. */
export function presenceOf({ files, optional = [] }: DataSet, folder: string): Presence {
  const isThere = ({ path, isPresent }: AnyFile) => isPresent?.() ?? existsSync(join(folder, path));
  return {
    present: [...files, ...optional].filter(isThere).map(({ path }) => path),
    missing: files.filter((file) => !isThere(file)).map(({ path }) => path),
  };
}

export interface CheckedFile {
  readonly path: string;
  readonly rows: number;
  /** Of the unpacked file. */
  readonly sha256: string;
}

export interface CheckListener {
  readonly onFile: (file: CheckedFile) => void;
  /** An error in one line, with file and line. */
  readonly onFault: (fault: string) => void;
}

/** Errors of a file that are reported one by one. */
const MOST_FAULTS = 20;

/** Reads all of a set's files in `folder` to their ends and reports rows, checksums and errors. */
export async function checkDataSet(
  { files, optional = [], crossCheck }: DataSet,
  folder: string,
  { onFile, onFault }: CheckListener,
): Promise<void> {
  let faults = 0;
  const report = (error: unknown) => {
    if (!(error instanceof DataError)) throw error;
    faults++;
    onFault(error.message);
  };
  for (const file of [...files, ...optional.filter(({ path }) => existsSync(join(folder, path)))]) {
    let inFile = 0;
    try {
      const { rows, sha256 } = await file.read(folder, {
        onFault: (fault) => {
          inFile++;
          if (inFile <= MOST_FAULTS) report(fault);
        },
      });
      onFile({ path: file.path, rows: rows.length, sha256 });
    } catch (error) {
      report(error);
    }
    if (inFile > MOST_FAULTS) onFault(`${join(folder, file.path)}: ${inFile - MOST_FAULTS} more faults`);
  }
  if (faults > 0) return;
  try {
    await crossCheck?.(folder);
  } catch (error) {
    report(error);
  }
}
