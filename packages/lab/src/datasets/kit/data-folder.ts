/** The folder of the data sets: the one that is asked for, else FENCHEL_DATA, else the user's cache folder. */

import { existsSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { DataError } from "../../base/data-error.ts";

/** Environment that determines the folder; default: that of this process and its user. */
export interface Surroundings {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly platform?: NodeJS.Platform;
  readonly home?: string;
}

/** The folder for data that can be fetched again, by the custom of the operating system. */
export function cacheFolder({
  env = process.env,
  platform = process.platform,
  home = homedir(),
}: Surroundings = {}): string {
  // An empty variable counts as unset, and XDG_CACHE_HOME must be absolute (XDG base directory specification).
  const { XDG_CACHE_HOME: xdg = "", LOCALAPPDATA: local = "" } = env;
  if (platform === "win32") return join(local === "" ? join(home, "AppData", "Local") : local, "fenchel", "Cache");
  if (xdg.startsWith("/")) return join(xdg, "fenchel");
  return platform === "darwin" ? join(home, "Library", "Caches", "fenchel") : join(home, ".cache", "fenchel");
}

/**
 * The folder of the data sets: `given` (--data-dir), else FENCHEL_DATA, else the cache folder, which need not exist yet.
 * @throws DataError when a folder that somebody named is not there or is no folder.
 */
export function dataFolder(given?: string, surroundings: Surroundings = {}): string {
  const variable = (surroundings.env ?? process.env).FENCHEL_DATA ?? "";
  const [folder, name] = given === undefined ? [variable, "FENCHEL_DATA"] : [given, "--data-dir"];
  if (folder === "") {
    if (given !== undefined) throw new DataError("--data-dir is empty; name a folder");
    return cacheFolder(surroundings);
  }
  const stat = statSync(folder, { throwIfNoEntry: false });
  if (stat === undefined) throw new DataError(`${name} is ${folder}: there is no such folder`);
  if (!stat.isDirectory()) throw new DataError(`${name} is ${folder}: it is a file, where a folder is needed`);
  return folder;
}

/** Origin of a file, for the message when it is missing. */
export interface FileOrigin {
  /** Name of the data set, as `fenchel data get` takes it. */
  readonly set: string;
  /** The user must obtain it: `fenchel data get` only says how. */
  readonly manual?: boolean;
}

/**
 * The path of a data set's file in `folder`.
 * @throws DataError that names the file and what to do when it is missing.
 */
export function setPath(folder: string, file: string, { set, manual = false }: FileOrigin): string {
  const path = join(folder, file);
  if (existsSync(path)) return path;
  const get = manual ? `see how to get it with: fenchel data get ${set}` : `get it with: fenchel data get ${set}`;
  throw new DataError(
    `${path}: no such file; ${get}, or point --data-dir or FENCHEL_DATA at a folder that has ${file}`,
  );
}
