// A recorded comparison as text: a short table for the index of results, and a page with every metric.
import { taskNamed } from "../../packages/lab/dist/tasks/index.js";
import { count, day, mappingCell, table } from "./table.mjs";

/** The columns of the index by the keys of the metrics. */
const short = {
  spam: ["accuracy", "f1", "sparsity", "supportSize", "segments"],
  entailment: ["accuracy", "sparsity", "segments", "alignmentError", "shareError"],
  translation: ["bleu", "chrf", "sparsity", "supportSize", "segments", "alignmentError"],
  summarization: ["rouge1", "rouge2", "rougeL", "sparsity", "segments", "alignmentError"],
  imdb: ["accuracy", "loss", "sparsity", "supportSize", "deviation"],
  "movie-rationales": ["accuracy", "segments", "tokenF1", "rationalePrecision", "sufficiency", "comprehensiveness"],
  vqa: ["accuracy", "mass", "areaRatio", "recall", "iou"],
};

const capitalized = (text) => text.replace(/^./, (letter) => letter.toUpperCase());

function scoreCell({ scale, digits }, score) {
  if (score === null || score === undefined) return "";
  const text = (value) => (value * scale).toFixed(digits);
  return score.deviation === null || score.deviation === undefined
    ? text(score.mean)
    : `${text(score.mean)} ± ${text(score.deviation)}`;
}

/** The confidence interval and p-value of the tested metric, after whatever else a row holds. */
function significance({ tested, metrics }) {
  if (tested === null || tested === undefined) return { titles: [], cells: () => [] };
  const { title, digits, scale } = metrics.find(({ key }) => key === tested.key);
  const text = (value) => (value * scale).toFixed(digits);
  return {
    titles: [`${title}, 95 % confidence interval`, `p against ${tested.mappings[0].mapping}`],
    cells: (i) => {
      const { low, high, against } = tested.mappings[i];
      return [`${text(low)} to ${text(high)}`, against === null ? "" : against.pValue.toFixed(3)];
    },
  };
}

const titleOf = ({ title, unit }) => (unit === "" ? title : `${title}, ${unit}`);

/** A metric outside its group: titles that need the group say it. */
const alone = (metric) => (metric.title === "AER" ? { ...metric, title: metric.group } : metric);

function metricTable({ summary }, metrics, more = { titles: [], cells: () => [] }) {
  const rows = summary.map((row, i) => [
    mappingCell(row),
    ...metrics.map((metric) => scoreCell(metric, row.figures[metric.key])),
    ...more.cells(i),
  ]);
  return table(["mapping", ...metrics.map(titleOf), ...more.titles], rows);
}

/** The sizes of the splits and the number of seeds. */
function extent({ summary, data }) {
  const seeds = summary[0].seeds.length;
  const over = seeds === 1 ? "one seed" : `mean and standard deviation over ${seeds} seeds`;
  return `${count(data.train)} training, ${count(data.dev)} validation and ${count(data.test)} test examples; ${over}`;
}

/** A task's section of the index. */
export function resultSection(name, record) {
  const metrics = short[name].map((key) => {
    const metric = record.metrics.find((one) => one.key === key);
    if (metric === undefined) throw new Error(`docs/results/${name}.json has no metric ${key}`);
    return metric;
  });
  return [
    `${capitalized(taskNamed(name).description)}: ${extent(record)} (${day(record.date)}; [all metrics and the command](${name}.md)).`,
    "",
    metricTable(record, metrics.map(alone), significance(record)),
  ].join("\n");
}

/** A task's page: how the record was made, and all of its metrics by their groups. */
export function resultPage(name, record) {
  const { data, finetuned, machine } = record;
  const metrics = record.metrics.filter(({ key }) =>
    record.summary.some(({ figures }) => figures[key] !== null && figures[key] !== undefined),
  );
  const groups = [...new Set(metrics.map(({ group }) => group))];
  const tests = significance(record);
  const start =
    finetuned === null
      ? ""
      : ` All mappings were fine-tuned for ${finetuned.epochs} ${finetuned.epochs === 1 ? "epoch" : "epochs"} from one shared softmax model per seed (at most ${finetuned.before} epochs).`;
  return `${[
    `# ${name}`,
    "",
    `Written by \`npm run docs\` from ${name}.json, which also keeps the scores of every run.`,
    "",
    `${capitalized(taskNamed(name).description)}: ${extent(record)}.`,
    "",
    `${data.note}${start}`,
    "",
    "```sh",
    `npx ${record.command}`,
    "```",
    "",
    `${day(record.date)}, ${machine.description}, ${machine.cores} cores; data SHA-256 \`${data.checksum}\`.`,
    ...groups.flatMap((group) => [
      "",
      `## ${group}`,
      "",
      metricTable(
        record,
        metrics.filter((metric) => metric.group === group),
      ),
    ]),
    ...(tests.titles.length === 0
      ? []
      : [
          "",
          "## Confidence intervals and significance",
          "",
          `On the first seed's ${count(record.tested.items)} test examples: the bootstrap's interval (${count(record.tested.resamples)} resamples), p by two-sided paired randomization.`,
          "",
          table(
            ["mapping", ...tests.titles],
            record.summary.map((row, i) => [mappingCell(row), ...tests.cells(i)]),
          ),
        ]),
  ].join("\n")}\n`;
}
