/** The one integral of the Gaussian expectations: int (1 - s^2)^(1/k) exp(-(d + e s)^2 / 2) ds over [-1, 1]. */
import { lax, numpy as np } from "@jax-js/jax";
import { gaussLegendre } from "../continuous/quadrature.ts";
import { along, type Shape } from "./continuous-shape.ts";

/** Standard deviations of the Gaussian beyond which it is left out: 4e-8 of its peak. */
export const cut = 5.8;

/** s^2 stays below 1 by this much, where the logarithm of the density is still finite. */
export const largestSquare = 1 - 1e-7;

/** Nodes and weights on [-1, 1], constants of the program. */
interface Nodes {
  readonly nodes: Float32Array<ArrayBuffer>;
  readonly weights: Float32Array<ArrayBuffer>;
}

export interface Segment extends Nodes {
  /** 1 / k where it is a small integer, else 0. */
  readonly integer: number;
}

const largestInteger = 8;
/** From this exponent on the ends of the support need no care. */
const flatFrom = 3;

/** Gauss-Legendre through x (3 - x^2) / 2, which flattens the ends of the interval where the density is singular. */
export function flattened(count: number): Nodes {
  const rule = gaussLegendre(count);
  return {
    nodes: Float32Array.from(rule.nodes, (x) => (x * (3 - x * x)) / 2),
    weights: Float32Array.from(rule.weights, (w, q) => 1.5 * w * (1 - rule.nodes[q]! ** 2)),
  };
}

/** The nodes for a shape: plain Gauss-Legendre where (1 - s^2)^(1/k) is a polynomial or flat at its ends. */
export function segmentOf(shape: Shape, count: number | undefined): Segment {
  const { power } = shape;
  const m = typeof power === "number" ? Math.round(power) : 0;
  const integer = m >= 1 && m <= largestInteger && Math.abs((shape.k as number) * m - 1) < 1e-14 ? m : 0;
  const size = count ?? (integer > 0 ? 20 : 32);
  if (integer === 0 && !(typeof power === "number" && power > flatFrom)) return { ...flattened(size), integer };
  const rule = gaussLegendre(size);
  return { nodes: Float32Array.from(rule.nodes), weights: Float32Array.from(rule.weights), integer };
}

/** The edge of an interval of s, moved to the part of [-1, 1] that carries mass; a constant. Owns the edge, batch first. */
export function withinReach(edge: np.Array, { reach }: Shape): np.Array {
  if (typeof reach === "number") return np.maximum(np.minimum(edge, reach), -reach);
  const most = lax.stopGradient(along(reach, edge.ndim));
  return np.maximum(np.minimum(edge, most.ref), most.mul(-1));
}

/** x^m for a positive integer. */
function wholePower(x: np.Array, m: number): np.Array {
  if (m === 1) return x;
  const half = wholePower(x.ref, Math.floor(m / 2));
  const even = np.square(half);
  if (m % 2 === 1) return even.mul(x);
  x.dispose();
  return even;
}

/**
 * The integral for every entry of d and e (one shape, the batch first). The nodes are moved to where both factors live, so
 * that a Gaussian far narrower than the density is resolved as well as a wide one. Owns d and e, borrows the shape.
 */
export function segmentIntegral(d: np.Array, e: np.Array, shape: Shape, segment: Segment): np.Array {
  const { nodes, weights, integer } = segment;
  const inner = d.shape;
  const rank = inner.length + 1;
  const outer = [...inner, 1];
  // Where the nodes stand is no function of the parameters: what lies beyond the ends is negligible.
  const centre = lax.stopGradient(d.ref);
  const scale = lax.stopGradient(e.ref);
  const from = withinReach(centre.ref.mul(-1).sub(cut).div(scale.ref), shape);
  const to = withinReach(centre.mul(-1).add(cut).div(scale), shape);
  const half = to.ref.sub(from.ref).mul(0.5).reshape(outer);
  const middle = to.add(from).mul(0.5).reshape(outer);
  const s = half.ref.mul(np.array(nodes)).add(middle);
  const nu = e.reshape(outer).mul(s.ref).add(d.reshape(outer));
  const exponent = np.square(nu).mul(-0.5);
  let terms: np.Array;
  if (integer > 0) terms = np.exp(exponent).mul(wholePower(np.square(s).mul(-1).add(1), integer));
  else {
    const edge = np.log1p(np.minimum(np.square(s), largestSquare).mul(-1)).mul(along(shape.power, rank));
    terms = np.exp(exponent.add(edge));
  }
  return terms.mul(np.array(weights)).sum(-1).mul(half.reshape(inner));
}
