/** r = E_p[psi] and its derivatives for one density in the plane and isotropic Gaussian basis functions. */
import type { GaussianBasis } from "./basis.ts";
import { bump, bumpConstants, bumpOut } from "./bump.ts";
import { closedForm } from "./expectation-line.ts";
import { covarianceDivisor } from "./profile.ts";
import type { Profile } from "./profile.ts";
import { planeNodes } from "./quadrature.ts";

/**
 * Where one row's results go, from `at`: r, its derivatives in mu and in the lower triangle of M (t = mu + M y, xx, yx, yy),
 * and, when wanted, in k at fixed M.
 */
export interface PlaneOut {
  readonly value: Float64Array;
  readonly byX: Float64Array;
  readonly byY: Float64Array;
  readonly byXX: Float64Array;
  readonly byYX: Float64Array;
  readonly byYY: Float64Array;
  readonly byK: Float64Array | undefined;
  readonly at: number;
}

/** M = sqrt(h) C with Sigma = C C^T. */
export interface PlaneDensity {
  readonly x: number;
  readonly y: number;
  readonly xx: number;
  readonly yx: number;
  readonly yy: number;
  readonly profile: Profile;
}

/** One coordinate of the basis: its distinct (centre, width) pairs, and which one each function has; scratch tables. */
interface Axis {
  readonly centres: Float64Array;
  readonly precisions: Float64Array;
  readonly of: Int32Array;
  readonly values: Float64Array;
  readonly slopes: Float64Array;
}

/** The basis as products of functions of x and of y: a table a coordinate stands in for one a function. */
export interface Axes {
  readonly x: Axis;
  readonly y: Axis;
  readonly leastWidth: number;
}

const known = /* @__PURE__ */ new WeakMap<GaussianBasis, Axes>();

export function axesOf(basis: GaussianBasis): Axes {
  const before = known.get(basis);
  if (before !== undefined) return before;
  const axes = { x: axisOf(basis, 0), y: axisOf(basis, 1), leastWidth: Math.min(...basis.widths) };
  known.set(basis, axes);
  return axes;
}

function axisOf({ centres, widths, count }: GaussianBasis, coordinate: number): Axis {
  const index = new Map<string, number>();
  const distinct: number[] = [];
  const precisions: number[] = [];
  const of = new Int32Array(count);
  for (let j = 0; j < count; j++) {
    const key = `${centres[2 * j + coordinate]} ${widths[j]}`;
    let at = index.get(key);
    if (at === undefined) {
      at = distinct.length;
      index.set(key, at);
      distinct.push(centres[2 * j + coordinate]);
      precisions.push(1 / widths[j]);
    }
    of[j] = at;
  }
  const size = distinct.length;
  return {
    centres: Float64Array.from(distinct),
    precisions: Float64Array.from(precisions),
    of,
    values: new Float64Array(size),
    slopes: new Float64Array(size),
  };
}

const rootTwoPi = Math.sqrt(2 * Math.PI);

/** Fills the axis's tables with N(t; centre, width^2) and its derivative. */
function tabulate({ centres, precisions, values, slopes }: Axis, t: number): void {
  for (let i = 0; i < centres.length; i++) {
    const precision = precisions[i];
    const nu = (t - centres[i]) * precision;
    const value = (precision / rootTwoPi) * Math.exp(-0.5 * nu * nu);
    values[i] = value;
    slopes[i] = -nu * precision * value;
  }
}

/** Writes one row: closed form at alpha = 1, slices at 4/3, 3/2 and 2, polar quadrature elsewhere. */
export function gaussianPlane(density: PlaneDensity, basis: GaussianBasis, out: PlaneOut): void {
  const { k } = density.profile;
  const m = closedForm(k);
  const axes = axesOf(basis);
  if (k !== 0 && longAxis(density) < 1e-4 * axes.leastWidth) {
    smallPlane(density, basis, out);
    return;
  }
  if (out.byK !== undefined || (k !== 0 && m === 0)) polar(density, axes, basis.count, out);
  if (k === 0) normalPlane(density, basis, out);
  else if (m > 0) slices(density, axes, basis.count, out, m);
}

/** alpha = 1: r_j = N(mu; centre_j, S), S = Sigma + width_j^2 I; dr = r (S^-1 u, (S^-1 u u^T S^-1 - S^-1) / 2). */
function normalPlane(density: PlaneDensity, { centres, widths, count }: GaussianBasis, out: PlaneOut): void {
  const { xx, yx, yy } = density;
  for (let j = 0; j < count; j++) {
    const variance = widths[j] * widths[j];
    const sxx = xx * xx + variance;
    const sxy = xx * yx;
    const syy = yx * yx + yy * yy + variance;
    // The determinant as a sum of positive terms: |Sigma| + variance tr Sigma + variance^2.
    const det = xx * xx * yy * yy + variance * (xx * xx + yx * yx + yy * yy) + variance * variance;
    const inverse = 1 / det;
    const ux = centres[2 * j] - density.x;
    const uy = centres[2 * j + 1] - density.y;
    const px = (syy * ux - sxy * uy) * inverse;
    const py = (sxx * uy - sxy * ux) * inverse;
    const r = (Math.sqrt(inverse) / (2 * Math.PI)) * Math.exp(-0.5 * (ux * px + uy * py));
    const gxx = px * px - syy * inverse;
    const gxy = px * py + sxy * inverse;
    const gyy = py * py - sxx * inverse;
    const at = out.at + j;
    out.value[at] = r;
    out.byX[at] = r * px;
    out.byY[at] = r * py;
    out.byXX[at] = r * (gxx * xx + gxy * yx);
    out.byYX[at] = r * (gxy * xx + gyy * yx);
    out.byYY[at] = r * gyy * yy;
  }
}

/** The largest semi-axis of M's image of the unit disc. */
function longAxis({ xx, yx, yy }: PlaneDensity): number {
  const a = xx * xx;
  const b = xx * yx;
  const c = yx * yx + yy * yy;
  return Math.sqrt((a + c) / 2 + Math.sqrt(((a - c) / 2) ** 2 + b * b));
}

/** The tables of `slices`, kept between rows: for every node its sine, for every coordinate a run of nodes. */
let sines = /* @__PURE__ */ new Float64Array(0);
let across = /* @__PURE__ */ new Float64Array(0);
let along = /* @__PURE__ */ new Float64Array(0);

/** Standard deviations beyond which a Gaussian (below 1e-24 of its peak) is left out. */
const cut = 10.5;

/**
 * alpha = 1 + 1 / m: the disc |z| <= 1, t = mu + L z, in slices z_1 = sin(angle). Along a slice the density is a
 * beta-Gaussian again and `bump` is exact; over the angle the integrand is periodic and analytic, and the trapezoid rule
 * spectral.
 */
function slices(density: PlaneDensity, axes: Axes, count: number, out: PlaneOut, m: number): void {
  const grow = Math.sqrt(2 * m);
  const lxx = density.xx * grow;
  const lyx = density.yx * grow;
  const lyy = density.yy * grow;
  const { x: ax, y: ay } = axes;
  const rows = ax.centres.length;
  const columns = ay.centres.length;
  const nodes = Math.min(4096, Math.ceil(7 + m + (3.2 * grow * longAxis(density)) / axes.leastWidth));
  if (sines.length < nodes) sines = new Float64Array(nodes);
  if (across.length < 2 * rows * nodes) across = new Float64Array(2 * rows * nodes);
  if (along.length < 3 * columns * nodes) along = new Float64Array(3 * columns * nodes);
  const scale = (m + 1) / (bumpConstants[m] * nodes);
  for (let q = 0; q < nodes; q++) {
    const angle = ((q + 0.5) / nodes - 0.5) * Math.PI;
    const sin = Math.sin(angle);
    const cos = Math.cos(angle);
    sines[q] = sin;
    const t = density.x + lxx * sin;
    for (let i = 0; i < rows; i++) {
      const precision = ax.precisions[i];
      const nu = (t - ax.centres[i]) * precision;
      const value = nu > cut || nu < -cut ? 0 : (precision / rootTwoPi) * Math.exp(-0.5 * nu * nu);
      across[2 * (i * nodes + q)] = value;
      across[2 * (i * nodes + q) + 1] = -nu * precision * value;
    }
    const middle = density.y + lyx * sin;
    const square = cos * cos;
    const weight = scale * square * square * (m === 1 ? 1 : m === 2 ? square : square * square);
    for (let u = 0; u < columns; u++) {
      const precision = ay.precisions[u];
      const d = (middle - ay.centres[u]) * precision;
      const e = lyy * cos * precision;
      const at = 3 * (u * nodes + q);
      if (Math.abs(d) - e > cut) {
        along[at] = along[at + 1] = along[at + 2] = 0;
        continue;
      }
      bump(m, d, e);
      const scaled = weight * precision;
      along[at] = scaled * bumpOut[0];
      along[at + 1] = scaled * precision * bumpOut[1];
      along[at + 2] = scaled * bumpOut[2];
    }
  }
  const last = grow / lyy;
  for (let j = 0; j < count; j++) {
    let r = 0;
    let gx = 0;
    let gy = 0;
    let gxx = 0;
    let gyx = 0;
    let gyy = 0;
    let i = 2 * nodes * ax.of[j];
    let u = 3 * nodes * ay.of[j];
    for (let q = 0; q < nodes; q++, i += 2, u += 3) {
      const g = across[i];
      const f = along[u];
      const dx = across[i + 1] * f;
      const dy = g * along[u + 1];
      const sin = sines[q];
      r += g * f;
      gx += dx;
      gy += dy;
      gxx += sin * dx;
      gyx += sin * dy;
      gyy += g * along[u + 2];
    }
    const at = out.at + j;
    out.value[at] = r;
    out.byX[at] = gx;
    out.byY[at] = gy;
    out.byXX[at] = grow * gxx;
    out.byYX[at] = grow * gyx;
    out.byYY[at] = last * gyy;
  }
}

/**
 * A density much smaller than every function: r = psi + tr(M^T psi'' M) c / 2 with c = E[y_1^2], to first order in M M^T.
 * Quadrature would cancel there.
 */
function smallPlane(density: PlaneDensity, { centres, widths, count }: GaussianBasis, out: PlaneOut): void {
  const { xx, yx, yy, profile } = density;
  const divisor = covarianceDivisor(profile.k, 2);
  for (let j = 0; j < count; j++) {
    const precision = 1 / (widths[j] * widths[j]);
    const px = (centres[2 * j] - density.x) * precision;
    const py = (centres[2 * j + 1] - density.y) * precision;
    const r = (precision / (2 * Math.PI)) * Math.exp((-0.5 * (px * px + py * py)) / precision);
    const hxx = (r * (px * px - precision)) / divisor;
    const hxy = (r * px * py) / divisor;
    const hyy = (r * (py * py - precision)) / divisor;
    const at = out.at + j;
    out.byX[at] = r * px;
    out.byY[at] = r * py;
    out.byXX[at] = hxx * xx + hxy * yx;
    out.byYX[at] = hxy * xx + hyy * yx;
    out.byYY[at] = hyy * yy;
    const bend = (xx * out.byXX[at] + yx * out.byYX[at] + yy * out.byYY[at]) / 2;
    out.value[at] = r + bend;
    if (out.byK !== undefined) out.byK[at] = (-2 * bend) / divisor;
  }
}

/** Any alpha: polar nodes, with the gradients taken along t = mu + M y. */
function polar(density: PlaneDensity, axes: Axes, count: number, out: PlaneOut): void {
  const { xx, yx, yy } = density;
  const nodes = planeNodes(density.profile.k, longAxis(density) / axes.leastWidth);
  const { x: ax, y: ay } = axes;
  const { value, byX, byY, byXX, byYX, byYY, byK, at } = out;
  for (const plane of [value, byX, byY, byXX, byYX, byYY]) plane.fill(0, at, at + count);
  byK?.fill(0, at, at + count);
  for (let q = 0; q < nodes.count; q++) {
    const zx = nodes.x[q];
    const zy = nodes.y[q];
    const moveX = xx * zx;
    const moveY = yx * zx + yy * zy;
    tabulate(ax, density.x + moveX);
    tabulate(ay, density.y + moveY);
    const weight = nodes.weights[q];
    const stretch = nodes.stretch[q];
    for (let j = 0; j < count; j++) {
      const i = ax.of[j];
      const u = ay.of[j];
      const g = weight * ax.values[i];
      const dx = weight * ax.slopes[i] * ay.values[u];
      const dy = g * ay.slopes[u];
      value[at + j] += g * ay.values[u];
      byX[at + j] += dx;
      byY[at + j] += dy;
      byXX[at + j] += zx * dx;
      byYX[at + j] += zx * dy;
      byYY[at + j] += zy * dy;
      if (byK !== undefined) byK[at + j] += stretch * (moveX * dx + moveY * dy);
    }
  }
}
