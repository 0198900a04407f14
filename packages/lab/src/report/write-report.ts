/** Writes the report of a comparison: report.html and report.json, whole or not at all. */
import { join } from "node:path";
import type { RunResult, Task } from "../tasks/task.ts";
import { prepareFolder, writeAtomic } from "../base/atomic-write.ts";
import { columnsOf, groupRuns, summarize, summaryRecords } from "./group-runs.ts";
import { reportPage, type ReportMeta } from "./page.ts";

/** The report as data: the table unrounded, and all results. A value that does not exist is null. */
export function reportJson(task: Task, results: readonly RunResult[], meta: ReportMeta): string {
  const { version, date, ...rest } = meta;
  const report = {
    format: "fenchel-report",
    version: 2,
    fenchelLab: version,
    date: date.toISOString(),
    task: task.name,
    ...rest,
    /** In the order of the table. */
    metrics: columnsOf(task),
    metricsNote: task.metricsNote,
    labels: task.labels,
    summary: summaryRecords(summarize(groupRuns(results), columnsOf(task))),
    published: task.published ?? [],
    results,
  };
  return `${JSON.stringify(report, null, 1)}\n`;
}

/**
 * Writes `report.html` and `report.json` into `folder`, which is made if need be, and returns their paths. Each is written under another
 * name first, so that a reader never meets half a report.
 *
 * Throws a RangeError when there are no results, and a RunError when the folder cannot be written to.
 */
export function writeReport(
  task: Task,
  results: readonly RunResult[],
  folder: string,
  meta: ReportMeta,
): { html: string; json: string } {
  // Both are made before either is written.
  const page = reportPage(task, results, meta);
  const data = reportJson(task, results, meta);
  prepareFolder(folder);
  const paths = { html: join(folder, "report.html"), json: join(folder, "report.json") };
  writeAtomic(paths.json, data);
  writeAtomic(paths.html, page);
  return paths;
}
