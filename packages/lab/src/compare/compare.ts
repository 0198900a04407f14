/** Comparison of a task's mappings over seeds: options tuned on the dev set and fine-tuning from softmax, when these are requested. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { AttentionSpec } from "../tasks/attention.ts";
import { specs } from "../tasks/attention.ts";
import { completeSettings } from "../tasks/settings.ts";
import type { RunResult, Task, TaskData } from "../tasks/task.ts";
import { runFiles } from "../training/run-dir.ts";
import { gridSearch, withHiddenTest, type GridSearchResult } from "./grid-search.ts";
import {
  planRuns,
  runPlan,
  type ComparisonRequest,
  type InitialRuns,
  type PlannedRun,
  type RunsOptions,
} from "./plan.ts";
import { significanceReport, type SignificanceReport } from "./significance.ts";

/** Stage of a comparison, for progress. */
export type Stage = "tuning" | "pretraining" | "comparison";

export interface CompareOptions {
  /** Select the options of every mapping that is requested without any from the task's grid, on the dev set, with the first seed. */
  readonly tune?: boolean;
  /** Fine-tune every run from one softmax model per seed, for `finetuneEpochs` at `finetuneLr`. */
  readonly initFromSoftmax?: boolean;
  /** Options of a stage's runs. */
  readonly stage: (stage: Stage, plan: readonly PlannedRun[]) => RunsOptions;
}

export interface Comparison {
  readonly results: readonly RunResult[];
  readonly tuned: readonly GridSearchResult[];
  /** Null where a run keeps no predictions. */
  readonly tested: SignificanceReport | null;
}

/** Names of the settings that end a training or say what follows it. */
export const FINETUNE_SETTINGS = ["finetuneEpochs", "finetuneLr"] as const;

/** One softmax model of every seed, from which all runs of the seed are fine-tuned. */
async function pretrain(
  task: Task,
  data: TaskData,
  request: ComparisonRequest,
  { stage }: CompareOptions,
): Promise<InitialRuns> {
  // Its parameters are needed, not its test scores.
  const hidden = withHiddenTest(data);
  const folder = join(request.folder, "start");
  const standard = completeSettings(task.settings, {});
  const settings = { ...request.settings };
  // Fine-tuning does not change what it starts from.
  for (const name of FINETUNE_SETTINGS) settings[name] = standard[name]!;
  const plan = planRuns(task, { ...request, settings, mappings: specs(["softmax"]), folder }, hidden.checksum);
  await runPlan(task, plan, hidden, stage("pretraining", plan));
  return new Map(
    plan.map((run) => {
      const model = readFileSync(runFiles(run.folder).model);
      const digest = createHash("sha256").update(model).digest("hex");
      return [run.config.seed, { folder: run.folder, digest }];
    }),
  );
}

/**
 * Trains every mapping with every seed; results in the order of the plan, seed by seed. With `initFromSoftmax` one softmax model of each
 * seed is trained first, and every mapping, softmax too, is fine-tuned from it for the same number of steps. Throws like `runPlan`, and a
 * RangeError for a task that cannot do what is requested.
 */
export async function compareTask(
  task: Task,
  data: TaskData,
  request: ComparisonRequest,
  options: CompareOptions,
): Promise<Comparison> {
  let { settings } = request;
  let initial: InitialRuns | undefined;
  if (options.initFromSoftmax === true) {
    const { finetuneEpochs, finetuneLr } = settings;
    if (finetuneEpochs === undefined || finetuneLr === undefined) {
      throw new RangeError(`${task.name} does not support --init-from-softmax`);
    }
    initial = await pretrain(task, data, request, options);
    settings = { ...settings, epochs: finetuneEpochs, learningRate: finetuneLr };
  }
  const asked = { ...request, settings };
  const tuned =
    options.tune === true ? await gridSearch(task, data, asked, (plan) => options.stage("tuning", plan), initial) : [];
  const chosen = request.mappings.map((spec): AttentionSpec => {
    const found =
      Object.keys(spec.options).length > 0 ? undefined : tuned.find(({ mapping }) => mapping === spec.mapping);
    return found === undefined ? spec : { mapping: spec.mapping, options: found.chosen };
  });
  // The grid search may select what was requested beside it: that is one specification.
  const mappings = [
    ...new Map(
      chosen.map((spec) => [JSON.stringify(task.attention.resolve(spec).options) + spec.mapping, spec]),
    ).values(),
  ];
  const plan = planRuns(task, { ...asked, mappings }, data.checksum, initial);
  const results = await runPlan(task, plan, data, options.stage("comparison", plan));
  return { results, tuned, tested: significanceReport(task, plan) };
}
