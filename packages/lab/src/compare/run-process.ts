/** The process of one run of a classification task. */
import { trainRun } from "../tasks/spam/train.ts";
import { runWorker } from "./worker.ts";
import { unpackData, type RunJob } from "./job-messages.ts";

runWorker(({ config, folder, data }: RunJob, onProgress) => {
  return trainRun(config, unpackData(data), folder, { onProgress });
});
