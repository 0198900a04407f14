/** The table of a comparison for the terminal. */
import { formatMeanStd } from "../../metrics/index.ts";
import { columnsOf, groupRuns, summarize, type SummaryRow } from "../../report/index.ts";
import type { MetricSpec, RunResult, Task } from "../../tasks/task.ts";
import { formatTable } from "./table.ts";

const cellText = ({ metric: { digits, scale }, spread }: SummaryRow["cells"][number]): string =>
  spread === null ? "-" : formatMeanStd(spread, digits, scale);

export const metricTitle = ({ title, unit }: Pick<MetricSpec, "title" | "unit">): string =>
  unit === "" ? title : `${title}, ${unit}`;

/** A column per mapping, so that four of them fit 80 characters: mean and standard deviation over the seeds. */
function columnsTable(columns: readonly SummaryRow[]): string {
  let last: string | null = null;
  const lines = columns[0]!.cells.flatMap(({ metric }, i): (string | string[])[] => {
    const heading = metric.group === last ? [] : ["", metric.group];
    last = metric.group;
    return [...heading, [metricTitle(metric), ...columns.map(({ cells }) => cellText(cells[i]!))]];
  });
  const heading = ["", ...columns.map(({ group }) => group.mapping)];
  const options = ["", ...columns.map(({ group }) => group.options)];
  const seeds = ["Seeds", ...columns.map(({ group }) => String(group.runs.length))];
  return formatTable(heading, [...(options.join("") === "" ? [] : [options]), seeds, ...lines], 1);
}

/** A row per mapping, where there are too many for columns; titles that are not unique have their group before them. */
function rowsTable(rows: readonly SummaryRow[]): string {
  const metrics = rows[0]!.cells.map(({ metric }) => metric);
  const titles = metrics.map((metric) => {
    const unique = metrics.filter((other) => metricTitle(other) === metricTitle(metric)).length === 1;
    return unique ? metricTitle(metric) : `${metric.group}: ${metricTitle(metric)}`;
  });
  const lines = rows.map(({ group: { mapping, options }, cells }) => [
    options === "" ? mapping : `${mapping}, ${options}`,
    ...cells.map(cellText),
  ]);
  return formatTable(["", ...titles], lines, 1);
}

/** Most mappings that stand in columns. */
const MOST_COLUMNS = 6;

export function comparisonTable(task: Task, results: readonly RunResult[]): string {
  const rows = summarize(groupRuns(results), columnsOf(task));
  return rows.length > MOST_COLUMNS ? rowsTable(rows) : columnsTable(rows);
}
