/** A comparison: all planned runs in a pool of processes, finished ones reused, half-finished ones resumed. */
import { rmSync } from "node:fs";
import type { ClassificationData, RunResult } from "../run-types.ts";
import { checkConfig } from "../training/config.ts";
import type { TrainProgress } from "../training/fit.ts";
import { RunError } from "../runs/run-error.ts";
import { differences, readConfig, readResult } from "../runs/run-folder.ts";
import { prepareFolder } from "../runs/whole-files.ts";
import { packData } from "./job-messages.ts";
import type { PlannedRun } from "./plan.ts";
import { runPool, type PoolJob } from "./pool.ts";

/** Hears of every run as the comparison goes on. */
export interface CompareListener {
  onReuse?(run: PlannedRun, result: RunResult): void;
  onStart?(run: PlannedRun): void;
  onProgress?(run: PlannedRun, progress: TrainProgress): void;
  onRetry?(run: PlannedRun, reason: string): void;
  onDone?(run: PlannedRun, result: RunResult): void;
}

export interface CompareOptions extends CompareListener {
  /** Runs at a time, each in a process of its own. */
  readonly jobs: number;
  /** Start every run anew, whatever its folder holds. */
  readonly fresh?: boolean;
  readonly signal?: AbortSignal;
  /** Module of a run's process, for tests of what happens around it. */
  readonly script?: string | URL;
}

/** The result in a run's folder when it has ended; throws when the folder holds a run with other settings. */
function endedResult({ folder, config }: PlannedRun): RunResult | null {
  const stored = readConfig(folder);
  if (stored === null) return null;
  const differing = differences(stored.config, config);
  if (differing.length > 0) {
    throw new RunError(
      `${folder} holds a run with other settings (${differing.join("; ")}): add --fresh to train it anew, or give another --out`,
    );
  }
  return readResult(folder);
}

/**
 * Trains every planned run that has not ended and returns all results in the order of the plan. Everything that can be
 * checked is checked before the first run starts. Throws a RunError or RangeError for what the user can mend, a JobError
 * for a run that failed, the signal's reason when it is aborted; run folders stay and resume.
 */
export async function compare(
  plan: readonly PlannedRun[],
  data: ClassificationData,
  options: CompareOptions,
): Promise<RunResult[]> {
  for (const { config } of plan) checkConfig(config, data);
  const ended = plan.map((run) => (options.fresh === true ? null : endedResult(run)));
  for (const { folder } of plan) {
    if (options.fresh === true) rmSync(folder, { recursive: true, force: true });
    prepareFolder(folder);
  }
  plan.forEach((run, i) => {
    if (ended[i] !== null) options.onReuse?.(run, ended[i]!);
  });
  const open = plan.filter((_, i) => ended[i] === null);
  const packed = packData(data);
  const jobs = open.map(({ name, config, folder }): PoolJob => ({ name, message: { config, folder, data: packed } }));
  const runOf = (job: PoolJob) => open[jobs.indexOf(job)]!;
  const trained = await runPool<TrainProgress, RunResult>(jobs, {
    script: options.script ?? new URL("./run-process.js", import.meta.url),
    processes: options.jobs,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    onStart: (job) => options.onStart?.(runOf(job)),
    onProgress: (job, progress) => options.onProgress?.(runOf(job), progress),
    onRetry: (job, reason) => options.onRetry?.(runOf(job), reason),
    onDone: (job, result) => options.onDone?.(runOf(job), result),
  });
  return plan.map((run, i) => ended[i] ?? trained[open.indexOf(run)]!);
}
