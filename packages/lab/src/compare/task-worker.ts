/** The process of one run of a study. */
import { runWorker } from "./worker.ts";
import { taskNamed } from "../tasks/index.ts";
import { runTask } from "../tasks/run-task.ts";
import type { RunConfig, TaskData } from "../tasks/task.ts";

/** What the process is sent to begin with. */
export interface TaskJob {
  readonly config: RunConfig;
  readonly folder: string;
  readonly data: TaskData;
  readonly from: string | undefined;
}

runWorker(({ config, folder, data, from }: TaskJob, onProgress) => {
  return runTask(taskNamed(config.task), config, data, folder, { onProgress, from });
});
