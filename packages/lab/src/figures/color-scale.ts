/**
 * How a weight looks, in the report and in the terminal: one hue whose lightness falls (on dark ground: rises) with the weight, and no
 * fill at all for an exact zero. The steps are the same in every report, so that two of them can be compared.
 */

/** Upper bounds of the steps; the last takes everything above. */
export const LEVEL_BOUNDS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.7, 1] as const;

export const COLOR_LEVELS = LEVEL_BOUNDS.length;

/** 0 for an exact zero, otherwise the step from 1 to `LEVELS` that the weight falls into. */
export function weightLevel(weight: number): number {
  if (weight === 0) return 0;
  const index = LEVEL_BOUNDS.findIndex((bound) => weight <= bound);
  return index < 0 ? COLOR_LEVELS : index + 1;
}

export interface ColorLevel {
  readonly fill: string;
  readonly text: string;
}

/** From the lightest to the darkest blue; text keeps a contrast of 4.5 to 1 or more on each. */
export const LIGHT_SHADES: readonly ColorLevel[] = [
  { fill: "#e9f1fb", text: "#16202b" },
  { fill: "#d5e5f7", text: "#16202b" },
  { fill: "#b7d4f1", text: "#16202b" },
  { fill: "#92bee8", text: "#16202b" },
  { fill: "#65a2dc", text: "#101922" },
  { fill: "#2e72b8", text: "#ffffff" },
  { fill: "#1d5493", text: "#ffffff" },
  { fill: "#0e3465", text: "#ffffff" },
];

/** The same order on dark ground: more weight is more light. */
export const DARK_SHADES: readonly ColorLevel[] = [
  { fill: "#1c2a3d", text: "#e6ebf0" },
  { fill: "#203652", text: "#e6ebf0" },
  { fill: "#25456d", text: "#eef3f8" },
  { fill: "#2b588e", text: "#f4f8fc" },
  { fill: "#346eb2", text: "#ffffff" },
  { fill: "#6aa8e6", text: "#0c1218" },
  { fill: "#9ccaf6", text: "#0c1218" },
  { fill: "#d6eaff", text: "#0c1218" },
];

/** A weight with three significant digits, as short as that goes: "0.25", "0.0312", "1", "2.1e-9". */
export function formatWeight(weight: number): string {
  if (weight === 0) return "0";
  if (weight < 1e-4) return weight.toExponential(1);
  return String(Number(weight.toPrecision(3)));
}
