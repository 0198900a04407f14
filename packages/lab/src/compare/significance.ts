/** Confidence intervals of a score and significance of its differences between mappings, from the runs' predictions per test example. */
import { bootstrapInterval, pairedSignificance, type SufficientStatistics } from "../metrics/index.ts";
import type { AttentionOptions } from "../tasks/attention.ts";
import type { Task } from "../tasks/task.ts";
import { readPredictions } from "../training/run-dir.ts";
import type { PlannedRun } from "./plan.ts";

/** Score of a mapping on the test set with one seed. */
export interface TestedMapping {
  readonly mapping: string;
  readonly options: AttentionOptions;
  readonly score: number;
  /** 95 % confidence interval, by bootstrap over the test examples. */
  readonly low: number;
  readonly high: number;
  /** Difference to the first mapping; null for itself. */
  readonly against: { readonly difference: number; readonly pValue: number } | null;
}

/** The comparison of one seed's runs. */
export interface SignificanceReport {
  readonly key: string;
  readonly seed: number;
  readonly items: number;
  readonly resamples: number;
  readonly mappings: readonly TestedMapping[];
}

const RESAMPLES = 1000;

/** Compares the runs of the plan's first seed; null where one of them keeps no predictions. */
export function significanceReport({ compared }: Task, plan: readonly PlannedRun[]): SignificanceReport | null {
  const seed = plan[0]?.config.seed;
  if (seed === undefined) return null;
  const runs = plan.filter(({ config }) => config.seed === seed);
  const read = runs.map(({ folder }) => readPredictions(folder));
  const all = read.flatMap((found): SufficientStatistics[] => {
    if (found === null) return [];
    const { rows, width } = found;
    return [{ rows: Float64Array.from(rows), width, score: (sums, count) => compared.score(sums, count) }];
  });
  const [first] = all;
  if (first === undefined || all.length < runs.length) return null;
  const options = { resamples: RESAMPLES, seed: 1 };
  const mappings = runs.map(({ config }, i): TestedMapping => {
    const { estimate, low, high } = bootstrapInterval(all[i]!, options);
    const tested = i === 0 ? null : pairedSignificance(first, all[i]!, options);
    return {
      mapping: config.mapping,
      options: config.mappingOptions,
      score: estimate,
      low,
      high,
      against: tested === null ? null : { difference: tested.difference, pValue: tested.pValue },
    };
  });
  return { key: compared.key, seed, items: first.rows.length / first.width, resamples: RESAMPLES, mappings };
}
