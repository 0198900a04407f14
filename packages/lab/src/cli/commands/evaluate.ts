/** `fenchel evaluate`: the scores of a trained run on a labelled file, or on the test texts of its task. */
import type { Command } from "commander";
import { readLabelledFile, type LabelledFileOptions } from "../../data/index.ts";
import type { EvaluationScores, LabelledText } from "../../tasks/run-types.ts";
import { evaluate, loadRun, type TrainedRun } from "../../tasks/load-run.ts";
import { choiceOption } from "../parse/choices.ts";
import { checkReadable } from "../parse/files.ts";
import { print } from "../terminal/output.ts";
import { makeProgress, type Progress } from "../terminal/progress.ts";
import { formatTable } from "../terminal/table.ts";
import { spamTaskNamed } from "../parse/training-options.ts";

interface EvaluateOptions {
  readonly labelColumn?: string;
  readonly textColumn?: string;
  readonly format?: string;
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

async function textsOf(
  run: TrainedRun,
  file: string | undefined,
  options: EvaluateOptions,
  progress: Progress,
): Promise<readonly LabelledText[]> {
  const task = spamTaskNamed(run.config.task);
  const { maxWords } = run.config;
  if (file === undefined) {
    progress.show([`reading the data of ${task.name}`], `reading the data of ${task.name}`);
    return (await task.load(maxWords)).test;
  }
  checkReadable(file);
  const rows = readLabelledFile(file, fileOptions(options, run.labels));
  const encoder = new TextEncoder();
  return rows.map(({ line, label, text }) => ({
    id: `${file}:${line}`,
    label,
    words: task.wordsOf(encoder.encode(text), maxWords),
  }));
}

function percent(value: number): string {
  return `${(100 * value).toFixed(2)} %`;
}

function scoresTable(run: TrainedRun, scores: EvaluationScores): string {
  return formatTable(
    ["figure", "value"],
    [
      ["texts", String(scores.texts)],
      ["accuracy", percent(scores.accuracy)],
      [`F1 of ${run.labels[1] ?? "label 1"}`, percent(scores.f1)],
      ["loss, nats", scores.loss.toFixed(4)],
      ["exact zeros", percent(scores.sparsity)],
      ["support, words", scores.supportSize.toFixed(2)],
      ["segments", scores.segments.toFixed(2)],
      ["entropy, nats", scores.entropy.toFixed(3)],
    ],
    1,
  );
}

async function evaluateRun(folder: string, file: string | undefined, options: EvaluateOptions): Promise<void> {
  const run = await loadRun(folder);
  const progress = makeProgress(process.stderr);
  try {
    const texts = await textsOf(run, file, options, progress);
    progress.show([`scoring ${texts.length} texts`], `scoring ${texts.length} texts`);
    const scores = await evaluate(run, texts);
    progress.end();
    await print(options.json === true ? `${JSON.stringify(scores, null, 2)}\n` : scoresTable(run, scores));
  } finally {
    progress.end();
    run.dispose();
  }
}

/** Adds the command to the program. */
export function addEvaluateCommand(program: Command): void {
  program
    .command("evaluate")
    .summary("scores of a trained run on a labelled file")
    .description("Scores a run on a file of labelled texts, or, without one, on the test texts of its task.")
    .argument("<run>", "folder of the run")
    .argument("[file]", "TSV, CSV or JSON lines, plain or gzipped, with a label and a text a row")
    .option("--label-column <name>", "column or member of the label (default label)")
    .option("--text-column <name>", "column or member of the text (default text)")
    .option("--format <format>", "tsv, csv or jsonl (default by the file's name)")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      "\nExamples:\n  fenchel evaluate runs/spam/fusedmax-seed1\n  fenchel evaluate runs/spam/fusedmax-seed1 mails.csv --label-column class",
    )
    .action(evaluateRun);
}
