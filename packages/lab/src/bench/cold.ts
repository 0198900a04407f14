/** The first calls of a mapping in a process of its own, before the engine has compiled it, against its warm ones. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Size } from "./calls.ts";
import { benchCases } from "./cases.ts";
import { median } from "./measure.ts";

/** Calls that count as the first ones. */
export const FIRST_CALLS = 50;

/** The case that a process measures. */
export interface ColdTask {
  readonly label: string;
  readonly size: Size;
  readonly seed: number;
}

/** Milliseconds per plain call, forward and backward. */
export interface ColdSample {
  /** The first call, which compiles the kernel. */
  readonly first: number;
  /** Mean of the first 50. */
  readonly early: number;
  /** Median of 50 calls once warm. */
  readonly warm: number;
}

/** Medians over the processes. */
export interface ColdResult extends ColdSample {
  readonly mapping: string;
  readonly rows: number;
  readonly n: number;
  readonly processes: number;
}

export interface ColdPlan {
  readonly size: Size;
  /** Names of mappings, or null for all. */
  readonly mappings: readonly string[] | null;
  /** Approximate time; at least three processes are run for every case. */
  readonly seconds: number;
  readonly seed: number;
}

const LEAST_PROCESSES = 3;

export interface ColdOptions {
  readonly onProcess?: (done: number, seconds: number) => void;
  /** The built process. */
  readonly script?: URL;
}

const run = promisify(execFile);

/** Runs a process per case in turns until the time is up. */
export async function runColdBench(
  { size, mappings, seconds, seed }: ColdPlan,
  { onProcess = () => {}, script = new URL("cold-process.js", import.meta.url) }: ColdOptions = {},
): Promise<ColdResult[]> {
  const labels = benchCases(mappings).map(({ label }) => label);
  const samples: ColdSample[][] = labels.map(() => []);
  const start = performance.now();
  const spent = () => (performance.now() - start) / 1000;
  let done = 0;
  for (let round = 0; round < LEAST_PROCESSES || spent() < seconds; round++) {
    for (const [i, label] of labels.entries()) {
      const task: ColdTask = { label, size, seed };
      const { stdout } = await run(process.execPath, [fileURLToPath(script), JSON.stringify(task)]);
      samples[i]!.push(JSON.parse(stdout) as ColdSample);
      onProcess(++done, spent());
    }
  }
  const [rows, n] = size;
  return labels.map((mapping, i) => ({
    mapping,
    rows,
    n,
    first: median(samples[i]!.map(({ first }) => first)),
    early: median(samples[i]!.map(({ early }) => early)),
    warm: median(samples[i]!.map(({ warm }) => warm)),
    processes: samples[i]!.length,
  }));
}
