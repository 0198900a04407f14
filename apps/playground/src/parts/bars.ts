/** Shapes of a row of bars as SVG path data: a handful of paths however many bars, so that a drag stays smooth. */

export interface Columns {
  readonly left: number;
  readonly width: number;
  readonly count: number;
}

/** How many looks shared groups take in turn. */
export const LOOKS = 4;

const round = (value: number): number => Math.round(value * 100) / 100;

export const columnLeft = ({ left, width, count }: Columns, i: number): number => left + (i * width) / count;
export const columnCentre = (columns: Columns, i: number): number => columnLeft(columns, i + 0.5);

/** Which column a horizontal place falls into, kept within the row. */
export function columnAt({ left, width, count }: Columns, x: number): number {
  return Math.min(Math.max(Math.floor(((x - left) / width) * count), 0), count - 1);
}

/** Space on either side of a bar: a hairline in long rows, none where columns are thinner than that. */
function gapOf({ width, count }: Columns): number {
  const step = width / count;
  return step > 12 ? Math.min(step * 0.14, 7) : step > 3 ? 0.5 : 0;
}

function box(x0: number, x1: number, y0: number, y1: number): string {
  return `M${round(x0)} ${round(y0)}H${round(x1)}V${round(y1)}H${round(x0)}Z`;
}

export interface WeightShapes {
  /** Bars of entries that share their weight with none. */
  readonly plain: string;
  /** Bars of shared groups, by look; neighbours of one group are one box. */
  readonly shared: readonly string[];
  /** A level line over each group whose members do not all stand side by side. */
  readonly levels: string;
  /** Where weights are exactly 0: a ring a bar, or a line along them in long rows. */
  readonly zeros: string;
}

/** Bars of weights up from `base`; `height` is that of a weight of `top`. `groups` as `sharedGroups` gives them. */
export function weightShapes(
  weights: ArrayLike<number>,
  groups: Int32Array,
  columns: Columns,
  { base, height, top }: { base: number; height: number; top: number },
): WeightShapes {
  const gap = gapOf(columns);
  const n = columns.count;
  const rings = columns.width / n >= 9;
  let plain = "";
  let zeros = "";
  const shared = Array.from({ length: LOOKS }, () => "");
  const spans = new Map<number, { from: number; to: number; runs: number; y: number }>();
  for (let i = 0; i < n;) {
    const weight = weights[i]!;
    const group = groups[i]!;
    let end = i + 1;
    while (end < n && (group >= 0 ? groups[end] === group : weight === 0 && weights[end] === 0)) end++;
    if (group < 0 && (weight !== 0 || rings)) end = i + 1;
    const x0 = columnLeft(columns, i) + gap;
    const x1 = columnLeft(columns, end) - gap;
    if (weight === 0) {
      if (rings) {
        const x = (x0 + x1) / 2;
        zeros += `M${round(x - 2.5)} ${base + 7}a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0 -5 0`;
      } else zeros += `M${round(x0)} ${base + 5}H${round(x1)}`;
    } else {
      // A weight too small to see still shows as a hairline: only an exact zero has no bar.
      const y = base - Math.max((weight / top) * height, 1);
      if (group < 0) plain += box(x0, x1, y, base);
      else {
        shared[group % LOOKS] += box(x0, x1, y, base);
        const span = spans.get(group);
        if (span === undefined) spans.set(group, { from: x0, to: x1, runs: 1, y });
        else {
          span.to = x1;
          span.runs += 1;
        }
      }
    }
    i = end;
  }
  let levels = "";
  for (const { from, to, runs, y } of spans.values())
    if (runs > 1) levels += `M${round(from)} ${round(y)}H${round(to)}`;
  return { plain, shared, levels, zeros };
}

/** Bars from the line of 0, up for positive values and down for negative ones. */
export function signedBars(values: ArrayLike<number>, columns: Columns, yOf: (value: number) => number): string {
  const gap = gapOf(columns);
  const zero = yOf(0);
  let path = "";
  for (let i = 0; i < columns.count; i++) {
    const y = yOf(values[i]!);
    if (y === zero) continue;
    path += box(columnLeft(columns, i) + gap, columnLeft(columns, i + 1) - gap, Math.min(y, zero), Math.max(y, zero));
  }
  return path;
}

/** Ends of an axis that holds the values: at least from -1 to 1.5, at round numbers. */
export function niceDomain(values: ArrayLike<number>, least: readonly [number, number] = [-1, 1.5]): [number, number] {
  let [low, high] = least;
  for (let i = 0; i < values.length; i++) {
    low = Math.min(low, values[i]!);
    high = Math.max(high, values[i]!);
  }
  const step = niceStep((high - low) / 4);
  return [Math.floor(low / step + 1e-9) * step, Math.ceil(high / step - 1e-9) * step];
}

/** 1, 2 or 5 times a power of ten, at least `rough`. */
export function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999)! * power;
}

/** A round number above `highest`, with room for its label. */
export function roomyTop(highest: number): number {
  const step = niceStep(highest / 4);
  return Number((Math.ceil((highest * 1.02) / step) * step).toPrecision(6));
}
