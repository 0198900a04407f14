/** The runs in a folder: the run that it holds itself, or those of a comparison, one of every mapping with its options. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { asRunError, RunError } from "../base/run-error.ts";
import { readConfig } from "../training/run-dir.ts";

/** Folders of the runs: of each mapping and options the one with the smallest seed. Throws a RunError when there is none. */
export function findRuns(folder: string): string[] {
  if (readConfig(folder) !== null) return [folder];
  let names: string[];
  try {
    names = readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      throw new RunError(`${folder}: there is no such folder; give the folder of a run or of a comparison`);
    }
    throw asRunError(error, "read", folder);
  }
  const found = new Map<string, { path: string; seed: number }>();
  for (const name of names.sort()) {
    const path = join(folder, name);
    const stored = readConfig(path);
    if (stored === null) continue;
    const { mapping, mappingOptions, seed } = stored.config;
    const key = JSON.stringify([mapping, Object.entries(mappingOptions).sort()]);
    const known = found.get(key);
    if (known === undefined || seed < known.seed) found.set(key, { path, seed });
  }
  if (found.size === 0) throw new RunError(`${folder} holds no run: give the folder of a run or of a comparison`);
  return Array.from(found.values(), ({ path }) => path);
}
