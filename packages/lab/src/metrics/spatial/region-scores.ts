/** Pointing mass, area ratio, recall and IoU of attention against a segmentation mask, for cells and for continuous densities. */
import { areaOf, checkedEllipse, contains, levelHolding, scaled, visitPoints } from "./ellipse.ts";
import type { Ellipse } from "./ellipse.ts";
import { cellTotal, ellipsesOf, isInMask, maskAreas, maskPixels } from "./spatial-attention.ts";
import type { CellAttention, EllipseAttention, ImageAttention, SegmentationMask } from "./spatial-attention.ts";

export interface PointOptions {
  /** Points that sample an ellipse; default 4096, an error of about 0.3 % of a share. Cells are exact. */
  readonly points?: number;
}

/** A part of the image: cells of a grid, or a union of ellipses. */
export type AttentionRegion =
  | { readonly kind: "cells"; readonly rows: number; readonly columns: number; readonly chosen: Uint8Array }
  | { readonly kind: "ellipses"; readonly ellipses: readonly Ellipse[] };

export interface RegionScores {
  /** Area of the region within the image, whose area is 1. */
  readonly area: number;
  readonly maskArea: number;
  /** area / maskArea: 1 for a region as large as the object, more for a wider one. */
  readonly areaRatio: number;
  /** Share of the object that the region covers. */
  readonly recall: number;
  /** Share of the region that lies on the object; 0 for a region outside the image. */
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

/** Densities in two dimensions as `betaGaussian` and `continuousAttention` of fenchel give them. */
export interface PlaneDensity {
  readonly dimension: number;
  readonly alpha: number;
  readonly location: ArrayLike<number>;
  readonly scale2: ArrayLike<number>;
  readonly support:
    | { readonly kind: "ellipsoid"; readonly centre: ArrayLike<number>; readonly matrix: ArrayLike<number> }
    | { readonly kind: "interval" | "everything" | "union" };
}

/** Densities with their ellipses and weights, checked. */
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
 * Attention from a density of `continuousAttention` or `betaGaussian` in two dimensions: the ellipse of the support for alpha > 1, of the
 * covariance for alpha = 1. Throws a RangeError for another dimension.
 *
 * @param density - In coordinates of the image, [0, 1]^2.
 *
 * @example
 * const support = { kind: "ellipsoid", centre: [0.5, 0.5], matrix: [0.04, 0, 0, 0.04] };
 * ellipseAttention({ dimension: 2, alpha: 2, location: [0.5, 0.5], scale2: [0.01, 0, 0, 0.01], support }).centre; // [0.5, 0.5]
 */
export function ellipseAttention({ dimension, support, location, scale2, alpha }: PlaneDensity): EllipseAttention {
  if (dimension !== 2) throw new RangeError(`the density must have dimension 2, got ${dimension}`);
  return support.kind === "ellipsoid"
    ? { centre: support.centre, matrix: support.matrix, alpha }
    : { centre: location, matrix: scale2, alpha: 1 };
}

/**
 * Attention mass in a segmentation mask, in [0, 1] (energy-based pointing game): for cells sum of weight x share of the cell in the mask,
 * divided by the sum of the weights, exact for grids of any sizes; for densities the mass on the mask, sampled by points of equal mass,
 * so that densities narrower than a pixel are measured as well as wide ones. Mass outside the image counts as outside the mask.
 *
 * Throws a RangeError for an empty mask, sizes that differ, weights below 0 or all 0, or a matrix that is not positive definite. Cost:
 * linear in pixels and cells, or in the points.
 *
 * @param attention - Weights on cells, a density, or a mixture of densities.
 * @param mask - Pixels of the object, on a grid of any size.
 * @param options - Number of points per density.
 *
 * Wang et al., "Score-CAM: Score-Weighted Visual Explanations for Convolutional Neural Networks" (2020).
 *
 * @example
 * pointingMass({ rows: 1, columns: 2, weights: [0.25, 0.75] }, { rows: 1, columns: 4, pixels: [0, 1, 1, 1] }); // 0.875
 */
export function pointingMass(
  attention: ImageAttention,
  mask: SegmentationMask,
  { points = 4096 }: PointOptions = {},
): number {
  maskPixels(mask);
  checkPoints(points);
  const densities = ellipsesOf(attention);
  if (densities === undefined) {
    const cells = attention as CellAttention;
    const total = cellTotal(cells);
    const { rows, columns, weights } = cells;
    const inside = maskAreas(mask, rows, columns).reduce((sum, area, i) => sum + area * weights[i]!, 0);
    return Math.min(1, (inside * rows * columns) / total);
  }
  return mixtureOf(densities).reduce((sum, { ellipse, alpha, weight }) => {
    let hits = 0;
    visitPoints(
      ellipse,
      points,
      (share) => levelHolding(share, alpha),
      (x, y) => {
        if (isInMask(mask, x, y)) hits++;
      },
    );
    return sum + (weight * hits) / points;
  }, 0);
}

/**
 * The smallest region that holds `share` of the attention's mass; share 1, the default, is the support. Cells: those with the largest
 * weights, of equal ones the first, until their sum reaches the share. One density: the ellipse on which it is largest,
 * m(t) <= 1 - (1 - share)^((alpha - 1) / alpha); a normal density has no support. A mixture: the union of its parts' ellipses, which
 * holds the share but need not be the smallest where they overlap.
 *
 * Throws a RangeError for a share outside (0, 1], the support of a normal density, and as `pointingMass` does. Cost: O(n log n) for n
 * cells.
 *
 * @param attention - Weights on cells, a density, or a mixture of densities.
 * @param share - Of the mass, in (0, 1].
 *
 * @example
 * attentionRegion({ rows: 1, columns: 3, weights: [0.2, 0.8, 0] }, 0.75).chosen; // [0, 1, 0]
 */
export function attentionRegion(attention: ImageAttention, share = 1): AttentionRegion {
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

/** Areas of a region within the image and on the mask. */
function measured(region: AttentionRegion, mask: SegmentationMask, points: number): { area: number; overlap: number } {
  if (region.kind === "cells") {
    const { rows, columns, chosen } = region;
    const overlap = maskAreas(mask, rows, columns).reduce((sum, area, i) => (chosen[i] === 0 ? sum : sum + area), 0);
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
        if (isInMask(mask, x, y)) overlap += piece;
      },
    );
  });
  return { area, overlap };
}

/**
 * Overlap of a region of the image with a segmentation mask: its area as a multiple of the mask's (area ratio), the share of the mask
 * that it covers (recall), the share of it that is mask (precision), and intersection over union. Areas are shares of the image, so that
 * cells and ellipses compare. Cells are exact, ellipses sampled by points spread evenly over them; the outside of the image does not count.
 *
 * Throws a RangeError for an empty mask or sizes that differ. Cost: linear in pixels and cells, or in the points.
 *
 * @param region - From `attentionRegion`.
 * @param mask - Pixels of the object, on a grid of any size.
 * @param options - Number of points per ellipse.
 *
 * @example
 * const region = attentionRegion({ rows: 1, columns: 2, weights: [0, 1] });
 * regionScores(region, { rows: 1, columns: 4, pixels: [0, 0, 0, 1] }).areaRatio; // 2
 * regionScores(region, { rows: 1, columns: 4, pixels: [0, 0, 0, 1] }).iou; // 0.5
 */
export function regionScores(
  region: AttentionRegion,
  mask: SegmentationMask,
  { points = 4096 }: PointOptions = {},
): RegionScores {
  const maskArea = maskPixels(mask) / (mask.rows * mask.columns);
  const { area, overlap } = measured(region, mask, checkPoints(points));
  // Points may put a little more of an ellipse on the mask than the mask has.
  const common = Math.min(overlap, maskArea);
  return {
    area,
    maskArea,
    areaRatio: area / maskArea,
    recall: common / maskArea,
    precision: area === 0 ? 0 : common / area,
    iou: common / (area + maskArea - common),
  };
}
