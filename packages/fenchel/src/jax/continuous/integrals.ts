/** The one integral of the Gaussian expectations: int (1 - s^2)^(1/k) exp(-(d + e s)^2 / 2) ds over [-1, 1]. */
import { lax, numpy as np } from "@jax-js/jax";
import { gaussRule } from "../../continuous/numeric/quadrature.ts";
import { along, type Shape } from "./radial.ts";

/** Standard deviations of a Gaussian function beyond which it is left out: 7e-8 of its mass. */
export const cut = 5.4;

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
  const rule = gaussRule(count);
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
  // Multiples of four, which the engine turns into vector code.
  const size = count ?? (integer > 0 ? 20 : 28);
  if (integer === 0 && !(typeof power === "number" && power > flatFrom)) return { ...flattened(size), integer };
  const rule = gaussRule(size);
  return { nodes: Float32Array.from(rule.nodes), weights: Float32Array.from(rule.weights), integer };
}

/** The edge of an interval of s, moved to the part of [-1, 1] that carries mass; a constant. Owns the edge, batch first. */
export function withinReach(edge: np.Array, { reach }: Shape): np.Array {
  if (typeof reach === "number") return np.maximum(np.minimum(edge, reach), -reach);
  const most = lax.stopGradient(along(reach, edge.ndim));
  return np.maximum(np.minimum(edge, most.ref), most.mul(-1));
}

/** x^m for a positive integer. */
export function wholePower(x: np.Array, m: number): np.Array {
  if (m === 1) return x;
  const half = wholePower(x.ref, Math.floor(m / 2));
  const even = np.square(half);
  if (m % 2 === 1) return even.mul(x);
  x.dispose();
  return even;
}

/** Powers of e below this are as good as 0 here. */
const lowest = -24;
const squarings = 6;

/**
 * exp(x) for x <= 0 to 1e-7: expm1(x / 64) by its series, then six times q <- q (q + 2), which keeps the digits of
 * exp(x) - 1. Products and sums alone, so that the engine's compiler makes vector code of it: three times as fast as exp.
 */
function decay(x: np.Array): np.Array {
  const small = np.maximum(x, lowest).mul(2 ** -squarings);
  let series = small.ref.mul(1 / 5040).add(1 / 720);
  for (const factor of [1 / 120, 1 / 24, 1 / 6, 1 / 2, 1]) series = series.mul(small.ref).add(factor);
  let q = series.mul(small);
  for (let i = 0; i < squarings; i++) q = q.ref.mul(q.add(2));
  return q.add(1);
}

/**
 * The integral for every entry of d and e (one shape, the batch first). The nodes are moved to where both factors live, so
 * that a Gaussian far narrower than the density is resolved as well as a wide one. Owns d and e, borrows the shape.
 *
 * Value and slopes are summed side by side and joined as f + f_d (d - stop(d)) + ..., which has the right first derivatives:
 * the reverse pass then works on d and e alone and never on nodes.
 */
export function segmentIntegral(d: np.Array, e: np.Array, shape: Shape, segment: Segment): np.Array {
  const { nodes, weights, integer } = segment;
  const entries = d.shape;
  const outer = [...entries, 1];
  const still = { d: lax.stopGradient(d.ref), e: lax.stopGradient(e.ref) };
  const moved = { d: d.sub(still.d.ref), e: e.sub(still.e.ref) };
  // Where the nodes stand is no function of the parameters: what lies beyond the ends is negligible.
  const from = withinReach(still.d.ref.mul(-1).sub(cut).div(still.e.ref), shape);
  const to = withinReach(still.d.ref.mul(-1).add(cut).div(still.e.ref), shape);
  const half = to.ref.sub(from.ref).mul(0.5);
  const middle = to.add(from).mul(0.5);
  const s = half.ref.reshape(outer).mul(np.array(nodes)).add(middle.reshape(outer));
  const nu = still.e.reshape(outer).mul(s.ref).add(still.d.reshape(outer));
  const exponent = np.square(nu.ref).mul(-0.5);
  const square = np.square(s.ref);
  const constants = np.array(weights);
  let terms: np.Array;
  let byPower: np.Array | undefined;
  if (integer > 0)
    terms = decay(exponent)
      .mul(wholePower(square.mul(-1).add(1), integer))
      .mul(constants);
  else {
    const edge = np.log1p(np.minimum(square, largestSquare).mul(-1));
    const power = along(shape.power, outer.length);
    const stillPower = typeof power === "number" ? power : lax.stopGradient(power.ref);
    terms = decay(exponent.add(edge.ref.mul(typeof stillPower === "number" ? stillPower : stillPower.ref))).mul(
      constants,
    );
    if (typeof power === "number" || typeof stillPower === "number") edge.dispose();
    else {
      const change = power.sub(stillPower);
      byPower = terms.ref
        .mul(edge)
        .sum(-1)
        .mul(change.reshape([change.size, ...entries.slice(1).fill(1)]));
    }
  }
  const value = terms.ref.sum(-1);
  const slope = terms.mul(nu);
  const byD = slope.ref.sum(-1);
  const byE = slope.mul(s).sum(-1);
  const joined = value.sub(byD.mul(moved.d)).sub(byE.mul(moved.e));
  return (byPower === undefined ? joined : joined.add(byPower)).mul(half);
}
