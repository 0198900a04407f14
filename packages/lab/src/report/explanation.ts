/** Explanations of predictions as files, for `explain`: an HTML page or an SVG picture. */
import { escapeHtml, markup, type Markup } from "../base/markup.ts";
import { formatWeight, LIGHT_SHADES, weightLevel } from "../figures/color-scale.ts";
import { formatProbability } from "../figures/format.ts";
import { answerOf, type Explanation } from "../figures/heat-map.ts";
import { attentionSegments } from "../metrics/attention/attention-statistics.ts";
import { htmlDocument } from "./html-document.ts";
import { LIGHT } from "./page-style.ts";

export interface ExplanationOptions {
  /** Names of the task's labels. */
  readonly labels: readonly string[];
  /** Default "Attention". */
  readonly title?: string;
}

/** A self-contained page of figures; `style`: their CSS rules. */
export function explanationPage(
  figures: Markup,
  { title = "Attention", style = "" }: { readonly title?: string; readonly style?: string | undefined } = {},
): string {
  return htmlDocument(
    `${title} \u00b7 fenchel`,
    markup`<header>
<p class="kicker">fenchel explain</p>
<h1>${title}</h1>
</header>
<main>
<section aria-label="Attention">
${figures}
</section>
</main>`,
    style,
  );
}

const FONT = 14;
/** Advance of a character of the usual monospaced faces; `textLength` makes it exact whatever the face. */
const ADVANCE = 0.6 * FONT;
const LINE = 26;
const MARGIN = 24;
const LINE_END = "\u00b6";

interface Placed {
  readonly word: string;
  readonly x: number;
  readonly line: number;
  readonly size: number;
}

function place(words: readonly string[], perLine: number): { placed: Placed[]; lines: number } {
  const placed: Placed[] = [];
  let column = 0;
  let line = 0;
  for (const word of words) {
    const length = Array.from(word).length;
    if (column > 0 && column + length > perLine) {
      column = 0;
      line++;
    }
    placed.push({ word, x: MARGIN + column * ADVANCE, line, size: length * ADVANCE });
    column += length + 1;
    if (word === LINE_END) {
      column = 0;
      line++;
    }
  }
  return { placed, lines: column === 0 && line > 0 ? line : line + 1 };
}

const round = (value: number): string => String(Number(value.toFixed(1)));

/**
 * One text under every mapping as an SVG picture on white ground, `columns` characters wide (default 88): for papers and slides.
 * A fused segment is one box, on every line that it reaches over.
 */
export function explanationSvg(
  explanations: readonly Explanation[],
  options: ExplanationOptions & { readonly columns?: number },
): string {
  const { labels, columns = 88 } = options;
  if (explanations.length === 0) throw new RangeError("explanations must not be empty");
  if (!Number.isInteger(columns) || columns < 20)
    throw new RangeError(`columns must be a whole number from 20, got ${columns}`);
  const parts: string[] = [];
  let top = MARGIN;
  for (const { mapping, options: own = "", text } of explanations) {
    const { answer, probability } = answerOf(text, labels);
    const head = `${own === "" ? "" : `${own} \u00b7 `}${answer} ${formatProbability(probability)}`;
    parts.push(
      `<text x="${MARGIN}" y="${round(top + FONT)}" class="head"><tspan class="name">${escapeHtml(mapping)}</tspan><tspan dx="8">${escapeHtml(head)}</tspan></text>`,
    );
    top += LINE;
    const { placed, lines } = place(text.words, columns);
    const baseline = (line: number): number => top + line * LINE + FONT + 2;
    const inked = new Map<number, string>();
    for (const { start, end, weight } of attentionSegments(text.weights)) {
      const { fill, text: ink } = LIGHT_SHADES[weightLevel(weight) - 1]!;
      for (let from = start; from < end;) {
        let to = from + 1;
        while (to < end && placed[to]!.line === placed[from]!.line) to++;
        const [first, last] = [placed[from]!, placed[to - 1]!];
        const width = last.x + last.size - first.x;
        const box = (pad: number, paint: string): string =>
          `<rect x="${round(first.x - pad)}" y="${round(baseline(first.line) - FONT - pad)}" width="${round(width + 2 * pad)}" height="${18 + 2 * pad}" rx="${2 + pad}" ${paint}>`;
        if (end - start > 1) parts.push(`${box(3, `fill="none" stroke="${LIGHT.edge}" stroke-width="1.5"`)}</rect>`);
        parts.push(`${box(1, `fill="${fill}"`)}<title>${formatWeight(weight)}</title></rect>`);
        for (let i = from; i < to; i++) inked.set(i, ink);
        from = to;
      }
    }
    for (const [index, { word, x, line, size }] of placed.entries()) {
      parts.push(
        `<text x="${round(x)}" y="${round(baseline(line))}" textLength="${round(size)}" lengthAdjust="spacingAndGlyphs" fill="${inked.get(index) ?? LIGHT.muted}">${escapeHtml(word)}</text>`,
      );
    }
    top += lines * LINE + 14;
  }
  const width = Math.ceil(2 * MARGIN + columns * ADVANCE);
  const height = Math.ceil(top + MARGIN - 14);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" font-family="ui-monospace, Menlo, Consolas, 'Liberation Mono', monospace" font-size="${FONT}">
<title>${escapeHtml(options.title ?? "Attention over the words")}</title>
<style>.head{font-family:system-ui,'Segoe UI',Roboto,Arial,sans-serif;fill:${LIGHT.muted};font-size:13px}.name{font-weight:600;fill:${LIGHT.ink};font-size:14px}</style>
<rect width="100%" height="100%" fill="${LIGHT.ground}"/>
${parts.join("\n")}
</svg>
`;
}
