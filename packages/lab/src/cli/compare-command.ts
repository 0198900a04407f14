/** `fenchel compare`: trains a task's model with every mapping and seed, prints the table, writes the report. */
import { availableParallelism, cpus } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { tasks, type Task } from "../compare/tasks.ts";
import type { ReportMeta } from "../report/page.ts";
import { writeReport } from "../report/write-report.ts";
import { comparisonTable } from "./comparison-text.ts";
import { integerOption } from "./numbers.ts";
import { print } from "./output.ts";
import { formatDuration } from "./progress.ts";
import { trainWithProgress, type Trained } from "./training.ts";
import { addSettings, parseChoices, readSettings, taskNamed } from "./training-options.ts";
import { version } from "./version.ts";

interface CompareOptions {
  readonly mappings?: string;
  readonly seeds?: string;
  readonly jobs?: string;
  readonly out?: string;
  readonly fresh?: boolean;
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

/** What the report says of where its figures come from. */
function reportMeta(task: Task, { data }: Trained): ReportMeta {
  const processor = cpus()[0]?.model.trim();
  return {
    task: task.name,
    labels: data.labels,
    data: {
      description: task.description,
      checksum: data.checksum,
      train: data.train.length,
      dev: data.dev.length,
      test: data.test.length,
    },
    command: ["fenchel", ...process.argv.slice(2)].join(" "),
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

async function compareTask(name: string, options: CompareOptions): Promise<void> {
  const task = taskNamed(name);
  const choices = parseChoices(options.mappings ?? task.mappings.join(","));
  const seeds = options.seeds === undefined ? task.seeds : integerOption("--seeds", options.seeds, 1, 1000);
  const jobs = readJobs(options.jobs);
  const folder = options.out ?? join("runs", task.name);
  const trained = await trainWithProgress({
    task,
    choices,
    seeds: Array.from({ length: seeds }, (_, i) => i + 1),
    settings: readSettings(options as Record<string, unknown>),
    placeRuns: (runs) => runs,
    folder,
    jobs,
    fresh: options.fresh === true,
  });
  const paths = writeReport(trained.results, folder, reportMeta(task, trained));
  await print(`${comparisonTable(trained.results)}\n${paths.html}  (${formatDuration(trained.seconds)})\n`);
}

/** Adds the command to the program. */
export function addCompareCommand(program: Command): void {
  const command = program
    .command("compare")
    .summary("train with every mapping and write a report")
    .description(
      "Trains a task's model once per mapping and seed, prints the table, and writes report.html and report.json.",
    )
    .argument("[task]", `one of ${tasks.map(({ name }) => name).join(", ")}`, "spam")
    .option(
      "--mappings <list>",
      "mappings, separated by commas, with options as in fusedmax:lambda=0.2 (default all four)",
    )
    .option("--seeds <count>", "runs of every mapping, with seeds 1, 2, ...")
    .option("--jobs <count>", "runs at a time, each in a process of its own (default one a core)")
    .option("--out <folder>", "folder of the runs and the report (default runs/TASK)")
    .option("--fresh", "train every run anew, whatever the folder holds");
  addSettings(command).addHelpText("after", examples).action(compareTask);
}
