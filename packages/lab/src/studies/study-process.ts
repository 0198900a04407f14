/** The process of one run of a study. */
import { serveJob } from "../compare/child.ts";
import { studyNamed } from "./index.ts";
import { runStudy } from "./run-study.ts";
import type { StudyConfig, StudyData } from "./study.ts";

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
