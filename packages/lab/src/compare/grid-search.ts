/** A comparison of a study's choices over seeds: options tuned on the dev set and a common start, when these are asked for. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { compareRuns, type Planned, type RunsOptions } from "./compare-runs.ts";
import { labelOf } from "./plan.ts";
import { runFiles } from "../training/run-dir.ts";
import { endedStudyRun } from "../tasks/run-task.ts";
import type { Choice, SettingValue, Study, StudyConfig, StudyData, StudyResult } from "../tasks/task.ts";
import type { StudyJob } from "./task-worker.ts";
import { testDifferences, type TestedDifferences } from "./significance.ts";

export interface PlannedStudyRun extends Planned {
  readonly config: StudyConfig;
  /** Folder of the run whose parameters this one begins with. */
  readonly from?: string;
}

export type Settings = Readonly<Record<string, SettingValue>>;

/** The settings of a study: its defaults, changed by what is given. Throws a RangeError for a name it does not have. */
export function completeSettings(study: Study, given: Settings): Settings {
  const unknown = Object.keys(given).find((name) => !study.settings.some((setting) => setting.name === name));
  if (unknown !== undefined) throw new RangeError(`${unknown} is no setting of the task ${study.name}`);
  return { ...Object.fromEntries(study.settings.map(({ name, value }) => [name, value])), ...given };
}

export interface StudyRequest {
  readonly choices: readonly Choice[];
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
export function planStudy(
  study: Study,
  { choices, seeds, settings, folder }: StudyRequest,
  dataChecksum: string,
  { starts }: PlanOptions = {},
): PlannedStudyRun[] {
  return seeds.flatMap((seed) =>
    choices.map((choice): PlannedStudyRun => {
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

export type StudyRunsOptions = RunsOptions<PlannedStudyRun, StudyResult>;

function runPlan(
  study: Study,
  plan: readonly PlannedStudyRun[],
  data: StudyData,
  options: StudyRunsOptions,
  script: string | URL = new URL("./task-worker.js", import.meta.url),
): Promise<StudyResult[]> {
  return compareRuns(
    plan,
    {
      script,
      ended: ({ folder, config }) => endedStudyRun(study, folder, config),
      message: ({ config, folder, from }): StudyJob => ({ config, folder, data, from }),
    },
    options,
  );
}

/** What a stage of a comparison is, for whoever shows its progress. */
export type Stage = "tuning" | "common start" | "comparison";

export interface CompareStudyOptions {
  /** Choose the options of every mapping that names none from the study's grid, on the dev set, with the first seed. */
  readonly tune: boolean;
  /** Let every run go on from one softmax run of its seed, for the study's `warmEpochs` at `warmLearningRate`. */
  readonly warmStart: boolean;
  /** How a stage's runs are run: with how many processes, and who hears of them. */
  readonly stage: (stage: Stage, plan: readonly PlannedStudyRun[]) => StudyRunsOptions;
  /** Module of a run's process, for tests of what happens around it. */
  readonly script?: string | URL;
}

/** What was chosen for a mapping, from what. */
export interface Tuned {
  readonly mapping: string;
  readonly tried: readonly { readonly options: Choice["options"]; readonly accuracy: number; readonly loss: number }[];
  readonly chosen: Choice["options"];
}

export interface StudyComparison {
  readonly results: readonly StudyResult[];
  readonly tuned: readonly Tuned[];
  /** Null where the study keeps no items. */
  readonly tested: TestedDifferences | null;
}

/** The better of two runs on the dev set: higher accuracy, then lower loss, of the epoch that was kept. */
function devScores({ epochs, bestEpoch }: StudyResult): { accuracy: number; loss: number } {
  const { devAccuracy, devLoss } = epochs[bestEpoch - 1] ?? { devAccuracy: 0, devLoss: Infinity };
  return { accuracy: devAccuracy, loss: devLoss };
}

/** Runs every point of the grid with the first seed, the dev split in the test split's place. */
async function tune(
  study: Study,
  data: StudyData,
  request: StudyRequest,
  { stage, script }: CompareStudyOptions,
  starts: PlanOptions,
): Promise<Tuned[]> {
  const open = request.choices.filter(({ mapping, options }) => {
    return Object.keys(options).length === 0 && (study.grid?.[mapping]?.length ?? 0) > 1;
  });
  const choices = open.flatMap(({ mapping }) => study.grid![mapping]!.map((options) => ({ mapping, options })));
  if (choices.length === 0 || study.withoutTest === undefined) return [];
  const blind = study.withoutTest(data);
  const seeds = request.seeds.slice(0, 1);
  const folder = join(request.folder, "tuning");
  const plan = planStudy(study, { ...request, choices, seeds, folder }, blind.checksum, starts);
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
  study: Study,
  data: StudyData,
  request: StudyRequest,
  { stage, script }: CompareStudyOptions,
): Promise<NonNullable<PlanOptions["starts"]>> {
  // Its test scores are not for anybody: only its parameters are.
  const blind = study.withoutTest?.(data) ?? data;
  const folder = join(request.folder, "start");
  const choices = [{ mapping: "softmax", options: {} }];
  // What comes after the start does not make it another.
  const { warmEpochs, warmLearningRate } = completeSettings(study, {});
  const settings = { ...request.settings, warmEpochs: warmEpochs!, warmLearningRate: warmLearningRate! };
  const plan = planStudy(study, { ...request, settings, choices, folder }, blind.checksum);
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
export async function compareStudy(
  study: Study,
  data: StudyData,
  request: StudyRequest,
  options: CompareStudyOptions,
): Promise<StudyComparison> {
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
  const chosen = request.choices.map((choice): Choice => {
    const found = Object.keys(choice.options).length > 0 ? undefined : tuned.find((t) => t.mapping === choice.mapping);
    return found === undefined ? choice : { mapping: choice.mapping, options: found.chosen };
  });
  // What the tuning chose may be what was asked for beside it: that is one choice.
  const choices = [...new Map(chosen.map((choice) => [JSON.stringify(study.complete(choice)), choice])).values()];
  const runs = planStudy(study, { ...asked, choices }, data.checksum, plan);
  const results = await runPlan(study, runs, data, options.stage("comparison", runs), options.script);
  return { results, tuned, tested: testDifferences(study, runs) };
}
