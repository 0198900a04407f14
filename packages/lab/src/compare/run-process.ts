/** The process of one run of a classification task. */
import { trainRun } from "../tasks/spam/train.ts";
import { serveJob } from "./worker.ts";
import { unpackData, type RunJob } from "./job-messages.ts";

serveJob(({ config, folder, data }: RunJob, onProgress) => {
  return trainRun(config, unpackData(data), folder, { onProgress });
});
