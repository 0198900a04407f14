/** Attention of the words of one sentence to those of another, as a matrix: plain SVG, exact zeros left clear, fused words outlined. */

import { attentionSegments } from "../metrics/attention.ts";
import { markup, type Markup } from "./markup.ts";
import { formatWeight, LEVELS, weightLevel } from "./weight-levels.ts";

export interface AttentionMatrix {
  /** The words that attend, one a row. */
  readonly rows: readonly string[];
  /** The words attended to, one a column. */
  readonly columns: readonly string[];
  /** A row of weights a word that attends. */
  readonly weights: readonly ArrayLike<number>[];
  /** What the picture shows, for those who do not see it. */
  readonly label: string;
}

const CELL = 17;
/** Width of a character of the labels, about. */
const CHARACTER = 6.3;
const GAP = 6;
/** Longer words are cut in the picture; their whole is in the tooltip. */
const LONGEST = 16;

const shown = (word: string): string => {
  const letters = Array.from(word);
  return letters.length > LONGEST ? `${letters.slice(0, LONGEST - 1).join("")}\u2026` : word;
};
const widthOf = (words: readonly string[]): number =>
  Math.max(0, ...words.map((word) => Array.from(shown(word)).length)) * CHARACTER;

/** The matrix: columns' words stand upright above it, rows' words to its left. */
export function attentionMatrix({ rows, columns, weights, label }: AttentionMatrix): Markup {
  const left = Math.ceil(widthOf(rows)) + GAP;
  const top = Math.ceil(widthOf(columns)) + GAP;
  const width = left + columns.length * CELL + 1;
  const height = top + rows.length * CELL + 1;
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
  const frame = markup`<rect class="frame" x="${left}" y="${top}" width="${columns.length * CELL}" height="${rows.length * CELL}" />`;
  return markup`<svg
    class="matrix"
    viewBox="0 0 ${width} ${height}"
    width="${width}"
    height="${height}"
    role="img"
    aria-label="${label}">
    ${columns.map((word, j) => markup`<text transform="translate(${left + (j + 0.5) * CELL} ${top - GAP}) rotate(-90)" dy="0.32em">${shown(word)}</text>`)}
    ${rows.map((word, i) => markup`<text class="row" x="${left - GAP}" y="${top + (i + 0.5) * CELL}" dy="0.32em">${shown(word)}</text>`)}
    ${cells}${frame}${outlines}
  </svg>`;
}

/** Rules for the matrices. */
export const MATRIX_STYLE = `
.matrix { display: block; max-width: 100%; height: auto; font: 11px/1 var(--sans); }
.matrix text { fill: var(--ink); }
.matrix text.row { text-anchor: end; }
.matrix .frame { fill: none; stroke: var(--rule); }
.matrix .segment { fill: none; stroke: var(--edge); stroke-width: 1.5; }
${Array.from({ length: LEVELS }, (_, i) => `.matrix .m${i + 1} { fill: var(--fill-${i + 1}); }`).join("\n")}
.matrices { display: grid; grid-template-columns: repeat(auto-fill, minmax(19rem, 1fr)); gap: 1.75rem 2rem; margin-bottom: 2.6rem; }
.matrices figure { margin: 0; }
.matrices figcaption { margin-bottom: 0.5rem; font-size: 0.875rem; }
.matrices .answer { display: block; }
.pair { margin: 0 0 1rem; padding-bottom: 0.45rem; border-bottom: 1.5px solid var(--ink); font-size: 0.9375rem; }
.pair b { font-weight: 650; }
`;

/** A figure of a matrix with its caption. */
export function matrixFigure(caption: Markup, matrix: AttentionMatrix): Markup {
  return markup`<figure><figcaption>${caption}</figcaption>${attentionMatrix(matrix)}</figure>`;
}
