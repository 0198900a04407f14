/** A comparison of a study's choices over seeds: options tuned on the dev set and a common start, when these are asked for. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { compareRuns, type Planned, type RunsOptions } from "./compare-runs.ts";
import { labelOf } from "./plan.ts";
import { runFiles } from "../training/run-dir.ts";
import { finishedRun } from "../tasks/run-task.ts";
import type { AttentionSpec, SettingValue, Task, RunConfig, TaskData, RunResult } from "../tasks/task.ts";
import type { TaskJob } from "./task-worker.ts";
import { significanceReport, type SignificanceReport } from "./significance.ts";

export interface PlannedRun extends Planned {
  readonly config: RunConfig;
  /** Folder of the run whose parameters this one begins with. */
  readonly from?: string;
}

export type Settings = Readonly<Record<string, SettingValue>>;

/** The settings of a study: its defaults, changed by what is given. Throws a RangeError for a name it does not have. */
export function completeSettings(study: Task, given: Settings): Settings {
  const unknown = Object.keys(given).find((name) => !study.settings.some((setting) => setting.name === name));
  if (unknown !== undefined) throw new RangeError(`${unknown} is no setting of the task ${study.name}`);
  return { ...Object.fromEntries(study.settings.map(({ name, value }) => [name, value])), ...given };
}

export interface ComparisonRequest {
  readonly choices: readonly AttentionSpec[];
  readonly seeds: readonly number[];
  /** All of the study's settings. */
  readonly settings: Settings;
  /** Where the runs' folders go. */
  readonly folder: string;
}

interface PlanOptions {
  /** The run of each seed that its runs begin with, when they begin with another's parameters. */
  readonly starts?: ReadonlyMap<number, { readonly folder: string; readonly digest: string }>;
}

/** The runs, seed by seed, so that a comparison that is stopped early has whole rounds. */
export function planRuns(
  study: Task,
  { choices, seeds, settings, folder }: ComparisonRequest,
  dataChecksum: string,
  { starts }: PlanOptions = {},
): PlannedRun[] {
  return seeds.flatMap((seed) =>
    choices.map((choice): PlannedRun => {
      const { mapping, options } = study.complete(choice);
      const start = starts?.get(seed);
      return {
        name: `${labelOf(choice, " ", " ")} seed ${seed}`,
        folder: join(folder, `${labelOf(choice, "-", "")}-seed${seed}`),
        config: {
          task: study.name,
          mapping,
          mappingOptions: options,
          seed,
          settings,
          dataChecksum,
          ...(start === undefined ? {} : { startedFrom: start.digest }),
        },
        ...(start === undefined ? {} : { from: start.folder }),
      };
    }),
  );
}

export type TaskRunsOptions = RunsOptions<PlannedRun, RunResult>;

function runPlan(
  study: Task,
  plan: readonly PlannedRun[],
  data: TaskData,
  options: TaskRunsOptions,
  script: string | URL = new URL("./task-worker.js", import.meta.url),
): Promise<RunResult[]> {
  return compareRuns(
    plan,
    {
      script,
      ended: ({ folder, config }) => finishedRun(study, folder, config),
      message: ({ config, folder, from }): TaskJob => ({ config, folder, data, from }),
    },
    options,
  );
}

/** What a stage of a comparison is, for whoever shows its progress. */
export type Stage = "tuning" | "common start" | "comparison";

export interface CompareOptions {
  /** Choose the options of every mapping that names none from the study's grid, on the dev set, with the first seed. */
  readonly tune: boolean;
  /** Let every run go on from one softmax run of its seed, for the study's `warmEpochs` at `warmLearningRate`. */
  readonly warmStart: boolean;
  /** How a stage's runs are run: with how many processes, and who hears of them. */
  readonly stage: (stage: Stage, plan: readonly PlannedRun[]) => TaskRunsOptions;
  /** Module of a run's process, for tests of what happens around it. */
  readonly script?: string | URL;
}

/** What was chosen for a mapping, from what. */
export interface GridSearchResult {
  readonly mapping: string;
  readonly tried: readonly {
    readonly options: AttentionSpec["options"];
    readonly accuracy: number;
    readonly loss: number;
  }[];
  readonly chosen: AttentionSpec["options"];
}

export interface Comparison {
  readonly results: readonly RunResult[];
  readonly tuned: readonly GridSearchResult[];
  /** Null where the study keeps no items. */
  readonly tested: SignificanceReport | null;
}

/** The better of two runs on the dev set: higher accuracy, then lower loss, of the epoch that was kept. */
function devScores({ epochs, bestEpoch }: RunResult): { accuracy: number; loss: number } {
  const { devAccuracy, devLoss } = epochs[bestEpoch - 1] ?? { devAccuracy: 0, devLoss: Infinity };
  return { accuracy: devAccuracy, loss: devLoss };
}

/** Runs every point of the grid with the first seed, the dev split in the test split's place. */
async function tune(
  study: Task,
  data: TaskData,
  request: ComparisonRequest,
  { stage, script }: CompareOptions,
  starts: PlanOptions,
): Promise<GridSearchResult[]> {
  const open = request.choices.filter(({ mapping, options }) => {
    return Object.keys(options).length === 0 && (study.grid?.[mapping]?.length ?? 0) > 1;
  });
  const choices = open.flatMap(({ mapping }) => study.grid![mapping]!.map((options) => ({ mapping, options })));
  if (choices.length === 0 || study.withHiddenTest === undefined) return [];
  const blind = study.withHiddenTest(data);
  const seeds = request.seeds.slice(0, 1);
  const folder = join(request.folder, "tuning");
  const plan = planRuns(study, { ...request, choices, seeds, folder }, blind.checksum, starts);
  const results = await runPlan(study, plan, blind, stage("tuning", plan), script);
  return open.map(({ mapping }) => {
    const tried = choices.flatMap((choice, i) => {
      return choice.mapping === mapping ? [{ options: choice.options, ...devScores(results[i]!) }] : [];
    });
    const best = tried.toSorted((a, b) => b.accuracy - a.accuracy || a.loss - b.loss)[0]!;
    return { mapping, tried, chosen: best.options };
  });
}

/** A softmax run of every seed that all others of the seed go on from. */
async function commonStarts(
  study: Task,
  data: TaskData,
  request: ComparisonRequest,
  { stage, script }: CompareOptions,
): Promise<NonNullable<PlanOptions["starts"]>> {
  // Its test scores are not for anybody: only its parameters are.
  const blind = study.withHiddenTest?.(data) ?? data;
  const folder = join(request.folder, "start");
  const choices = [{ mapping: "softmax", options: {} }];
  // What comes after the start does not make it another.
  const { warmEpochs, warmLearningRate } = completeSettings(study, {});
  const settings = { ...request.settings, warmEpochs: warmEpochs!, warmLearningRate: warmLearningRate! };
  const plan = planRuns(study, { ...request, settings, choices, folder }, blind.checksum);
  await runPlan(study, plan, blind, stage("common start", plan), script);
  return new Map(
    plan.map((run) => {
      const model = readFileSync(runFiles(run.folder).model);
      const digest = createHash("sha256").update(model).digest("hex");
      return [run.config.seed, { folder: run.folder, digest }];
    }),
  );
}

/**
 * Trains every choice with every seed; results in the order of the plan, seed by seed. With `warmStart` the table compares the last
 * part of training only: one softmax run of each seed is trained first, then every choice, softmax too, goes on from it for the same
 * number of steps. Throws like `compareRuns`, and a RangeError when the study cannot do what is asked for.
 */
export async function compareTask(
  study: Task,
  data: TaskData,
  request: ComparisonRequest,
  options: CompareOptions,
): Promise<Comparison> {
  let { settings } = request;
  let plan: PlanOptions = {};
  if (options.warmStart) {
    const { warmEpochs, warmLearningRate } = settings;
    if (warmEpochs === undefined || warmLearningRate === undefined) {
      throw new RangeError(`the task ${study.name} has no common start`);
    }
    plan = { starts: await commonStarts(study, data, request, options) };
    settings = { ...settings, epochs: warmEpochs, learningRate: warmLearningRate };
  }
  const asked = { ...request, settings };
  const tuned = options.tune ? await tune(study, data, asked, options, plan) : [];
  const chosen = request.choices.map((choice): AttentionSpec => {
    const found = Object.keys(choice.options).length > 0 ? undefined : tuned.find((t) => t.mapping === choice.mapping);
    return found === undefined ? choice : { mapping: choice.mapping, options: found.chosen };
  });
  // What the tuning chose may be what was asked for beside it: that is one choice.
  const choices = [...new Map(chosen.map((choice) => [JSON.stringify(study.complete(choice)), choice])).values()];
  const runs = planRuns(study, { ...asked, choices }, data.checksum, plan);
  const results = await runPlan(study, runs, data, options.stage("comparison", runs), options.script);
  return { results, tuned, tested: significanceReport(study, runs) };
}
