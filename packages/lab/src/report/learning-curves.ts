/** Learning curves as small multiples: one plot per mapping, all on the same axes. Plain SVG. */

import { markup, type Content, type Markup } from "../base/markup.ts";
import type { RunGroup } from "./group-runs.ts";

const WIDTH = 264;
const LEFT = 38;
const RIGHT = 42;
const PLOT_HEIGHT = 84;
const TOP = 20;
const GAP = 34;
const BOTTOM = 30;

interface Scale {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
  readonly digits: number;
}

/** Two to five round numbers that cover the values; the scale reaches from the first to the last. */
export function niceScale(low: number, high: number, limit = Infinity): Scale {
  const span = high - low || Math.abs(high) / 10 || 1;
  const power = 10 ** Math.floor(Math.log10(span / 3));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((candidate) => span / candidate <= 3.5)!;
  const last = Math.max(
    Math.ceil(Math.min(high, limit) / step - 1e-9),
    Math.floor(low / step + 1e-9) + (low < limit ? 1 : 0),
  );
  const first = Math.min(Math.floor(low / step + 1e-9), last - 1);
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12))).filter(
    (tick) => tick <= limit,
  );
  const digits = Math.max(0, ...ticks.map((tick) => (String(tick).split(".")[1] ?? "").length));
  return { low: ticks[0]!, high: ticks.at(-1)!, ticks, digits };
}

function epochTicks(last: number): number[] {
  const step = [1, 2, 5, 10, 20, 50, 100, 200, 500].find((candidate) => last / candidate <= 4.5) ?? Math.ceil(last / 4);
  const inner = Array.from({ length: Math.floor(last / step) }, (_, i) => (i + 1) * step).filter(
    (tick) => tick > 1 && last - tick >= step / 2,
  );
  return last <= 1 ? [1] : [1, ...inner.filter((tick) => tick < last), last];
}

/** A curve of one run: epoch and value. */
type Curve = readonly (readonly [number, number])[];

interface PlotContent {
  readonly title: string;
  readonly top: number;
  readonly scale: Scale;
  readonly lastEpoch: number;
  readonly lines: readonly { readonly kind: "train" | "dev"; readonly curves: readonly Curve[] }[];
  /** The epochs whose models were kept, with their values. */
  readonly best: Curve;
  readonly scaleBy: number;
}

/** A run that diverged has no line where it has no number. */
const finite = (curve: Curve): Curve => curve.filter(([, value]) => Number.isFinite(value));

const fixed = (value: number): string => value.toFixed(1);

function plot({ title, top, scale, lastEpoch, lines, best, scaleBy }: PlotContent): Markup {
  const x = (epoch: number): number =>
    LEFT + (lastEpoch <= 1 ? 0.5 : (epoch - 1) / (lastEpoch - 1)) * (WIDTH - LEFT - RIGHT);
  const y = (value: number): number => {
    const share = (value * scaleBy - scale.low) / (scale.high - scale.low || 1);
    return top + PLOT_HEIGHT * (1 - Math.min(1, Math.max(0, share)));
  };
  const grid = scale.ticks.map((tick) => {
    const at = fixed(y(tick / scaleBy));
    return markup`<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at}" y2="${at}" /><text
        class="tick"
        x="${LEFT - 6}"
        y="${at}"
        dy="0.32em"
        text-anchor="end">${tick.toFixed(scale.digits)}</text>`;
  });
  const curves = lines.map(({ kind, curves: all }) =>
    all.map((curve) =>
      curve.length === 1
        ? markup`<circle class="${kind} only" cx="${fixed(x(curve[0]![0]))}" cy="${fixed(y(curve[0]![1]))}" r="2" />`
        : markup`<polyline
            class="${kind}"
            points="${curve.map(([epoch, value]) => `${fixed(x(epoch))},${fixed(y(value))}`).join(" ")}"
          />`,
    ),
  );
  // A label stands where its line ends, and two never on each other.
  const ends = lines.flatMap(({ kind, curves: all }) => {
    const longest = all.toSorted((a, b) => b.length - a.length)[0]?.at(-1);
    return longest === undefined ? [] : [{ kind, x: x(longest[0]), y: y(longest[1]) }];
  });
  ends.sort((a, b) => a.y - b.y);
  for (let i = 1; i < ends.length; i++) {
    const overlap = 12 - (ends[i]!.y - ends[i - 1]!.y);
    if (overlap > 0) {
      ends[i - 1]!.y -= overlap / 2;
      ends[i]!.y += overlap / 2;
    }
  }
  const labels = ends.map(
    (end) =>
      markup`<text class="label ${end.kind}" x="${fixed(end.x + 6)}" y="${fixed(end.y)}" dy="0.32em">${end.kind}</text>`,
  );
  const dots = best.map(
    ([epoch, value]) => markup`<circle class="best" cx="${fixed(x(epoch))}" cy="${fixed(y(value))}" r="3.2" />`,
  );
  return markup`<text class="title" x="${LEFT}" y="${top - 9}">${title}</text>${grid}${curves}${dots}${labels}`;
}

function epochAxis(lastEpoch: number, baseline: number): Markup {
  const x = (epoch: number): number =>
    LEFT + (lastEpoch <= 1 ? 0.5 : (epoch - 1) / (lastEpoch - 1)) * (WIDTH - LEFT - RIGHT);
  const ticks = epochTicks(lastEpoch).map(
    (epoch) =>
      markup`<line
          class="axis"
          x1="${fixed(x(epoch))}"
          x2="${fixed(x(epoch))}"
          y1="${baseline}"
          y2="${baseline + 4}"
        /><text class="tick" x="${fixed(x(epoch))}" y="${baseline + 16}" text-anchor="middle">${epoch}</text>`,
  );
  return markup`<line class="axis" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${baseline}" y2="${baseline}" />${ticks}<text
      class="tick"
      x="${WIDTH - RIGHT + 9}" y="${baseline + 16}">epoch</text>`;
}

/** One plot per mapping: dev and train loss above, dev accuracy below, a dot at the epoch whose model was kept. */
export function learningCurves(variants: readonly RunGroup[]): Markup {
  const all = variants.flatMap(({ runs }) => runs.flatMap(({ epochs }) => epochs));
  if (all.length === 0) return markup`<p class="note">No run has finished an epoch.</p>`;
  const lastEpoch = Math.max(...all.map(({ epoch }) => epoch));
  const losses = all.flatMap(({ trainLoss, devLoss }) => [trainLoss, devLoss]).filter(Number.isFinite);
  const accuracies = all.map(({ devAccuracy }) => devAccuracy * 100);
  const loss = niceScale(0, Math.max(...losses, 1e-6));
  const accuracy = niceScale(Math.min(...accuracies), Math.max(...accuracies), 100);
  const second = TOP + PLOT_HEIGHT + GAP;
  const baseline = second + PLOT_HEIGHT;
  const figures = variants.map(({ mapping, options, runs }): Content => {
    const curvesOf = (of: (metrics: (typeof all)[number]) => number): Curve[] =>
      runs.map(({ epochs }) => finite(epochs.map((metrics) => [metrics.epoch, of(metrics)] as const)));
    const bestOf = (of: (metrics: (typeof all)[number]) => number): Curve =>
      finite(
        runs.flatMap(({ epochs, bestEpoch }) =>
          epochs.filter(({ epoch }) => epoch === bestEpoch).map((metrics) => [metrics.epoch, of(metrics)] as const),
        ),
      );
    const best = runs
      .map(({ epochs, bestEpoch }) => epochs.find(({ epoch }) => epoch === bestEpoch))
      .filter((metrics) => metrics !== undefined);
    const summary = best
      .map(
        ({ epoch, devLoss, devAccuracy }) =>
          `epoch ${epoch} with dev loss ${devLoss.toFixed(3)} and dev accuracy ${(devAccuracy * 100).toFixed(1)} %`,
      )
      .join("; ");
    return markup`<figure>
      <figcaption>
        <span class="mapping">${mapping}</span>${options === "" ? null : markup` <span class="options">${options}</span>`}
      </figcaption>
      <svg
        viewBox="0 0 ${WIDTH} ${baseline + BOTTOM}"
        role="img"
        aria-label="Learning curves of ${mapping}. Kept: ${summary === "" ? "none" : summary}.">
        ${plot({
          title: "Loss",
          top: TOP,
          scale: loss,
          lastEpoch,
          lines: [
            { kind: "train", curves: curvesOf(({ trainLoss }) => trainLoss) },
            { kind: "dev", curves: curvesOf(({ devLoss }) => devLoss) },
          ],
          best: bestOf(({ devLoss }) => devLoss),
          scaleBy: 1,
        })}
        ${plot({
          title: "Dev accuracy, %",
          top: second,
          scale: accuracy,
          lastEpoch,
          lines: [{ kind: "dev", curves: curvesOf(({ devAccuracy }) => devAccuracy) }],
          best: bestOf(({ devAccuracy }) => devAccuracy),
          scaleBy: 100,
        })}
        ${epochAxis(lastEpoch, baseline)}
      </svg>
    </figure>`;
  });
  return markup`<div class="curves">${figures}</div>`;
}

/** Rules for the curves. */
export const CURVES_STYLE = `
.curves { display: grid; grid-template-columns: repeat(auto-fill, minmax(13.25rem, 1fr)); gap: 1.75rem 1.25rem; }
.curves figure { display: grid; grid-row: span 2; grid-template-rows: subgrid; row-gap: 0; margin: 0; }
.curves svg { display: block; width: 100%; height: auto; overflow: visible; margin-top: 0.5rem; font: 11px/1 var(--sans); font-variant-numeric: tabular-nums; }
.curves text { fill: var(--muted); }
.curves .title { fill: var(--ink); font-weight: 500; }
.curves .grid { stroke: var(--rule); stroke-width: 1; shape-rendering: crispEdges; }
.curves .axis { stroke: var(--muted); stroke-width: 1; shape-rendering: crispEdges; }
.curves polyline { fill: none; stroke-linejoin: round; stroke-linecap: round; }
.curves polyline.dev { stroke: var(--accent); stroke-width: 1.6; }
.curves polyline.train { stroke: var(--muted); stroke-width: 1.2; stroke-dasharray: 1 3; }
.curves circle.best, .curves circle.dev.only { fill: var(--accent); stroke: var(--ground); stroke-width: 1.2; }
.curves circle.train.only { fill: var(--muted); }
.curves text.label.dev { fill: var(--accent); font-weight: 600; }
`;
