/** `fenchel evaluate`: the scores of a trained run on the test set of its task, or on a labelled file. */
import type { Command } from "commander";
import { readLabelledFile, type LabelledFileOptions } from "../../datasets/labelled-file.ts";
import { loadRun, type LoadedRun } from "../../tasks/load-run.ts";
import type { TaskData } from "../../tasks/task.ts";
import { choiceOption } from "../parse/choices.ts";
import { checkReadable } from "../parse/files.ts";
import { metricTitle } from "../terminal/comparison-text.ts";
import { UserError } from "../terminal/errors.ts";
import { print } from "../terminal/output.ts";
import { makeProgress, type Progress } from "../terminal/progress.ts";
import { readData } from "../terminal/run-comparison.ts";
import { formatTable } from "../terminal/table.ts";

interface EvaluateOptions {
  readonly labelColumn?: string;
  readonly textColumn?: string;
  readonly format?: string;
  readonly dataDir?: string;
  readonly json?: boolean;
}

const formats = ["tsv", "csv", "jsonl"] as const;

function fileOptions(options: EvaluateOptions, labels: readonly string[]): LabelledFileOptions {
  const { format: wanted, labelColumn, textColumn } = options;
  const format = wanted === undefined ? undefined : choiceOption("--format", wanted, formats);
  return {
    labels,
    ...(format === undefined ? {} : { format }),
    ...(labelColumn === undefined ? {} : { labelColumn }),
    ...(textColumn === undefined ? {} : { textColumn }),
  };
}

/** The data of a run's task. Throws a UserError when they are not those that the run was trained on. */
export async function dataOf(
  { task, config }: LoadedRun,
  dataDir: string | undefined,
  progress: Progress,
  examples?: readonly number[],
): Promise<TaskData> {
  const data = await readData(task, config.settings, dataDir, progress, examples);
  if (data.checksum !== config.dataChecksum) {
    throw new UserError(
      `the data of ${task.name} are not those that the run was trained on: give their folder with --data-dir`,
    );
  }
  return data;
}

/** Split to evaluate on, and its number of examples. */
async function splitOf(
  run: LoadedRun,
  file: string | undefined,
  options: EvaluateOptions,
  progress: Progress,
): Promise<{ split: unknown; count: number }> {
  const { task, vocabulary, config } = run;
  if (file === undefined) {
    const { test, counts } = await dataOf(run, options.dataDir, progress);
    return { split: test, count: counts.test };
  }
  if (task.labels === undefined || task.inputs.length !== 1) {
    throw new UserError(`${task.name} does not support a labelled file: leave it out to evaluate on the test set`);
  }
  checkReadable(file);
  const encoder = new TextEncoder();
  const inputs = readLabelledFile(file, fileOptions(options, task.labels)).map(({ line, label, text }) => ({
    id: `${file}:${line}`,
    label,
    parts: [encoder.encode(text)],
  }));
  return { split: task.encode(inputs, vocabulary, config.settings), count: inputs.length };
}

async function evaluate(folder: string, file: string | undefined, options: EvaluateOptions): Promise<void> {
  const run = await loadRun(folder);
  const progress = makeProgress(process.stderr);
  try {
    const { split, count } = await splitOf(run, file, options, progress);
    const line = `evaluating ${count} ${run.task.items}`;
    progress.show([line], line);
    const scores = await run.evaluate(split);
    progress.end();
    const rows = run.task.metrics.flatMap((metric) => {
      const value = scores[metric.key];
      return value === undefined ? [] : [[metricTitle(metric), (value * metric.scale).toFixed(metric.digits)]];
    });
    await print(
      options.json === true
        ? `${JSON.stringify({ task: run.task.name, examples: count, scores }, null, 2)}\n`
        : formatTable(["metric", "value"], [[run.task.items, String(count)], ...rows], 1),
    );
  } finally {
    progress.end();
    run.dispose();
  }
}

/** Adds the command to the program. */
export function addEvaluateCommand(program: Command): void {
  program
    .command("evaluate")
    .summary("scores of a trained run")
    .description(
      "Evaluates a run on the test set of its task or, where the task reads texts, on a file of labelled texts.",
    )
    .argument("<run>", "folder of the run")
    .argument("[file]", "TSV, CSV or JSON lines, plain or gzipped, with a label and a text per row")
    .option("--label-column <name>", "column or member of the label (default label)")
    .option("--text-column <name>", "column or member of the text (default text)")
    .option("--format <format>", "tsv, csv or jsonl (default by the file's name)")
    .option("--data-dir <folder>", "folder with the task's data (default FENCHEL_DATA, then the cache of fenchel data)")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      "\nExamples:\n  fenchel evaluate runs/spam/fusedmax-seed1\n  fenchel evaluate runs/spam/fusedmax-seed1 mails.csv --label-column class",
    )
    .action(evaluate);
}
