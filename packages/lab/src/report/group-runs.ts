/** Runs of a comparison, grouped by mapping and options, each run with one or more seeds; and their table. */
import { describeOptions } from "../figures/format.ts";
import { meanStd, type MeanStd } from "../metrics/statistics/mean-std.ts";
import type { MetricSpec, RunResult, Task } from "../tasks/task.ts";

export interface RunGroup {
  readonly mapping: string;
  /** "λ = 0.1, γ = 2", without options "". */
  readonly options: string;
  /** In the order of their seeds. */
  readonly runs: readonly RunResult[];
}

/** Groups in the order of their first runs. */
export function groupRuns(results: readonly RunResult[]): RunGroup[] {
  const groups = new Map<string, { mapping: string; options: string; runs: RunResult[] }>();
  for (const run of results) {
    const { mapping, mappingOptions } = run.config;
    const key = JSON.stringify([mapping, mappingOptions]);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { mapping, options: describeOptions(mappingOptions), runs: [run] });
    else known.runs.push(run);
  }
  for (const { runs } of groups.values()) runs.sort((a, b) => a.config.seed - b.config.seed);
  return Array.from(groups.values());
}

const STEP_TIME: MetricSpec = {
  key: "secondsPerStep",
  group: "Training",
  title: "Step time",
  unit: "ms",
  digits: 1,
  scale: 1000,
  best: "lowest",
};

/** Columns of a task's table: its metrics, and the training step time. */
export const columnsOf = ({ metrics }: Pick<Task, "metrics">): readonly MetricSpec[] => [...metrics, STEP_TIME];

/** Value of a metric in a run; null where it does not exist. */
export function valueOf({ scores, secondsPerStep }: RunResult, { key }: MetricSpec): number | null {
  return key === STEP_TIME.key ? secondsPerStep : (scores[key] ?? null);
}

/** Row of the table: a cell per column, in their order. */
export interface SummaryRow {
  readonly group: RunGroup;
  readonly cells: readonly {
    readonly metric: MetricSpec;
    readonly spread: MeanStd | null;
    /** Whether no other row is better as far as the digits show. */
    readonly best: boolean;
  }[];
}

/** A run that diverged leaves its group without a figure, not the comparison without a report. */
function spreadOf(values: readonly (number | null)[]): MeanStd | null {
  if (!values.every((value) => value !== null)) return null;
  return values.every(Number.isFinite) ? meanStd(values) : { mean: Number.NaN, std: null, count: values.length };
}

/** Rows of the table; columns that no run has a value for are left out. */
export function summarize(groups: readonly RunGroup[], columns: readonly MetricSpec[]): SummaryRow[] {
  const metrics = columns.filter((metric) =>
    groups.some(({ runs }) => runs.some((run) => valueOf(run, metric) !== null)),
  );
  const spreads = groups.map(({ runs }) => metrics.map((metric) => spreadOf(runs.map((run) => valueOf(run, metric)))));
  const shown = (row: number, column: number): number => {
    const { digits, scale } = metrics[column]!;
    return Number(((spreads[row]![column]?.mean ?? Number.NaN) * scale).toFixed(digits));
  };
  const best = metrics.map((metric, column) => {
    const means = groups.map((_, row) => shown(row, column)).filter(Number.isFinite);
    if (metric.best === "none") return Number.NaN;
    return metric.best === "highest" ? Math.max(...means) : Math.min(...means);
  });
  return groups.map((group, row) => ({
    group,
    cells: metrics.map((metric, column) => ({
      metric,
      spread: spreads[row]![column] ?? null,
      // With one row, or with all alike, nothing is better than anything.
      best: shown(row, column) === best[column] && groups.some((_, other) => shown(other, column) !== best[column]),
    })),
  }));
}

/** Rows as data: means and deviations unrounded by their keys, null where there is none. */
export function summaryRecords(rows: readonly SummaryRow[]): object[] {
  return rows.map(({ group, cells }) => ({
    mapping: group.mapping,
    mappingOptions: group.runs[0]!.config.mappingOptions,
    seeds: group.runs.map(({ config }) => config.seed),
    figures: Object.fromEntries(
      cells.map(({ metric, spread }) => [
        metric.key,
        spread === null ? null : { mean: spread.mean, deviation: spread.std },
      ]),
    ),
  }));
}
