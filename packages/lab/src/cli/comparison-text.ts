/** The table of a comparison for the terminal. */
import { formatSpread } from "../metrics/index.ts";
import { gatherVariants, MEASURES, summarize, type SummaryRow } from "../report/index.ts";
import { measuresOf } from "../report/study-page.ts";
import type { ComparedRun } from "../report/variants.ts";
import type { RunResult } from "../run-types.ts";
import type { Study, StudyResult } from "../studies/study.ts";
import { formatTable } from "./table.ts";

type Figure = SummaryRow["figures"][number];

function figureText({
  measure: { digits, scale },
  spread,
}: Pick<Figure, "spread"> & { measure: Pick<Figure["measure"], "digits" | "scale"> }): string {
  return spread === null ? "-" : formatSpread(spread, digits, scale);
}

/** A column a variant, so that four of them fit 80 characters: mean and standard deviation over the seeds. */
function columnsTable<R extends ComparedRun>(columns: readonly SummaryRow<R>[]): string {
  const figures = columns[0]!.figures.map(({ measure: { title, unit } }, i) =>
    [unit === "" ? title : `${title}, ${unit}`].concat(columns.map((column) => figureText(column.figures[i]!))),
  );
  const heading = ["", ...columns.map(({ variant }) => variant.mapping)];
  const options = ["", ...columns.map(({ variant }) => variant.options)];
  const seeds = ["Seeds", ...columns.map(({ variant }) => String(variant.runs.length))];
  return formatTable(heading, [...(options.join("") === "" ? [] : [options]), seeds, ...figures], 1);
}

/** A row a variant, where there are too many for columns. */
function rowsTable<R extends ComparedRun>(rows: readonly SummaryRow<R>[]): string {
  const heading = [
    "",
    ...rows[0]!.figures.map(({ measure: { title, unit } }) => (unit === "" ? title : `${title}, ${unit}`)),
  ];
  const lines = rows.map(({ variant: { mapping, options }, figures }) => [
    options === "" ? mapping : `${mapping}, ${options}`,
    ...figures.map(figureText),
  ]);
  return formatTable(heading, lines, 1);
}

export function comparisonTable(results: readonly RunResult[]): string {
  return columnsTable(summarize(gatherVariants(results), MEASURES));
}

export function studyTable(study: Study, results: readonly StudyResult[]): string {
  const rows = summarize(gatherVariants(results), measuresOf(study));
  return rows.length > 6 ? rowsTable(rows) : columnsTable(rows);
}
