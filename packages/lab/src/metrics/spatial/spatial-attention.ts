/** Attention over an image and segmentation masks, both on the square [0, 1]^2: x to the right, y downwards, area 1. */
import { checkWeights } from "../attention/token-selection.ts";

/** The pixels of an object, row-major: non-zero belongs to it. */
export interface SegmentationMask {
  readonly rows: number;
  readonly columns: number;
  readonly pixels: ArrayLike<number>;
}

/** Weights on the cells of a grid that covers the image, row-major. Each is spread evenly over its cell. */
export interface CellAttention {
  readonly rows: number;
  readonly columns: number;
  readonly weights: ArrayLike<number>;
}

/**
 * A density p(t) ~ [1 - m(t)]_+^(1 / (alpha - 1)) with m(t) = (t - centre)^T matrix^-1 (t - centre): `matrix` is that of the support
 * for alpha > 1, and the covariance for alpha = 1, the normal density. Continuous sparsemax has alpha = 2, the default.
 */
export interface EllipseAttention {
  /** x and y. */
  readonly centre: ArrayLike<number>;
  /** Symmetric, positive definite, four numbers. */
  readonly matrix: ArrayLike<number>;
  readonly alpha?: number;
  /** Weight in a mixture, divided by the sum; default 1. */
  readonly weight?: number;
}

/** A grid of weights, or a density: an ellipse or a mixture of some. */
export type ImageAttention = CellAttention | EllipseAttention | readonly EllipseAttention[];

/** The densities of attention; undefined for a grid. */
export function ellipsesOf(attention: ImageAttention): readonly EllipseAttention[] | undefined {
  if (Array.isArray(attention)) return attention as readonly EllipseAttention[];
  return "centre" in attention ? [attention] : undefined;
}

function checkGrid(name: string, { rows, columns }: { rows: number; columns: number }, length: number): void {
  for (const [side, size] of Object.entries({ rows, columns })) {
    if (!(Number.isInteger(size) && size >= 1)) {
      throw new RangeError(`${name}.${side} must be an integer from 1, got ${String(size)}`);
    }
  }
  if (length !== rows * columns) {
    throw new RangeError(`${name} must be ${rows} x ${columns} numbers (${rows * columns}), got ${length}`);
  }
}

/** The number of pixels of the object in a checked mask. Throws a RangeError when there is none. */
export function maskPixels(mask: SegmentationMask): number {
  checkGrid("mask", mask, mask.pixels.length);
  let count = 0;
  for (let i = 0; i < mask.pixels.length; i++) if (mask.pixels[i]! !== 0) count++;
  if (count === 0) throw new RangeError("mask must mark at least one pixel");
  return count;
}

/** The sum of checked weights. */
export function cellTotal({ rows, columns, weights }: CellAttention): number {
  checkGrid("weights", { rows, columns }, weights.length);
  checkWeights("weights", weights);
  let total = 0;
  for (let i = 0; i < weights.length; i++) total += weights[i]!;
  if (!(total > 0)) throw new RangeError("weights must not all be 0");
  return total;
}

/** Lengths of the intersections of `from` equal intervals of [0, 1] with `to` others: [from, to, length]. */
function overlaps(from: number, to: number): [number, number, number][] {
  const pieces: [number, number, number][] = [];
  for (let a = 0, b = 0; a < from && b < to;) {
    const start = Math.max(a / from, b / to);
    // Compared as products of integers, so that common edges are common.
    const [endA, endB] = [(a + 1) * to, (b + 1) * from];
    pieces.push([a, b, Math.min(endA, endB) / (from * to) - start]);
    if (endA <= endB) a++;
    if (endB <= endA) b++;
  }
  return pieces;
}

/** The area of the object within each cell of a grid of `rows` x `columns`. Linear in the pixels and cells. */
export function maskAreas(mask: SegmentationMask, rows: number, columns: number): Float64Array {
  const areas = new Float64Array(rows * columns);
  const across = overlaps(mask.columns, columns);
  for (const [y, row, height] of overlaps(mask.rows, rows)) {
    for (const [x, column, width] of across) {
      if (mask.pixels[y * mask.columns + x]! !== 0) areas[row * columns + column]! += height * width;
    }
  }
  return areas;
}

/** True for a point on the object; no point outside the image is. */
export function isInMask(mask: SegmentationMask, x: number, y: number): boolean {
  if (!(x >= 0 && x < 1 && y >= 0 && y < 1)) return false;
  return mask.pixels[Math.floor(y * mask.rows) * mask.columns + Math.floor(x * mask.columns)]! !== 0;
}
