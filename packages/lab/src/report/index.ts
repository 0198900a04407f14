/** Reports: what a comparison found, and what a model reads, as pages, pictures and lines of a terminal. */

export { explanationPage, explanationSvg } from "./explanation.ts";
export type { ExplanationOptions } from "./explanation.ts";
export type { Explanation } from "./heat-map.ts";
export { reportPage } from "./page.ts";
export type { ReportMeta } from "./page.ts";
export { renderTerminal, terminalLegend } from "./terminal.ts";
export type { TerminalOptions } from "./terminal.ts";
export { describeOptions, groupRuns, MEASURES, summarize } from "./group-runs.ts";
export type { SpamMeasure, SummaryRow, RunGroup } from "./group-runs.ts";
export { reportJson, writeReport } from "./write-report.ts";
