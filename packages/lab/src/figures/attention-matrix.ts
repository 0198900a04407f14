/** Attention of the words of one text to those of another, as a matrix: plain SVG, exact zeros left clear, fused words outlined. */

import { attentionSegments } from "../metrics/attention/attention-statistics.ts";
import { markup, raw, type Markup } from "../base/markup.ts";
import { describeOptions } from "./format.ts";
import { weightScale } from "./heat-map.ts";
import { textWidth } from "./text-width.ts";
import { formatWeight, COLOR_LEVELS, weightLevel } from "./color-scale.ts";

export interface AttentionMatrix {
  /** The words that attend, one a row. */
  readonly rows: readonly string[];
  /** The words attended to, one a column. */
  readonly columns: readonly string[];
  /** A row of weights a word that attends. */
  readonly weights: readonly ArrayLike<number>[];
  /** What the picture shows, for those who do not see it. */
  readonly label: string;
  /** All words that stand to the left of this matrix and of those beside it, so that they are drawn alike; default `rows`. */
  readonly rowWords?: readonly string[];
}

const CELL = 18;
const TYPE = 12;
const GAP = 6;
/** Longer words are cut in the picture; their whole is in the tooltip. */
const LONGEST = 22;

const shown = (word: string): string => {
  const letters = Array.from(word);
  return letters.length > LONGEST ? `${letters.slice(0, LONGEST - 1).join("")}\u2026` : word;
};
const roomOf = (words: readonly string[]): number =>
  Math.ceil(Math.max(0, ...words.map((word) => textWidth(shown(word), TYPE)))) + GAP;

/** Where the cells begin and end, with the room of the words. */
function matrixSize({ rows, columns, rowWords = rows }: AttentionMatrix) {
  const [left, top] = [roomOf(rowWords), roomOf(columns)];
  const [right, bottom] = [left + columns.length * CELL, top + rows.length * CELL];
  return { left, top, right, bottom, width: right + 1, height: bottom + 1 };
}

/** The matrix: columns' words stand upright above it, rows' words to its left. */
export function attentionMatrix(matrix: AttentionMatrix): Markup {
  const { rows, columns, weights, label } = matrix;
  const { left, top, right, bottom, width, height } = matrixSize(matrix);
  const lines = [
    ...Array.from({ length: columns.length + 1 }, (_, j) => `M${left + j * CELL} ${top}V${bottom}`),
    ...Array.from({ length: rows.length + 1 }, (_, i) => `M${left} ${top + i * CELL}H${right}`),
  ].join("");
  const cells = rows.flatMap((row, i) =>
    columns.flatMap((column, j) => {
      const weight = weights[i]![j] ?? 0;
      const level = weightLevel(weight);
      if (level === 0) return [];
      return [
        markup`<rect class="m${level}" x="${left + j * CELL}" y="${top + i * CELL}" width="${CELL}" height="${CELL}">
        <title>${row} \u2192 ${column}: ${formatWeight(weight)}</title></rect>`,
      ];
    }),
  );
  const outlines = rows.flatMap((_, i) =>
    attentionSegments(weights[i]!)
      .filter(({ start, end }) => end - start > 1)
      .map(
        ({ start, end }) =>
          markup`<rect class="segment" x="${left + start * CELL + 1}" y="${top + i * CELL + 1}" width="${(end - start) * CELL - 2}" height="${CELL - 2}" rx="2" />`,
      ),
  );
  return markup`<svg
    class="matrix"
    viewBox="0 0 ${width} ${height}"
    width="${width}"
    height="${height}"
    role="img"
    aria-label="${label}">
    ${columns.map((word, j) => markup`<text transform="translate(${left + (j + 0.5) * CELL} ${top - GAP}) rotate(-90)" dy="0.32em">${shown(word)}</text>`)}
    ${rows.map((word, i) => markup`<text class="row" x="${left - GAP}" y="${top + (i + 0.5) * CELL}" dy="0.32em">${shown(word)}</text>`)}
    ${cells}<path class="grid" d="${raw(lines)}" />${outlines}
  </svg>`;
}

/** A matrix with its caption. */
export interface MatrixFigure {
  readonly caption: Markup;
  readonly matrix: AttentionMatrix;
}

/** Caption of a matrix: the mapping, its options, and what stands beside them. */
export function matrixCaption(
  { mapping, mappingOptions }: { readonly mapping: string; readonly mappingOptions: Readonly<Record<string, number>> },
  more: Markup,
): Markup {
  const options = describeOptions(mappingOptions);
  return markup`<span class="mapping">${mapping}</span>${options === "" ? null : markup` <span class="options">${options}</span>`}
      ${more}`;
}

/** Room of a page and between figures, and the least width of a figure, in pixels. */
const PAGE = 1104;
const BETWEEN = 32;
const NARROWEST = 224;

/** The width that spreads figures evenly over as few rows as the page allows: four of which three would fit stand two by two. */
function evenWidth(figures: readonly MatrixFigure[]): number {
  const widths = figures.map(({ matrix }) => matrixSize(matrix).width);
  const widest = Math.max(NARROWEST, ...widths) + BETWEEN;
  const fitting = Math.max(1, Math.floor((PAGE + BETWEEN) / widest));
  const lines = Math.ceil(figures.length / fitting);
  return Math.max(widest, Math.ceil(figures.length / lines) * widest) - BETWEEN;
}

export interface MatrixGroup {
  /** What it is, numbered: "Sentence 1". */
  readonly title: string;
  /** What is known of it, beside the title. */
  readonly truth?: Markup;
  /** The texts whose words the matrices have, by what they are. */
  readonly texts: readonly (readonly [name: string, text: string])[];
  readonly figures: readonly MatrixFigure[];
}

/** The matrices of the same texts under their heading. */
export function matrixGroup({ title, truth, texts, figures }: MatrixGroup): Markup {
  const lines = texts.map(([name, text]) => markup`<dt>${name}</dt><dd dir="auto">${text}</dd>`);
  return markup`<section class="pair" aria-label="${title}">
    <h3>${title}${truth === undefined ? null : markup` <span class="truth">${truth}</span>`}</h3>
    <dl class="texts">${lines}</dl>
    <div class="matrices" style="max-width: ${evenWidth(figures)}px">
      ${figures.map(({ caption, matrix }) => markup`<figure><figcaption>${caption}</figcaption>${attentionMatrix(matrix)}</figure>`)}
    </div>
  </section>`;
}

/** What fills and outlines mean. */
export function matrixLegend(): Markup {
  return markup`<div class="legend" role="group" aria-label="Legend">
    <div>
      <p>Weight, up to</p>
      ${weightScale()}
    </div>
    <div>
      <p>Outlines</p>
      <p class="sample"><span class="outlined"><i></i><i></i><i></i></span> neighbours that share one weight</p>
    </div>
  </div>`;
}

/** Rules for the matrices. */
export const MATRIX_STYLE = `
.matrix { display: block; font: ${TYPE}px/1 var(--sans); }
.matrix text { fill: var(--ink); }
.matrix text.row { text-anchor: end; }
.matrix .grid { fill: none; stroke: var(--rule); shape-rendering: crispEdges; }
.matrix .segment { fill: none; stroke: var(--edge); stroke-width: 1.5; }
${Array.from({ length: COLOR_LEVELS }, (_, i) => `.matrix .m${i + 1} { fill: var(--fill-${i + 1}); }`).join("\n")}
.matrices { display: flex; flex-wrap: wrap; gap: 1.9rem ${BETWEEN}px; align-items: flex-start; }
.matrices figure { margin: 0; width: min-content; min-width: min(${NARROWEST}px, 100%); max-width: 100%; overflow-x: auto; }
.matrices figcaption { margin-bottom: 0.7rem; font-size: 0.9375rem; line-height: 1.45; }
.matrices .answer, .matrices .written { display: block; }
.matrices .written { font-size: 0.875rem; color: var(--muted); }
.pair { margin-top: 2.6rem; }
.pair h3 { margin: 0 0 0.7rem; padding-bottom: 0.45rem; border-bottom: 1.5px solid var(--ink); font-size: 0.9375rem; font-weight: 650; }
.pair .truth { margin-left: 1rem; white-space: nowrap; font-weight: 400; color: var(--muted); }
.pair .truth b { color: var(--ink); }
.texts { display: grid; grid-template-columns: max-content 1fr; gap: 0.15rem 1rem; max-width: 60rem; margin: 0 0 1.3rem; font-size: 0.9375rem; }
.texts dt { color: var(--muted); }
.texts dd { margin: 0; overflow-wrap: anywhere; }
.sample { display: flex; align-items: center; gap: 0.6rem; }
.outlined { display: inline-flex; outline: 1.5px solid var(--edge); outline-offset: -1.5px; border-radius: 2px; overflow: hidden; }
.outlined i { width: 1.15rem; height: 1.15rem; background: var(--fill-4); }
.outlined i + i { border-left: 1px solid var(--rule); }
@media print { .matrices figure { overflow: visible; break-inside: avoid; } .matrix { max-width: 100%; height: auto; } .pair h3, .texts { break-after: avoid; } }
`;
