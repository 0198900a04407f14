/** The report of a study's comparison: the same page as any comparison, with the study's own measures, pictures and published tables. */

import type { GridSearchResult } from "../compare/grid-search.ts";
import type { PublishedResults, Task, RunResult } from "../tasks/task.ts";
import type { SignificanceReport } from "../compare/significance.ts";
import { learningCurves } from "./learning-curves.ts";
import { markup, raw, type Markup } from "../base/markup.ts";
import { commandLine, count, distinct, htmlDocument, list, NUMBER_WORDS, type ReportMeta } from "./page.ts";
import { resultsTable } from "./results-table.ts";
import { describeOptions, groupRuns, summarize, type SpamMeasure } from "./group-runs.ts";

/** What is told besides the results. */
export interface StudyReportMeta extends Omit<ReportMeta, "labels"> {
  /** What `--tune` chose. */
  readonly tuned: readonly GridSearchResult[];
  /** How sure the differences between choices are. */
  readonly tested: SignificanceReport | null;
  /** Whether all runs of a seed went on from one softmax run, and for how long. */
  readonly warmStart: { readonly epochs: number; readonly before: number } | null;
  readonly settings: Readonly<Record<string, number | string | boolean>>;
}

/** The measures of a study as columns, with the time of a step as the last. */
export function measuresOf({ metrics }: Task): SpamMeasure<RunResult>[] {
  const own = metrics.map((measure): SpamMeasure<RunResult> => ({
    ...measure,
    of: ({ scores }) => scores[measure.key] ?? null,
  }));
  const step: SpamMeasure<RunResult> = {
    key: "secondsPerStep",
    group: "Training",
    title: "Step",
    unit: "ms",
    digits: 0,
    scale: 1000,
    best: "lowest",
    of: ({ secondsPerStep }) => secondsPerStep,
  };
  return own.some(({ key }) => key === step.key) ? own : [...own, step];
}

function publishedTable({ caption, columns, rows }: PublishedResults, index: number): Markup {
  return markup`<p class="note">${caption}</p>
  <div class="scroll" role="region" aria-labelledby="published-${index}" tabindex="0">
    <table class="results compact">
      <caption id="published-${index}" class="unseen">Published figures</caption>
      <thead>
        <tr>
          <td></td>
          ${columns.map((title) => markup`<th scope="col">${title}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ([name, ...figures]) =>
            markup`<tr>
              <th scope="row">${name}</th>
              ${figures.map((figure) => markup`<td>${figure}</td>`)}
            </tr> `,
        )}
      </tbody>
    </table>
  </div>`;
}

function tunedTable(tuned: readonly GridSearchResult[]): Markup {
  return markup`<section aria-labelledby="tuning">
    <h2 id="tuning">Options chosen on the dev set</h2>
    <p class="note">
      Every point of the grid was trained with the first seed; the one with the highest dev accuracy, then the lowest dev loss, was taken. The test set had no part in it.
    </p>
    <div class="scroll" role="region" aria-labelledby="tuning-caption" tabindex="0">
      <table class="results compact">
        <caption id="tuning-caption" class="unseen">Every point of the grid</caption>
        <thead>
          <tr>
            <th scope="col">Mapping</th>
            <th scope="col">Options</th>
            <th scope="col">Dev accuracy<span class="unit">%</span></th>
            <th scope="col">Dev loss<span class="unit">nats</span></th>
          </tr>
        </thead>
        <tbody>
          ${tuned.flatMap(({ mapping, tried, chosen }) =>
            tried.map(({ options, accuracy, loss }) => {
              const text = describeOptions(options) || "defaults";
              return markup`<tr>
                <th scope="row"><span class="mapping">${mapping}</span></th>
                <td>${options === chosen ? markup`<b>${text}</b>` : text}</td>
                <td>${(100 * accuracy).toFixed(2)}</td>
                <td>${loss.toFixed(3)}</td>
              </tr> `;
            }),
          )}
        </tbody>
      </table>
    </div>
  </section>`;
}

function testedTable(study: Task, { key, seed, items, resamples, choices }: SignificanceReport): Markup {
  const { title, unit, digits, scale } = study.metrics.find((measure) => measure.key === key)!;
  // One digit more than in the table of all figures, where it has only one.
  const shown = (value: number) => (value * scale).toFixed(Math.max(digits, 2));
  const signed = (value: number) => `${value < 0 ? "\u2212" : "+"}${shown(Math.abs(value))}`;
  const head = (text: string) =>
    markup`<th scope="col">${text}${unit === "" ? null : markup`<span class="unit">${unit}</span>`}</th>`;
  return markup`<h3 id="sure">How sure the differences are</h3>
  <p class="note">
    ${title} with seed ${seed}. The interval holds the middle 95&nbsp;% of ${count(resamples)} test sets that are drawn from these ${count(items)} ${study.items} with
    replacement; p is the share of ${count(resamples)} random exchanges of answers between the two that make as large a difference.
  </p>
  <div class="scroll" role="region" aria-labelledby="sure-caption" tabindex="0">
    <table class="results compact">
      <caption id="sure-caption" class="unseen">Intervals and paired tests</caption>
      <thead>
        <tr>
          <th scope="col">Attention</th>
          ${head(title)}${head("95\u00a0% interval")}${head(`Against ${choices[0]!.mapping}`)}
          <th scope="col">p</th>
        </tr>
      </thead>
      <tbody>
        ${choices.map(({ mapping, options, score, low, high, against }) => {
          const text = describeOptions(options);
          return markup`<tr>
            <th scope="row"><span class="mapping">${mapping}</span>${text === "" ? null : markup`<span class="options">${text}</span>`}</th>
            <td>${shown(score)}</td>
            <td>${shown(low)} to ${shown(high)}</td>
            <td>${against === null ? "\u2013" : signed(against.difference)}</td>
            <td>${against === null ? "\u2013" : against.pValue.toFixed(3)}</td>
          </tr> `;
        })}
      </tbody>
    </table>
  </div>`;
}

function intro(study: Task, meta: StudyReportMeta, results: readonly RunResult[]): Markup {
  const { data, machine, warmStart } = meta;
  const seeds = distinct(results.map(({ config }) => config.seed)).sort((a, b) => a - b);
  const where = machine.description === undefined ? "" : ` (${machine.description})`;
  const date = `${meta.date.toISOString().slice(0, 16).replace("T", " ")} UTC`;
  const start =
    warmStart === null
      ? null
      : `One softmax run of each seed was trained for at most ${warmStart.before} epochs; every row of the table, softmax too, went on from it for ${warmStart.epochs}.`;
  return markup`<p class="lead">
      The model of the task ${meta.task} was trained with
      ${list(distinct(results.map(({ config }) => config.mapping)))}, changing nothing but the attention. There were
      ${count(data.train)} ${study.items} to train on, ${count(data.dev)} to stop by and ${count(data.test)} to test on.</p>
    <dl class="facts">
      <dt>Data</dt><dd>${data.description}.${data.note === undefined ? "" : ` ${data.note}`}</dd>
      ${start === null ? null : markup`<dt>Start</dt><dd>${start}</dd>`}
      <dt>Runs</dt><dd>${seeds.length === 1 ? "Seed" : "Seeds"} ${list(seeds.map(String))}; finished on
      ${date}, on ${machine.cores} ${machine.cores === 1 ? "core" : "cores"}${where}.</dd>
      <dt>SHA-256</dt><dd><code>${data.checksum}</code></dd>
    </dl>
    ${commandLine(meta.command)}`;
}

/** The settings as the command takes them, those in bold that are not as they are by default. */
function settingsList(study: Task, settings: StudyReportMeta["settings"]): Markup {
  const items = Object.entries(settings).map(([name, value]) => {
    const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    const usual = study.settings.find((setting) => setting.name === name)?.value;
    return markup`<li${value === usual ? null : raw(' class="given"')}><code>${flag}</code> <span>${String(value)}</span></li>`;
  });
  return markup`<p class="note"><b>Bold</b>: other than by default.</p><ul class="settings">${items}</ul>`;
}

/** The report as one HTML file. Throws a RangeError when there are no results. */
export function studyPage(study: Task, results: readonly RunResult[], meta: StudyReportMeta): string {
  if (results.length === 0) throw new RangeError("results must not be empty");
  const variants = groupRuns(results);
  // A figure that no run has is of another corpus, or of data that are not there.
  const measures = measuresOf(study).filter(({ of }) => results.some((result) => of(result) !== null));
  const pictures = study.figures(variants.map(({ runs }) => runs[0]!));
  const ways = `${NUMBER_WORDS[variants.length] ?? variants.length} ${variants.length === 1 ? "way" : "ways"} to attend`;
  const title = `${ways} on ${meta.task}`;
  return htmlDocument(
    `${title} \u00b7 fenchel`,
    markup`<header>
        <p class="kicker">fenchel compare</p>
        <h1>${title}</h1>
        ${intro(study, meta, results)}
      </header>
      <main>
        <section aria-labelledby="results">
          <h2 id="results">Results</h2>
          ${resultsTable(summarize(variants, measures), { name: "Attention" })}
          ${meta.tested === null ? null : testedTable(study, meta.tested)}
        </section>
        ${
          study.published === undefined
            ? null
            : markup`<section aria-labelledby="published">
                <h2 id="published">Published beside it</h2>
                ${study.published.map(publishedTable)}
              </section>`
        }
        ${
          pictures === null
            ? null
            : markup`<section aria-labelledby="attention">
                <h2 id="attention">Where the models look</h2>
                ${pictures}
              </section>`
        }
        <section aria-labelledby="curves">
          <h2 id="curves">Learning curves</h2>
          <p class="note">
            A line a seed, all figures on the same axes. <b class="dev">dev</b> is the solid line, train the dotted one; the dot
            marks the epoch whose model was kept.
          </p>
          ${learningCurves(variants)}
        </section>
        ${meta.tuned.length === 0 ? null : tunedTable(meta.tuned)}
        <section aria-labelledby="settings">
          <h2 id="settings">Settings</h2>
          ${settingsList(study, meta.settings)}
        </section>
      </main>
      <footer><p>fenchel-lab ${meta.version}. The same figures are in report.json, beside this file.</p></footer>`,
    study.style,
  );
}
