/** How well attention over a picture finds a shape, for heat maps on cells and for continuous densities alike. */
import type { BetaGaussian } from "fenchel";
import { areaOf, checkedEllipse, contains, levelHolding, scaled, visitPoints } from "./ellipse.ts";
import type { Ellipse } from "./ellipse.ts";
import { cellTotal, ellipsesOf, isOnShape, shapeAreas, shapePixels } from "./spatial-attention.ts";
import type { CellAttention, EllipseAttention, PictureAttention, ShapeMask } from "./spatial-attention.ts";

export interface PointOptions {
  /** Points an ellipse is measured by; default 4096, about 0.3 % of a share. Cells are measured exactly. */
  readonly points?: number;
}

/** A part of the picture: cells of a grid, or a union of ellipses. */
export type PictureRegion =
  | { readonly kind: "cells"; readonly rows: number; readonly columns: number; readonly chosen: Uint8Array }
  | { readonly kind: "ellipses"; readonly ellipses: readonly Ellipse[] };

export interface RegionScores {
  /** Area of the region within the picture, whose area is 1. */
  readonly area: number;
  readonly shapeArea: number;
  /** area / shapeArea: 1 for a region of the shape's size, larger for a wide one. */
  readonly tightness: number;
  /** Share of the shape that the region covers. */
  readonly recall: number;
  /** Share of the region that lies on the shape; 0 for a region outside the picture. */
  readonly precision: number;
  /** Intersection over union. */
  readonly iou: number;
}

function checkPoints(points: number): number {
  if (!(Number.isInteger(points) && points >= 1)) {
    throw new RangeError(`points must be an integer from 1, got ${points}`);
  }
  return points;
}

/** Densities with their ellipses and shares, checked. */
function mixtureOf(densities: readonly EllipseAttention[]) {
  if (densities.length === 0) throw new RangeError("ellipses must not be empty");
  const parts = densities.map((density, i) => ({
    ellipse: checkedEllipse(density, i),
    alpha: density.alpha ?? 2,
    weight: density.weight ?? 1,
  }));
  const total = parts.reduce((sum, { weight }) => sum + weight, 0);
  if (!(total > 0)) throw new RangeError("ellipses must not all have weight 0");
  return parts.filter(({ weight }) => weight > 0).map((part) => ({ ...part, weight: part.weight / total }));
}

/**
 * The ellipse of a density from `continuousAttention` or `betaGaussian` in two dimensions, for the functions here: the support for
 * alpha > 1, the covariance for alpha = 1. Throws a RangeError for another dimension.
 *
 * @example
 * ellipseAttention(truncatedParabola({ location: [0.5, 0.5], scale2: [0.01, 0, 0, 0.01] })).centre; // [0.5, 0.5]
 */
export function ellipseAttention({
  dimension,
  support,
  location,
  scale2,
  alpha,
}: Pick<BetaGaussian, "dimension" | "support" | "location" | "scale2" | "alpha">): EllipseAttention {
  if (dimension !== 2) throw new RangeError(`the density must have dimension 2, got ${dimension}`);
  return support.kind === "ellipsoid"
    ? { centre: support.centre, matrix: support.matrix, alpha }
    : { centre: location, matrix: scale2, alpha: 1 };
}

/**
 * The share in [0, 1] of the attention's mass that lies on the shape.
 *
 * - Cells: sum of weight x share of the cell that is shape, divided by the sum of the weights; exact, grids of any sizes.
 * - Densities: the mass outside the picture counts as beside the shape. Measured by points of equal mass, so that densities narrower
 *   than a pixel are measured as well as wide ones.
 * - Throws a RangeError for an empty shape, sizes that differ, weights below 0 or all 0, or a matrix that is not positive definite.
 * - Cost: linear in pixels and cells, or in the points.
 *
 * @example
 * massInside({ rows: 1, columns: 2, weights: [0.25, 0.75] }, { rows: 1, columns: 4, pixels: [0, 1, 1, 1] }); // 0.875
 */
export function pointingMass(
  attention: PictureAttention,
  mask: ShapeMask,
  { points = 4096 }: PointOptions = {},
): number {
  shapePixels(mask);
  checkPoints(points);
  const densities = ellipsesOf(attention);
  if (densities === undefined) {
    const cells = attention as CellAttention;
    const total = cellTotal(cells);
    const { rows, columns, weights } = cells;
    const inside = shapeAreas(mask, rows, columns).reduce((sum, area, i) => sum + area * weights[i]!, 0);
    return Math.min(1, (inside * rows * columns) / total);
  }
  return mixtureOf(densities).reduce((sum, { ellipse, alpha, weight }) => {
    let hits = 0;
    visitPoints(
      ellipse,
      points,
      (share) => levelHolding(share, alpha),
      (x, y) => {
        if (isOnShape(mask, x, y)) hits++;
      },
    );
    return sum + (weight * hits) / points;
  }, 0);
}

/**
 * The smallest region that holds `share` of the attention's mass; share 1, the default, is the support.
 *
 * - Cells: those with the largest weights, of equal ones the first, until their sum reaches the share.
 * - One density: the ellipse on which it is largest, m(t) <= 1 - (1 - share)^((alpha - 1) / alpha); a normal density has no support.
 * - A mixture: the union of its parts' ellipses, which holds the share but need not be the smallest where they overlap.
 * - Throws a RangeError for a share outside (0, 1], the support of a normal density, and what `massInside` refuses.
 * - Cost: O(n log n) for n cells.
 *
 * @example
 * attentionRegion({ rows: 1, columns: 3, weights: [0.2, 0.8, 0] }, 0.75).chosen; // [0, 1, 0]
 */
export function attentionRegion(attention: PictureAttention, share = 1): PictureRegion {
  if (!(share > 0 && share <= 1)) throw new RangeError(`share must be above 0 and at most 1, got ${share}`);
  const densities = ellipsesOf(attention);
  if (densities !== undefined) {
    const ellipses = mixtureOf(densities).map(({ ellipse, alpha }) => {
      if (alpha === 1 && share === 1) throw new RangeError("share must be below 1 for a normal density, got 1");
      return scaled(ellipse, levelHolding(share, alpha));
    });
    return { kind: "ellipses", ellipses };
  }
  const { rows, columns, weights } = attention as CellAttention;
  const total = cellTotal({ rows, columns, weights });
  const order = Array.from({ length: weights.length }, (_, i) => i).sort((a, b) => weights[b]! - weights[a]! || a - b);
  const chosen = new Uint8Array(weights.length);
  let held = 0;
  for (const cell of order) {
    // Rounding must not add a cell to those that hold the share, nor leave one out of the support.
    if (weights[cell] === 0 || (share < 1 && held >= share * total * (1 - 1e-9))) break;
    chosen[cell] = 1;
    held += weights[cell]!;
  }
  return { kind: "cells", rows, columns, chosen };
}

/** Areas of a region within the picture and on the shape. */
function measured(region: PictureRegion, mask: ShapeMask, points: number): { area: number; overlap: number } {
  if (region.kind === "cells") {
    const { rows, columns, chosen } = region;
    const overlap = shapeAreas(mask, rows, columns).reduce((sum, area, i) => (chosen[i] === 0 ? sum : sum + area), 0);
    return { area: chosen.reduce((sum, one) => sum + one, 0) / (rows * columns), overlap };
  }
  let area = 0;
  let overlap = 0;
  region.ellipses.forEach((ellipse, e) => {
    const before = region.ellipses.slice(0, e);
    const piece = areaOf(ellipse) / points;
    visitPoints(
      ellipse,
      points,
      (share) => share,
      (x, y) => {
        if (!(x >= 0 && x < 1 && y >= 0 && y < 1) || before.some((other) => contains(other, x, y))) return;
        area += piece;
        if (isOnShape(mask, x, y)) overlap += piece;
      },
    );
  });
  return { area, overlap };
}

/**
 * How well a region of the picture matches a shape: its area against the shape's (tightness), the share of the shape that it covers
 * (recall), the share of it that is shape (precision), and intersection over union. Areas are parts of the picture, so that heat maps
 * on cells and ellipses compare.
 *
 * - Cells are measured exactly, ellipses by points spread evenly over them; what lies outside the picture does not count.
 * - Throws a RangeError for an empty shape or sizes that differ.
 * - Cost: linear in pixels and cells, or in the points.
 *
 * @example
 * const region = attentionRegion({ rows: 1, columns: 2, weights: [0, 1] });
 * regionScores(region, { rows: 1, columns: 4, pixels: [0, 0, 0, 1] });
 * // { area: 0.5, shapeArea: 0.25, tightness: 2, recall: 1, precision: 0.5, iou: 0.5 }
 */
export function regionScores(
  region: PictureRegion,
  mask: ShapeMask,
  { points = 4096 }: PointOptions = {},
): RegionScores {
  const shapeArea = shapePixels(mask) / (mask.rows * mask.columns);
  const { area, overlap } = measured(region, mask, checkPoints(points));
  // Points may put a little more of an ellipse on the shape than the shape has.
  const common = Math.min(overlap, shapeArea);
  return {
    area,
    shapeArea,
    tightness: area / shapeArea,
    recall: common / shapeArea,
    precision: area === 0 ? 0 : common / area,
    iou: common / (area + shapeArea - common),
  };
}
