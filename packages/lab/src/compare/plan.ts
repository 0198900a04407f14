/** Runs of a comparison: one of every mapping and seed in its own folder, trained in a pool of processes. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { taskModule } from "../tasks/index.ts";
import { finishedRun } from "../tasks/run-task.ts";
import type { AttentionSpec } from "../tasks/attention.ts";
import type { Settings } from "../tasks/settings.ts";
import type { RunConfig, RunResult, Task, TaskData } from "../tasks/task.ts";
import { prepareFolder } from "../base/atomic-write.ts";
import type { TrainProgress } from "../training/fit.ts";
import type { TaskJob } from "./worker.ts";
import { runPool, type PoolJob } from "./worker-pool.ts";

export interface PlannedRun {
  /** For progress and messages: "fusedmax seed 1", with the options that are given. */
  readonly name: string;
  readonly folder: string;
  readonly config: RunConfig;
  /** Folder of the run whose parameters this one begins with. */
  readonly from?: string;
}

export interface ComparisonRequest {
  readonly mappings: readonly AttentionSpec[];
  readonly seeds: readonly number[];
  /** All of the task's settings. */
  readonly settings: Settings;
  /** Where the runs' folders go. */
  readonly folder: string;
}

/** Initial models by seed. */
export type InitialRuns = ReadonlyMap<number, { readonly folder: string; readonly digest: string }>;

/** A specification as a text: "fusedmax lambda 0.2" in messages, "fusedmax-lambda0.2" as a folder. */
export function specName({ mapping, options }: AttentionSpec, join: string, assign: string): string {
  return [mapping, ...Object.entries(options).map(([name, value]) => `${name}${assign}${value}`)].join(join);
}

/** The runs, seed by seed, so that a comparison that is stopped early has whole rounds of mappings. Throws like `resolve`. */
export function planRuns(
  task: Task,
  { mappings, seeds, settings, folder }: ComparisonRequest,
  dataChecksum: string,
  initial?: InitialRuns,
): PlannedRun[] {
  return seeds.flatMap((seed) =>
    mappings.map((spec): PlannedRun => {
      const { name: mapping, options: mappingOptions } = task.attention.resolve(spec);
      const start = initial?.get(seed);
      return {
        name: `${specName(spec, " ", " ")} seed ${seed}`,
        folder: join(folder, `${specName(spec, "-", "")}-seed${seed}`),
        config: {
          task: task.name,
          mapping,
          mappingOptions,
          seed,
          settings,
          dataChecksum,
          ...(start === undefined ? {} : { startedFrom: start.digest }),
        },
        ...(start === undefined ? {} : { from: start.folder }),
      };
    }),
  );
}

/** Module of the worker processes: the built one, too, where this is the source, which Node 20 cannot run. */
const WORKER = import.meta.url.endsWith(".ts") ? "../../dist/compare/worker-process.js" : "./worker-process.js";

/** Callbacks on the runs of a comparison. */
export interface RunsListener {
  onReuse?(run: PlannedRun, result: RunResult): void;
  onStart?(run: PlannedRun): void;
  onProgress?(run: PlannedRun, progress: TrainProgress): void;
  onRetry?(run: PlannedRun, reason: string): void;
  onDone?(run: PlannedRun, result: RunResult): void;
}

export interface RunsOptions extends RunsListener {
  /** Runs at a time, each in its own process. */
  readonly jobs: number;
  /** Train every run anew, whatever its folder holds. */
  readonly overwrite?: boolean;
  readonly signal?: AbortSignal;
  /** Module of a worker process, for tests. */
  readonly script?: string | URL;
}

/**
 * Trains every planned run that has not finished and returns all results in the order of the plan. Throws a RunError for what the user
 * can mend, a JobError for a run that failed, the signal's reason when it is aborted; run folders stay and resume.
 */
export async function runPlan(
  task: Task,
  plan: readonly PlannedRun[],
  data: TaskData,
  { jobs: processes, overwrite = false, signal, script, ...listener }: RunsOptions,
): Promise<RunResult[]> {
  const finished = plan.map(({ folder, config }) => (overwrite ? null : finishedRun(task, folder, config)));
  for (const { folder } of plan) {
    if (overwrite) rmSync(folder, { recursive: true, force: true });
    prepareFolder(folder);
  }
  plan.forEach((run, i) => {
    if (finished[i] !== null) listener.onReuse?.(run, finished[i]!);
  });
  const open = plan.filter((_, i) => finished[i] === null);
  const module = taskModule(task.name);
  const jobs = open.map(({ name, config, folder, from }): PoolJob => {
    return { name, message: { config, folder, data, from, module } satisfies TaskJob };
  });
  const runOf = (job: PoolJob) => open[jobs.indexOf(job)]!;
  const trained = await runPool<TrainProgress, RunResult>(jobs, {
    script: script ?? new URL(WORKER, import.meta.url),
    processes,
    ...(signal === undefined ? {} : { signal }),
    onStart: (job) => listener.onStart?.(runOf(job)),
    onProgress: (job, progress) => listener.onProgress?.(runOf(job), progress),
    onRetry: (job, reason) => listener.onRetry?.(runOf(job), reason),
    onDone: (job, result) => listener.onDone?.(runOf(job), result),
  });
  return plan.map((run, i) => finished[i] ?? trained[open.indexOf(run)]!);
}
