/** Trains planned runs with progress on standard error: what `compare` and `train` have in common. */
import { compare } from "../compare/compare.ts";
import { planSpamRuns, type MappingChoice, type PlannedSpamRun } from "../compare/plan.ts";
import type { SpamTask } from "../tasks/spam/task.ts";
import type { ClassificationData, SpamRunConfig, SpamRunResult } from "../tasks/run-types.ts";
import { checkReplaceable } from "../training/run-dir.ts";
import { defaultSettings } from "../tasks/spam/config.ts";
import { followRuns, training } from "./terminal/follow-runs.ts";
import { makeProgress } from "./terminal/progress.ts";

export interface TrainingRequest {
  readonly task: SpamTask;
  readonly choices: readonly MappingChoice[];
  readonly seeds: readonly number[];
  readonly settings: Partial<SpamRunConfig>;
  /** Where each run goes. */
  readonly placeRuns: (runs: PlannedSpamRun[]) => PlannedSpamRun[];
  readonly folder: string;
  readonly jobs: number;
  readonly fresh: boolean;
}

export interface Trained {
  readonly results: readonly SpamRunResult[];
  readonly data: ClassificationData;
  readonly seconds: number;
}

function summaryOf({ test, epochs }: SpamRunResult): string {
  return `accuracy ${(100 * test.accuracy).toFixed(2)} %, ${epochs.length} epochs`;
}

async function trainAll(request: TrainingRequest, signal: AbortSignal): Promise<Trained> {
  const begun = performance.now();
  const progress = makeProgress(process.stderr);
  const { task, choices, seeds, settings, folder, jobs, fresh } = request;
  const planned = (dataChecksum: string) => {
    return request.placeRuns(planSpamRuns(choices, seeds, { ...settings, task: task.name, dataChecksum }, folder));
  };
  // Folders do not depend on the data, which take a while to read.
  if (fresh) for (const run of planned("")) checkReplaceable(run.folder);
  progress.show([`reading the data of ${task.name}`], `reading the data of ${task.name}`);
  const data = await task.load(settings.maxWords ?? defaultSettings.maxWords);
  const plan = planned(data.checksum);
  const listener = followRuns<PlannedSpamRun, SpamRunResult>(progress, plan.length, summaryOf);
  try {
    const results = await compare(plan, data, { jobs, fresh, signal, ...listener });
    return { results, data, seconds: (performance.now() - begun) / 1000 };
  } finally {
    listener.end();
    progress.end();
  }
}

/** Trains what is asked for; says what went wrong in the words of the command line. */
export function trainWithProgress(request: TrainingRequest): Promise<Trained> {
  return training((signal) => trainAll(request, signal));
}
