/** The toy task registered for commands and comparisons, with a module that worker processes of plain Node can import. */
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll } from "vitest";
import { registerTask } from "../../../src/tasks/index.ts";
import toy from "./task.ts";

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Registers the toy before the tests of a file. Node 20 reads no TypeScript: the module is bundled, but for the packages it shares. */
export function withToyTask(): void {
  const folder = mkdtempSync(join(tmpdir(), "fenchel-toy-"));
  beforeAll(async () => {
    symlinkSync(source("../../../../../node_modules"), join(folder, "node_modules"));
    const outfile = join(folder, "toy.mjs");
    await build({
      entryPoints: [source("./task.ts")],
      outfile,
      bundle: true,
      platform: "node",
      format: "esm",
      logLevel: "error",
      external: ["@jax-js/jax", "fenchel", "fenchel/jax"],
    });
    registerTask(toy, pathToFileURL(outfile).href);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
}
