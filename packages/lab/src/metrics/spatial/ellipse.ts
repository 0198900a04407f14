/** Ellipses in the plane: points spread over them, and level sets that hold a share of a density. */
import type { EllipseAttention } from "./spatial-attention.ts";

/** {t: (t - centre)^T matrix^-1 (t - centre) <= 1}. */
export interface Ellipse {
  readonly centre: readonly [x: number, y: number];
  readonly matrix: readonly [xx: number, xy: number, yx: number, yy: number];
}

/** The ellipse of a density, checked. */
export function checkedEllipse({ centre, matrix, alpha = 2, weight = 1 }: EllipseAttention, i: number): Ellipse {
  const fault = (what: string, got: unknown) => new RangeError(`ellipses[${i}].${what}, got ${String(got)}`);
  if (centre.length !== 2 || !Array.from(centre).every(Number.isFinite)) {
    throw fault("centre must be two finite numbers", `[${Array.from(centre).join(", ")}]`);
  }
  const [xx, xy, yx, yy] = Array.from(matrix) as [number, number, number, number];
  const definite = xx > 0 && xx * yy - xy * yx > 0 && xx * yy < Infinity;
  if (matrix.length !== 4 || !definite || Math.abs(xy - yx) > 1e-9 * Math.sqrt(xx * yy)) {
    throw fault("matrix must be symmetric and positive definite, 2 x 2", `[${Array.from(matrix).join(", ")}]`);
  }
  if (!(alpha >= 1 && alpha < Infinity)) throw fault("alpha must be a finite number from 1", alpha);
  if (!(weight >= 0 && weight < Infinity)) throw fault("weight must be a number from 0", weight);
  return { centre: [centre[0]!, centre[1]!], matrix: [xx, xy, yx, yy] };
}

/** The level of m(t) within which a density with this alpha holds `share` of its mass. */
export function levelHolding(share: number, alpha: number): number {
  // Mass within m: 1 - (1 - m)^(alpha / (alpha - 1)), and 1 - exp(-m / 2) at alpha = 1.
  return alpha === 1 ? -2 * Math.log1p(-share) : -Math.expm1(((alpha - 1) / alpha) * Math.log1p(-share));
}

export const areaOf = ({ matrix: [xx, xy, yx, yy] }: Ellipse): number => Math.PI * Math.sqrt(xx * yy - xy * yx);

/** The ellipse with every half-axis times sqrt(factor). */
export function scaled({ centre, matrix: [xx, xy, yx, yy] }: Ellipse, factor: number): Ellipse {
  return { centre, matrix: [xx * factor, xy * factor, yx * factor, yy * factor] };
}

export function contains({ centre, matrix: [xx, xy, yx, yy] }: Ellipse, x: number, y: number): boolean {
  const [dx, dy] = [x - centre[0], y - centre[1]];
  return dx * dx * yy - dx * dy * (xy + yx) + dy * dy * xx <= xx * yy - xy * yx;
}

const GOLDEN_ANGLE = Math.PI * (3 - Math.sqrt(5));

/**
 * Visits `count` points of an ellipse in a spiral by the golden angle (Vogel). `level` of the share (k + 1/2) / count gives m of the
 * k-th point: the identity spreads points evenly over the area.
 */
export function visitPoints(
  { centre, matrix: [xx, xy, , yy] }: Ellipse,
  count: number,
  level: (share: number) => number,
  visit: (x: number, y: number) => void,
): void {
  // Cholesky factor of the matrix.
  const a = Math.sqrt(xx);
  const b = xy / a;
  const c = Math.sqrt(yy - b * b);
  for (let k = 0; k < count; k++) {
    const radius = Math.sqrt(level((k + 0.5) / count));
    const [u, v] = [radius * Math.cos(k * GOLDEN_ANGLE), radius * Math.sin(k * GOLDEN_ANGLE)];
    visit(centre[0] + a * u, centre[1] + b * u + c * v);
  }
}
