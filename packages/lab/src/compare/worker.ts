/** Protocol of a worker process: it receives one job from its parent, runs it, reports by messages, and ends. */
import { DataError } from "../base/data-error.ts";
import { RunError } from "../base/run-error.ts";
import type { RunConfig, TaskData } from "../tasks/task.ts";
import type { TrainProgress } from "../training/fit.ts";
import type { ChildMessage } from "./worker-pool.ts";

/** Job of one run. */
export interface TaskJob {
  readonly config: RunConfig;
  readonly folder: string;
  readonly data: TaskData;
  readonly from: string | undefined;
  /** URL of the module whose default export is the task; undefined for the lab's own. */
  readonly module: string | undefined;
}

/** Resolves when the message has left, or when there is nobody to take it. */
function send(message: ChildMessage<TrainProgress, unknown>): Promise<void> {
  return new Promise((resolve) => {
    if (process.connected) process.send!(message, () => resolve());
    else resolve();
  });
}

/** Runs the one job that the parent sends and ends the process. */
export function runWorker<J>(work: (job: J, onProgress: (progress: TrainProgress) => void) => Promise<unknown>): void {
  const run = async (job: J) => {
    try {
      const result = await work(job, (progress) => void send({ kind: "progress", progress }));
      await send({ kind: "done", result });
    } catch (error) {
      const known = error instanceof Error ? error : new Error(String(error));
      await send({
        kind: "failed",
        user: error instanceof RunError || error instanceof DataError,
        message: known.message,
        stack: known.stack ?? "",
      });
    }
    process.disconnect?.();
  };
  // A terminal's Ctrl-C reaches the whole group; the parent decides what becomes of its children.
  process.on("SIGINT", () => {});
  // Without its parent nobody wants the run now; it resumes from its checkpoint another time.
  process.on("disconnect", () => process.exit());
  process.once("message", (job) => void run(job as J));
}
