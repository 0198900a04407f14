/** Trains planned runs with progress on standard error: what `compare` and `train` have in common. */
import { compare } from "../compare/compare.ts";
import { planRuns, type MappingChoice, type PlannedRun } from "../compare/plan.ts";
import { JobError } from "../compare/pool.ts";
import type { Task } from "../compare/tasks.ts";
import type { ClassificationData, RunConfig, RunResult } from "../run-types.ts";
import { defaultSettings } from "../training/config.ts";
import { makeCourse } from "./course.ts";
import { Exit, UserError } from "./errors.ts";
import { warn } from "./output.ts";
import { formatDuration, makeProgress } from "./progress.ts";
import { interruptible, Interrupted } from "./signals.ts";

export interface TrainingRequest {
  readonly task: Task;
  readonly choices: readonly MappingChoice[];
  readonly seeds: readonly number[];
  readonly settings: Partial<RunConfig>;
  /** Where each run goes. */
  readonly placeRuns: (runs: PlannedRun[]) => PlannedRun[];
  readonly folder: string;
  readonly jobs: number;
  readonly fresh: boolean;
}

export interface Trained {
  readonly results: readonly RunResult[];
  readonly data: ClassificationData;
  readonly seconds: number;
}

/** Milliseconds between drawings on a terminal. */
const drawEvery = 250;

function summaryOf({ test, epochs }: RunResult): string {
  return `accuracy ${(100 * test.accuracy).toFixed(2)} %, ${epochs.length} epochs`;
}

async function trainAll(request: TrainingRequest, signal: AbortSignal): Promise<Trained> {
  const begun = performance.now();
  const progress = makeProgress(process.stderr);
  const { task, choices, seeds, settings, folder, jobs, fresh } = request;
  progress.show([`reading the data of ${task.name}`], `reading the data of ${task.name}`);
  const data = await task.load(settings.maxWords ?? defaultSettings.maxWords);
  const common = { ...settings, task: task.name, dataChecksum: data.checksum };
  const plan = request.placeRuns(planRuns(choices, seeds, common, folder));
  let reused = 0;
  let course = makeCourse(plan.length, 0);
  const starts = new Map<PlannedRun, number>();
  const draw = () => progress.show(course.lines(), course.plain());
  let timer: NodeJS.Timeout | undefined;
  try {
    const results = await compare(plan, data, {
      jobs,
      fresh,
      signal,
      onReuse(run, result) {
        reused++;
        course = makeCourse(plan.length - reused, reused);
        progress.log(`${run.name}: had ended before, ${summaryOf(result)}`);
      },
      onStart(run) {
        starts.set(run, performance.now());
        course.start(run);
        timer ??= setInterval(draw, drawEvery);
      },
      onProgress: (run, at) => course.update(run, at),
      onRetry: (run, reason) => progress.log(`${run.name}: ${reason}; trying again from its last checkpoint`),
      onDone(run, result) {
        course.finish(run);
        const took = formatDuration((performance.now() - starts.get(run)!) / 1000);
        progress.log(`${run.name}: ${summaryOf(result)}, ${took}`);
      },
    });
    return { results, data, seconds: (performance.now() - begun) / 1000 };
  } finally {
    clearInterval(timer);
    progress.end();
  }
}

/** Trains what is asked for; says what went wrong in the words of the command line. */
export async function trainWithProgress(request: TrainingRequest): Promise<Trained> {
  try {
    return await interruptible((signal) => trainAll(request, signal));
  } catch (error) {
    if (error instanceof Interrupted) {
      warn("fenchel: stopped; the same command goes on from the last checkpoints");
      throw new Exit(error.code);
    }
    if (error instanceof JobError && error.user) throw new UserError(error.message);
    if (error instanceof JobError) {
      const tail = error.detail.trim().split("\n").at(-1) ?? "";
      const detail = tail === "" || tail.startsWith("at ") ? "" : ` (${tail.trim().slice(0, 200)})`;
      throw Object.assign(new Error(`the run ${error.job} failed: ${error.message}${detail}`), { stack: error.detail });
    }
    throw error;
  }
}
