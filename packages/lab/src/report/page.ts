/** The page of a comparison: what was run, the table, the learning curves and the attention, in one file that needs nothing else. */

import type { SpamRunResult } from "../tasks/run-types.ts";
import { explanationTable, HEAT_MAP_STYLE, legend, type Explanation } from "./heat-map.ts";
import { CURVES_STYLE, learningCurves } from "./learning-curves.ts";
import { markup, raw, type Markup } from "../base/markup.ts";
import { PAGE_STYLE, PRINT_STYLE } from "./page-style.ts";
import { resultsTable } from "./results-table.ts";
import { groupRuns, MEASURES, summarize, type RunGroup } from "./group-runs.ts";

/** What a report tells besides its results. */
export interface ReportMeta {
  readonly task: string;
  /** Names of the task's labels. */
  readonly labels: readonly string[];
  readonly data: {
    /** For instance "SpamAssassin public corpus, subject and start of the body". */
    readonly description: string;
    /** What was done to the texts, for those who read the shown ones; one or two sentences. */
    readonly note?: string;
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
}

export const count = (value: number): string => value.toLocaleString("en-US");

export function list(items: readonly string[]): string {
  return items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
}

export const NUMBER_WORDS = [
  "No",
  "One",
  "Two",
  "Three",
  "Four",
  "Five",
  "Six",
  "Seven",
  "Eight",
  "Nine",
  "Ten",
  "Eleven",
  "Twelve",
];

export function distinct<T>(items: readonly T[]): T[] {
  return Array.from(new Set(items));
}

/** A command that breaks between its words, not within an option. */
export function commandLine(command: string): Markup {
  const words = command.split(" ").map((word, i) => markup`${i === 0 ? "" : " "}<span class="word">${word}</span>`);
  return markup`<pre class="command"><code>${words}</code></pre>`;
}

function intro(meta: ReportMeta, variants: readonly RunGroup[], results: readonly SpamRunResult[]): Markup {
  const { data, machine } = meta;
  const seeds = distinct(results.map(({ config }) => config.seed)).sort((a, b) => a - b);
  const date = `${meta.date.toISOString().slice(0, 16).replace("T", " ")} UTC`;
  const where = machine.description === undefined ? "" : ` (${machine.description})`;
  return markup`<p class="lead">
      The model of the task ${meta.task} was trained with
      ${list(distinct(variants.map(({ mapping }) => mapping)))}, changing nothing but the attention. Its data:
      ${data.description}; ${count(data.train)} texts to train on, ${count(data.dev)} to stop by and
      ${count(data.test)} to test on. ${seeds.length === 1 ? "Seed" : "Seeds"} ${list(seeds.map(String))}; finished on
      ${date}, on ${machine.cores} ${machine.cores === 1 ? "core" : "cores"}${where}.</p>
    ${commandLine(meta.command)}
    <p class="checksum">Data SHA-256 <code>${data.checksum}</code></p>`;
}

/** The texts that every variant's first run explains, each with all its explanations. */
export function sharedExplanations(variants: readonly RunGroup[]): Explanation[][] {
  const perVariant = variants.map(({ mapping, options, runs }) => ({
    mapping,
    options,
    texts: new Map(runs[0]!.explained.map((text) => [text.id, text])),
  }));
  const [first] = perVariant;
  if (first === undefined) return [];
  return Array.from(first.texts.keys())
    .filter((id) => perVariant.every(({ texts }) => texts.has(id)))
    .map((id) => perVariant.map(({ mapping, options, texts }) => ({ mapping, options, text: texts.get(id)! })));
}

/** A whole document around a body, with rules of its own after the common ones: no script, no request, nothing that leaves the file. */
export function htmlDocument(title: string, body: Markup, style = ""): string {
  return markup`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"
        />
        <meta name="referrer" content="no-referrer" />
        <meta name="color-scheme" content="light dark" />
        <link rel="icon" href="data:," />
        <title>${title}</title>
        <style>
          ${raw(PAGE_STYLE)}${HEAT_MAP_STYLE}${raw(CURVES_STYLE)}${raw(style)}${raw(PRINT_STYLE)}
        </style>
      </head>
      <body>
        ${body}
      </body>
    </html> `.source;
}

/** The report of a comparison as one HTML file. Throws a RangeError when there are no results. */
export function reportPage(results: readonly SpamRunResult[], meta: ReportMeta): string {
  if (results.length === 0) throw new RangeError("results must not be empty");
  const variants = groupRuns(results);
  const explanations = sharedExplanations(variants);
  const [first] = variants;
  const title =
    variants.length === 1
      ? `${first!.mapping} on ${meta.task}`
      : `${NUMBER_WORDS[variants.length] ?? variants.length} attention mappings on ${meta.task}`;
  const seed = variants[0]!.runs[0]!.config.seed;
  return htmlDocument(
    `${title} \u00b7 fenchel`,
    markup`<header>
        <p class="kicker">fenchel compare</p>
        <h1>${title}</h1>
        ${intro(meta, variants, results)}
      </header>
      <main>
        <section aria-labelledby="results">
          <h2 id="results">Results</h2>
          ${resultsTable(summarize(variants, MEASURES), {
            name: "Mapping",
            note: "of the attention, the sparsest, the fewest segments and the least entropy",
          })}
        </section>
        <section aria-labelledby="curves">
          <h2 id="curves">Learning curves</h2>
          <p class="note">
            A line a seed, all figures on the same axes. <b class="dev">dev</b> is the solid line, train the dotted one; the dot
            marks the epoch whose model was kept.
          </p>
          ${learningCurves(variants)}
        </section>
        ${
          explanations.length === 0
            ? null
            : markup`<section aria-labelledby="attention">
                <h2 id="attention">What the models read</h2>
                <p class="note">
                  The same texts of the test set under every mapping, each read by the run with seed ${seed}.${meta.data.note === undefined ? "" : ` ${meta.data.note}`} Rest the pointer on a word for its weight.
                </p>
                ${legend()} ${explanations.map((items, index) => explanationTable(items, meta.labels, index + 1))}
              </section>`
        }
      </main>
      <footer><p>fenchel-lab ${meta.version}. The same figures are in report.json, beside this file.</p></footer>`,
  );
}
