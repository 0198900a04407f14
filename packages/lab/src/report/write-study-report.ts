/** Writes the report of a study's comparison: report.html and report.json, whole or not at all. */

import { join } from "node:path";
import { prepareFolder, writeWhole } from "../training/atomic-write.ts";
import type { Study, StudyResult } from "../tasks/task.ts";
import { measuresOf, studyPage, type StudyReportMeta } from "./study-page.ts";
import { gatherVariants, summarize, summaryRecords } from "./group-runs.ts";

/** The report as data: the table's figures, unrounded, and all results. A figure that does not exist is null. */
export function studyReportJson(study: Study, results: readonly StudyResult[], meta: StudyReportMeta): string {
  const summary = summaryRecords(summarize(gatherVariants(results), measuresOf(study)));
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
  study: Study,
  results: readonly StudyResult[],
  folder: string,
  meta: StudyReportMeta,
): { html: string; json: string } {
  const page = studyPage(study, results, meta);
  const data = studyReportJson(study, results, meta);
  prepareFolder(folder);
  const paths = { html: join(folder, "report.html"), json: join(folder, "report.json") };
  writeWhole(paths.json, data);
  writeWhole(paths.html, page);
  return paths;
}
