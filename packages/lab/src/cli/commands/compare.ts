/** `fenchel compare`: trains a task's model with every mapping and seed, prints the table, writes the report. */
import { availableParallelism, cpus } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { spamTasks, type SpamTask } from "../../tasks/spam/task.ts";
import type { ReportMeta } from "../../report/page.ts";
import { writeReport } from "../../report/write-report.ts";
import { writeStudyReport } from "../../report/write-study-report.ts";
import { tasks } from "../../tasks/index.ts";
import type { Task } from "../../tasks/task.ts";
import { defaultMappingOptions } from "../../tasks/spam/config.ts";
import { comparisonTable, studyTable } from "../terminal/comparison-text.ts";
import { UserError } from "../terminal/errors.ts";
import { checkFolder } from "../parse/files.ts";
import { commandLine } from "../terminal/environment.ts";
import { unknownName } from "../terminal/suggest.ts";
import { integerOption } from "../parse/numbers.ts";
import { print } from "../terminal/output.ts";
import { formatDuration } from "../terminal/progress.ts";
import { addTaskSettings, checkStudyChoices, flagOf, readStudySettings } from "../parse/task-options.ts";
import { trainStudy } from "../study-training.ts";
import { trainWithProgress } from "../training.ts";
import {
  checkListed,
  ownSettings,
  parseChoices,
  readSettings,
  refuseTwins,
  settingNames,
} from "../parse/training-options.ts";
import { version } from "../../base/version.ts";

interface CompareOptions {
  readonly mappings?: string;
  readonly seeds?: string;
  readonly jobs?: string;
  readonly out?: string;
  readonly fresh?: boolean;
  readonly dataDir?: string;
  readonly tune?: boolean;
  readonly warmStart?: boolean;
}

const examples = `
Examples:
  fenchel compare                                  spam with all mappings: runs/spam/report.html
  fenchel compare spam --mappings softmax,fusedmax:lambda=0.2 --seeds 1 --epochs 2 --out runs/try
  fenchel compare spam --fresh                     train everything anew

A run that was stopped, or killed, goes on from its last checkpoint when the same command is given again.`;

/** Jobs at a time: as many as asked for, by default one a core. */
export function readJobs(text: string | undefined): number {
  return text === undefined ? availableParallelism() : integerOption("--jobs", text, 1, 256);
}

interface DataFacts {
  readonly checksum: string;
  readonly train: number;
  readonly dev: number;
  readonly test: number;
  readonly note?: string;
}

/** What the report says of where its figures come from. */
function provenance(task: string, description: string, data: DataFacts): Omit<ReportMeta, "labels"> {
  const processor = cpus()[0]?.model.trim();
  const { checksum, train, dev, test, note } = data;
  return {
    task,
    data: { description, checksum, train, dev, test, ...(note === undefined ? {} : { note }) },
    command: commandLine(),
    date: new Date(),
    machine: {
      cores: availableParallelism(),
      ...(processor === undefined || processor === ""
        ? {}
        : { description: `${processor}, Node ${process.versions.node}` }),
    },
    version: version(),
  };
}

function readSeeds(text: string | undefined, usual: number): number[] {
  const seeds = text === undefined ? usual : integerOption("--seeds", text, 1, 1000);
  return Array.from({ length: seeds }, (_, i) => i + 1);
}

async function compareTask(task: SpamTask, options: CompareOptions, names: readonly string[]): Promise<void> {
  const given = options as Readonly<Record<string, unknown>>;
  const others = names.filter((name) => !settingNames().includes(name));
  for (const name of [...others, "dataDir", "tune", "warmStart"]) {
    if (given[name] !== undefined) throw new UserError(`${flagOf(name)} has no meaning for the task ${task.name}`);
  }
  const choices = parseChoices(options.mappings ?? task.mappings.join(",")).map(checkListed);
  refuseTwins(choices, ({ mapping, options: own }) => ({ ...defaultMappingOptions(mapping), ...own }));
  const folder = options.out ?? join("runs", task.name);
  checkFolder("--out", folder);
  const trained = await trainWithProgress({
    task,
    choices,
    seeds: readSeeds(options.seeds, task.seeds),
    settings: readSettings(given),
    placeRuns: (runs) => runs,
    folder,
    jobs: readJobs(options.jobs),
    fresh: options.fresh === true,
  });
  const { train, dev, test, checksum, labels } = trained.data;
  const facts = { checksum, train: train.length, dev: dev.length, test: test.length };
  const meta = { ...provenance(task.name, task.description, facts), labels };
  const paths = writeReport(trained.results, folder, meta);
  await print(`${comparisonTable(trained.results)}\n${paths.html}  (${formatDuration(trained.seconds)})\n`);
}

async function compareStudyTask(named: Task, options: CompareOptions, names: readonly string[]): Promise<void> {
  const { tune = false, warmStart = false } = options;
  const given = readStudySettings(named, options as Readonly<Record<string, unknown>>, names);
  const study = named.under?.(given) ?? named;
  if (warmStart && !study.settings.some(isWarm)) {
    throw new UserError(`--warm-start has no meaning for the task ${study.name}`);
  }
  if (tune && study.grid === undefined) throw new UserError(`the task ${study.name} has no grid to --tune on`);
  const choices = options.mappings === undefined ? study.mappings : parseChoices(options.mappings);
  const folder = options.out ?? join("runs", study.name);
  checkFolder("--out", folder);
  checkStudyChoices(study, choices);
  // What is open to tuning is not yet what a default makes of it.
  if (!tune) refuseTwins(choices, (choice) => study.complete(choice).options);
  const trained = await trainStudy({
    study,
    choices,
    seeds: readSeeds(options.seeds, study.seeds),
    settings: given,
    folder,
    jobs: readJobs(options.jobs),
    fresh: options.fresh === true,
    tune,
    warmStart,
    dataDir: options.dataDir,
  });
  const { results, settings, tuned, tested } = trained;
  const paths = writeStudyReport(study, results, folder, {
    ...provenance(study.name, study.description, trained.data),
    settings,
    tuned,
    tested,
    warmStart: warmStart ? { epochs: Number(settings["warmEpochs"]), before: Number(settings["epochs"]) } : null,
  });
  await print(`${studyTable(study, results)}\n${paths.html}  (${formatDuration(trained.seconds)})\n`);
}

/** The setting of a study that can continue a common start. */
const isWarm = ({ name }: { readonly name: string }): boolean => name === "warmEpochs";

/** Names of all tasks that can be compared. */
export function taskNames(): string[] {
  return [...spamTasks, ...tasks].map(({ name }) => name);
}

/** Adds the command to the program. */
export function addCompareCommand(program: Command): void {
  const seeds = [...spamTasks, ...tasks].map((task) => `${task.name} ${task.seeds}`).join(", ");
  const tunable = tasks.flatMap(({ name, grid }) => (grid === undefined ? [] : [name])).join(", ");
  const warm = tasks.flatMap(({ name, settings }) => (settings.some(isWarm) ? [name] : [])).join(", ");
  const command = program
    .command("compare")
    .summary("train with every mapping and write a report")
    .description(
      "Trains a task's model once per mapping and seed, prints the table, and writes report.html and report.json.",
    )
    .argument("[task]", `one of ${taskNames().join(", ")}`, "spam")
    .option(
      "--mappings <list>",
      "mappings, separated by commas, with options as in fusedmax:lambda=0.2 (default the task's own)",
    )
    .option("--seeds <count>", `runs of every mapping, with seeds 1, 2, ... (default for ${seeds})`)
    .option("--jobs <count>", "runs at a time, each in a process of its own (default one a core)")
    .option("--out <folder>", "folder of the runs and the report (default runs/TASK)")
    .option("--fresh", "train every run anew, whatever the folder holds")
    .option("--data-dir <folder>", "folder with the task's data (default FENCHEL_DATA, then the cache of fenchel data)")
    .option("--tune", `choose the mappings' options on the dev set first (${tunable})`)
    .option("--warm-start", `let every mapping continue one softmax run for the last part of training (${warm})`);
  const names = addTaskSettings(command, [
    ...spamTasks.map(({ name }) => ({ name, settings: ownSettings() })),
    ...tasks,
  ]);
  command.addHelpText("after", examples).action(async (name: string, options: CompareOptions) => {
    const task = spamTasks.find((one) => one.name === name);
    const study = tasks.find((one) => one.name === name);
    if (task !== undefined) await compareTask(task, options, names);
    else if (study !== undefined) await compareStudyTask(study, options, names);
    else throw new UserError(unknownName("task", name, taskNames()));
  });
}
