/** `fenchel compare`: trains a task's model with every mapping and seed, prints the table, writes the report. */
import { availableParallelism, cpus } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { version } from "../../base/version.ts";
import type { ReportMeta } from "../../report/page.ts";
import { writeReport } from "../../report/write-report.ts";
import { completeSettings } from "../../tasks/settings.ts";
import type { Preset, Task, TaskData } from "../../tasks/task.ts";
import { checkFolder } from "../parse/files.ts";
import { parseSpecs, refuseTwins } from "../parse/mapping-specs.ts";
import { integerOption } from "../parse/numbers.ts";
import { addSettings, addTaskCommands, readSettings } from "../parse/task-options.ts";
import { comparisonTable } from "../terminal/comparison-text.ts";
import { commandLine } from "../terminal/environment.ts";
import { UserError } from "../terminal/errors.ts";
import { print } from "../terminal/output.ts";
import { formatDuration } from "../terminal/progress.ts";
import { runComparison } from "../terminal/run-comparison.ts";
import { unknownName } from "../terminal/suggest.ts";

interface CompareOptions {
  readonly preset?: string;
  readonly mappings?: string;
  readonly seeds?: string;
  readonly jobs?: string;
  readonly out?: string;
  readonly overwrite?: boolean;
  readonly dataDir?: string;
  readonly tune?: boolean;
  readonly initFromSoftmax?: boolean;
}

/** Machine, command and data of a report. */
function provenance({ checksum, counts, note }: TaskData) {
  const processor = cpus()[0]?.model.trim();
  return {
    data: { note, checksum, ...counts },
    command: commandLine(),
    date: new Date(),
    machine: {
      cores: availableParallelism(),
      ...(processor === undefined || processor === ""
        ? {}
        : { description: `${processor}, Node ${process.versions.node}` }),
    },
    version: version(),
  } satisfies Partial<ReportMeta>;
}

function presetNamed({ presets = {} }: Task, name: string | undefined): Partial<Preset> {
  if (name === undefined) return {};
  const found = presets[name];
  if (found === undefined) throw new UserError(`--preset: ${unknownName("preset", name, Object.keys(presets))}`);
  return found;
}

async function compare(task: Task, options: CompareOptions): Promise<void> {
  const preset = presetNamed(task, options.preset);
  const { tune = false, initFromSoftmax = preset.initFromSoftmax ?? false } = options;
  const given = readSettings(task.settings, options as Readonly<Record<string, unknown>>);
  const settings = completeSettings(task.settings, { ...preset.settings, ...given });
  const mappings =
    options.mappings === undefined ? (preset.mappings ?? task.mappings) : parseSpecs(task, options.mappings);
  const count =
    options.seeds === undefined ? (preset.seeds ?? task.seeds) : integerOption("--seeds", options.seeds, 1, 1000);
  const folder = options.out ?? join("runs", task.name);
  checkFolder("--out", folder);
  // A mapping that is open to tuning is not yet the one with the default options.
  if (!tune) refuseTwins(mappings, (spec) => task.attention.resolve(spec).options);
  const { results, data, tuned, tested, seconds } = await runComparison(
    {
      task,
      mappings,
      seeds: Array.from({ length: count }, (_, i) => i + 1),
      settings,
      folder,
      jobs: options.jobs === undefined ? availableParallelism() : integerOption("--jobs", options.jobs, 1, 256),
      overwrite: options.overwrite === true,
      dataDir: options.dataDir,
    },
    { tune, initFromSoftmax },
  );
  const finetuned = initFromSoftmax
    ? { epochs: Number(settings["finetuneEpochs"]), before: Number(settings["epochs"]) }
    : null;
  const paths = writeReport(task, results, folder, { ...provenance(data), settings, tuned, tested, finetuned });
  await print(`${comparisonTable(task, results)}\n${paths.html}  (${formatDuration(seconds)})\n`);
}

/** Options that every task has. */
export function addCommonOptions(command: Command): Command {
  return command
    .option("--overwrite", "train anew, whatever the folder holds")
    .option(
      "--data-dir <folder>",
      "folder with the task's data (default FENCHEL_DATA, then the cache of fenchel data)",
    );
}

const presetLines = ({ name, presets = {} }: Task): string =>
  Object.entries(presets)
    .map(([preset, { description }]) => `\n  fenchel compare ${name} --preset ${preset}\n      ${description}`)
    .join("");

/** Adds the command to the program. */
export function addCompareCommand(program: Command): void {
  const group = program
    .command("compare")
    .summary("train with every mapping and write a report")
    .description(
      "Trains a task's model once per mapping and seed, prints the table, and writes report.html and report.json.",
    )
    .addHelpText(
      "after",
      "\nExamples:\n  fenchel compare spam\n  fenchel compare spam --mappings softmax,fusedmax:lambda=0.2 --seeds 1 --epochs 2 --out runs/try\n  fenchel compare spam --help      options and settings of the task",
    );
  addTaskCommands(group, (command, task) => {
    const { name, presets, grid, settings, seeds, attention } = task;
    command
      .description(`${task.description}.`)
      .option(
        "--mappings <list>",
        `mappings, separated by commas, with options as in fusedmax:lambda=0.2: ${attention.names.join(", ")}`,
      )
      .option("--seeds <count>", `runs per mapping, with seeds 1, 2, ... (default ${seeds})`)
      .option("--jobs <count>", "runs at a time, each in its own process (default one per core)")
      .option("--out <folder>", `folder of the runs and the report (default runs/${name})`);
    addCommonOptions(command);
    if (presets !== undefined) {
      command.option(
        "--preset <name>",
        `settings and mappings of a documented table: ${Object.keys(presets).join(", ")}`,
      );
    }
    if (Object.keys(grid).length > 0) {
      command.option("--tune", "select the mappings' options by grid search on the dev set first");
    }
    if (settings.some((setting) => setting.name === "finetuneEpochs")) {
      command.option("--init-from-softmax", "fine-tune all mappings from one softmax model per seed");
    }
    addSettings(command, settings);
    command
      .addHelpText(
        "after",
        `\nExamples:\n  fenchel compare ${name} --seeds 1${presetLines(task)}\n\nA run that was stopped, or killed, resumes from its last checkpoint when the same command is given again.`,
      )
      .action((options: CompareOptions) => compare(task, options));
  });
}
