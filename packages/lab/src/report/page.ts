/** The report of a comparison as one HTML file: results, significance, figures, learning curves, settings. */
import { markup, raw, type Markup } from "../base/markup.ts";
import type { GridSearchResult } from "../compare/grid-search.ts";
import type { SignificanceReport } from "../compare/significance.ts";
import { describeOptions } from "../figures/format.ts";
import type { Settings } from "../tasks/settings.ts";
import type { PublishedResults, RunResult, Task } from "../tasks/task.ts";
import { columnsOf, groupRuns, summarize } from "./group-runs.ts";
import { htmlDocument } from "./html-document.ts";
import { learningCurves } from "./learning-curves.ts";
import { columnHead, compactTable, resultsTable, rowHead } from "./results-table.ts";

/** Provenance of a report's results. */
export interface ReportMeta {
  readonly data: {
    readonly note: string;
    readonly checksum: string;
    readonly train: number;
    readonly dev: number;
    readonly test: number;
  };
  /** The command line that made the report. */
  readonly command: string;
  readonly date: Date;
  readonly machine: { readonly cores: number; readonly description?: string };
  /** Version of fenchel-lab. */
  readonly version: string;
  readonly settings: Settings;
  /** Selections of a grid search. */
  readonly tuned: readonly GridSearchResult[];
  readonly tested: SignificanceReport | null;
  /** Epochs of fine-tuning from one softmax model per seed, and epochs of that model; null where runs start at random. */
  readonly finetuned: { readonly epochs: number; readonly before: number } | null;
}

const count = (value: number): string => value.toLocaleString("en-US");

const list = (items: readonly string[]): string =>
  items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;

const capitalized = (text: string): string => text.replace(/^./, (letter) => letter.toUpperCase());

/** A command that breaks between its words, not within an option. */
function commandLine(command: string): Markup {
  const words = command.split(" ").map((word, i) => markup`${i === 0 ? "" : " "}<span class="word">${word}</span>`);
  return markup`<pre class="command"><code>${words}</code></pre>`;
}

function publishedTable({ caption, source, columns, rows }: PublishedResults, index: number): Markup {
  return markup`<p class="note">${caption} Source: ${source}</p>
    ${compactTable(
      `published-${index}`,
      "Published results",
      [markup`<td></td>`, ...columns.map((title) => columnHead(title))],
      rows.map(([name, ...cells]) => [markup`<th scope="row">${name}</th>`, ...cells]),
    )}`;
}

function tuningSection(tuned: readonly GridSearchResult[]): Markup {
  const rows = tuned.flatMap(({ mapping, tried, chosen }) =>
    tried.map(({ options, accuracy, loss }): [Markup, ...(Markup | string)[]] => {
      const text = describeOptions(options) || "defaults";
      const selected = JSON.stringify(options) === JSON.stringify(chosen);
      return [
        rowHead(mapping, ""),
        selected ? markup`<b>${text}</b>` : text,
        (100 * accuracy).toFixed(2),
        loss.toFixed(3),
      ];
    }),
  );
  return markup`<section aria-labelledby="tuning">
    <h2 id="tuning">Grid search</h2>
    <p class="note">Grid search with the first seed, selected by dev accuracy, then dev loss; the test set was not used.</p>
    ${compactTable(
      "tuning-caption",
      "Every point of the grid",
      [columnHead("Mapping"), columnHead("Options"), columnHead("Dev accuracy", "%"), columnHead("Dev loss", "nats")],
      rows,
    )}
  </section>`;
}

function significanceTable(task: Task, { key, seed, items, resamples, mappings }: SignificanceReport): Markup {
  const { title, unit, digits, scale } = task.metrics.find((metric) => metric.key === key)!;
  // At least two digits, as differences are small.
  const shown = (value: number) => (value * scale).toFixed(Math.max(digits, 2));
  const signed = (value: number) => `${value < 0 ? "\u2212" : "+"}${shown(Math.abs(value))}`;
  const rows = mappings.map(({ mapping, options, score, low, high, against }): [Markup, ...string[]] => [
    rowHead(mapping, describeOptions(options)),
    shown(score),
    `${shown(low)} to ${shown(high)}`,
    against === null ? "\u2013" : signed(against.difference),
    against === null ? "\u2013" : against.pValue.toFixed(3),
  ]);
  return markup`<h3 id="significance">Confidence intervals and significance</h3>
  <p class="note">
    ${title} with seed ${seed}: 95&nbsp;% bootstrap interval over the ${count(items)} test ${task.items} (${count(resamples)} resamples), and
    p-value of a paired approximate randomization test against the first row (${count(resamples)} permutations).
  </p>
  ${compactTable(
    "significance-caption",
    "Confidence intervals and paired tests",
    [
      columnHead("Attention mapping"),
      columnHead(title, unit),
      columnHead("95\u00a0% interval", unit),
      columnHead(`Against ${mappings[0]!.mapping}`, unit),
      columnHead("p"),
    ],
    rows,
  )}`;
}

function intro(task: Task, meta: ReportMeta, results: readonly RunResult[]): Markup {
  const { data, machine, finetuned } = meta;
  const seeds = Array.from(new Set(results.map(({ config }) => config.seed))).sort((a, b) => a - b);
  const where = machine.description === undefined ? "" : ` (${machine.description})`;
  const date = `${meta.date.toISOString().slice(0, 16).replace("T", " ")} UTC`;
  const start =
    finetuned === null
      ? null
      : `All mappings were fine-tuned for ${finetuned.epochs} ${finetuned.epochs === 1 ? "epoch" : "epochs"} from one shared softmax model per seed (at most ${finetuned.before} epochs).`;
  return markup`<p class="lead">
      One model trained with different attention mappings and nothing else changed:
      ${count(data.train)} training, ${count(data.dev)} validation and ${count(data.test)} test ${task.items}.</p>
    <dl class="facts">
      <dt>Data</dt><dd>${capitalized(task.description)}. ${data.note}</dd>
      ${start === null ? null : markup`<dt>Initialization</dt><dd>${start}</dd>`}
      <dt>Runs</dt><dd>${seeds.length === 1 ? "Seed" : "Seeds"} ${list(seeds.map(String))}; finished on
      ${date}, on ${machine.cores} ${machine.cores === 1 ? "core" : "cores"}${where}.</dd>
      <dt>SHA-256</dt><dd><code>${data.checksum}</code></dd>
    </dl>
    ${commandLine(meta.command)}`;
}

/** The settings as options of the command, those in bold that are not the defaults. */
function settingsSection(task: Task, settings: Settings): Markup {
  const items = Object.entries(settings).map(([name, value]) => {
    const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    const standard = task.settings.find((setting) => setting.name === name)?.value;
    return markup`<li${value === standard ? null : raw(' class="given"')}><code>${flag}</code> <span>${String(value)}</span></li>`;
  });
  return markup`<section aria-labelledby="settings">
    <h2 id="settings">Settings</h2>
    <p class="note"><b>Bold</b>: not the default.</p>
    <ul class="settings">${items}</ul>
  </section>`;
}

/** The report as one HTML file. Throws a RangeError when there are no results. */
export function reportPage(task: Task, results: readonly RunResult[], meta: ReportMeta): string {
  if (results.length === 0) throw new RangeError("results must not be empty");
  const groups = groupRuns(results);
  const [first] = groups;
  const figures = task.figures(groups.map(({ runs }) => runs[0]!));
  const name = capitalized(task.name);
  const title =
    groups.length === 1 ? `${name}: ${first!.mapping}` : `${name}: ${groups.length} attention mappings compared`;
  return htmlDocument(
    `${title} \u00b7 fenchel`,
    markup`<header>
        <p class="kicker">fenchel compare</p>
        <h1>${title}</h1>
        ${intro(task, meta, results)}
      </header>
      <main>
        <section aria-labelledby="results">
          <h2 id="results">Results</h2>
          ${resultsTable(summarize(groups, columnsOf(task)), task.metricsNote)}
          ${meta.tested === null ? null : significanceTable(task, meta.tested)}
        </section>
        ${
          task.published === undefined
            ? null
            : markup`<section aria-labelledby="published">
                <h2 id="published">Published results</h2>
                ${task.published.map(publishedTable)}
              </section>`
        }
        ${
          figures === null
            ? null
            : markup`<section aria-labelledby="attention">
                <h2 id="attention">Attention examples</h2>
                <p class="note">${capitalized(task.items)} of the test set with the runs of seed ${first!.runs[0]!.config.seed}.</p>
                ${figures}
              </section>`
        }
        <section aria-labelledby="curves">
          <h2 id="curves">Learning curves</h2>
          <p class="note">
            One line per seed, all plots on the same axes. <b class="dev">dev</b> is the solid line, train the dotted one; the dot
            marks the epoch whose model was kept.
          </p>
          ${learningCurves(groups)}
        </section>
        ${meta.tuned.length === 0 ? null : tuningSection(meta.tuned)}
        ${settingsSection(task, meta.settings)}
      </main>
      <footer><p>fenchel-lab ${meta.version}. The same results are in report.json, beside this file.</p></footer>`,
    task.style,
  );
}
