/** The pictures of the study: reviews under every way to attend, as a strip along the text and as its words, filled by what they bear. */
import { positions } from "fenchel";
import { attentionMarkup, formatProbability, legend } from "../../report/heat-map.ts";
import { markup, raw, type Markup } from "../../report/markup.ts";
import type { StudyResult } from "../study.ts";
import { densityAt, densityStrip, drawnInterval, peakOf, STRIP_STYLE } from "./density-strip.ts";
import type { ReadReview } from "./train.ts";

/** Of the choices that differ in their basis alone, the one nearest to this many functions is drawn. */
const SHOWN_BASIS = 64;

const LABELS = ["negative", "positive"] as const;

type Drawn = { readonly result: StudyResult; readonly reviews: readonly ReadReview[] };

function drawnResults(results: readonly StudyResult[]): Drawn[] {
  const nearest = new Map<string, StudyResult>();
  const off = (basis: number | undefined) => Math.abs((basis ?? SHOWN_BASIS) - SHOWN_BASIS);
  for (const result of results) {
    const { mapping, mappingOptions } = result.config;
    const { basis, ...others } = mappingOptions;
    const key = JSON.stringify([mapping, others]);
    const known = nearest.get(key);
    if (known === undefined || off(basis) < off(known.config.mappingOptions["basis"])) nearest.set(key, result);
  }
  return Array.from(nearest.values(), (result) => ({ result, reviews: result.shown as readonly ReadReview[] }));
}

const percent = (share: number): string => `${Math.round(100 * share)}\u00a0%`;

/** What a density is, in words. */
function densityInWords(review: ReadReview): string {
  const { density } = review;
  if (density === null) return "";
  const { low, high, sharp } = drawnInterval(density);
  const where = `from ${percent(low)} to ${percent(high)} of the text`;
  return `density around ${percent(density.location)}, ${sharp ? `positive ${where}` : `two deviations reach ${where}`}`;
}

function strip(mapping: string, review: ReadReview, highest: number): Markup {
  const { weights, density } = review;
  const heard =
    weights === null ? [] : [`${weights.filter((weight) => weight > 0).length} of ${weights.length} words weighted`];
  const label = [`${mapping}: `, [...heard, ...(density === null ? [] : [densityInWords(review)])].join("; ")].join("");
  return densityStrip({ weights, density, highest, label });
}

/** The share of the density that falls on every word: what a weight is to discrete attention. */
function sharesOfWords(review: ReadReview): number[] {
  const { length } = review.words;
  return Array.from(densityAt(review.density!, positions(length)), (value) => Math.min(1, value / length));
}

/** Filled by discrete weights or, where there are none, by shares of the density. With both, the interval is underlined. */
function words(review: ReadReview): Markup {
  const { id, label, weights, density } = review;
  const fills = weights ?? sharesOfWords(review);
  const explained = { id, label, probabilities: [], words: review.words, weights: fills };
  if (weights === null || density === null) return attentionMarkup(explained);
  const { low, high, sharp } = drawnInterval(density);
  if (!sharp) return attentionMarkup(explained);
  const at = positions(review.words.length);
  const from = at.findIndex((t) => t >= low);
  const to = at.findLastIndex((t) => t <= high) + 1;
  if (from < 0 || to <= from) return attentionMarkup(explained);
  const part = (start: number, end: number): Markup => {
    const piece = { words: review.words.slice(start, end), weights: fills.slice(start, end) };
    return attentionMarkup({ ...explained, ...piece });
  };
  const gap = (at: number): string => (at > 0 && at < review.words.length ? " " : "");
  return markup`${part(0, from)}${gap(from)}<span class="within">${part(from, to)}</span>${gap(to)}${part(to, review.words.length)}`;
}

function counts({ words: all, weights, density }: ReadReview): Markup {
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
  const options = Object.entries(mappingOptions).map(
    ([name, value]) => `${name === "gamma" ? "γ" : name === "lambda" ? "λ" : name} = ${value}`,
  );
  const answer = review.probability > 0.5 ? 1 : 0;
  const right = answer === review.label;
  const sure = formatProbability(Math.max(review.probability, 1 - review.probability));
  return markup`<tr>
<th scope="row">
<span class="mapping">${mapping}</span>
<span class="options">${options.join(", ")}</span>
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
      <span class="number">Review ${index + 1}</span><span class="truth">labelled <b>${LABELS[label] ?? String(label)}</b></span><span class="id">${id}</span>
    </caption>
    <thead>
      <tr>
        <th scope="col">Attention and answer</th>
        <th scope="col">Along the text, and over its words</th>
        <th scope="col">Support</th>
      </tr>
    </thead>
    <tbody>
      ${drawn.map((one) => row(one, index, highest))}
    </tbody>
  </table>`;
}

/** The shown reviews, each under every choice; null when no run shows any. */
export function reviewPictures(results: readonly StudyResult[]): Markup | null {
  const drawn = drawnResults(results).filter(({ reviews }) => reviews.length > 0);
  const count = Math.min(...drawn.map(({ reviews }) => reviews.length));
  if (drawn.length === 0) return null;
  return markup`<p class="note">
      Reviews of the test set, drawn by lot. A strip runs from the first word of a review to its last: the curve is the density, on one scale for all of a review;
      under it is the interval where it is positive or, dashed, two deviations either side where it is positive
      everywhere; stems are the weights of single words, the greatest as high as the strip. Words are filled by their weight or, where they have none of their own, by the share of the
      density that falls on them; with both, the words of an interval outside of which the density is 0 are underlined. Of runs that differ in their basis, that with about ${SHOWN_BASIS} functions is drawn.
    </p>
    ${legend()} ${Array.from({ length: count }, (_, index) => table(drawn, index))}`;
}

/** Rules of the pictures. */
export const PICTURES_STYLE = `${STRIP_STYLE.source}
.words.review { line-height: 1.75; }
.words .within { text-decoration: underline; text-decoration-color: var(--accent); text-decoration-thickness: 1.5px; text-underline-offset: 0.28em; }
`;
