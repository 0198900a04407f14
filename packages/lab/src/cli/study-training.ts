/** A study's comparison with progress on standard error. */
import { dataFolder } from "../datasets/kit/data-folder.ts";
import { checkReplaceable } from "../training/run-dir.ts";
import {
  compareTask,
  completeSettings,
  type PlannedRun,
  type Settings,
  type Comparison,
} from "../compare/grid-search.ts";
import type { AttentionSpec, Task, TaskData, RunResult } from "../tasks/task.ts";
import { followRuns, training } from "./terminal/follow-runs.ts";
import { makeProgress } from "./terminal/progress.ts";

export interface StudyTrainingRequest {
  readonly study: Task;
  readonly choices: readonly AttentionSpec[];
  readonly seeds: readonly number[];
  readonly settings: Settings;
  readonly folder: string;
  readonly jobs: number;
  readonly fresh: boolean;
  readonly tune: boolean;
  readonly warmStart: boolean;
  /** --data-dir. */
  readonly dataDir: string | undefined;
}

export interface TrainedStudy extends Comparison {
  readonly data: TaskData;
  /** All settings, defaults included. */
  readonly settings: Settings;
  readonly seconds: number;
}

/** The first two of the study's figures. */
function summary(study: Task): (result: RunResult) => string {
  return ({ scores, epochs }) => {
    const figures = study.metrics.flatMap(({ key, title, unit, digits, scale }) => {
      const value = scores[key];
      return value === undefined ? [] : [`${title.toLowerCase()} ${(value * scale).toFixed(digits)} ${unit}`.trim()];
    });
    return [...figures.slice(0, 2), `${epochs.length} epochs`].join(", ");
  };
}

/** Trains what is asked for; says what went wrong in the words of the command line. */
export function trainStudy(request: StudyTrainingRequest): Promise<TrainedStudy> {
  return training(async (signal) => {
    const begun = performance.now();
    const { study, choices, seeds, folder, jobs, fresh, tune, warmStart } = request;
    const settings = completeSettings(study, request.settings);
    const progress = makeProgress(process.stderr);
    progress.show([`reading the data of ${study.name}`], `reading the data of ${study.name}`);
    let listener: ReturnType<typeof followRuns<PlannedRun, RunResult>> | undefined;
    try {
      const data = await study.load(dataFolder(request.dataDir), settings);
      const compared = await compareTask(
        study,
        data,
        { choices, seeds, settings, folder },
        {
          tune,
          warmStart,
          stage(stage, plan) {
            listener?.end();
            if (fresh) for (const run of plan) checkReplaceable(run.folder);
            if (stage !== "comparison" || listener !== undefined) progress.log(`${stage}: ${plan.length} runs`);
            listener = followRuns(progress, plan.length, summary(study));
            return { jobs, fresh, signal, ...listener };
          },
        },
      );
      return { ...compared, data, settings, seconds: (performance.now() - begun) / 1000 };
    } finally {
      listener?.end();
      progress.end();
    }
  });
}
