/** The runs of a comparison, gathered by what is compared: one variant is a mapping with its options, run with one or more seeds. */

import { spread, type Spread } from "../metrics/spread.ts";
import type { RunResult } from "../run-types.ts";

export interface Variant {
  readonly mapping: string;
  /** "λ = 0.1, γ = 2", without options "". */
  readonly options: string;
  /** In the order of their seeds. */
  readonly runs: readonly RunResult[];
}

/** A figure of the table. */
export interface Measure {
  readonly key: string;
  readonly title: string;
  readonly unit: string;
  /** Digits after the point, once multiplied by `scale`. */
  readonly digits: number;
  readonly scale: number;
  readonly best: "highest" | "lowest";
  readonly of: (run: RunResult) => number;
}

export const MEASURES: readonly Measure[] = [
  {
    key: "accuracy",
    title: "Accuracy",
    unit: "%",
    digits: 2,
    scale: 100,
    best: "highest",
    of: (run) => run.test.accuracy,
  },
  { key: "f1", title: "F1", unit: "%", digits: 2, scale: 100, best: "highest", of: (run) => run.test.f1 },
  { key: "loss", title: "Loss", unit: "nats", digits: 3, scale: 1, best: "lowest", of: (run) => run.test.loss },
  {
    key: "zeros",
    title: "Exact zeros",
    unit: "%",
    digits: 1,
    scale: 100,
    best: "highest",
    of: (run) => run.test.zeros,
  },
  {
    key: "support",
    title: "Support",
    unit: "words",
    digits: 1,
    scale: 1,
    best: "lowest",
    of: (run) => run.test.support,
  },
  {
    key: "segments",
    title: "Segments",
    unit: "a text",
    digits: 1,
    scale: 1,
    best: "lowest",
    of: (run) => run.test.segments,
  },
  {
    key: "entropy",
    title: "Entropy",
    unit: "nats",
    digits: 2,
    scale: 1,
    best: "lowest",
    of: (run) => run.test.entropy,
  },
  {
    key: "secondsPerStep",
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
export function gatherVariants(results: readonly RunResult[]): Variant[] {
  const variants = new Map<string, { mapping: string; options: string; runs: RunResult[] }>();
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
export interface SummaryRow {
  readonly variant: Variant;
  readonly figures: readonly { readonly measure: Measure; readonly spread: Spread; readonly best: boolean }[];
}

/** A run that diverged leaves its variant without a figure, not the comparison without a report. */
function spreadOf(values: readonly number[]): Spread {
  return values.every(Number.isFinite) ? spread(values) : { mean: Number.NaN, deviation: null, count: values.length };
}

export function summarize(variants: readonly Variant[]): SummaryRow[] {
  const spreads = variants.map(({ runs }) => MEASURES.map((measure) => spreadOf(runs.map(measure.of))));
  const shown = (row: number, column: number): number => {
    const { digits, scale } = MEASURES[column]!;
    return Number((spreads[row]![column]!.mean * scale).toFixed(digits));
  };
  const best = MEASURES.map((measure, column) => {
    const means = variants.map((_, row) => shown(row, column)).filter(Number.isFinite);
    return measure.best === "highest" ? Math.max(...means) : Math.min(...means);
  });
  return variants.map((variant, row) => ({
    variant,
    figures: MEASURES.map((measure, column) => ({
      measure,
      spread: spreads[row]![column]!,
      // With one variant, or with all alike, nothing is better than anything.
      best: shown(row, column) === best[column] && variants.some((_, other) => shown(other, column) !== best[column]),
    })),
  }));
}
