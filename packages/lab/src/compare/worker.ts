/** The process of one run: takes its job from the parent, works, reports by messages, and ends. */
import { DataError } from "../data/index.ts";
import { RunError } from "../base/run-error.ts";
import type { TrainProgress } from "../training/fit.ts";
import type { ChildMessage } from "./worker-pool.ts";

/** Resolves when the message has left, or when there is nobody to take it. */
function tell(message: ChildMessage<TrainProgress, unknown>): Promise<void> {
  return new Promise((resolve) => {
    if (process.connected) process.send!(message, () => resolve());
    else resolve();
  });
}

/** Does the one job that the parent sends and ends the process. */
export function runWorker<J>(work: (job: J, onProgress: (progress: TrainProgress) => void) => Promise<unknown>): void {
  const run = async (job: J) => {
    try {
      const result = await work(job, (progress) => void tell({ kind: "progress", progress }));
      await tell({ kind: "done", result });
    } catch (error) {
      const known = error instanceof Error ? error : new Error(String(error));
      await tell({
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
