/** The attention over a text as HTML: words filled by their weight, exact zeros bare, neighbours with one weight in one box. */

import { attentionSegments } from "../metrics/attention/attention-statistics.ts";
import { markup, raw, type Markup } from "../base/markup.ts";
import { formatProbability } from "./format.ts";
import { formatWeight, LEVEL_BOUNDS, weightLevel } from "./color-scale.ts";

/** Prediction for a text with its attention. */
export interface ExplainedText {
  readonly id: string;
  /** Index into the labels; null where it is not known. */
  readonly label: number | null;
  /** Probability of every label. */
  readonly probabilities: readonly number[];
  readonly words: readonly string[];
  /** Attention weights, one per word; exact zeros stay exact. */
  readonly weights: readonly number[];
}

/** Prediction of one mapping, under the name it is shown by. */
export interface Explanation {
  readonly mapping: string;
  /** For instance "λ = 0.1"; may be empty. */
  readonly options?: string;
  readonly text: ExplainedText;
}

/** A separator between parts of a text: the next word begins a line. */
const LINE_END = "\u00b6";

function checkExplained({ id, words, weights }: ExplainedText): void {
  if (words.length !== weights.length) {
    throw new RangeError(`the explained text "${id}" has ${words.length} words but ${weights.length} weights`);
  }
}

function wordMarkup(word: string): Markup {
  return word === LINE_END ? markup`<span class="end">${word}</span><br />` : markup`${word}`;
}

/** The words with their weights as marks; what bears no weight is plain text. */
export function attentionMarkup(explained: ExplainedText): Markup {
  checkExplained(explained);
  const { words, weights } = explained;
  const pieces: Markup[] = [];
  let at = 0;
  const plainUpTo = (end: number): void => {
    for (; at < end; at++)
      pieces.push(markup`${at > 0 && words[at - 1] !== LINE_END ? " " : ""}${wordMarkup(words[at]!)}`);
  };
  for (const { start, end, weight } of attentionSegments(weights)) {
    plainUpTo(start);
    const inside = words
      .slice(start, end)
      .map((word, i) => markup`${i > 0 && words[start + i - 1] !== LINE_END ? " " : ""}${wordMarkup(word)}`);
    const space = start > 0 && words[start - 1] !== LINE_END ? " " : "";
    const level = weightLevel(weight);
    const size = end - start;
    pieces.push(
      size === 1
        ? markup`${space}<mark class="w${level}" title="${formatWeight(weight)}">${inside}</mark>`
        : markup`${space}<mark class="w${level} fused" title="${formatWeight(weight)} each, ${size} words, ${formatWeight(weight * size)} together">${inside}</mark>`,
    );
    at = end;
  }
  plainUpTo(words.length);
  return markup`${pieces}`;
}

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

/** "spam 0.98", by what the model holds likeliest. */
export function answerOf(
  text: ExplainedText,
  labels: readonly string[],
): { answer: string; probability: number; right: boolean | null } {
  const likeliest = text.probabilities.reduce(
    (best, probability, label) => (probability > text.probabilities[best]! ? label : best),
    0,
  );
  return {
    answer: labels[likeliest] ?? String(likeliest),
    probability: text.probabilities[likeliest] ?? Number.NaN,
    right: text.label === null ? null : text.label === likeliest,
  };
}

function explanationRow({ mapping, options = "", text }: Explanation, labels: readonly string[]): Markup {
  const { answer, probability, right } = answerOf(text, labels);
  const segments = attentionSegments(text.weights);
  const support = segments.reduce((sum, { start, end }) => sum + end - start, 0);
  const verdict = right === false ? markup` <span class="verdict">wrong</span>` : null;
  return markup`<tr>
<th scope="row">
<span class="mapping">${mapping}</span>
${options === "" ? null : markup`<span class="options">${options}</span>`}
<span class="answer${right === false ? " wrong" : ""}">${answer} ${formatProbability(probability)}${verdict}</span>
</th>
<td class="words" dir="auto">${attentionMarkup(text)}</td>
<td class="counts">${plural(support, "word")} of ${text.words.length}<br>${plural(segments.length, "segment")}</td>
</tr>
`;
}

/** One text under every mapping, as a table; all `explanations` are of the same text. */
export function explanationTable(
  explanations: readonly Explanation[],
  labels: readonly string[],
  number?: number,
): Markup {
  const first = explanations[0];
  if (first === undefined) throw new RangeError("explanations must not be empty");
  const { id, label } = first.text;
  const truth = label === null ? "" : (labels[label] ?? String(label));
  return markup`<table class="maps">
    <caption>
      <span class="number">${number === undefined ? "Text" : `Text ${number}`}</span>${truth === "" ? null : markup`<span class="truth">labelled <b>${truth}</b></span>`}<span class="id">${id}</span>
    </caption>
    <thead>
      <tr>
        <th scope="col">Mapping and answer</th>
        <th scope="col">Attention over the words</th>
        <th scope="col">Support</th>
      </tr>
    </thead>
    <tbody>
      ${explanations.map((explanation) => explanationRow(explanation, labels))}
    </tbody>
  </table>`;
}

/** The steps of the fill with their upper bounds. */
export function weightScale(): Markup {
  const steps = LEVEL_BOUNDS.map(
    (bound, index) => markup`<li class="w${index + 1}"><span>${String(bound)}</span></li>`,
  );
  return markup`<ol class="scale">
        <li class="none"><span>exactly 0</span></li>
        ${steps}
      </ol>`;
}

/** What fills and boxes mean. */
export function legend(): Markup {
  return markup`<div class="legend" role="group" aria-label="Legend">
    <div>
      <p>Weight of a word, up to</p>
      ${weightScale()}
    </div>
    <div>
      <p>Reading the boxes</p>
      <p class="samples">
        <span>bare</span> no weight at all<span class="gap"></span><mark class="w4">filled</mark> a weight of its
        own<span class="gap"></span><mark class="w4 fused">one box of words</mark> neighbours that share one weight
      </p>
    </div>
  </div>`;
}

/** Rules for words and legend; colours come from the page's variables. */
export const HEAT_MAP_STYLE = raw(`
mark { background: none; color: inherit; border-radius: 3px; padding: 0.14em 0.07em; margin: 0 -0.07em; }
${LEVEL_BOUNDS.map((_, i) => `.w${i + 1} { background-color: var(--fill-${i + 1}); color: var(--text-${i + 1}); }`).join("\n")}
mark.fused { box-shadow: 0 0 0 1px var(--ground), 0 0 0 2.5px var(--edge); }
`);
