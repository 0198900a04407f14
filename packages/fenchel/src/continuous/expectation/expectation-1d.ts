/** r = E_p[psi] and its derivatives for one density on the line: closed forms where they exist, quadrature elsewhere. */
import type { FourierBasis, GaussianBasis, PiecewiseBasis } from "../basis/basis.ts";
import { bump, bumpOut } from "../density/biweight.ts";
import { covarianceDivisor } from "../density/radial-profile.ts";
import type { Profile } from "../density/radial-profile.ts";
import { localNodes, makeLocalNodes } from "../numeric/local-nodes.ts";
import {
  gaussRule,
  lineMap,
  lineNodes,
  lineRange,
  lineSlope,
  resolvedDetail,
  slopesByShare,
} from "../numeric/quadrature.ts";
import { logEdge } from "../numeric/special-functions.ts";

/** Where one row's results go: r, dr/dmu, dr/dlog(width) and, when wanted, dr/dk at fixed width, from `at`. */
export interface LineOut {
  readonly value: Float64Array;
  readonly byLocation: Float64Array;
  readonly byLogWidth: Float64Array;
  readonly byK: Float64Array | undefined;
  readonly at: number;
}

/** A density in standard coordinates: t = mu + width y, width = sqrt(h) sigma. */
export interface LineDensity {
  readonly mu: number;
  readonly width: number;
  readonly profile: Profile;
}

/** m with alpha = 1 + 1 / m when that has a closed form (1, 2, 3), else 0. */
export function closedForm(k: number): number {
  for (let m = 1; m <= 3; m++) if (Math.abs(k * m - 1) < 1e-14) return m;
  return 0;
}

const rootTwoPi = Math.sqrt(2 * Math.PI);

/** Density widths per function width beyond which a rule for all functions takes more nodes than one for each. */
const manyNodes = 8;

/** Gaussian basis functions. */
export function gaussianLine(density: LineDensity, basis: GaussianBasis, out: LineOut): void {
  const { k } = density.profile;
  const m = closedForm(k);
  if (out.byK !== undefined || (k !== 0 && m === 0)) gaussianByQuadrature(density, basis, out);
  if (k === 0) normalLine(density, basis, out);
  else if (m > 0) bumpLine(density, basis, out, m);
}

/** alpha = 1: r_j = N(mu; centre_j, width^2 + width_j^2). */
function normalLine({ mu, width }: LineDensity, { centres, widths, count }: GaussianBasis, out: LineOut): void {
  const { value, byLocation, byLogWidth, at } = out;
  const variance = width * width;
  for (let j = 0; j < count; j++) {
    const precision = 1 / (variance + widths[j] * widths[j]);
    const pull = (centres[j] - mu) * precision;
    const r = (Math.sqrt(precision) / rootTwoPi) * Math.exp(-0.5 * pull * (centres[j] - mu));
    value[at + j] = r;
    if (r === 0) {
      // Far away nothing is left to move, and squares of the distance may overflow.
      byLocation[at + j] = byLogWidth[at + j] = 0;
      continue;
    }
    byLocation[at + j] = r * pull;
    byLogWidth[at + j] = r * variance * (pull * pull - precision);
  }
}

/** alpha = 1 + 1 / m: half-width a = sqrt(2 m) width. */
function bumpLine(density: LineDensity, { centres, widths, count }: GaussianBasis, out: LineOut, m: number): void {
  const { value, byLocation, byLogWidth, at } = out;
  const half = density.width * Math.sqrt(2 * m);
  for (let j = 0; j < count; j++) {
    const precision = 1 / widths[j];
    bump(m, (density.mu - centres[j]) * precision, half * precision);
    value[at + j] = bumpOut[0] * precision;
    byLocation[at + j] = bumpOut[1] * precision * precision;
    byLogWidth[at + j] = bumpOut[2] * precision;
  }
}

function gaussianByQuadrature({ mu, width, profile }: LineDensity, basis: GaussianBasis, out: LineOut): void {
  const { centres, widths, count } = basis;
  let least = Infinity;
  for (let j = 0; j < count; j++) least = Math.min(least, widths[j]);
  const { k } = profile;
  if (k !== 0 && width < 1e-4 * least) {
    smallLine({ mu, width, profile }, basis, out);
    return;
  }
  if (width > manyNodes * least) {
    gaussianLocally({ mu, width, profile }, basis, out);
    return;
  }
  const nodes = lineNodes(k, width / least, profile.logUnitPeak, profile.logUnitPeakSlope);
  const { y, weights, slopes } = nodes;
  const { at } = out;
  for (let j = 0; j < count; j++) {
    const precision = 1 / widths[j];
    const shift = (mu - centres[j]) * precision;
    const step = width * precision;
    let r = 0;
    let first = 0;
    let stretch = 0;
    let shape = 0;
    for (let q = 0; q < nodes.count; q++) {
      const nu = shift + step * y[q];
      const square = nu * nu;
      if (square > 1480) continue;
      const term = weights[q] * Math.exp(-0.5 * square);
      r += term;
      first += term * nu;
      stretch += term * nu * y[q];
      shape += term * slopes[q];
    }
    const scale = precision / rootTwoPi;
    out.value[at + j] = scale * r;
    out.byLocation[at + j] = -scale * precision * first;
    out.byLogWidth[at + j] = -scale * step * stretch;
    if (out.byK !== undefined) {
      out.byK[at + j] = scale * (shape + (nodes.byShare ? (step * stretch) / (2 * k) : 0));
    }
  }
}

const locals = /* @__PURE__ */ makeLocalNodes();

/** A density much wider than some function: each function has nodes of its own. */
function gaussianLocally({ mu, width, profile }: LineDensity, basis: GaussianBasis, out: LineOut): void {
  const { centres, widths, count } = basis;
  const { k, logUnitPeak, logUnitPeakSlope } = profile;
  const { y, nu, weights, edges } = locals;
  for (let j = 0; j < count; j++) {
    const precision = 1 / widths[j];
    const shift = (mu - centres[j]) * precision;
    const nodes = localNodes(k, 1, shift, width * precision, locals);
    let r = 0;
    let first = 0;
    let stretch = 0;
    let shape = 0;
    for (let q = 0; q < nodes; q++) {
      const term = weights[q] * Math.exp(-0.5 * nu[q] * nu[q]);
      r += term;
      first += term * nu[q];
      stretch += term * nu[q] * (nu[q] - shift);
      if (out.byK !== undefined) shape += term * (logUnitPeakSlope + lineSlope(k, y[q], edges[q]));
    }
    const scale = (Math.exp(logUnitPeak) * precision) / rootTwoPi;
    out.value[out.at + j] = scale * r;
    out.byLocation[out.at + j] = -scale * precision * first;
    out.byLogWidth[out.at + j] = -scale * stretch;
    if (out.byK !== undefined) out.byK[out.at + j] = scale * (shape + (slopesByShare(k) ? stretch / (2 * k) : 0));
  }
}

/** A density much narrower than every function: r = psi + E[y^2] width^2 psi'' / 2. Quadrature would cancel there. */
function smallLine({ mu, width, profile }: LineDensity, { centres, widths, count }: GaussianBasis, out: LineOut): void {
  const divisor = covarianceDivisor(profile.k, 1);
  for (let j = 0; j < count; j++) {
    const precision = 1 / (widths[j] * widths[j]);
    const pull = (centres[j] - mu) * precision;
    const psi = (Math.sqrt(precision) / rootTwoPi) * Math.exp((-0.5 * pull * pull) / precision);
    // Far away, where psi is 0, the square of the distance may overflow.
    const bend = psi === 0 ? 0 : (width * width * psi * (pull * pull - precision)) / divisor;
    const at = out.at + j;
    out.value[at] = psi + bend / 2;
    out.byLocation[at] = psi === 0 ? 0 : psi * pull;
    out.byLogWidth[at] = bend;
    if (out.byK !== undefined) out.byK[at] = (-0.75 * bend) / divisor;
  }
}

/** Below this k a wave of more turns than nodes resolve has an expectation below 1e-100. */
const faintFrom = 1 / 40;

/** The turns of a wave, in radians within the width, for which nodes of a detail are made. */
const turnsFor = (detail: number) => 8 * (detail - 1);

/** Fourier basis functions: E[cos(w t)] = cos(w mu) C(w width) with C the characteristic function of y. */
export function fourierLine({ mu, width, profile }: LineDensity, basis: FourierBasis, out: LineOut): void {
  const { value, byLocation, byLogWidth, byK, at } = out;
  const { k } = profile;
  const rise = (2 * Math.PI * width) / basis.period;
  const faint = k < faintFrom;
  const most = resolvedDetail(k);
  // Beyond what nodes resolve a wave's expectation is 0 near the normal density; elsewhere its tail is not small enough.
  const harmonics = faint ? Math.min(basis.harmonics, Math.floor(turnsFor(most) / rise)) : basis.harmonics;
  if (1 + (harmonics * rise) / 8 > most) {
    const row = at / basis.count;
    throw new RangeError(
      `scale2 of row ${row} is too large for the basis: its widest wave turns ${Math.round(harmonics * rise)} radians within ` +
        `the density's width, ${Math.floor(turnsFor(most))} are computed; smaller scales or fewer harmonics are needed`,
    );
  }
  const nodes = lineNodes(k, 1 + (harmonics * rise) / 8, profile.logUnitPeak, profile.logUnitPeakSlope);
  for (const plane of [value, byLocation, byLogWidth, byK]) plane?.fill(0, at, at + basis.count);
  value[at] = 1;
  for (let j = 1; j <= harmonics; j++) {
    const frequency = (2 * Math.PI * j) / basis.period;
    const turn = frequency * width;
    let even = 0;
    let stretch = 0;
    let shape = 0;
    for (let q = 0; q < nodes.count; q++) {
      const angle = turn * nodes.y[q];
      const term = nodes.weights[q] * Math.cos(angle);
      even += term;
      shape += term * nodes.slopes[q];
      stretch -= nodes.weights[q] * angle * Math.sin(angle);
    }
    if (nodes.byShare) shape -= stretch / (2 * k);
    const cos = Math.cos(frequency * mu);
    const sin = Math.sin(frequency * mu);
    const c = at + 2 * j - 1;
    value[c] = cos * even;
    value[c + 1] = sin * even;
    byLocation[c] = -frequency * sin * even;
    byLocation[c + 1] = frequency * cos * even;
    byLogWidth[c] = cos * stretch;
    byLogWidth[c + 1] = sin * stretch;
    if (byK !== undefined) {
      byK[c] = cos * shape;
      byK[c + 1] = sin * shape;
    }
  }
}

/** Piecewise constant basis functions: the mass of every cell, by Gauss-Legendre panels between its edges. */
export function piecewiseLine(density: LineDensity, basis: PiecewiseBasis, out: LineOut): void {
  const { mu, width, profile } = density;
  const { k, logPeak, logUnitPeak, logUnitPeakSlope } = profile;
  const range = lineRange(k);
  const c = Math.sqrt(k / 2);
  const panel = 1.2 / Math.max(1, 1.5 * c);
  const rule = gaussRule(14);
  const { at } = out;
  let edgeZ = 0;
  let edgeDensity = 0;
  let edgeMoment = 0;
  for (let j = 0; j <= basis.count; j++) {
    const t = j / basis.count;
    const y = (t - mu) / width;
    const p = Math.exp(logPeak + logEdge(k, (y * y) / 2));
    const moment = (t - mu) * p;
    const open = k === 0 ? y : Math.atanh(Math.max(-1, Math.min(1, c * y))) / c;
    const z = Math.max(-range, Math.min(range, open));
    if (j > 0) {
      let mass = 0;
      let shape = 0;
      const panels = Math.ceil((z - edgeZ) / panel);
      const half = (z - edgeZ) / (2 * panels);
      for (let i = 0; i < panels; i++) {
        for (let q = 0; q < rule.nodes.length; q++) {
          const map = lineMap(k, edgeZ + half * (2 * i + 1 + rule.nodes[q]));
          const term = rule.weights[q] * half * Math.exp(logUnitPeak + map.logWeight);
          mass += term;
          if (out.byK !== undefined) shape += term * (logUnitPeakSlope + lineSlope(k, map.y, map.edge));
        }
      }
      const cell = at + j - 1;
      out.value[cell] = mass;
      out.byLocation[cell] = edgeDensity - p;
      out.byLogWidth[cell] = edgeMoment - moment;
      if (out.byK !== undefined) {
        out.byK[cell] = shape - (slopesByShare(k) ? (edgeMoment - moment) / (2 * k) : 0);
      }
    }
    edgeZ = z;
    edgeDensity = p;
    edgeMoment = moment;
  }
}
