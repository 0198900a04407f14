/** r = E_p[psi] and its derivatives for one density in the plane and isotropic Gaussian basis functions. */
import type { GaussianBasis } from "../basis/basis.ts";
import { bump, bumpOut } from "../density/biweight.ts";
import { closedForm } from "./expectation-1d.ts";
import { covarianceDivisor } from "../density/radial-profile.ts";
import type { Profile } from "../density/radial-profile.ts";
import { localNodes, makeLocalNodes } from "../numeric/local-nodes.ts";
import { gaussRule, planeDetail, planeNodes, slopesByShare } from "../numeric/quadrature.ts";
import type { PlaneNodes, Rule } from "../numeric/quadrature.ts";
import { logDefect } from "../numeric/special-functions.ts";

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

/** One coordinate of the basis: its distinct (centre, width) pairs, and which one each function has. */
interface Axis {
  readonly centres: Float64Array;
  readonly precisions: Float64Array;
  readonly of: Int32Array;
  /** Room for three numbers a node of one chunk, for every pair. */
  readonly table: Float64Array;
}

/** The basis as products of functions of x and of y: a table a coordinate stands in for one a function. */
export interface Axes {
  readonly x: Axis;
  readonly y: Axis;
  readonly leastWidth: number;
}

const known = /* @__PURE__ */ new WeakMap<GaussianBasis, Axes>();

/** Nodes in a table: few enough that it stays in cache. */
const chunk = 64;

/** z_1 of every node of the chunk. */
const firsts = /* @__PURE__ */ new Float64Array(chunk);

function axesOf(basis: GaussianBasis): Axes {
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
  return {
    centres: Float64Array.from(distinct),
    precisions: Float64Array.from(precisions),
    of,
    table: new Float64Array(3 * chunk * distinct.length),
  };
}

const rootTwoPi = Math.sqrt(2 * Math.PI);

/** Below this alpha - 1 the support is so much larger than what carries mass that slices would waste nodes. */
const nearNormal = 1 / 32;

/** Nodes of `slices` at most. */
const mostSlices = 2048;

/** How many slices resolve the narrowest function; eight numbers of them an octave, so that most rows share their rules. */
function slicesFor(density: PlaneDensity, axes: Axes): number {
  const grow = Math.sqrt(2 / density.profile.k);
  const octaves = Math.log2(4 + (1.9 * grow * longAxis(density)) / axes.leastWidth);
  return 2 * Math.ceil(2 ** (Math.ceil(8 * octaves) / 8));
}

/**
 * Writes one row: closed form at alpha = 1, polar quadrature near it and for the derivative in alpha, slices elsewhere; nodes
 * of its own for each function where the density is so much wider that those do not suffice.
 */
export function gaussianPlane(density: PlaneDensity, basis: GaussianBasis, out: PlaneOut): void {
  const { k } = density.profile;
  const m = closedForm(k);
  const axes = axesOf(basis);
  if (k !== 0 && longAxis(density) < 1e-4 * axes.leastWidth) {
    smallPlane(density, basis, out);
    return;
  }
  const withPolar = out.byK !== undefined || (k > 0 && k < nearNormal);
  const resolved =
    (!withPolar || longAxis(density) <= planeDetail(k) * axes.leastWidth) &&
    (k < nearNormal || slicesFor(density, axes) <= mostSlices);
  if (!resolved) gaussianLocally(density, basis, out);
  else if (withPolar) polar(density, axes, basis.count, out);
  if (k === 0) normalPlane(density, basis, out);
  else if (resolved && k >= nearNormal) slices(density, axes, basis.count, out, m);
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
    // Far away nothing is left to move, and squares of the distance may overflow: the row is 0 already.
    if (!(r > 0)) continue;
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

/** Empties the row. */
function begin(count: number, { value, byX, byY, byXX, byYX, byYY, at }: PlaneOut): void {
  for (const plane of [value, byX, byY, byXX, byYX, byYY]) plane.fill(0, at, at + count);
}

/** Standard deviations beyond which a Gaussian (below 3e-18 of its peak) is left out. */
const cut = 9;

/** Tabulates `weight` N(t; centre, width^2) of every centre, its slope, and z times that, as node q of the chunk. */
function tabulate({ centres, precisions, table }: Axis, q: number, t: number, weight: number, z: number): void {
  for (let i = 0, at = 3 * q; i < centres.length; i++, at += 3 * chunk) {
    const precision = precisions[i];
    const nu = (t - centres[i]) * precision;
    const value = nu > cut || nu < -cut ? 0 : weight * (precision / rootTwoPi) * Math.exp(-0.5 * nu * nu);
    const slope = -nu * precision * value;
    table[at] = value;
    table[at + 1] = slope;
    table[at + 2] = z * slope;
  }
}

/**
 * Adds the chunk's nodes to the row: for x's g, g' and y's f, f', e at each node the sums of g f, g' f, g f', z_1 g' f,
 * z_1 g f' and g e.
 */
function accumulate({ x, y }: Axes, count: number, nodes: number, out: PlaneOut): void {
  const across = x.table;
  const along = y.table;
  for (let j = 0; j < count; j++) {
    let r = 0;
    let gx = 0;
    let gy = 0;
    let gxx = 0;
    let gyx = 0;
    let gyy = 0;
    const start = 3 * chunk * x.of[j];
    let i = start;
    let end = start + 3 * nodes;
    // A narrow function leaves out the nodes at both ends.
    while (i < end && across[i] === 0) i += 3;
    while (i < end && across[end - 3] === 0) end -= 3;
    let u = i + 3 * chunk * (y.of[j] - x.of[j]);
    for (let q = (i - start) / 3; i < end; q++, i += 3, u += 3) {
      const g = across[i];
      const f = along[u];
      const dy = g * along[u + 1];
      r += g * f;
      gx += across[i + 1] * f;
      gy += dy;
      gxx += across[i + 2] * f;
      gyx += firsts[q] * dy;
      gyy += g * along[u + 2];
    }
    const at = out.at + j;
    out.value[at] += r;
    out.byX[at] += gx;
    out.byY[at] += gy;
    out.byXX[at] += gxx;
    out.byYX[at] += gyx;
    out.byYY[at] += gyy;
  }
}

/** `bump` by a Gauss rule, for the beta-Gaussians that have no closed form. */
function bumpByRule({ nodes, weights }: Rule, d: number, e: number): void {
  bumpOut.fill(0);
  for (let q = 0; q < nodes.length; q++) {
    const es = e * nodes[q];
    const nu = d + es;
    const value = (weights[q] / (2 * rootTwoPi)) * Math.exp(-0.5 * nu * nu);
    bumpOut[0] += value;
    bumpOut[1] -= nu * value;
    bumpOut[2] -= nu * es * value;
  }
}

/**
 * The disc |z| <= 1, t = mu + L z, in slices of equal z_1, at the nodes of the Gauss rule for its density. Along a slice the
 * density is a beta-Gaussian of the same alpha again, and `bump` is exact at alpha = 1 + 1 / m.
 */
function slices(density: PlaneDensity, axes: Axes, count: number, out: PlaneOut, m: number): void {
  const { k } = density.profile;
  const grow = Math.sqrt(2 / k);
  const lxx = density.xx * grow;
  const lyx = density.yx * grow;
  const lyy = density.yy * grow;
  const { centres, precisions, table } = axes.y;
  const nodes = slicesFor(density, axes);
  const rule = gaussRule(nodes, 1 / k + 0.5);
  const within = m > 0 ? undefined : gaussRule(nodes, 1 / k);
  begin(count, out);
  for (let start = 0; start < nodes; start += chunk) {
    const size = Math.min(chunk, nodes - start);
    for (let q = 0; q < size; q++) {
      const first = rule.nodes[start + q];
      firsts[q] = first;
      tabulate(axes.x, q, density.x + lxx * first, rule.weights[start + q] / 2, first);
      const middle = density.y + lyx * first;
      const half = lyy * Math.sqrt(1 - first * first);
      for (let u = 0, at = 3 * q; u < centres.length; u++, at += 3 * chunk) {
        const precision = precisions[u];
        const d = (middle - centres[u]) * precision;
        const e = half * precision;
        if (d - e > cut || d + e < -cut) {
          table[at] = table[at + 1] = table[at + 2] = 0;
          continue;
        }
        if (within === undefined) bump(m, d, e);
        else bumpByRule(within, d, e);
        table[at] = precision * bumpOut[0];
        table[at + 1] = precision * precision * bumpOut[1];
        table[at + 2] = precision * bumpOut[2];
      }
    }
    accumulate(axes, count, size, out);
  }
  for (let j = out.at; j < out.at + count; j++) {
    out.byXX[j] *= grow;
    out.byYX[j] *= grow;
    out.byYY[j] *= grow / lyy;
  }
}

const outer = /* @__PURE__ */ makeLocalNodes();
const inner = /* @__PURE__ */ makeLocalNodes();

/**
 * A density much wider than some function: iterated integrals over y_1 and v, y_2 = sqrt(1 - k y_1^2 / 2) v, where the
 * density is the product of one of y_1 and one of v, with nodes where the function lives.
 */
function gaussianLocally(density: PlaneDensity, { centres, widths, count }: GaussianBasis, out: PlaneOut): void {
  const { xx, yx, yy, profile } = density;
  const { k, logUnitPeak, logUnitPeakSlope } = profile;
  begin(count, out);
  for (let j = 0; j < count; j++) {
    const precision = 1 / widths[j];
    const at = out.at + j;
    const rows = localNodes(k, 1.5, (density.x - centres[2 * j]) * precision, xx * precision, outer);
    let shape = 0;
    for (let p = 0; p < rows; p++) {
      const first = outer.y[p];
      const root = 1 / Math.sqrt(1 + outer.edges[p]);
      const middle = (density.y + yx * first - centres[2 * j + 1]) * precision;
      const columns = localNodes(k, 1, middle, yy * root * precision, inner);
      let sum = 0;
      let slope = 0;
      let stretch = 0;
      let byK = 0;
      for (let q = 0; q < columns; q++) {
        const nu = inner.nu[q];
        const term = inner.weights[q] * Math.exp(-0.5 * nu * nu);
        sum += term;
        slope += term * nu;
        stretch += term * nu * inner.y[q];
        if (out.byK !== undefined) {
          const edge = outer.edges[p] + inner.edges[q] * (1 + outer.edges[p]);
          byK += term * (logUnitPeakSlope + planeSlope(k, first * first + (root * inner.y[q]) ** 2, edge));
        }
      }
      const nu = outer.nu[p];
      const term = outer.weights[p] * Math.exp(-0.5 * nu * nu);
      out.value[at] += term * sum;
      out.byX[at] -= term * nu * precision * sum;
      out.byY[at] -= term * precision * slope;
      out.byXX[at] -= term * nu * precision * first * sum;
      out.byYX[at] -= term * precision * first * slope;
      out.byYY[at] -= term * precision * root * stretch;
      shape += term * byK;
    }
    const scale = (Math.exp(logUnitPeak) * precision * precision) / (2 * Math.PI);
    for (const plane of [out.value, out.byX, out.byY, out.byXX, out.byYX, out.byYY]) plane[at] *= scale;
    if (out.byK !== undefined) {
      const grown = xx * out.byXX[at] + yx * out.byYX[at] + yy * out.byYY[at];
      out.byK[at] = scale * shape - (slopesByShare(k) ? grown / (2 * k) : 0);
    }
  }
}

/** The derivative in k of log density at y, as `lineSlope` for the line, less the constant part; `square` is |y|^2. */
function planeSlope(k: number, square: number, edge: number): number {
  if (k === 0) return -(square * square) / 8;
  if (slopesByShare(k)) return Math.log1p(edge) / (k * k) - 1 / k;
  return (edge / k) ** 2 * logDefect(edge);
}

/** Polar nodes, with the gradients taken along t = mu + M z. */
function polar(density: PlaneDensity, axes: Axes, count: number, out: PlaneOut): void {
  const nodes = planeNodes(density.profile.k, longAxis(density) / axes.leastWidth);
  if (out.byK !== undefined) {
    // The radii's own derivative in k is a weight on d/dM, whose inner product with M it is.
    addPolar(density, axes, count, out, nodes, nodes.stretches);
    const { xx, yx, yy } = density;
    for (let j = out.at; j < out.at + count; j++) {
      out.byK[j] = xx * out.byXX[j] + yx * out.byYX[j] + yy * out.byYY[j];
    }
  }
  addPolar(density, axes, count, out, nodes, nodes.weights);
}

function addPolar(
  density: PlaneDensity,
  axes: Axes,
  count: number,
  out: PlaneOut,
  nodes: PlaneNodes,
  weights: Float64Array,
): void {
  const { xx, yx, yy } = density;
  begin(count, out);
  for (let start = 0; start < nodes.count; start += chunk) {
    const size = Math.min(chunk, nodes.count - start);
    for (let q = 0; q < size; q++) {
      const zx = nodes.x[start + q];
      const zy = nodes.y[start + q];
      firsts[q] = zx;
      tabulate(axes.x, q, density.x + xx * zx, weights[start + q], zx);
      tabulate(axes.y, q, density.y + yx * zx + yy * zy, 1, zy);
    }
    accumulate(axes, count, size, out);
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
    if (r === 0) continue;
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
