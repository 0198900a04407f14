/** Runs of a comparison on standard error: results, retries, and progress. */
import type { PlannedRun, RunsListener } from "../../compare/plan.ts";
import { JobError } from "../../compare/worker-pool.ts";
import type { RunResult } from "../../tasks/task.ts";
import { makeRunProgress } from "./run-progress.ts";
import { Exit, UserError } from "./errors.ts";
import { warn } from "./output.ts";
import { formatDuration, type Progress } from "./progress.ts";
import { interruptible, Interrupted } from "./signals.ts";

/** Milliseconds between drawings on a terminal. */
const drawEvery = 250;

/** A listener that shows the runs; `end` stops the drawing. `summaryOf`: a result in a few words. */
export function followRuns(
  progress: Progress,
  runs: number,
  summaryOf: (result: RunResult) => string,
): RunsListener & { end(): void } {
  let reused = 0;
  let runProgress = makeRunProgress(runs, 0);
  const starts = new Map<PlannedRun, number>();
  const draw = () => progress.show(runProgress.lines(), runProgress.plain());
  let timer: NodeJS.Timeout | undefined;
  return {
    onReuse(run, result) {
      reused++;
      runProgress = makeRunProgress(runs - reused, reused);
      progress.log(`${run.name}: finished before, ${summaryOf(result)}`);
    },
    onStart(run) {
      starts.set(run, performance.now());
      runProgress.start(run);
      timer ??= setInterval(draw, drawEvery);
    },
    onProgress: (run, at) => runProgress.update(run, at),
    onRetry: (run, reason) => progress.log(`${run.name}: ${reason}; retrying from its last checkpoint`),
    onDone(run, result) {
      runProgress.finish(run);
      const took = formatDuration((performance.now() - starts.get(run)!) / 1000);
      progress.log(`${run.name}: ${summaryOf(result)}, ${took}`);
    },
    end: () => clearInterval(timer),
  };
}

/** Work that trains, with its errors in the words of the command line. */
export async function training<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  try {
    return await interruptible(work);
  } catch (error) {
    if (error instanceof Interrupted) {
      warn("fenchel: stopped; the same command resumes from the last checkpoints");
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
