/** What the continuous attention attends to: values along a line and a small image, both given by formulas. */

/** 24 values at the middles of equal cells of [0, 1]: two bumps on a slope. */
export const lineValues: readonly number[] = Array.from({ length: 24 }, (_, i) => {
  const t = (i + 0.5) / 24;
  const bump = (centre: number, width: number) => Math.exp(-(((t - centre) / width) ** 2));
  return Number((0.25 + 0.3 * t + 0.9 * bump(0.28, 0.09) - 0.55 * bump(0.55, 0.06) + 0.5 * bump(0.8, 0.07)).toFixed(2));
});

/** Pixels a side. */
export const IMAGE_SIZE = 28;

/** Brightness from 0 to 1, row by row: a round body, a bright spot and a horizon. */
export const imageValues: readonly number[] = Array.from({ length: IMAGE_SIZE ** 2 }, (_, at) => {
  const x = ((at % IMAGE_SIZE) + 0.5) / IMAGE_SIZE;
  const y = (Math.floor(at / IMAGE_SIZE) + 0.5) / IMAGE_SIZE;
  const ground = y > 0.68 + 0.05 * Math.sin(9 * x) ? 0.32 - 0.25 * (y - 0.68) : 0.5 - 0.35 * (0.68 - y);
  const body = Math.hypot((x - 0.38) / 0.17, (y - 0.5) / 0.24) < 1 ? 0.42 - 0.5 * (y - 0.5) : 0;
  const spot = 0.55 * Math.exp(-(((x - 0.76) / 0.1) ** 2 + ((y - 0.24) / 0.1) ** 2));
  return Number(Math.min(Math.max(ground + body + spot, 0), 1).toFixed(3));
});
