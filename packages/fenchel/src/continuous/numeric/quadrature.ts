/**
 * Nodes for expectations under a beta-Gaussian in standard coordinates, t = mu + sqrt(h) Sigma^(1/2) y: rules that converge
 * spectrally for smooth functions, for every alpha and smoothly in it.
 */
import { expRatio, expRatioSlope, logDefect } from "./special-functions.ts";

/** Nodes and weights of a rule on [-1, 1]. */
export interface Rule {
  readonly nodes: Float64Array;
  readonly weights: Float64Array;
}

const rules = /* @__PURE__ */ new Map<string, Rule>();

/**
 * The Gauss rule of n nodes for the weight (1 - x^2)^a, scaled to sum to 2; at a = 0 the Gauss-Legendre rule. The nodes are
 * the eigenvalues of the orthonormal polynomials' Jacobi matrix, bisected by their count in a Sturm sequence.
 */
export function gaussRule(n: number, a = 0): Rule {
  const key = `${n} ${a}`;
  const known = rules.get(key);
  if (known !== undefined) return known;
  const squares = Float64Array.from({ length: n + 1 }, (_, j) => j && (j * (j + 2 * a)) / (4 * (j + a) ** 2 - 1));
  const nodes = new Float64Array(n);
  const weights = new Float64Array(n);
  for (let i = 0; i < n / 2; i++) {
    let x = 0.5;
    for (let half = 0.25; half > 1e-17; half /= 2) {
      let above = 0;
      for (let j = 0, pivot = 1; j < n; j++) {
        pivot = x - squares[j] / pivot;
        if (pivot < 0) above++;
      }
      x += above > i ? half : -half;
    }
    let before = 0;
    let value = 1;
    let norm = 0;
    for (let j = 0; j < n; j++) {
      norm += value * value;
      [before, value] = [value, (x * value - Math.sqrt(squares[j]) * before) / Math.sqrt(squares[j + 1])];
    }
    nodes[i] = -x;
    nodes[n - 1 - i] = x;
    weights[i] = weights[n - 1 - i] = 2 / norm;
  }
  const rule = { nodes, weights };
  // An alpha that is learned leaves rules behind.
  if (rules.size > 99) rules.clear();
  rules.set(key, rule);
  return rule;
}

/** Nodes y on the line, their weights (the density of y included), and the log-derivative of the density in k there. */
export interface LineNodes {
  readonly count: number;
  readonly y: Float64Array;
  readonly weights: Float64Array;
  readonly slopes: Float64Array;
  /** When true, `slopes` is taken at a fixed share of the support instead of at fixed y: y d/dy / (2 k) is still to come off. */
  readonly byShare: boolean;
}

/** Above this k the derivative in k at fixed y grows too fast at the edge, and a fixed share of the support is used. */
const shareFrom = 0.5;

/** y = tanh(c z) / c with c^2 = k / 2 (y = z at k = 0) and the log of the density of z up to a constant. */
export function lineMap(k: number, z: number): { y: number; logWeight: number; edge: number } {
  if (k === 0) return { y: z, logWeight: (-z * z) / 2, edge: 0 };
  const c = Math.sqrt(k / 2);
  const sinh = Math.sinh(c * z);
  const square = sinh * sinh;
  return { y: Math.tanh(c * z) / c, logWeight: -(1 / k + 1) * Math.log1p(square), edge: square };
}

/** Half of the range of z outside which the density of z is below 1e-17 of its peak. */
export function lineRange(k: number): number {
  if (k < 1e-9) return 8.8;
  const c = Math.sqrt(k / 2);
  return Math.acosh(Math.exp((39 * k) / (2 + 2 * k))) / c;
}

/** The derivative in k of log density at z, in the convention of `LineNodes`, less the constant part. */
export function lineSlope(k: number, y: number, edge: number): number {
  if (k === 0) return -(y ** 4) / 8;
  if (k > shareFrom) return Math.log1p(edge) / (k * k) - 0.5 / k;
  return (edge / k) ** 2 * logDefect(edge);
}

/** Whether `lineSlope` holds the share of the support. */
export function slopesByShare(k: number): boolean {
  return k > shareFrom;
}

/** The most nodes of one rule, which resolves no more than `resolvedDetail`. */
const mostNodes = 1 << 15;

/** Nodes a unit of z for features of the size 1 / `detail`, and for the poles of the map. */
const nodesPerUnit = (k: number, detail: number) =>
  (Math.sqrt(1 + detail * detail) + (k === 0 ? 0 : 3 * Math.sqrt(k / 2))) / 0.74;

/** The largest `detail` that `lineNodes` resolves. */
export function resolvedDetail(k: number): number {
  const perUnit = mostNodes / 2 / lineRange(k);
  // What rounding up to a quarter of an octave leaves.
  return (0.74 * perUnit - 3 * Math.sqrt(k / 2) - 1) / 2 ** 0.25;
}

let lastLine: { k: number; detail: number; nodes: LineNodes } | undefined;

/**
 * The trapezoid rule in z for functions with features of the size 1 / `detail` in y (a Gaussian's standard deviation, a
 * wave's 1 / frequency). All weights are positive. `peak` and `peakSlope` are the profile's unit peak and its slope.
 */
export function lineNodes(k: number, detail: number, peak: number, peakSlope: number): LineNodes {
  const rounded = 2 ** (Math.ceil(4 * Math.log2(Math.max(detail, 0.25))) / 4);
  if (lastLine !== undefined && lastLine.k === k && lastLine.detail === rounded) return lastLine.nodes;
  const range = lineRange(k);
  const half = Math.min(mostNodes / 2, Math.ceil(range * nodesPerUnit(k, rounded)));
  const count = 2 * half + 1;
  const y = new Float64Array(count);
  const weights = new Float64Array(count);
  const slopes = new Float64Array(count);
  for (let q = -half; q <= half; q++) {
    const at = lineMap(k, (q * range) / half);
    y[q + half] = at.y;
    weights[q + half] = (range / half) * Math.exp(peak + at.logWeight);
    slopes[q + half] = peakSlope + lineSlope(k, at.y, at.edge);
  }
  const nodes = { count, y, weights, slopes, byShare: slopesByShare(k) };
  lastLine = { k, detail: rounded, nodes };
  return nodes;
}

/** Nodes (x, y) in the plane, weights with the density included, and weights times d log |y| / dk at a fixed share of mass. */
export interface PlaneNodes {
  readonly count: number;
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly weights: Float64Array;
  readonly stretches: Float64Array;
}

/** Power of the radial substitution: high enough to smooth the edge, low enough to leave nodes in the middle. */
const radialPower = 6;

const mostRadii = 512;

/** The radius within which the nodes of the plane stand. */
const planeReach = (k: number) => Math.sqrt(2 * Math.min(k === 0 ? 16 : 1 / k, 16));

/** The largest `detail` that `planeNodes` resolves. */
export function planeDetail(k: number): number {
  // What rounding up to a quarter of an octave leaves; angles are enough for more.
  return (mostRadii - 15) / 2.9 / planeReach(k) / 2 ** 0.25;
}

/** How many angles a circle needs whose radius is `reach` times the size of the functions' features. */
function anglesFor(reach: number): number {
  return Math.min(2048, 2 * Math.ceil(5 + 4.1 * reach));
}

let lastPlane: { k: number; detail: number; nodes: PlaneNodes } | undefined;

/**
 * Polar nodes: |y|^2 / 2 = (1 - w^(k / (1 + k))) / k with w uniform on [0, 1], since (1 - w) is then the mass within the
 * radius; Gauss-Legendre in w^(1/6), the periodic trapezoid rule in the angle (its endpoint left out).
 */
export function planeNodes(k: number, detail: number): PlaneNodes {
  const rounded = 2 ** (Math.ceil(4 * Math.log2(Math.max(detail, 0.25))) / 4);
  if (lastPlane !== undefined && lastPlane.k === k && lastPlane.detail === rounded) return lastPlane.nodes;
  const reach = planeReach(k) * rounded;
  const radii = Math.min(mostRadii, Math.ceil(15 + 2.9 * reach));
  const rule = gaussRule(radii);
  const most = radii * anglesFor(reach);
  const x = new Float64Array(most);
  const y = new Float64Array(most);
  const weights = new Float64Array(most);
  const stretches = new Float64Array(most);
  const kappa = k / (1 + k);
  let count = 0;
  for (let i = 0; i < radii; i++) {
    const w = (1 + rule.nodes[i]) / 2;
    const tail = radialPower * Math.log(w);
    const half = (-tail / (1 + k)) * expRatio(kappa * tail);
    const slope = (tail / (1 + k) ** 2) * (expRatio(kappa * tail) - (tail / (1 + k)) * expRatioSlope(kappa * tail));
    const radius = Math.sqrt(2 * half);
    const angles = anglesFor(Math.min(reach, radius * rounded));
    const weight = (rule.weights[i] * radialPower * w ** (radialPower - 1)) / (2 * angles);
    for (let j = 0; j < angles; j++, count++) {
      const angle = (2 * Math.PI * (j + (i % 2) / 2)) / angles;
      x[count] = radius * Math.cos(angle);
      y[count] = radius * Math.sin(angle);
      weights[count] = weight;
      stretches[count] = (weight * slope) / (2 * half);
    }
  }
  const nodes = { count, x, y, weights, stretches };
  lastPlane = { k, detail: rounded, nodes };
  return nodes;
}
