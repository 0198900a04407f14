/** Runs train-child.ts in a process of its own, bundled because Node 20 reads no TypeScript. */
import { spawn, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import type { ToyChanges } from "./config.ts";

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export async function bundleChild(outfile: string): Promise<void> {
  await build({
    entryPoints: [source("./train-child.ts")],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    logLevel: "error",
    alias: {
      "fenchel/jax": source("../../../../fenchel/src/jax/index.ts"),
      fenchel: source("../../../../fenchel/src/index.ts"),
    },
  });
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

export function startChild(bundle: string, folder: string, changes: ToyChanges, limit?: string): ChildProcess {
  const args = [bundle, folder, JSON.stringify(changes)];
  // The shell replaces itself, so that a signal reaches the training process.
  if (limit !== undefined) return spawn("bash", ["-c", `${limit}; exec "$0" "$@"`, process.execPath, ...args]);
  return spawn(process.execPath, args);
}

export function ended(child: ChildProcess): Promise<Ended> {
  let stderr = "";
  child.stderr!.on("data", (text) => (stderr += String(text)));
  return new Promise((resolve) => child.on("close", (code, signal) => resolve({ code, signal, stderr })));
}
