/** `fenchel bench train`: training step time of a task with each mapping, on the same batches in one process. */
import type { Command } from "commander";
import { version } from "../../base/version.ts";
import { endingSettings, measureSteps } from "../../bench/steps.ts";
import { completeSettings } from "../../tasks/settings.ts";
import type { Task } from "../../tasks/task.ts";
import { checkWritable, writeFileAtomically } from "../parse/files.ts";
import { parseSpecs } from "../parse/mapping-specs.ts";
import { integerOption, numberOption } from "../parse/numbers.ts";
import { addSettings, addTaskCommands, readSettings } from "../parse/task-options.ts";
import { stepsTable } from "../terminal/bench-text.ts";
import { commandLine, machine } from "../terminal/environment.ts";
import { Exit } from "../terminal/errors.ts";
import { print, warn } from "../terminal/output.ts";
import { formatDuration, makeProgress, progressBar, type Progress } from "../terminal/progress.ts";
import { readData } from "../terminal/run-comparison.ts";
import { interruptible, Interrupted } from "../terminal/signals.ts";

interface BenchTrainOptions {
  readonly mappings?: string;
  readonly seconds: string;
  readonly seed: string;
  readonly dataDir?: string;
  readonly json?: string;
}

/** Settings that affect a training step. */
const stepSettings = ({ settings }: Task) => settings.filter(({ name }) => !endingSettings.includes(name));

/** The request. Throws a UserError before anything is read. */
function readRequest(task: Task, options: BenchTrainOptions) {
  const mappings = options.mappings === undefined ? task.mappings : parseSpecs(task, options.mappings);
  const given = readSettings(stepSettings(task), options as unknown as Readonly<Record<string, unknown>>);
  if (options.json !== undefined) checkWritable("--json", options.json);
  return {
    mappings,
    settings: completeSettings(task.settings, given),
    seed: integerOption("--seed", options.seed, 0, 2 ** 32 - 1),
    seconds: numberOption("--seconds", options.seconds, "a number of seconds above 0 is needed", (value) => value > 0),
  };
}

/** Reads the data and measures, with progress on standard error. */
async function measure(
  task: Task,
  request: ReturnType<typeof readRequest>,
  dataDir: string | undefined,
  progress: Progress,
  signal: AbortSignal,
) {
  const data = await readData(task, request.settings, dataDir, progress);
  const start = performance.now();
  const line = `compiling ${request.mappings.length} models`;
  progress.show([line], line);
  const measured = await measureSteps(task, data, request, {
    signal,
    onBatch({ seconds, counted, compiled }) {
      const share = Math.min(1, seconds / request.seconds);
      const left = formatDuration(Math.max(0, request.seconds - seconds));
      const done = `${counted} batches counted, ${compiled} compiled with, ${left} left`;
      progress.show([`${progressBar(share)} ${done}`], `${task.name}: ${done}`);
    },
  });
  return { data, measured, seconds: (performance.now() - start) / 1000 };
}

async function benchTrain(task: Task, options: BenchTrainOptions): Promise<void> {
  const request = readRequest(task, options);
  const progress = makeProgress(process.stderr);
  const { data, measured, seconds } = await interruptible((signal) =>
    measure(task, request, options.dataDir, progress, signal),
  )
    .catch((error: unknown) => {
      if (!(error instanceof Interrupted)) throw error;
      progress.end();
      warn("fenchel: stopped; nothing is kept");
      throw new Exit(error.code);
    })
    .finally(progress.end);
  const { mappings, settings, seed } = request;
  await print(
    `Training step time of ${task.name}, forward, backward and update; ratios on the same batches.\n${stepsTable(mappings, measured)}`,
  );
  if (options.json === undefined) return;
  const { checksum, counts, note } = data;
  const report = {
    date: new Date().toISOString(),
    machine: machine(),
    version: version(),
    command: commandLine(),
    task: task.name,
    data: { checksum, train: counts.train, note },
    settings: Object.fromEntries(stepSettings(task).map(({ name }) => [name, settings[name]!])),
    seed,
    seconds,
    ...measured,
  };
  writeFileAtomically(options.json, `${JSON.stringify(report, null, 2)}\n`);
}

const more = `
Every mapping trains its own model, all in this process, each one step on a batch before all go on to the next batch. A ratio is the
median over batches of a step's time with the mapping over that with softmax (or the first mapping that is named): other work on the
machine slows both alike, and a step's time is the processor's where the clock shows more. The first step with arrays of new shapes,
with which the engine compiles, is not counted. Nothing is kept. Peak memory is that of all models: name one mapping for a single training.

Examples:
  fenchel bench train entailment
  fenchel bench train translation --model transformer --mappings softmax,fusedmax:lambda=0.2 --seconds 60 --json steps.json`;

/** Adds the subcommand to `fenchel bench`. */
export function addBenchTrainCommand(bench: Command): void {
  const group = bench
    .command("train")
    .summary("training step time and memory with each mapping")
    .description("Measures milliseconds of a task's training step, their ratio to softmax, and peak memory.")
    .addHelpText("after", more);
  addTaskCommands(group, (command, task) => {
    command
      .description(`Training step time of ${task.name}: ${task.description}.`)
      .option(
        "--mappings <list>",
        `mappings, separated by commas, with options as in fusedmax:lambda=0.2: ${task.attention.names.join(", ")}`,
      )
      .option("--seconds <seconds>", "approximate time of the steps that count, beside reading and compiling", "90")
      .option("--seed <seed>", "seed of the parameters and of the order of batches", "1")
      .option(
        "--data-dir <folder>",
        "folder with the task's data (default FENCHEL_DATA, then the cache of fenchel data)",
      )
      .option("--json <file>", "also write the results as JSON");
    addSettings(command, stepSettings(task));
    command.addHelpText("after", more).action((options: BenchTrainOptions) => benchTrain(task, options));
  });
}
