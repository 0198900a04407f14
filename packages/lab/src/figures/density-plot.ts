/** Attention along a text as a strip of SVG: the density's curve over its interval, and a stem for every weight of a word. */
import { positions } from "fenchel";
import { markup, raw, type Markup } from "../base/markup.ts";
import { densityAt, intervalOf, type Density1d } from "./density-1d.ts";

const WIDTH = 1000;
const TOP = 4;
const PLOT = 56;
const BASE = TOP + PLOT;
/** Below the base: an interval, then human rationales. */
const HEIGHT = BASE + 12;
const MARKS = BASE + 14;
const MARKS_HEIGHT = 6;
/** Points of a curve, one every five units. */
const POINTS = 201;

/** The part of the text that a density is about: its support or, where that is everything, two deviations either side. */
export function drawnInterval(density: Density1d): {
  readonly low: number;
  readonly high: number;
  readonly sharp: boolean;
} {
  const { low, high, deviation } = intervalOf(density);
  const sharp = Number.isFinite(low);
  const [from, to] = sharp ? [low, high] : [density.location - 2 * deviation, density.location + 2 * deviation];
  return { low: Math.max(0, from), high: Math.min(1, to), sharp };
}

/** The greatest value of a density inside the text. */
export function peakOf(density: Density1d): number {
  const inside = Math.min(1, Math.max(0, density.location));
  return densityAt(density, [inside])[0]!;
}

export interface DensityPlot {
  readonly weights: readonly number[] | null;
  readonly density: Density1d | null;
  /** For every word whether an annotator marked it, and the words that are shown below the strip; where there are rationales. */
  readonly marks?: readonly number[] | undefined;
  readonly excerpt?: readonly [from: number, to: number] | undefined;
  /** The value that the top of the strip stands for, so that the curves of a text compare. */
  readonly highest: number;
  /** What is seen, for those who cannot see it. */
  readonly label: string;
}

const fixed = (value: number): string => String(Number(value.toFixed(1)));

function curve(density: Density1d, highest: number): Markup {
  const { low, high, sharp } = drawnInterval(density);
  // The ends of a support are corners of the curve.
  const grid = Array.from({ length: POINTS }, (_, i) => i / (POINTS - 1));
  const at = sharp ? [...grid, low, high].sort((a, b) => a - b) : grid;
  const heights = densityAt(density, at);
  const line = at
    .map((t, i) => `${fixed(t * WIDTH)},${fixed(BASE - PLOT * Math.min(1, heights[i]! / highest))}`)
    .join(" ");
  const [x1, x2] = [fixed(low * WIDTH), fixed(high * WIDTH)];
  const caps = sharp ? markup`<path class="caps" d="M${x1} ${BASE + 2}v8M${x2} ${BASE + 2}v8" />` : null;
  return markup`<polygon class="area" points="0,${BASE} ${line} ${WIDTH},${BASE}" /><polyline class="curve" points="${line}" /><line class="${sharp ? "interval" : "interval hint"}" x1="${x1}" x2="${x2}" y1="${BASE + 6}" y2="${BASE + 6}" />${caps}`;
}

function stems(weights: readonly number[]): Markup {
  const most = Math.max(...weights, 1e-9);
  const at = positions(weights.length);
  const path = weights
    .map((weight, i) => {
      const height = (PLOT * weight) / most;
      return height < 0.05 ? "" : `M${fixed(at[i]! * WIDTH)} ${BASE}v${fixed(-height)}`;
    })
    .join("");
  return markup`<path class="stems" d="${path}" />`;
}

/** Bars under the words that annotators marked. */
function markBars(marks: readonly number[]): Markup {
  const step = WIDTH / marks.length;
  const bars = marks.flatMap((mark, from) => {
    if (mark === 0 || marks[from - 1] === 1) return [];
    const end = marks.indexOf(0, from);
    const width = ((end < 0 ? marks.length : end) - from) * step;
    return [`M${fixed(from * step)} ${MARKS}h${fixed(width)}v${MARKS_HEIGHT}h${fixed(-width)}z`];
  });
  return markup`<path class="marks" d="${bars.join("")}" />`;
}

function excerptBand([from, to]: readonly [number, number], words: number): Markup {
  const [x, width] = [(from / words) * WIDTH, ((to - from) / words) * WIDTH];
  return markup`<rect class="excerpt" x="${fixed(x)}" y="0" width="${fixed(width)}" height="${MARKS + MARKS_HEIGHT}" />`;
}

/** The strip of one text under one mechanism; from left to right the text from its first word to its last. */
export function densityPlot({ weights, density, marks, excerpt, highest, label }: DensityPlot): Markup {
  const height = marks === undefined ? HEIGHT : MARKS + MARKS_HEIGHT + 2;
  const band = marks === undefined || excerpt === undefined ? null : excerptBand(excerpt, marks.length);
  return markup`<svg class="strip" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${label}">${band}${density === null ? null : curve(density, highest)}${weights === null ? null : stems(weights)}<line class="base" x1="0" x2="${WIDTH}" y1="${BASE}" y2="${BASE}" />${marks === undefined ? null : markBars(marks)}</svg>`;
}

/** Rules of strips. */
export const DENSITY_PLOT_STYLE = raw(`
.strip { display: block; width: 100%; height: auto; margin: 0.1rem 0 0.35rem; overflow: visible; }
.strip .area { fill: var(--accent); opacity: 0.16; }
.strip .curve { fill: none; stroke: var(--accent); stroke-width: 2; stroke-linejoin: round; }
.strip .stems { fill: none; stroke: var(--ink); stroke-width: 2; }
.strip .base { stroke: var(--rule); stroke-width: 1.5; }
.strip .interval { stroke: var(--accent); stroke-width: 3; }
.strip .interval.hint { stroke-dasharray: 3 7; }
.strip .excerpt { fill: var(--rule); opacity: 0.45; }
.strip .marks { fill: var(--ink); }
.strip .caps { fill: none; stroke: var(--accent); stroke-width: 3; }
`);
