/** Attention over an image as SVG: patches or contours, darker where there is more, and the outline of the region. */
import { betaGaussian } from "fenchel";
import { markup, type Markup } from "../base/markup.ts";
import { attentionRegion, ellipseAttention, type Ellipse, type AttentionRegion } from "../metrics/index.ts";

/** A density over an image, [0, 1] to the right and down. */
export interface Density2d {
  readonly alpha: number;
  readonly location: readonly number[];
  /** Row-major, symmetric. */
  readonly scale2: readonly number[];
}

/** An image and the attention to it. */
export interface ImageAttention {
  /** Width and height in pixels, and a PNG in base64. */
  readonly size: number;
  readonly image: string;
  /** Weights of `grid` x `grid` patches, row by row; null where there is a density. */
  readonly grid: number;
  readonly weights: readonly number[] | null;
  readonly density: Density2d | null;
}

/** Lower bounds of the steps, as shares of the greatest weight or of the density's peak, and how much of the image each hides. */
export const STEPS = [
  { from: 0, opacity: 0.07 },
  { from: 0.02, opacity: 0.18 },
  { from: 0.15, opacity: 0.34 },
  { from: 0.4, opacity: 0.52 },
  { from: 0.7, opacity: 0.7 },
] as const;

const round = (value: number): number => Number(value.toFixed(2));

/** Half-axes and the angle of the first, in degrees, in pixels of an image of `size`. */
function drawnEllipse({ centre, matrix: [xx, xy, , yy] }: Ellipse, size: number) {
  const middle = (xx + yy) / 2;
  const apart = Math.hypot((xx - yy) / 2, xy);
  const angle = (Math.atan2(2 * xy, xx - yy) / 2) * (180 / Math.PI);
  const [x, y] = [round(centre[0] * size), round(centre[1] * size)];
  const long = round(Math.sqrt(middle + apart) * size);
  const short = round(Math.sqrt(Math.max(0, middle - apart)) * size);
  return { x, y, long, short, turn: `rotate(${round(angle)} ${x} ${y})` };
}

/** m(t) = (t - mu)^T M^-1 (t - mu) up to which a density is `share` of its peak or more, with M as `ellipseAttention` gives it. */
function levelAbove(share: number, alpha: number): number {
  return alpha === 1 ? -2 * Math.log(share) : 1 - share ** (alpha - 1);
}

const times = (
  { centre, matrix }: { centre: ArrayLike<number>; matrix: ArrayLike<number> },
  factor: number,
): Ellipse => ({
  centre: [centre[0]!, centre[1]!],
  matrix: [matrix[0]! * factor, matrix[1]! * factor, matrix[2]! * factor, matrix[3]! * factor],
});

/** Filled contours, each over those below it, so that their opacities add up to the steps'. */
function contours(density: Density2d, size: number): Markup {
  const { alpha } = density;
  const ellipse = ellipseAttention(betaGaussian(density));
  let clear = 1;
  return markup`${STEPS.map(({ from, opacity }) => {
    const added = round(1 - (1 - opacity) / clear);
    clear = 1 - opacity;
    // A normal density is positive everywhere.
    if (alpha === 1 && from === 0) return markup`<rect width="${size}" height="${size}" fill-opacity="${added}"/>`;
    const { x, y, long, short, turn } = drawnEllipse(times(ellipse, levelAbove(from, alpha)), size);
    return markup`<ellipse class="contour" cx="${x}" cy="${y}" rx="${long}" ry="${short}" transform="${turn}" fill-opacity="${added}"/>`;
  })}`;
}

/** The cells that have weight. */
function patchesOf(weights: readonly number[], cells: number, size: number): Markup {
  const side = size / cells;
  const greatest = Math.max(...weights);
  return markup`${weights.map((weight, cell) => {
    if (weight === 0) return null;
    const { opacity } = STEPS.findLast(({ from }) => weight >= from * greatest)!;
    const [x, y] = [(cell % cells) * side, Math.floor(cell / cells) * side];
    return markup`<rect x="${x}" y="${y}" width="${side}" height="${side}" fill-opacity="${opacity}"/>`;
  })}`;
}

/** The lines between neighbouring cells of a grid that `differ`; beyond the image all is cell -1. */
function borders(cells: number, side: number, differ: (a: number, b: number) => boolean): string {
  const at = (row: number, column: number): number => {
    return row < 0 || column < 0 || row >= cells || column >= cells ? -1 : row * cells + column;
  };
  const lines: string[] = [];
  for (let row = 0; row <= cells; row++)
    for (let column = 0; column <= cells; column++) {
      const here = at(row, column);
      const start = `M${column * side} ${row * side}`;
      if (differ(at(row - 1, column), here)) lines.push(`${start}h${side}`);
      if (differ(at(row, column - 1), here)) lines.push(`${start}v${side}`);
    }
  return lines.join("");
}

/** The outline of a region, dashed where attention goes on beyond it. */
function outline(region: AttentionRegion, size: number, kind: "support" | "most"): Markup {
  if (region.kind === "cells") {
    const inside = (cell: number) => cell >= 0 && region.chosen[cell] === 1;
    const path = borders(region.rows, size / region.rows, (a, b) => inside(a) !== inside(b));
    return markup`<path class="${kind}" d="${path}"/>`;
  }
  return markup`${region.ellipses.map((ellipse) => {
    const { x, y, long, short, turn } = drawnEllipse(ellipse, size);
    return markup`<ellipse class="${kind}" cx="${x}" cy="${y}" rx="${long}" ry="${short}" transform="${turn}"/>`;
  })}`;
}

/** Lines between cells that have weight, but not the same. */
function segments(weights: readonly number[], cells: number, size: number): Markup {
  const path = borders(cells, size / cells, (a, b) => {
    return a >= 0 && b >= 0 && weights[a]! > 0 && weights[b]! > 0 && weights[a] !== weights[b];
  });
  return markup`<path class="segment" d="${path}"/>`;
}

export interface OverlayOptions {
  /** Share of the mass within the outline: 1 is the support. */
  readonly share: number;
  /** Draw lines between neighbouring cells of unequal weight. */
  readonly segmented: boolean;
  /** Text alternative. */
  readonly label: string;
}

const imageUri = (image: string): string => `data:image/png;base64,${image}`;

/** The bare image. */
export function imageFigure({ image, size }: ImageAttention, label: string): Markup {
  return markup`<svg class="plate" viewBox="0 0 ${size} ${size}" role="img" aria-label="${label}"><image width="${size}" height="${size}" href="${imageUri(image)}"/></svg>`;
}

/** The image, paled, under the attention to it. */
export function attentionOverlay(shown: ImageAttention, { share, segmented, label }: OverlayOptions): Markup {
  const { image, size, grid, weights, density } = shown;
  const attention =
    density === null ? { rows: grid, columns: grid, weights: weights! } : ellipseAttention(betaGaussian(density));
  const region = attentionRegion(attention, share);
  return markup`<svg class="plate" viewBox="0 0 ${size} ${size}" role="img" aria-label="${label}"><image class="paled" width="${size}" height="${size}" href="${imageUri(image)}"/>
<g class="seen">${density === null ? patchesOf(weights!, grid, size) : contours(density, size)}</g>
${density === null && segmented ? segments(weights!, grid, size) : null}${outline(region, size, share === 1 ? "support" : "most")}</svg>`;
}
