// Redraws the pictures and rewrites the README's tables: the mappings from the registry, speed and the comparison on e-mail
// from the results that docs/results keeps. `npm run readme`; with --check it only says whether they are up to date (exit
// code 1 when not).
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { registry } from "../packages/fenchel/dist/index.js";
import { explanationSvg } from "../packages/lab/dist/report/index.js";
import { picture, pictureScores } from "./pictures.mjs";
import { choiceCell, day, studyPage, studySection, table } from "./study-tables.mjs";

const root = new URL("..", import.meta.url);
const result = (name) => JSON.parse(readFileSync(new URL(`docs/results/${name}.json`, root), "utf8"));

const cell = (text) => text.replaceAll("|", "\\|");

function mappings() {
  const rows = registry.map(({ name, formula, effect, cost, parameter, paper }) => {
    const own = parameter === null ? "" : `<br>\`${parameter.name}\`, default ${parameter.default}`;
    const image = `<img src="docs/pictures/${name}.svg" alt="weights of ${name}" width="240">`;
    return [`\`${name}\`${own}`, image, `\`${cell(formula)}\``, cell(effect), cost, paper];
  });
  return table(
    ["mapping", "weights over the same scores", "Omega(y)", "what it does", "cost of a row", "source"],
    rows,
  );
}

/** Nanoseconds an element and ratios to softmax, then PyTorch on the same machine. */
function speed() {
  const bench = result("bench");
  const normal = bench.results.filter(({ kind }) => kind === "normal");
  const sizes = [...new Set(normal.map(({ rows, n }) => `${rows} x ${n}`))];
  const shown = ["softmax", "sparsemax", "entmax 1.5", "entmax 1.3", "fusedmax", "oscarmax", "tvmax"];
  const rows = shown.map((label) => [
    label,
    ...sizes.map((size) => {
      const found = normal.find(({ mapping, rows, n }) => mapping === label && `${rows} x ${n}` === size);
      if (found === undefined) return "";
      const time = found.nanoseconds.toFixed(1);
      return label === "softmax" ? `${time} ns` : `${time} (${found.toSoftmax.toFixed(1)}x)`;
    }),
  ]);
  const against = result("against-pytorch");
  const pairs = ["softmax", "sparsemax", "entmax1.5", "entmax1.3"].map((name) => [
    name,
    ...against.results.map(({ fenchel, pytorch }) => {
      const factor = pytorch[name] / fenchel[name];
      return `${fenchel[name].toFixed(1)} / ${pytorch[name].toFixed(1)} (${factor.toFixed(factor < 10 ? 1 : 0)}x)`;
    }),
  ]);
  return [
    `Nanoseconds an element of forward plus pullback to the scores, float32, one thread, normal scores, in brackets the ratio to softmax in the`,
    `same run (\`npx ${bench.command.split(" --json")[0]}\`, ${day(bench.date)}, ${bench.machine.processor.trim()}, ${bench.machine.cores} cores, Node ${bench.machine.node}).`,
    `fusedmax at lambda 0.1, oscarmax at 0.1 / n:`,
    "",
    table(["rows x entries", ...sizes], rows),
    "",
    `fenchel / PyTorch ${against.torch} with the package entmax (its bisection for alpha 1.3), nanoseconds an element, in turns on the same`,
    `machine, one thread (\`python bench/against_pytorch.py\`, ${day(against.date)}); in brackets how many times faster fenchel is:`,
    "",
    table(["rows x entries", ...against.results.map(({ rows, n }) => `${rows} x ${n}`)], pairs),
  ].join("\n");
}

/** Milliseconds of a training step and ratios to softmax, a column a task. */
function steps() {
  const tasks = ["entailment", "translation", "summarization"].map((name) => result(`steps-${name}`));
  const names = tasks[0].results.map(({ choice }) => choice.mapping);
  const rows = names.map((name) => [
    name,
    ...tasks.map(({ results }) => {
      const { milliseconds, ratio } = results.find(({ choice }) => choice.mapping === name);
      const time = milliseconds.median.toFixed(0);
      return name === "softmax"
        ? `${time} ms`
        : `${time} (${ratio.median.toFixed(2)}x; ${ratio.lower.toFixed(2)} to ${ratio.upper.toFixed(2)})`;
    }),
  ]);
  const [{ date, machine }] = tasks;
  return [
    `A training step of the models below, forward, backward and update, milliseconds of processor time; in brackets the median of the`,
    `ratio to softmax on the same batch and its middle half (\`npx fenchel steps\`, ${day(date)}, ${machine.processor.trim()}, ${machine.cores} cores, Node ${machine.node}):`,
    "",
    table(["attention", ...tasks.map(({ task }) => task)], rows),
  ].join("\n");
}

/** The comparison on e-mail. */
function spam() {
  const report = result("spam");
  const percent = ({ mean, deviation }) => `${(100 * mean).toFixed(2)} ± ${(100 * (deviation ?? 0)).toFixed(2)}`;
  const plain =
    (digits) =>
    ({ mean, deviation }) =>
      `${mean.toFixed(digits)} ± ${(deviation ?? 0).toFixed(digits)}`;
  const columns = [
    ["accuracy, %", "accuracy", percent],
    ["F1, %", "f1", percent],
    ["loss", "loss", plain(3)],
    ["exact zeros, %", "zeros", percent],
    ["words kept", "support", plain(1)],
    ["segments", "segments", plain(1)],
    ["entropy", "entropy", plain(2)],
    ["ms a step", "secondsPerStep", ({ mean }) => (1000 * mean).toFixed(1)],
  ];
  const rows = report.summary.map((choice) => [
    choiceCell(choice),
    ...columns.map(([, key, format]) => format(choice.figures[key])),
  ]);
  const seeds = report.summary[0].seeds.length;
  return [
    `Test set of ${report.results[0].test.texts} e-mails, mean and standard deviation over ${seeds} seeds (\`npm start\`, ${day(report.date)}).`,
    "The best epoch is chosen on the dev set, and no thread of near-duplicate e-mails crosses the split. Settings and",
    "hyper-parameters were tuned by hand with the test figures in sight, so that these are optimistic; differences between the",
    "mappings are within what 1,164 test e-mails can tell apart (one standard error is about 0.5 points).",
    "",
    table(["mapping", ...columns.map(([title]) => title)], rows),
  ].join("\n");
}

/** The studies that docs/results keeps, in the order of the README. */
const studies = ["entailment", "translation", "summarization", "classification", "rationales", "vqa"].filter((name) =>
  existsSync(new URL(`docs/results/${name}.json`, root)),
);

/** The e-mail that the recorded comparison keeps, under every mapping, first seed. */
function attentionPicture(report) {
  const runs = report.results.filter(({ config }) => config.seed === report.results[0].config.seed);
  const explanations = runs.map(({ config, explained: [text] }) => ({ mapping: config.mapping, text }));
  return `${explanationSvg(explanations, { labels: report.labels, title: "Attention over one e-mail" })}\n`;
}

/** The README with the text between a section's marks replaced. */
function withSection(readme, name, text) {
  const begin = `<!-- ${name}: written by npm run readme -->`;
  const end = `<!-- end of ${name} -->`;
  const [before, rest] = readme.split(begin);
  const after = rest?.split(end)[1];
  if (after === undefined) throw new Error(`README.md lacks the marks ${begin} and ${end}`);
  return `${before}${begin}\n${text}\n${end}${after}`;
}

const files = new Map(registry.map((entry) => [`docs/pictures/${entry.name}.svg`, picture(entry)]));
files.set("docs/pictures/attention.svg", attentionPicture(result("spam")));
let readme = readFileSync(new URL("README.md", root), "utf8");
for (const [name, text] of Object.entries({
  mappings: mappings(),
  speed: speed(),
  steps: steps(),
  spam: spam(),
  ...Object.fromEntries(studies.map((name) => [name, studySection(name, result(name))])),
})) {
  readme = withSection(readme, name, text);
}
files.set("README.md", readme);
for (const name of studies) files.set(`docs/results/${name}.md`, studyPage(name, result(name)));

const stale = [...files].filter(([path, text]) => {
  const url = new URL(path, root);
  return !existsSync(url) || readFileSync(url, "utf8") !== text;
});
if (process.argv.includes("--check")) {
  if (stale.length > 0) {
    console.error(`out of date: ${stale.map(([path]) => path).join(", ")}. Run npm run readme.`);
    process.exitCode = 1;
  }
} else {
  mkdirSync(fileURLToPath(new URL("docs/pictures", root)), { recursive: true });
  for (const [path, text] of stale) writeFileSync(new URL(path, root), text);
  console.log(`${registry.length} mappings over ${pictureScores.length} scores, ${stale.length} files rewritten`);
}
