/** The pictures of studies that write sequences: for every text and choice a map of the weights, source pieces across, written pieces down. */
import { attentionSegments } from "../../metrics/attention.ts";
import { legend } from "../../report/heat-map.ts";
import { markup, raw, type Markup } from "../../report/markup.ts";
import { formatWeight, weightLevel } from "../../report/weight-levels.ts";
import type { StudyResult } from "../study.ts";
import type { ShownRun, ShownText } from "./train.ts";

const SIDE = 22;
/** Room of the words: a letter is about this wide at the maps' size of type. */
const LETTER = 6.4;
const GAP = 6;

const widest = (words: readonly string[]): number =>
  LETTER * Math.max(1, ...words.map((word) => Array.from(word).length));

/** A row's cells: filled by weight, zeros bare, neighbours of one weight in one outline. */
function cells(weights: readonly number[], columns: readonly string[], row: string, y: number): Markup {
  const pieces = weights.map((weight, i) => {
    if (weight === 0) return null;
    const title = `${row} \u2190 ${columns[i] ?? ""}: ${formatWeight(weight)}`;
    return markup`<rect class="v${weightLevel(weight)}" x="${i * SIDE}" y="${y}" width="${SIDE}" height="${SIDE}"><title>${title}</title></rect>`;
  });
  const outlines = attentionSegments(weights)
    .filter(({ start, end }) => end - start > 1)
    .map(
      ({ start, end }) =>
        markup`<rect class="segment" x="${start * SIDE + 1}" y="${y + 1}" width="${(end - start) * SIDE - 2}" height="${SIDE - 2}" />`,
    );
  return markup`${pieces}${outlines}`;
}

/** The map of one text as SVG. */
function attentionMap({ columns, rows, weights }: ShownText, label: string): Markup {
  const left = widest(rows) + GAP;
  const top = widest(columns) + GAP;
  const [width, height] = [columns.length * SIDE, rows.length * SIDE];
  const across = columns.map(
    (word, i) => markup`<text transform="translate(${(i + 0.5) * SIDE + 4} ${-GAP}) rotate(-90)">${word}</text>`,
  );
  const down = rows.map((word, i) => markup`<text class="row" x="${-GAP}" y="${(i + 0.5) * SIDE + 4}">${word}</text>`);
  const filled = rows.map((word, i) => cells(weights[i] ?? [], columns, word, i * SIDE));
  const lines = [
    ...Array.from({ length: columns.length + 1 }, (_, i) => `M${i * SIDE} 0V${height}`),
    ...Array.from({ length: rows.length + 1 }, (_, i) => `M0 ${i * SIDE}H${width}`),
  ].join("");
  const [outerWidth, outerHeight] = [Math.ceil(left + width + 2), Math.ceil(top + height + 2)];
  return markup`<svg class="map" viewBox="${-left} ${-top} ${outerWidth} ${outerHeight}" width="${outerWidth}" height="${outerHeight}" role="img" aria-label="${label}">
<path class="grid" d="${raw(lines)}" />${filled}${across}${down}</svg>`;
}

function figure({ config, shown }: StudyResult, index: number): Markup {
  const sentence = (shown as ShownRun).texts[index]!;
  const { mapping, mappingOptions } = config;
  const names: Readonly<Record<string, string>> = { gamma: "γ", lambda: "λ", alpha: "α" };
  const options = Object.entries(mappingOptions).map(([name, value]) => `${names[name] ?? name} = ${value}`);
  const weights = sentence.weights.flat();
  const zeros = weights.filter((weight) => weight === 0).length;
  const label = `Attention of ${mapping} while it wrote: ${sentence.written}. ${zeros} of ${weights.length} weights are zero.`;
  return markup`<figure class="attention-map">
    <figcaption>
      <span class="mapping">${mapping}</span> <span class="options">${options.join(", ")}</span>
      <p lang="und">${sentence.written}</p>
    </figcaption>
    ${attentionMap(sentence, label)}
  </figure>`;
}

export interface PictureTexts {
  /** What the texts are, in a sentence. */
  readonly intro: string;
  /** Above the scores as they are quoted. */
  readonly quoted: string;
}

/** The shown texts, each under every choice; null when no run shows any. */
export function sequencePictures(results: readonly StudyResult[], { intro, quoted }: PictureTexts): Markup | null {
  const drawn = results.filter(({ shown }) => (shown as ShownRun).texts.length > 0);
  if (drawn.length === 0) return null;
  const count = Math.min(...drawn.map(({ shown }) => (shown as ShownRun).texts.length));
  const lines = drawn.map(({ config, shown }) => markup`${config.mapping}: ${(shown as ShownRun).line}\n`);
  return markup`<p class="note">
      ${intro} Columns are the pieces of the source, rows those that were
      written, a hyphen standing where a word goes on and ∎ where the sentence ends. A cell without a fill is an exact zero;
      neighbouring columns with one and the same weight share an outline.
    </p>
    ${legend()}
    ${Array.from({ length: count }, (_, index) => {
      const { source, reference } = (drawn[0]!.shown as ShownRun).texts[index]!;
      return markup`<section class="sentence" aria-label="Sentence ${index + 1}">
        <h3>Sentence ${index + 1}</h3>
        <p class="texts"><b>Source</b> ${source}<br /><b>Reference</b> ${reference}</p>
        <div class="attention-maps">${drawn.map((result) => figure(result, index))}</div>
      </section>`;
    })}
    <p class="note">${quoted}</p>
    <pre class="command"><code>${lines}</code></pre>`;
}

const fills = Array.from({ length: 8 }, (_, i) => `.map .v${i + 1} { fill: var(--fill-${i + 1}); }`).join("\n");

/** Rules of the pictures. */
export const PICTURES_STYLE = `
.sentence { margin-top: 2.2rem; }
.sentence h3 { margin: 0 0 0.3rem; font-size: 1rem; font-weight: 650; }
.texts { margin: 0 0 1rem; font-size: 0.9375rem; color: var(--muted); }
.texts b { color: var(--ink); font-weight: 600; }
.attention-maps { display: flex; flex-wrap: wrap; gap: 1.6rem 2.2rem; align-items: flex-start; }
.attention-map { margin: 0; max-width: 100%; overflow-x: auto; }
.attention-map figcaption { font-size: 0.9375rem; max-width: 26rem; }
.attention-map figcaption p { margin: 0.1rem 0 0.5rem; font-size: 0.875rem; color: var(--muted); }
.map { display: block; font: 12px var(--sans); fill: var(--ink); }
.map .row { text-anchor: end; }
.map .grid { fill: none; stroke: var(--rule); stroke-width: 1; }
.map .segment { fill: none; stroke: var(--edge); stroke-width: 2; }
${fills}
`;
