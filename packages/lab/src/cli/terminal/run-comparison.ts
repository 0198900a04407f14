/** Comparisons and single runs with progress on standard error. */
import { compareTask, type Comparison, type CompareOptions } from "../../compare/compare.ts";
import { planRuns, runPlan, type ComparisonRequest, type PlannedRun, type RunsOptions } from "../../compare/plan.ts";
import { dataFolder } from "../../datasets/kit/data-folder.ts";
import { columnsOf, valueOf } from "../../report/group-runs.ts";
import type { RunResult, Task, TaskData } from "../../tasks/task.ts";
import { checkReplaceable } from "../../training/run-dir.ts";
import { followRuns, training } from "./follow-runs.ts";
import { makeProgress, type Progress } from "./progress.ts";

export interface RunsRequest extends ComparisonRequest {
  readonly task: Task;
  readonly jobs: number;
  readonly overwrite: boolean;
  /** --data-dir. */
  readonly dataDir: string | undefined;
}

export interface Trained {
  readonly results: readonly RunResult[];
  readonly data: TaskData;
  readonly seconds: number;
}

/** The first two metrics of a run, and its epochs. */
function summary(task: Task): (result: RunResult) => string {
  return (result) => {
    const metrics = columnsOf(task).flatMap((metric) => {
      const value = valueOf(result, metric);
      if (value === null) return [];
      return [`${metric.title.toLowerCase()} ${(value * metric.scale).toFixed(metric.digits)} ${metric.unit}`.trim()];
    });
    return [...metrics.slice(0, 2), `${result.epochs.length} epochs`].join(", ");
  };
}

/** Reads the data with a line of progress. */
export async function readData(
  task: Task,
  settings: ComparisonRequest["settings"],
  dataDir: string | undefined,
  progress: Progress,
  examples?: readonly number[],
) {
  const line = `reading the data of ${task.name}`;
  progress.show([line], line);
  return task.data(dataFolder(dataDir), settings, examples);
}

/** Reads the data and trains, stage by stage. `stage` makes the options of a stage's runs. */
function withProgress<T>(
  request: RunsRequest,
  train: (data: TaskData, stage: (name: string, plan: readonly PlannedRun[]) => RunsOptions) => Promise<T>,
): Promise<T & { readonly data: TaskData; readonly seconds: number }> {
  return training(async (signal) => {
    const begun = performance.now();
    const { task, settings, dataDir, jobs, overwrite } = request;
    const progress = makeProgress(process.stderr);
    let listener: ReturnType<typeof followRuns> | undefined;
    try {
      const data = await readData(task, settings, dataDir, progress);
      const trained = await train(data, (name, plan) => {
        listener?.end();
        if (overwrite) for (const run of plan) checkReplaceable(run.folder);
        if (name !== "comparison" || listener !== undefined) progress.log(`${name}: ${plan.length} runs`);
        listener = followRuns(progress, plan.length, summary(task));
        return { jobs, overwrite, signal, ...listener };
      });
      return { ...trained, data, seconds: (performance.now() - begun) / 1000 };
    } finally {
      listener?.end();
      progress.end();
    }
  });
}

/** Runs a comparison. Folders that --overwrite must not empty are refused before the data, which take a while, are read. */
export function runComparison(
  request: RunsRequest,
  options: Omit<CompareOptions, "stage">,
): Promise<Comparison & Trained> {
  if (request.overwrite && options.tune !== true) {
    for (const { folder } of planRuns(request.task, request, "")) checkReplaceable(folder);
  }
  return withProgress(request, (data, stage) => compareTask(request.task, data, request, { ...options, stage }));
}

/** Trains one run in the request's own folder. */
export function runSingle(request: RunsRequest): Promise<Trained> {
  if (request.overwrite) checkReplaceable(request.folder);
  return withProgress(request, async (data, stage) => {
    const plan = planRuns(request.task, request, data.checksum).map((run) => ({ ...run, folder: request.folder }));
    return { results: await runPlan(request.task, plan, data, stage("comparison", plan)) };
  });
}
