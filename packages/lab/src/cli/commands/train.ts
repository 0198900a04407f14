/** `fenchel train`: one run of a task's model with one mapping. */
import { join } from "node:path";
import type { Command } from "commander";
import { spamTasks } from "../../tasks/spam/task.ts";
import { tasks } from "../../tasks/index.ts";
import { textMappings } from "../../tasks/spam/config.ts";
import { comparisonTable } from "../terminal/comparison-text.ts";
import { UserError } from "../terminal/errors.ts";
import { checkFolder } from "../parse/files.ts";
import { integerOption, numberOption } from "../parse/numbers.ts";
import { print } from "../terminal/output.ts";
import { formatDuration } from "../terminal/progress.ts";
import { trainWithProgress } from "../training.ts";
import {
  addSettings,
  checkChoice,
  hyperParameterNames,
  readSettings,
  spamTaskNamed,
  usualValues,
} from "../parse/training-options.ts";

interface TrainOptions {
  readonly mapping?: string;
  readonly seed: string;
  readonly out?: string;
  readonly fresh?: boolean;
}

const examples = `
Examples:
  fenchel train spam --mapping fusedmax --lambda 0.2
  fenchel train spam --mapping sparsemax --epochs 3 --seed 7 --out runs/mine

A run that was stopped, or killed, goes on from its last checkpoint when the same command is given again.`;

async function train(name: string, options: TrainOptions): Promise<void> {
  if (tasks.some((study) => study.name === name)) {
    const own = spamTasks.map((task) => task.name).join(", ");
    throw new UserError(
      `train is for ${own}; of ${name}, one run is fenchel compare ${name} --mappings NAME --seeds 1`,
    );
  }
  const task = spamTaskNamed(name);
  if (options.mapping === undefined) throw new UserError("no mapping is given: add, for instance, --mapping fusedmax");
  const given = options as unknown as Record<string, unknown>;
  const own = hyperParameterNames().flatMap((parameter): [string, number][] => {
    const text = given[parameter];
    return typeof text === "string" ? [[parameter, numberOption(`--${parameter}`, text)]] : [];
  });
  const choice = checkChoice({ mapping: options.mapping, options: Object.fromEntries(own) });
  const seed = integerOption("--seed", options.seed, 0, 2 ** 32 - 1);
  const folder = options.out ?? join("runs", `${task.name}-${choice.mapping}`);
  checkFolder("--out", folder);
  const { results, seconds } = await trainWithProgress({
    task,
    choices: [choice],
    seeds: [seed],
    settings: readSettings(given),
    placeRuns: (runs) => runs.map((run) => ({ ...run, folder })),
    folder,
    jobs: 1,
    fresh: options.fresh === true,
  });
  await print(`${comparisonTable(results)}\n${folder}  (${formatDuration(seconds)})\n`);
}

/** Adds the command to the program. */
export function addTrainCommand(program: Command): void {
  const command = program
    .command("train")
    .summary("train one model with one mapping")
    .description("Trains a task's model with one mapping and keeps it in a folder for evaluate and explain.")
    .argument("[task]", `one of ${spamTasks.map(({ name }) => name).join(", ")}`, "spam")
    .option("--mapping <name>", `mapping of the attention: ${textMappings.join(", ")}`);
  for (const name of hyperParameterNames()) {
    command.option(`--${name} <number>`, `the mapping's ${name} (default ${usualValues(name)})`);
  }
  command
    .option("--seed <seed>", "seed of the initial parameters and the order of the texts", "1")
    .option("--out <folder>", "folder of the run (default runs/TASK-MAPPING)")
    .option("--fresh", "train anew, whatever the folder holds");
  addSettings(command).addHelpText("after", examples).action(train);
}
