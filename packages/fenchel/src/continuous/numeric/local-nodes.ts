/**
 * Nodes of a beta-Gaussian where one Gaussian function lives: their number does not depend on how much wider than the function
 * the density is. In standard coordinates the density of y is (1 - k y^2 / 2)_+^(1/k), and the function exp(-nu^2 / 2) with
 * nu = shift + step y.
 */
import { gaussRule, lineMap, lineRange } from "./quadrature.ts";

/** Nodes y, nu there, weights that hold the density up to its constant, and k y^2 / (2 - k y^2). */
export interface LocalNodes {
  readonly y: Float64Array;
  readonly nu: Float64Array;
  readonly weights: Float64Array;
  readonly edges: Float64Array;
}

/** Nodes a panel. */
const perPanel = 16;
/** Panels of three standard deviations each: beyond nine a Gaussian is below 3e-18 of its peak. */
const bounds: readonly number[] = [-9, -6, -3, 0, 3, 6, 9];
/** Panels at most: those, and the steps that cover the support in z. */
const mostPanels = 80;

/** Memory for the nodes of one function. */
export function makeLocalNodes(): LocalNodes {
  const size = perPanel * mostPanels;
  const room = () => new Float64Array(size);
  return { y: room(), nu: room(), weights: room(), edges: room() };
}

/**
 * Writes the nodes; returns how many. `power`: 1 on the line; 3/2 for the first coordinate of the plane, whose density is
 * (1 - k y^2 / 2)^(1/k + 1/2). Gauss-Legendre in nu where the support's edge is far, so that nothing is lost however narrow the
 * function; else in z (y = tanh(c z) / c), where the edge is smooth.
 */
export function localNodes(k: number, power: number, shift: number, step: number, out: LocalNodes): number {
  const from = (bounds[0] - shift) / step;
  const to = (bounds[bounds.length - 1] - shift) / step;
  const c = Math.sqrt(k / 2);
  const range = lineRange(k);
  const reach = k === 0 ? range : 1 / c;
  if (from > reach || to < -reach) return 0;
  const room = k === 0 ? Infinity : 1 / c - Math.max(Math.abs(from), Math.abs(to));
  const { nodes, weights } = gaussRule(perPanel);
  let count = 0;
  if (to - from <= Math.min(2.5, room)) {
    const exponent = k === 0 ? 0 : 1 / k + power - 1;
    for (let b = 1; b < bounds.length; b++) {
      const half = (bounds[b] - bounds[b - 1]) / 2;
      for (let q = 0; q < perPanel; q++, count++) {
        const nu = bounds[b - 1] + half * (1 + nodes[q]);
        const y = (nu - shift) / step;
        const x = (k * y * y) / 2;
        out.y[count] = y;
        out.nu[count] = nu;
        out.edges[count] = x / (1 - x);
        out.weights[count] =
          ((weights[q] * half) / step) * Math.exp(k === 0 ? (-y * y) / 2 : exponent * Math.log1p(-x));
      }
    }
    return count;
  }
  const panel = 1.2 / Math.max(1, 1.5 * c);
  const toZ = (y: number) => {
    const open = k === 0 ? y : Math.atanh(Math.max(-1, Math.min(1, c * y))) / c;
    return Math.max(-range, Math.min(range, open));
  };
  let start = toZ(from);
  for (let b = 1; b < bounds.length; b++) {
    const end = toZ((bounds[b] - shift) / step);
    const panels = Math.ceil((end - start) / panel);
    const half = (end - start) / (2 * panels);
    for (let i = 0; i < panels; i++) {
      for (let q = 0; q < perPanel; q++, count++) {
        const { y, logWeight, edge } = lineMap(k, start + half * (2 * i + 1 + nodes[q]));
        out.y[count] = y;
        out.nu[count] = shift + step * y;
        out.edges[count] = edge;
        out.weights[count] = weights[q] * half * Math.exp(logWeight - (power - 1) * Math.log1p(edge));
      }
    }
    start = end;
  }
  return count;
}
