/** Worker process of one run. */
import { taskNamed } from "../tasks/index.ts";
import { runTask } from "../tasks/run-task.ts";
import type { Task } from "../tasks/task.ts";
import { runWorker, type TaskJob } from "./worker.ts";

runWorker(async ({ config, folder, data, from, module }: TaskJob, onProgress) => {
  const task = module === undefined ? taskNamed(config.task) : ((await import(module)) as { default: Task }).default;
  return runTask(task, config, data, folder, { onProgress, from });
});
