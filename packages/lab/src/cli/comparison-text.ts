/** The table of a comparison for the terminal. */
import { formatSpread } from "../metrics/index.ts";
import { gatherVariants, summarize } from "../report/index.ts";
import type { RunResult } from "../run-types.ts";
import { formatTable } from "./table.ts";

/** A column a mapping, so that four of them fit 80 characters: mean and standard deviation over the seeds. */
export function comparisonTable(results: readonly RunResult[]): string {
  const columns = summarize(gatherVariants(results));
  const measures = columns[0]!.figures.map(({ measure }) => measure);
  const figures = measures.map(({ title, unit, digits, scale }, i) =>
    [`${title}, ${unit}`].concat(columns.map((column) => formatSpread(column.figures[i]!.spread, digits, scale))),
  );
  const heading = ["", ...columns.map(({ variant }) => variant.mapping)];
  const options = ["", ...columns.map(({ variant }) => variant.options)];
  const seeds = ["Seeds", ...columns.map(({ variant }) => String(variant.runs.length))];
  return formatTable(heading, [...(options.join("") === "" ? [] : [options]), seeds, ...figures], 1);
}
