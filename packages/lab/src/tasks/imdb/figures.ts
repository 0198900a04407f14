/** Figures of film reviews: attention along the text as a plot, and over its words as fills. */
import { positions } from "fenchel";
import { markup, raw, type Markup } from "../../base/markup.ts";
import { wordShares } from "../../figures/density-1d.ts";
import { DENSITY_PLOT_STYLE, densityPlot, drawnInterval, peakOf } from "../../figures/density-plot.ts";
import { describeOptions, formatPercent as percent, formatProbability } from "../../figures/format.ts";
import { attentionMarkup, legend } from "../../figures/heat-map.ts";
import type { ExampleRun } from "../task.ts";
import type { ReviewExample } from "./predictions.ts";

/** Of the choices that differ in their basis alone, the one nearest to this many functions is drawn. */
const SHOWN_BASIS = 64;

const LABELS = ["negative", "positive"] as const;

type Drawn = { readonly result: ExampleRun<ReviewExample>; readonly reviews: readonly ReviewExample[] };

function drawnResults(results: readonly ExampleRun<ReviewExample>[]): Drawn[] {
  const nearest = new Map<string, ExampleRun<ReviewExample>>();
  const off = (basis: number | undefined) => Math.abs((basis ?? SHOWN_BASIS) - SHOWN_BASIS);
  for (const result of results) {
    const { mapping, mappingOptions } = result.config;
    const { basis, ...others } = mappingOptions;
    const key = JSON.stringify([mapping, others]);
    const known = nearest.get(key);
    if (known === undefined || off(basis) < off(known.config.mappingOptions["basis"])) nearest.set(key, result);
  }
  return Array.from(nearest.values(), (result) => ({ result, reviews: result.examples }));
}

/** A density in words. */
function densityInWords(review: ReviewExample): string {
  const { density } = review;
  if (density === null) return "";
  const { low, high, sharp } = drawnInterval(density);
  const where = `from ${percent(low)} to ${percent(high)} of the text`;
  return `density around ${percent(density.location)}, ${sharp ? `positive ${where}` : `two deviations reach ${where}`}`;
}

function strip(mapping: string, review: ReviewExample, highest: number): Markup {
  const { weights, density, marks, excerpt } = review;
  const heard =
    weights === null ? [] : [`${weights.filter((weight) => weight > 0).length} of ${weights.length} words weighted`];
  const label = [`${mapping}: `, [...heard, ...(density === null ? [] : [densityInWords(review)])].join("; ")].join("");
  return densityPlot({ weights, density, marks, excerpt, highest, label });
}

type Range = readonly [from: number, to: number];

/** Words of a review as marks, those of some ranges within a span of a class. The ranges ascend and do not overlap. */
function filledWords(
  review: ReviewExample,
  fills: readonly number[],
  ranges: readonly Range[],
  inside: string,
): Markup {
  const { id, label, words } = review;
  const [first, last] = review.excerpt ?? [0, words.length];
  const pieces: Markup[] = [];
  const add = (from: number, to: number, within: boolean): void => {
    if (to <= from) return;
    const part = { words: words.slice(from, to), weights: fills.slice(from, to) };
    const piece = attentionMarkup({ id, label, probabilities: [], ...part });
    const gap = pieces.length > 0 ? " " : "";
    pieces.push(within ? markup`${gap}<span class="${inside}">${piece}</span>` : markup`${gap}${piece}`);
  };
  let at = first;
  for (const range of ranges) {
    const [from, to] = [Math.max(range[0], at), Math.min(range[1], last)];
    if (to <= from) continue;
    add(at, from, false);
    add(from, to, true);
    at = to;
  }
  add(at, last, false);
  const [before, after] = [first > 0 ? "… " : "", last < words.length ? " …" : ""];
  return markup`${before}${pieces}${after}`;
}

/** The runs of marked words. */
function runsOf(marks: readonly number[]): Range[] {
  return marks.flatMap((mark, from): Range[] => {
    if (mark === 0 || marks[from - 1] === 1) return [];
    const end = marks.indexOf(0, from);
    return [[from, end < 0 ? marks.length : end]];
  });
}

/** The words of the interval that a density is above 0 in; none where that is everywhere. */
function withinInterval(review: ReviewExample): Range[] {
  const { low, high, sharp } = drawnInterval(review.density!);
  if (!sharp) return [];
  const at = positions(review.words.length);
  const from = at.findIndex((t) => t >= low);
  return from < 0 ? [] : [[from, at.findLastIndex((t) => t <= high) + 1]];
}

/**
 * Filled by discrete weights or, where there are none, by shares of the density. Underlined is the human rationale or, where there is none, the interval of a density that stands beside weights.
 */
function words(review: ReviewExample): Markup {
  const { weights, density, marks } = review;
  const fills = weights ?? wordShares(density!, review.words.length);
  if (marks !== undefined) return filledWords(review, fills, runsOf(marks), "given");
  return filledWords(review, fills, weights === null || density === null ? [] : withinInterval(review), "within");
}

function counts({ words: all, weights, density }: ReviewExample): Markup {
  const lines: string[] = [];
  if (weights !== null) lines.push(`${weights.filter((weight) => weight > 0).length} of ${all.length} words`);
  if (density !== null) {
    const { low, high, sharp } = drawnInterval(density);
    lines.push(sharp ? `${percent(high - low)} of the text` : "the whole text");
    if (!sharp) lines.push(`${percent(high - low)} within 2σ`);
  }
  return markup`${lines.map((line, i) => markup`${i > 0 ? raw("<br>") : null}${line}`)}`;
}

function row({ result, reviews }: Drawn, index: number, highest: number): Markup {
  const review = reviews[index]!;
  const { mapping, mappingOptions } = result.config;
  const answer = review.probability > 0.5 ? 1 : 0;
  const right = review.label === null || answer === review.label;
  const sure = formatProbability(Math.max(review.probability, 1 - review.probability));
  return markup`<tr>
<th scope="row">
<span class="mapping">${mapping}</span>
<span class="options">${describeOptions(mappingOptions)}</span>
<span class="answer${right ? "" : " wrong"}">${LABELS[answer]} ${sure}${right ? null : markup` <span class="verdict">wrong</span>`}</span>
</th>
<td class="words review" dir="auto">${strip(mapping, review, highest)}<div>${words(review)}</div></td>
<td class="counts">${counts(review)}</td>
</tr>
`;
}

function table(drawn: readonly Drawn[], index: number): Markup {
  const { id, label } = drawn[0]!.reviews[index]!;
  const peaks = drawn.flatMap(({ reviews }) => {
    const { density } = reviews[index]!;
    return density === null ? [] : [peakOf(density)];
  });
  const highest = Math.max(1, ...peaks);
  return markup`<table class="maps">
    <caption>
      <span class="number">Review ${index + 1}</span>${label === null ? null : markup`<span class="truth">labelled <b>${LABELS[label] ?? String(label)}</b></span>`}<span class="id">${id}</span>
    </caption>
    <thead>
      <tr>
        <th scope="col">Attention and prediction</th>
        <th scope="col">Along the text, and over its words</th>
        <th scope="col">Support</th>
      </tr>
    </thead>
    <tbody>
      ${drawn.map((one) => row(one, index, highest))}
    </tbody>
  </table>`;
}

/** What is underlined, and how much of a review is there. */
function shownNote(drawn: readonly Drawn[]): string {
  if (drawn.every(({ reviews }) => reviews.every(({ marks }) => marks === undefined))) {
    return "with both, the words of an interval outside of which the density is 0 are underlined.";
  }
  return (
    "with both, by their weight. Underlined, and barred along the foot of a strip, is the human rationale. Of a long " +
    "review the part with the most of that is written out, shaded in its strip."
  );
}

/** The shown reviews, each under every choice; null when no run shows any. */
export function reviewFigures(results: readonly ExampleRun<ReviewExample>[]): Markup | null {
  const drawn = drawnResults(results).filter(({ reviews }) => reviews.length > 0);
  const count = Math.min(...drawn.map(({ reviews }) => reviews.length));
  if (drawn.length === 0) return null;
  return markup`<p class="note">
      A strip runs from the first word of a review to its last: the curve is the density, on one scale for all of a review;
      under it is the interval where it is positive or, dashed, two deviations either side where it is positive
      everywhere; stems are the weights of single words, the greatest as high as the strip. Words are filled by their weight or, where they have none of their own, by the share of the
      density that falls on them; ${shownNote(drawn)} Of runs that differ in their basis, that with about ${SHOWN_BASIS} functions is drawn.
    </p>
    ${legend()} ${Array.from({ length: count }, (_, index) => table(drawn, index))}`;
}

/** Rules of the pictures. */
export const FIGURES_STYLE = `${DENSITY_PLOT_STYLE.source}
.words.review { line-height: 1.75; }
.words .within, .words .given { text-decoration: underline; text-decoration-thickness: 1.5px; text-underline-offset: 0.28em; }
.words .within { text-decoration-color: var(--accent); }
.words .given { text-decoration-color: var(--ink); text-decoration-thickness: 2px; }
`;
