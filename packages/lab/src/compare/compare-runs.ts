/** Planned runs in a pool of processes, whatever is trained: finished ones reused, half-finished ones resumed. */
import { rmSync } from "node:fs";
import type { TrainProgress } from "../training/fit.ts";
import { prepareFolder } from "../base/atomic-write.ts";
import { runPool, type PoolJob } from "./worker-pool.ts";

/** A run of a comparison. */
export interface Planned {
  /** For progress and messages: "fusedmax seed 1", with the options where they are not the defaults. */
  readonly name: string;
  readonly folder: string;
}

/** Hears of every run as the comparison goes on. */
export interface RunsListener<P extends Planned, R> {
  onReuse?(run: P, result: R): void;
  onStart?(run: P): void;
  onProgress?(run: P, progress: TrainProgress): void;
  onRetry?(run: P, reason: string): void;
  onDone?(run: P, result: R): void;
}

export interface RunsOptions<P extends Planned, R> extends RunsListener<P, R> {
  /** Runs at a time, each in a process of its own. */
  readonly jobs: number;
  /** Start every run anew, whatever its folder holds. */
  readonly fresh?: boolean;
  readonly signal?: AbortSignal;
}

/** What a kind of runs brings. */
export interface RunKind<P extends Planned, R> {
  /** Module of a run's process. */
  readonly script: string | URL;
  /** The result in a run's folder when it has ended, or null; throws when the folder holds something else. */
  ended(run: P): R | null;
  /** What the run's process is sent to begin with. */
  message(run: P): object;
}

/**
 * Trains every planned run that has not ended and returns all results in the order of the plan. Throws a RunError for what the
 * user can mend, a JobError for a run that failed, the signal's reason when it is aborted; run folders stay and resume.
 */
export async function compareRuns<P extends Planned, R>(
  plan: readonly P[],
  kind: RunKind<P, R>,
  options: RunsOptions<P, R>,
): Promise<R[]> {
  const ended = plan.map((run) => (options.fresh === true ? null : kind.ended(run)));
  for (const { folder } of plan) {
    if (options.fresh === true) rmSync(folder, { recursive: true, force: true });
    prepareFolder(folder);
  }
  plan.forEach((run, i) => {
    if (ended[i] !== null) options.onReuse?.(run, ended[i]!);
  });
  const open = plan.filter((_, i) => ended[i] === null);
  const jobs = open.map((run): PoolJob => ({ name: run.name, message: kind.message(run) }));
  const runOf = (job: PoolJob) => open[jobs.indexOf(job)]!;
  const trained = await runPool<TrainProgress, R>(jobs, {
    script: kind.script,
    processes: options.jobs,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    onStart: (job) => options.onStart?.(runOf(job)),
    onProgress: (job, progress) => options.onProgress?.(runOf(job), progress),
    onRetry: (job, reason) => options.onRetry?.(runOf(job), reason),
    onDone: (job, result) => options.onDone?.(runOf(job), result),
  });
  return plan.map((run, i) => ended[i] ?? trained[open.indexOf(run)]!);
}
