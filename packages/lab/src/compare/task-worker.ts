/** The process of one run of a study. */
import { serveJob } from "./worker.ts";
import { studyNamed } from "../tasks/index.ts";
import { runStudy } from "../tasks/run-task.ts";
import type { StudyConfig, StudyData } from "../tasks/task.ts";

/** What the process is sent to begin with. */
export interface StudyJob {
  readonly config: StudyConfig;
  readonly folder: string;
  readonly data: StudyData;
  readonly from: string | undefined;
}

serveJob(({ config, folder, data, from }: StudyJob, onProgress) => {
  return runStudy(studyNamed(config.task), config, data, folder, { onProgress, from });
});
