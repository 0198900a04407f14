/** Grid search of mapping options on the dev set. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { AttentionOptions } from "../tasks/attention.ts";
import type { RunResult, Task, TaskData } from "../tasks/task.ts";
import {
  planRuns,
  runPlan,
  type ComparisonRequest,
  type InitialRuns,
  type PlannedRun,
  type RunsOptions,
} from "./plan.ts";

/** Grid of a mapping and the point that was selected. */
export interface GridSearchResult {
  readonly mapping: string;
  readonly tried: readonly {
    readonly options: AttentionOptions;
    readonly accuracy: number;
    readonly loss: number;
  }[];
  readonly chosen: AttentionOptions;
}

/** The data with the dev split in the test split's place, without examples: what selects options must not see the test set. */
export function withHiddenTest<V, S>(data: TaskData<V, S>): TaskData<V, S> {
  return {
    ...data,
    checksum: createHash("sha256").update(`${data.checksum} dev for test`).digest("hex"),
    test: data.dev,
    examples: null,
    counts: { ...data.counts, test: data.counts.dev },
  };
}

/** Dev scores of the epoch that was kept. */
function devScores({ epochs, bestEpoch }: RunResult): { accuracy: number; loss: number } {
  const { devAccuracy, devLoss } = epochs[bestEpoch - 1] ?? { devAccuracy: 0, devLoss: Infinity };
  return { accuracy: devAccuracy, loss: devLoss };
}

/**
 * Trains every point of the grid of every mapping that is requested without options, with the first seed, and selects by dev accuracy,
 * then dev loss. Throws like `runPlan`.
 */
export async function gridSearch(
  task: Task,
  data: TaskData,
  request: ComparisonRequest,
  optionsOf: (plan: readonly PlannedRun[]) => RunsOptions,
  initial?: InitialRuns,
): Promise<GridSearchResult[]> {
  const open = request.mappings.filter(({ mapping, options }) => {
    return Object.keys(options).length === 0 && (task.grid[mapping]?.length ?? 0) > 1;
  });
  const mappings = open.flatMap(({ mapping }) => task.grid[mapping]!.map((options) => ({ mapping, options })));
  if (mappings.length === 0) return [];
  const hidden = withHiddenTest(data);
  const seeds = request.seeds.slice(0, 1);
  const folder = join(request.folder, "tuning");
  const plan = planRuns(task, { ...request, mappings, seeds, folder }, hidden.checksum, initial);
  const results = await runPlan(task, plan, hidden, optionsOf(plan));
  return open.map(({ mapping }) => {
    const tried = mappings.flatMap((spec, i) =>
      spec.mapping === mapping ? [{ options: spec.options, ...devScores(results[i]!) }] : [],
    );
    const best = tried.toSorted((a, b) => b.accuracy - a.accuracy || a.loss - b.loss)[0]!;
    return { mapping, tried, chosen: best.options };
  });
}
