/** The table of a comparison for the terminal. */
import { formatSpread } from "../metrics/index.ts";
import { gatherVariants, summarize } from "../report/variants.ts";
import type { RunResult } from "../run-types.ts";
import { formatTable } from "./table.ts";

/** A row a mapping: every figure with mean and standard deviation over the seeds. */
export function comparisonTable(results: readonly RunResult[]): string {
  const rows = summarize(gatherVariants(results));
  const heading = ["mapping", "seeds", ...rows[0]!.figures.map(({ measure }) => `${measure.title}, ${measure.unit}`)];
  const cells = rows.map(({ variant, figures }) => {
    const name = variant.options === "" ? variant.mapping : `${variant.mapping} (${variant.options})`;
    const values = figures.map(({ measure, spread }) => formatSpread(spread, measure.digits, measure.scale));
    return [name, String(variant.runs.length)].concat(values);
  });
  return formatTable(heading, cells, 1);
}
