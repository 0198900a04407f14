/** The table of a comparison for the terminal. */
import { formatMeanStd } from "../../metrics/index.ts";
import { groupRuns, MEASURES, summarize, type SummaryRow } from "../../report/index.ts";
import { measuresOf } from "../../report/study-page.ts";
import type { ComparedRun } from "../../report/group-runs.ts";
import type { SpamRunResult } from "../../tasks/run-types.ts";
import type { Task, RunResult } from "../../tasks/task.ts";
import { formatTable } from "./table.ts";

type Figure = SummaryRow["figures"][number];

function figureText({
  measure: { digits, scale },
  spread,
}: Pick<Figure, "spread"> & { measure: Pick<Figure["measure"], "digits" | "scale"> }): string {
  return spread === null ? "-" : formatMeanStd(spread, digits, scale);
}

const titleOf = ({ title, unit }: Pick<Figure["measure"], "title" | "unit">): string =>
  unit === "" ? title : `${title}, ${unit}`;

/** Which figures there are: some that the data at hand do not allow are missing of all variants. */
function measured<R extends ComparedRun>(rows: readonly SummaryRow<R>[]): number[] {
  const all = rows[0]!.figures.map((_, i) => i);
  return all.filter((i) => rows.some(({ figures }) => figures[i]!.spread !== null));
}

/** A column a variant, so that four of them fit 80 characters: mean and standard deviation over the seeds. */
function columnsTable<R extends ComparedRun>(columns: readonly SummaryRow<R>[]): string {
  let last: string | null = null;
  const lines = measured(columns).flatMap((i): (string | string[])[] => {
    const { measure } = columns[0]!.figures[i]!;
    const heading = measure.group === last ? [] : ["", measure.group];
    last = measure.group;
    return [...heading, [titleOf(measure), ...columns.map(({ figures }) => figureText(figures[i]!))]];
  });
  const heading = ["", ...columns.map(({ variant }) => variant.mapping)];
  const options = ["", ...columns.map(({ variant }) => variant.options)];
  const seeds = ["Seeds", ...columns.map(({ variant }) => String(variant.runs.length))];
  return formatTable(heading, [...(options.join("") === "" ? [] : [options]), seeds, ...lines], 1);
}

/** A row a variant, where there are too many for columns; titles that are not unique have their group before them. */
function rowsTable<R extends ComparedRun>(rows: readonly SummaryRow<R>[]): string {
  const shown = measured(rows);
  const measures = shown.map((i) => rows[0]!.figures[i]!.measure);
  const titles = measures.map((measure) => {
    const unique = measures.filter((other) => titleOf(other) === titleOf(measure)).length === 1;
    return unique ? titleOf(measure) : `${measure.group}: ${titleOf(measure)}`;
  });
  const lines = rows.map(({ variant: { mapping, options }, figures }) => [
    options === "" ? mapping : `${mapping}, ${options}`,
    ...shown.map((i) => figureText(figures[i]!)),
  ]);
  return formatTable(["", ...titles], lines, 1);
}

export function comparisonTable(results: readonly SpamRunResult[]): string {
  return columnsTable(summarize(groupRuns(results), MEASURES));
}

export function studyTable(study: Task, results: readonly RunResult[]): string {
  const rows = summarize(groupRuns(results), measuresOf(study));
  return rows.length > 6 ? rowsTable(rows) : columnsTable(rows);
}
