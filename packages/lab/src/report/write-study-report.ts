/** Writes the report of a study's comparison: report.html and report.json, whole or not at all. */

import { join } from "node:path";
import { prepareFolder, writeAtomic } from "../base/atomic-write.ts";
import type { Task, RunResult } from "../tasks/task.ts";
import { measuresOf, studyPage, type StudyReportMeta } from "./study-page.ts";
import { groupRuns, summarize, summaryRecords } from "./group-runs.ts";

/** The report as data: the table's figures, unrounded, and all results. A figure that does not exist is null. */
export function studyReportJson(study: Task, results: readonly RunResult[], meta: StudyReportMeta): string {
  const summary = summaryRecords(summarize(groupRuns(results), measuresOf(study)));
  const { version, date, ...rest } = meta;
  const report = {
    format: "fenchel-study-report",
    version: 1,
    fenchelLab: version,
    date: date.toISOString(),
    ...rest,
    /** What the figures are, in the order of the table. */
    measures: measuresOf(study).map((measure) => ({ ...measure, of: undefined })),
    summary,
    published: study.published ?? [],
    results,
  };
  return `${JSON.stringify(report, null, 1)}\n`;
}

/**
 * Writes `report.html` and `report.json` into `folder`, which is made if need be, and returns their paths.
 * @throws RangeError when there are no results; RunError when the folder cannot be written to.
 */
export function writeStudyReport(
  study: Task,
  results: readonly RunResult[],
  folder: string,
  meta: StudyReportMeta,
): { html: string; json: string } {
  const page = studyPage(study, results, meta);
  const data = studyReportJson(study, results, meta);
  prepareFolder(folder);
  const paths = { html: join(folder, "report.html"), json: join(folder, "report.json") };
  writeAtomic(paths.json, data);
  writeAtomic(paths.html, page);
  return paths;
}
