/** Writes the report of a comparison: report.html and report.json, whole or not at all. */

import { join } from "node:path";
import type { SpamRunResult } from "../tasks/run-types.ts";
import { prepareFolder, writeAtomic } from "../base/atomic-write.ts";
import { reportPage, type ReportMeta } from "./page.ts";
import { groupRuns, MEASURES, summarize, summaryRecords } from "./group-runs.ts";

/** The report as data: the table's figures, unrounded, and all results. */
export function reportJson(results: readonly SpamRunResult[], meta: ReportMeta): string {
  const summary = summaryRecords(summarize(groupRuns(results), MEASURES));
  const { version, date, ...rest } = meta;
  const report = {
    format: "fenchel-report",
    version: 1,
    fenchelLab: version,
    date: date.toISOString(),
    ...rest,
    summary,
    results,
  };
  return `${JSON.stringify(report, null, 1)}\n`;
}

/**
 * Writes `report.markup` and `report.json` into `folder`, which is made if need be, and returns their paths.
 * Each is written under another name first, so that a reader never meets half a report.
 * @throws RangeError when there are no results; RunError when the folder cannot be written to.
 */
export function writeReport(
  results: readonly SpamRunResult[],
  folder: string,
  meta: ReportMeta,
): { html: string; json: string } {
  // Both are made before either is written.
  const page = reportPage(results, meta);
  const data = reportJson(results, meta);
  prepareFolder(folder);
  const paths = { html: join(folder, "report.html"), json: join(folder, "report.json") };
  writeAtomic(paths.json, data);
  writeAtomic(paths.html, page);
  return paths;
}
