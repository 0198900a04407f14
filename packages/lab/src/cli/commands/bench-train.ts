/** `fenchel bench train`: time of a training step of a task with each mapping, on the same batches in one process. */
import type { Command } from "commander";
import { endingSettings, measureSteps } from "../../bench/steps.ts";
import { dataFolder } from "../../datasets/kit/data-folder.ts";
import { completeSettings } from "../../compare/grid-search.ts";
import { tasks } from "../../tasks/index.ts";
import { stepsTable } from "../terminal/bench-text.ts";
import { Exit, UserError } from "../terminal/errors.ts";
import { checkWritable, writeFileAtomically } from "../parse/files.ts";
import { commandLine, machine } from "../terminal/environment.ts";
import { unknownName } from "../terminal/suggest.ts";
import { integerOption, numberOption } from "../parse/numbers.ts";
import { print, warn } from "../terminal/output.ts";
import { formatDuration, makeProgress, progressBar, type Progress } from "../terminal/progress.ts";
import { interruptible, Interrupted } from "../terminal/signals.ts";
import { addTaskSettings, checkStudyChoices, readStudySettings } from "../parse/task-options.ts";
import { parseChoices } from "../parse/training-options.ts";
import { version } from "../../base/version.ts";

interface StepsCommandOptions {
  readonly mappings?: string;
  readonly seconds: string;
  readonly seed: string;
  readonly dataDir?: string;
  readonly json?: string;
}

/** What is asked for. Throws a UserError for what there is none of, before anything is read. */
function readRequest(task: string, options: StepsCommandOptions, names: readonly string[]) {
  const study = tasks.find(({ name }) => name === task);
  if (study === undefined) {
    const known = tasks.map(({ name }) => name);
    throw new UserError(unknownName("task", task, known));
  }
  const choices = options.mappings === undefined ? study.mappings : parseChoices(options.mappings);
  const steps = study.settings.filter(({ name }) => !endingSettings.includes(name));
  const given = readStudySettings(
    { ...study, settings: steps },
    options as unknown as Readonly<Record<string, unknown>>,
    names,
  );
  if (options.json !== undefined) checkWritable("--json", options.json);
  return {
    study,
    folder: dataFolder(options.dataDir),
    choices: checkStudyChoices(study, choices),
    settings: completeSettings(study, given),
    seed: integerOption("--seed", options.seed, 0, 2 ** 32 - 1),
    seconds: numberOption("--seconds", options.seconds, "a number of seconds above 0 is needed", (value) => value > 0),
  };
}

type Request = ReturnType<typeof readRequest>;

/** Reads the data and measures, with progress on standard error. */
async function measure({ study, folder, ...request }: Request, progress: Progress, signal: AbortSignal) {
  const say = (line: string) => progress.show([line], line);
  say(`reading the data of ${study.name}`);
  const data = await study.load(folder, request.settings);
  const start = performance.now();
  say(`compiling ${request.choices.length} models`);
  const measured = await measureSteps(study, data, request, {
    signal,
    onBatch({ seconds, counted, compiled }) {
      const share = Math.min(1, seconds / request.seconds);
      const left = formatDuration(Math.max(0, request.seconds - seconds));
      const line = `${counted} batches counted, ${compiled} compiled with, ${left} left`;
      progress.show([`${progressBar(share)} ${line}`], `${study.name}: ${line}`);
    },
  });
  return { data, measured, seconds: (performance.now() - start) / 1000 };
}

async function steps(task: string, options: StepsCommandOptions, names: readonly string[]): Promise<void> {
  const request = readRequest(task, options, names);
  const { study, choices, settings, seed } = request;
  const progress = makeProgress(process.stderr);
  const { data, measured, seconds } = await interruptible((signal) => measure(request, progress, signal))
    .catch((error: unknown) => {
      if (!(error instanceof Interrupted)) throw error;
      progress.end();
      warn("fenchel: stopped; nothing is kept");
      throw new Exit(error.code);
    })
    .finally(progress.end);
  await print(
    `A training step of ${study.name}, forward, backward and update; ratios on the same batches.\n${stepsTable(choices, measured)}`,
  );
  if (options.json === undefined) return;
  const { checksum, train, note } = data;
  const report = {
    date: new Date().toISOString(),
    machine: machine(),
    version: version(),
    command: commandLine(),
    task: study.name,
    data: { checksum, train, note },
    settings: Object.fromEntries(Object.entries(settings).filter(([name]) => !endingSettings.includes(name))),
    seed,
    seconds,
    ...measured,
  };
  writeFileAtomically(options.json, `${JSON.stringify(report, null, 2)}\n`);
}

const more = `
Every mapping trains a model of its own, all in this process, each one step on a batch before all go on to the next batch. A ratio is
the median over batches of a step's time with the mapping over that with softmax (or the first mapping that is named): other work on the
machine slows both alike, and a step's time is the processor's where the clock shows more. The first step with arrays of new shapes,
with which the engine compiles, is not counted. Nothing is kept.

All models share the memory that is told: name one mapping alone for that of a single training.

Examples:
  fenchel bench train entailment
  fenchel bench train translation --model transformer --mappings softmax,fusedmax:lambda=0.2 --seconds 60 --json steps.json
  fenchel bench train translation --mappings fusedmax        time and memory of one training`;

/** Adds the command to `bench`. */
export function addBenchTrainCommand(bench: Command): void {
  const command = bench
    .command("train")
    .summary("speed and memory of training with each mapping")
    .description("Measures milliseconds of a task's training step, their ratio to softmax, and peak memory.")
    .argument("<task>", `one of ${tasks.map(({ name }) => name).join(", ")}`)
    .option(
      "--mappings <list>",
      "mappings, separated by commas, with options as in fusedmax:lambda=0.2 (default the task's own)",
    )
    .option(
      "--seconds <seconds>",
      "time for the steps that count, about; reading the data and compiling come on top",
      "90",
    )
    .option("--seed <seed>", "seed of the parameters and of the order of batches", "1")
    .option("--data-dir <folder>", "folder with the task's data (default FENCHEL_DATA, then the cache of fenchel data)")
    .option("--json <file>", "also write the results as JSON");
  const names = addTaskSettings(command, tasks, endingSettings);
  command
    .addHelpText("after", more)
    .action((task: string, options: StepsCommandOptions) => steps(task, options, names));
}
