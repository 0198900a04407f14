/** How sure a score and its difference between choices are, from what the runs answered to every item of the test set. */
import { bootstrapInterval, pairedSignificance, type SufficientStatistics } from "../metrics/index.ts";
import { readPredictions } from "../training/run-dir.ts";
import type { PlannedRun } from "./grid-search.ts";
import type { AttentionSpec, Task } from "../tasks/task.ts";

/** A choice's score on the test items with one seed. */
export interface TestedMapping {
  readonly mapping: string;
  readonly options: AttentionSpec["options"];
  readonly score: number;
  /** The middle 95 % over test sets drawn from these items. */
  readonly low: number;
  readonly high: number;
  /** Against the first choice; none for itself. */
  readonly against: { readonly difference: number; readonly pValue: number } | null;
}

/** The comparison of one seed's runs. */
export interface SignificanceReport {
  readonly key: string;
  readonly seed: number;
  readonly items: number;
  readonly resamples: number;
  readonly choices: readonly TestedMapping[];
}

const RESAMPLES = 1000;

/** Compares the runs of the plan's first seed; null where the study or one of the runs has no items. */
export function significanceReport({ compared }: Task, plan: readonly PlannedRun[]): SignificanceReport | null {
  const seed = plan[0]?.config.seed;
  if (compared === undefined || seed === undefined) return null;
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
  const choices = runs.map(({ config }, i): TestedMapping => {
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
  return { key: compared.key, seed, items: first.rows.length / first.width, resamples: RESAMPLES, choices };
}
