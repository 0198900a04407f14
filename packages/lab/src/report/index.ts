/** Reports: results of a comparison and explanations of predictions, as pages, pictures and lines of a terminal. */
export { explanationPage, explanationSvg } from "./explanation.ts";
export type { ExplanationOptions } from "./explanation.ts";
export { columnsOf, groupRuns, summarize } from "./group-runs.ts";
export type { RunGroup, SummaryRow } from "./group-runs.ts";
export { reportPage } from "./page.ts";
export type { ReportMeta } from "./page.ts";
export { renderMatrix, renderTerminal, terminalLegend } from "./terminal.ts";
export type { TerminalOptions } from "./terminal.ts";
export { reportJson, writeReport } from "./write-report.ts";
export { describeOptions } from "../figures/format.ts";
export type { Explanation } from "../figures/heat-map.ts";
