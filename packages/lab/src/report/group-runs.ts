/** The runs of a comparison, gathered by what is compared: one variant is a mapping with its options, run with one or more seeds. */

import { meanStd, type MeanStd } from "../metrics/statistics/mean-std.ts";
import type { EpochMetrics, SpamRunResult } from "../tasks/run-types.ts";

/** What the report needs of a run, whatever was trained. */
export interface ComparedRun {
  readonly config: {
    readonly mapping: string;
    readonly mappingOptions: Readonly<Record<string, number>>;
    readonly seed: number;
  };
  readonly epochs: readonly EpochMetrics[];
  readonly bestEpoch: number;
}

export interface RunGroup<R extends ComparedRun = SpamRunResult> {
  readonly mapping: string;
  /** "λ = 0.1, γ = 2", without options "". */
  readonly options: string;
  /** In the order of their seeds. */
  readonly runs: readonly R[];
}

/** A figure of the table. */
export interface SpamMeasure<R extends ComparedRun = SpamRunResult> {
  readonly key: string;
  /** The heading above its column and its neighbours of one kind. */
  readonly group: string;
  readonly title: string;
  readonly unit: string;
  /** Digits after the point, once multiplied by `scale`. */
  readonly digits: number;
  readonly scale: number;
  /** "none": no value is better than another. */
  readonly best: "highest" | "lowest" | "none";
  /** Null where there is no such figure. */
  readonly of: (run: R) => number | null;
}

export const MEASURES: readonly SpamMeasure[] = [
  {
    key: "accuracy",
    group: "Test set",
    title: "Accuracy",
    unit: "%",
    digits: 2,
    scale: 100,
    best: "highest",
    of: (run) => run.test.accuracy,
  },
  {
    key: "f1",
    group: "Test set",
    title: "F1",
    unit: "%",
    digits: 2,
    scale: 100,
    best: "highest",
    of: (run) => run.test.f1,
  },
  {
    key: "loss",
    group: "Test set",
    title: "Loss",
    unit: "nats",
    digits: 3,
    scale: 1,
    best: "lowest",
    of: (run) => run.test.loss,
  },
  {
    key: "sparsity",
    group: "Attention on the test set",
    title: "Exact zeros",
    unit: "%",
    digits: 1,
    scale: 100,
    best: "highest",
    of: (run) => run.test.sparsity,
  },
  {
    key: "supportSize",
    group: "Attention on the test set",
    title: "Support",
    unit: "words",
    digits: 1,
    scale: 1,
    best: "lowest",
    of: (run) => run.test.supportSize,
  },
  {
    key: "segments",
    group: "Attention on the test set",
    title: "Segments",
    unit: "a text",
    digits: 1,
    scale: 1,
    best: "lowest",
    of: (run) => run.test.segments,
  },
  {
    key: "entropy",
    group: "Attention on the test set",
    title: "Entropy",
    unit: "nats",
    digits: 2,
    scale: 1,
    best: "lowest",
    of: (run) => run.test.entropy,
  },
  {
    key: "secondsPerStep",
    group: "Training",
    title: "Step",
    unit: "ms",
    digits: 1,
    scale: 1000,
    best: "lowest",
    of: (run) => run.secondsPerStep,
  },
];

const SYMBOLS: Readonly<Record<string, string>> = { lambda: "\u03bb", gamma: "\u03b3", alpha: "\u03b1" };

/** "λ = 0.1, γ = 2". */
export function describeOptions(options: Readonly<Record<string, number>>): string {
  return Object.entries(options)
    .map(([name, value]) => `${SYMBOLS[name] ?? name} = ${Number(value.toPrecision(3))}`)
    .join(", ");
}

/** The variants in the order in which they first come. */
export function groupRuns<R extends ComparedRun>(results: readonly R[]): RunGroup<R>[] {
  const variants = new Map<string, { mapping: string; options: string; runs: R[] }>();
  for (const run of results) {
    const options = describeOptions(run.config.mappingOptions);
    const key = JSON.stringify([run.config.mapping, run.config.mappingOptions]);
    const known = variants.get(key);
    if (known === undefined) variants.set(key, { mapping: run.config.mapping, options, runs: [run] });
    else known.runs.push(run);
  }
  for (const { runs } of variants.values()) runs.sort((a, b) => a.config.seed - b.config.seed);
  return Array.from(variants.values());
}

/** One row of the table: a figure a measure, in their order, each with whether none is better as far as its digits show. */
export interface SummaryRow<R extends ComparedRun = SpamRunResult> {
  readonly variant: RunGroup<R>;
  readonly figures: readonly {
    readonly measure: SpamMeasure<R>;
    readonly spread: MeanStd | null;
    readonly best: boolean;
  }[];
}

/** A run that diverged leaves its variant without a figure, not the comparison without a report. */
function spreadOf(values: readonly (number | null)[]): MeanStd | null {
  if (!values.every((value) => value !== null)) return null;
  return values.every(Number.isFinite) ? meanStd(values) : { mean: Number.NaN, std: null, count: values.length };
}

export function summarize<R extends ComparedRun>(
  variants: readonly RunGroup<R>[],
  measures: readonly SpamMeasure<R>[],
): SummaryRow<R>[] {
  const spreads = variants.map(({ runs }) => measures.map((measure) => spreadOf(runs.map(measure.of))));
  const shown = (row: number, column: number): number => {
    const { digits, scale } = measures[column]!;
    return Number(((spreads[row]![column]?.mean ?? Number.NaN) * scale).toFixed(digits));
  };
  const best = measures.map((measure, column) => {
    const means = variants.map((_, row) => shown(row, column)).filter(Number.isFinite);
    if (measure.best === "none") return Number.NaN;
    return measure.best === "highest" ? Math.max(...means) : Math.min(...means);
  });
  return variants.map((variant, row) => ({
    variant,
    figures: measures.map((measure, column) => ({
      measure,
      spread: spreads[row]![column] ?? null,
      // With one variant, or with all alike, nothing is better than anything.
      best: shown(row, column) === best[column] && variants.some((_, other) => shown(other, column) !== best[column]),
    })),
  }));
}

/** The rows as data: the figures unrounded by their keys, null where there is none. */
export function summaryRecords<R extends ComparedRun>(rows: readonly SummaryRow<R>[]): object[] {
  return rows.map(({ variant, figures }) => ({
    mapping: variant.mapping,
    mappingOptions: variant.runs[0]!.config.mappingOptions,
    seeds: variant.runs.map(({ config }) => config.seed),
    figures: Object.fromEntries(
      figures.map(({ measure, spread: found }) => [
        measure.key,
        found === null ? null : { mean: found.mean, deviation: found.std },
      ]),
    ),
  }));
}
