/** `fenchel train`: one run of a task's model with one mapping. */
import { join } from "node:path";
import type { Command } from "commander";
import { completeSettings } from "../../tasks/settings.ts";
import type { Task } from "../../tasks/task.ts";
import { checkFolder } from "../parse/files.ts";
import { checkSpec } from "../parse/mapping-specs.ts";
import { integerOption, numberOption } from "../parse/numbers.ts";
import { addSettings, addTaskCommands, readSettings } from "../parse/task-options.ts";
import { comparisonTable } from "../terminal/comparison-text.ts";
import { UserError } from "../terminal/errors.ts";
import { print } from "../terminal/output.ts";
import { formatDuration } from "../terminal/progress.ts";
import { runSingle } from "../terminal/run-comparison.ts";
import { addCommonOptions } from "./compare.ts";

interface TrainOptions {
  readonly mapping?: string;
  readonly seed: string;
  readonly out?: string;
  readonly overwrite?: boolean;
  readonly dataDir?: string;
}

/** Names of the options of a task's mappings. */
const optionNames = ({ attention }: Task): string[] => [
  ...new Set(Object.values(attention.defaults).flatMap((options) => Object.keys(options))),
];

async function train(task: Task, options: TrainOptions): Promise<void> {
  const { mapping } = options;
  if (mapping === undefined) throw new UserError("no mapping is given: add, for instance, --mapping fusedmax");
  const given = options as unknown as Record<string, unknown>;
  const own = optionNames(task).flatMap((name): [string, number][] => {
    const text = given[name];
    return typeof text === "string" ? [[name, numberOption(`--${name}`, text)]] : [];
  });
  const spec = checkSpec(task, { mapping, options: Object.fromEntries(own) }, "--mapping");
  const seed = integerOption("--seed", options.seed, 0, 2 ** 32 - 1);
  const settings = completeSettings(task.settings, readSettings(task.settings, given));
  const folder = options.out ?? join("runs", `${task.name}-${mapping}`);
  checkFolder("--out", folder);
  const { results, seconds } = await runSingle({
    task,
    mappings: [spec],
    seeds: [seed],
    settings,
    folder,
    jobs: 1,
    overwrite: options.overwrite === true,
    dataDir: options.dataDir,
  });
  await print(`${comparisonTable(task, results)}\n${folder}  (${formatDuration(seconds)})\n`);
}

/** "0.2 for softmax, 2 for sparsemax": defaults of an option by mapping. */
function defaultsOf({ attention }: Task, option: string): string {
  const byValue = new Map<number, string[]>();
  for (const [name, options] of Object.entries(attention.defaults)) {
    const value = options[option];
    if (value !== undefined) byValue.set(value, [...(byValue.get(value) ?? []), name]);
  }
  return Array.from(byValue, ([value, names]) => `${value} for ${names.join(", ")}`).join("; ");
}

/** Adds the command to the program. */
export function addTrainCommand(program: Command): void {
  const group = program
    .command("train")
    .summary("train one model with one mapping")
    .description("Trains a task's model with one mapping and keeps it in a folder for evaluate and explain.")
    .addHelpText(
      "after",
      "\nExamples:\n  fenchel train spam --mapping fusedmax --lambda 0.2\n  fenchel train spam --help      options and settings of the task",
    );
  addTaskCommands(group, (command, task) => {
    command
      .description(`${task.description}.`)
      .option("--mapping <name>", `attention mapping: ${task.attention.names.join(", ")}`);
    for (const name of optionNames(task)) {
      command.option(`--${name} <number>`, `the mapping's ${name} (default ${defaultsOf(task, name)})`);
    }
    command
      .option("--seed <seed>", "seed of the initial parameters and of the order of batches", "1")
      .option("--out <folder>", `folder of the run (default runs/${task.name}-MAPPING)`);
    addCommonOptions(command);
    addSettings(command, task.settings);
    command
      .addHelpText(
        "after",
        `\nExamples:\n  fenchel train ${task.name} --mapping ${task.attention.names[1] ?? "softmax"} --seed 7 --out runs/mine\n\nA run that was stopped, or killed, resumes from its last checkpoint when the same command is given again.`,
      )
      .action((options: TrainOptions) => train(task, options));
  });
}
