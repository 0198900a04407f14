/** An empty folder with the packed package in its node_modules, as a stranger's project has it. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const packageFolder = fileURLToPath(new URL("../../..", import.meta.url));
const engine = fileURLToPath(new URL("../../../../../node_modules/@jax-js/jax", import.meta.url));

export interface Stranger {
  readonly folder: string;
  /** Path of a file of the folder. */
  path(name: string): string;
  /** Writes a file of the folder; returns its path. */
  write(name: string, text: string): string;
  remove(): void;
}

/** Packs the package, unpacks it there, and puts the engine of "fenchel/jax" beside it. */
export function makeStranger(): Stranger {
  const folder = mkdtempSync(join(tmpdir(), "fenchel-builds-"));
  const path = (name: string) => join(folder, name);
  const installed = path("node_modules/fenchel");
  mkdirSync(installed, { recursive: true });
  const answer = execFileSync("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], {
    cwd: packageFolder,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [{ filename }] = JSON.parse(answer) as [{ filename: string }];
  execFileSync("tar", ["-xzf", path(filename), "-C", installed, "--strip-components=1"]);
  mkdirSync(path("node_modules/@jax-js"));
  symlinkSync(engine, path("node_modules/@jax-js/jax"), "dir");
  return {
    folder,
    path,
    write(name, text) {
      mkdirSync(dirname(path(name)), { recursive: true });
      writeFileSync(path(name), text);
      return path(name);
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
