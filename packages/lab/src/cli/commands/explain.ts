/** `fenchel explain`: predictions of trained runs for an input or a test example, with their attention. */
import type { Command } from "commander";
import {
  explanationPage,
  explanationSvg,
  renderMatrix,
  renderTerminal,
  terminalLegend,
  type Explanation,
} from "../../report/index.ts";
import { describeOptions } from "../../figures/format.ts";
import { findRuns, loadRun, type LoadedRun } from "../../tasks/load-run.ts";
import type { ExampleRun, Task, TaskInput } from "../../tasks/task.ts";
import { choiceOption } from "../parse/choices.ts";
import { checkWritable, readBytes, writeFileAtomically } from "../parse/files.ts";
import { integerOption } from "../parse/numbers.ts";
import { UserError } from "../terminal/errors.ts";
import { print } from "../terminal/output.ts";
import { makeProgress, type Progress } from "../terminal/progress.ts";
import { dataOf } from "./evaluate.ts";

interface ExplainOptions {
  readonly input?: string;
  readonly image?: string;
  readonly example?: string;
  readonly dataDir?: string;
  readonly html?: string;
  readonly svg?: string;
  readonly json?: boolean;
  readonly color: string;
  readonly theme: string;
  readonly width?: string;
}

const examples = `
Examples:
  fenchel explain runs/spam "Subject: your account  please confirm the payment today"
  fenchel explain runs/spam/fusedmax-seed1 --input mail.eml --html mail.html
  fenchel explain runs/spam --svg figure.svg < mail.txt
  fenchel explain runs/entailment "A man plays a guitar." "A man makes music."
  fenchel explain runs/vqa "is there a circle?" --image picture.png --html answer.html
  fenchel explain runs/translation --example 17

Words without weight are bare; neighbours that share one weight stand in brackets.`;

/** Standard input or --input where no text is an argument. */
async function textOf(texts: readonly string[], { input }: ExplainOptions): Promise<{ id: string; bytes: Uint8Array }> {
  if (texts.length > 0 && input !== undefined) {
    throw new UserError("the text is given both as an argument and with --input: give one of them");
  }
  if (texts.length > 0) return { id: "the text", bytes: new TextEncoder().encode(texts.join(" ")) };
  const path = input ?? "-";
  if (path === "-" && process.stdin.isTTY) {
    throw new UserError("no text is given: add it as an argument, with --input FILE, or on standard input");
  }
  return { id: path === "-" ? "standard input" : path, bytes: await readBytes(path) };
}

/** The input of a task. Throws a UserError for parts that it does not have. */
async function inputOf(task: Task, texts: readonly string[], options: ExplainOptions): Promise<TaskInput> {
  const words = task.inputs.filter((part) => part !== "image");
  if (options.image !== undefined && !task.inputs.includes("image")) {
    throw new UserError(`${task.name} does not support --image`);
  }
  if (task.inputs.includes("image") && options.image === undefined) {
    throw new UserError(`${task.name} needs an image: add --image FILE, or --example NUMBER for a test example`);
  }
  const image = options.image === undefined ? [] : [await readBytes(options.image)];
  if (words.length === 1) {
    const { id, bytes } = await textOf(texts, options);
    return { id, label: null, parts: [bytes, ...image] };
  }
  if (texts.length !== words.length || options.input !== undefined) {
    throw new UserError(`${task.name} needs ${words.length} arguments: ${words.map((part) => `"${part}"`).join(" ")}`);
  }
  return { id: "the input", label: null, parts: texts.map((text) => new TextEncoder().encode(text)) };
}

/** Split to explain: what the user gives, or a test example. */
async function splitOf(run: LoadedRun, input: TaskInput | null, options: ExplainOptions, progress: Progress) {
  const { task, vocabulary, config } = run;
  if (input === null) {
    const number = integerOption("--example", options.example!, 1);
    return (await dataOf(run, options.dataDir, progress, [number - 1])).examples;
  }
  try {
    return task.encode([input], vocabulary, config.settings);
  } catch (error) {
    if (error instanceof RangeError) throw new UserError(`${input.id}: ${error.message}`);
    throw error;
  }
}

/** Predictions of runs, in the order of the task's mappings. */
async function explainedRuns(folder: string, texts: readonly string[], options: ExplainOptions) {
  const runs: ExampleRun[] = [];
  let task: Task | undefined;
  let input: TaskInput | null | undefined;
  const progress = makeProgress(process.stderr);
  try {
    for (const path of findRuns(folder)) {
      const run = await loadRun(path);
      try {
        ({ task } = run);
        if (options.example !== undefined && (texts.length > 0 || options.input !== undefined)) {
          throw new UserError("an input is given beside --example: give one of them");
        }
        input ??= options.example === undefined ? await inputOf(task, texts, options) : null;
        runs.push({ config: run.config, examples: await run.explain(await splitOf(run, input, options, progress)) });
      } finally {
        run.dispose();
      }
    }
  } finally {
    progress.end();
  }
  const place = ({ config }: ExampleRun) => task!.attention.names.indexOf(config.mapping);
  return { task: task!, runs: runs.sort((a, b) => place(a) - place(b)), id: input?.id ?? "the example" };
}

/** Explanations of texts, where the task attends to the words of one; empty where it does not. */
function textExplanations({ explain }: Task, runs: readonly ExampleRun[]): Explanation[] {
  return runs.flatMap(({ config, examples: [example] }) => {
    const { text } = explain(example);
    if (text === undefined) return [];
    return [{ mapping: config.mapping, options: describeOptions(config.mappingOptions), text }];
  });
}

async function explain(folder: string, texts: readonly string[], options: ExplainOptions): Promise<void> {
  const wanted = choiceOption("--color", options.color, ["auto", "always", "never"]);
  const theme = choiceOption("--theme", options.theme, ["dark", "light"]);
  const width =
    options.width === undefined ? (process.stdout.columns ?? 80) : integerOption("--width", options.width, 20);
  for (const name of ["html", "svg"] as const) {
    const path = options[name];
    if (path !== undefined) checkWritable(`--${name}`, path);
  }
  const { task, runs, id } = await explainedRuns(folder, texts, options);
  const explanations = textExplanations(task, runs);
  if (explanations.length > 0 && explanations.every(({ text }) => text.words.length === 0)) {
    throw new UserError(`${id}: there are no words in it to explain`);
  }
  const labels = task.labels ?? [];
  if (options.html !== undefined) {
    const figures = task.figures(runs);
    if (figures !== null) writeFileAtomically(options.html, explanationPage(figures, { style: task.style }));
  }
  if (options.svg !== undefined) {
    if (explanations.length === 0) throw new UserError(`${task.name} does not support --svg: use --html`);
    writeFileAtomically(options.svg, explanationSvg(explanations, { labels }));
  }
  if (options.json === true) {
    const all = runs.map(({ config, examples: [example] }) => {
      return { mapping: config.mapping, mappingOptions: config.mappingOptions, example };
    });
    await print(`${JSON.stringify({ task: task.name, labels, explanations: all }, null, 2)}\n`);
    return;
  }
  const color =
    wanted === "always" ||
    (wanted === "auto" && process.stdout.isTTY && !process.env["NO_COLOR"] && process.env["TERM"] !== "dumb");
  const terminal = { labels, color, theme, width };
  if (explanations.length > 0) {
    await print(`${renderTerminal(explanations, terminal)}\n${terminalLegend(terminal)}\n`);
    return;
  }
  const blocks = runs.map(({ config, examples: [example] }) => {
    const { answer, matrix } = task.explain(example);
    const title = [config.mapping, describeOptions(config.mappingOptions), "", answer].join(" ");
    return matrix === undefined ? `${title}\n` : renderMatrix(title, matrix, terminal);
  });
  await print(blocks.join("\n"));
}

/** Adds the command to the program. */
export function addExplainCommand(program: Command): void {
  program
    .command("explain")
    .summary("predictions and attention of trained runs")
    .description("Shows the prediction of a run, or of every mapping of a comparison, and what it attends to.")
    .argument("<run>", "folder of a run or of a comparison")
    .argument("[input...]", "a text; premise and hypothesis; a question; without it, --input or standard input is read")
    .option("--input <file>", "read the text, or an e-mail with its headers, from a file; - for standard input")
    .option("--image <file>", "PNG that a question is about")
    .option("--example <number>", "explain this example of the test set, from 1, in place of an input")
    .option("--data-dir <folder>", "folder with the task's data (default FENCHEL_DATA, then the cache of fenchel data)")
    .option("--html <file>", "also write a page")
    .option("--svg <file>", "also write a picture, where the task attends to the words of a text")
    .option("--json", "print JSON in place of the words")
    .option("--color <when>", "auto, always or never", "auto")
    .option("--theme <theme>", "theme of the terminal: dark or light", "dark")
    .option("--width <columns>", "columns to fill (default the terminal's, else 80)")
    .addHelpText("after", examples)
    .action(explain);
}
