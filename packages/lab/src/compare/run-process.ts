/** The process of one run: takes its job from the parent, trains, reports by messages, and ends. */
import type { RunResult } from "../run-types.ts";
import { DataError } from "../data/index.ts";
import { RunError } from "../runs/run-error.ts";
import type { TrainProgress } from "../training/fit.ts";
import { trainRun } from "../training/train-run.ts";
import { unpackData, type RunJob } from "./job-messages.ts";
import type { ChildMessage } from "./pool.ts";

type Message = ChildMessage<TrainProgress, RunResult>;

/** Resolves when the message has left, or when there is nobody to take it. */
function tell(message: Message): Promise<void> {
  return new Promise((resolve) => {
    if (process.connected) process.send!(message, () => resolve());
    else resolve();
  });
}

async function work({ config, folder, data }: RunJob): Promise<void> {
  try {
    const onProgress = (progress: TrainProgress) => void tell({ kind: "progress", progress });
    const result = await trainRun(config, unpackData(data), folder, { onProgress });
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
}

// A terminal's Ctrl-C reaches the whole group; the parent decides what becomes of its children.
process.on("SIGINT", () => {});
// Without its parent nobody wants the run now; it resumes from its checkpoint another time.
process.on("disconnect", () => process.exit());
process.once("message", (job: RunJob) => void work(job));
