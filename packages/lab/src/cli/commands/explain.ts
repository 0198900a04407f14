/** `fenchel explain`: what trained runs make of a text: their answers, and the attention over its words. */
import type { Command } from "commander";
import { registry } from "fenchel";
import { findRuns } from "../../compare/find-runs.ts";
import {
  describeOptions,
  explanationPage,
  explanationSvg,
  renderTerminal,
  terminalLegend,
  type Explanation,
} from "../../report/index.ts";
import { explainTexts, loadRun } from "../../tasks/load-run.ts";
import { UserError } from "../terminal/errors.ts";
import { choiceOption } from "../parse/choices.ts";
import { checkWritable, readBytes, writeFileAtomically } from "../parse/files.ts";
import { integerOption } from "../parse/numbers.ts";
import { print } from "../terminal/output.ts";
import { spamTaskNamed } from "../parse/training-options.ts";

interface ExplainOptions {
  readonly input?: string;
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

Words without weight are bare; neighbours that share one weight stand in brackets.`;

async function textOf(parts: readonly string[], options: ExplainOptions): Promise<{ name: string; bytes: Uint8Array }> {
  if (parts.length > 0 && options.input !== undefined) {
    throw new UserError("the text is given both as an argument and with --input: give one of them");
  }
  if (parts.length > 0) return { name: "the text", bytes: new TextEncoder().encode(parts.join(" ")) };
  const path = options.input ?? "-";
  if (path === "-" && process.stdin.isTTY) {
    throw new UserError("no text is given: add it as an argument, with --input FILE, or on standard input");
  }
  return { name: path === "-" ? "standard input" : path, bytes: await readBytes(path) };
}

/** Runs in the order of the registry, as reports have them. */
function byRegistry(explanations: Explanation[]): Explanation[] {
  const place = (mapping: string) => registry.findIndex(({ name }) => name === mapping);
  return explanations.sort((a, b) => place(a.mapping) - place(b.mapping));
}

async function explain(folder: string, parts: readonly string[], options: ExplainOptions): Promise<void> {
  const wanted = choiceOption("--color", options.color, ["auto", "always", "never"]);
  const background = choiceOption("--theme", options.theme, ["dark", "light"]);
  const width =
    options.width === undefined ? (process.stdout.columns ?? 80) : integerOption("--width", options.width, 20);
  for (const name of ["html", "svg"] as const) {
    const path = options[name];
    if (path !== undefined) checkWritable(`--${name}`, path);
  }
  const folders = findRuns(folder);
  const { name, bytes } = await textOf(parts, options);
  const explanations: Explanation[] = [];
  let labels: readonly string[] = [];
  for (const path of folders) {
    const run = await loadRun(path);
    try {
      const { config } = run;
      const words = spamTaskNamed(config.task).wordsOf(bytes, config.maxWords);
      if (words.length === 0) throw new UserError(`${name}: there are no words in it to explain`);
      const [text] = await explainTexts(run, [{ id: name, label: null, words }]);
      explanations.push({ mapping: config.mapping, options: describeOptions(config.mappingOptions), text: text! });
      labels = run.labels;
    } finally {
      run.dispose();
    }
  }
  byRegistry(explanations);
  if (options.html !== undefined) writeFileAtomically(options.html, explanationPage([explanations], { labels }));
  if (options.svg !== undefined) writeFileAtomically(options.svg, explanationSvg(explanations, { labels }));
  if (options.json === true) {
    await print(`${JSON.stringify({ labels, explanations }, null, 2)}\n`);
    return;
  }
  const color =
    wanted === "always" ||
    (wanted === "auto" && process.stdout.isTTY && !process.env["NO_COLOR"] && process.env["TERM"] !== "dumb");
  const look = { labels, color, background, width };
  await print(`${renderTerminal(explanations, look)}\n${terminalLegend(look)}\n`);
}

/** Adds the command to the program. */
export function addExplainCommand(program: Command): void {
  program
    .command("explain")
    .summary("the attention of trained runs on a text")
    .description("Shows what a run, or every mapping of a comparison, makes of a text, and which words it attends to.")
    .argument("<run>", "folder of a run or of a comparison")
    .argument("[text...]", "the text; without it, --input or standard input is read")
    .option("--input <file>", "read the text, or an e-mail with its headers, from a file; - for standard input")
    .option("--html <file>", "also write a page")
    .option("--svg <file>", "also write a picture")
    .option("--json", "print JSON in place of the words")
    .option("--color <when>", "auto, always or never", "auto")
    .option("--theme <theme>", "colours for a dark or a light terminal", "dark")
    .option("--width <columns>", "columns to fill (default the terminal's, else 80)")
    .addHelpText("after", examples)
    .action(explain);
}
