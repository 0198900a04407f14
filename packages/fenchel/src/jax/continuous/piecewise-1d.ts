/** E_p[psi] for piecewise constant functions on the line, in a program: the mass of every cell. */
import { lax, numpy as np } from "@jax-js/jax";
import type { PiecewiseBasis } from "../../continuous/basis/basis.ts";
import { largestSquare, segmentOf, wholePower, withinReach } from "./integrals.ts";
import { along, type Shape } from "./radial.ts";

/** The edges of the cells as (t - mu) / unit, [batch, count + 1]. Owns location and unit, [batch]. */
function edgesOf(location: np.Array, unit: np.Array, { count }: PiecewiseBasis): np.Array {
  const batch = location.size;
  const edges = np.array(Float32Array.from({ length: count + 1 }, (_, j) => j / count));
  return edges.sub(location.reshape([batch, 1])).div(unit.reshape([batch, 1]));
}

/** The difference of neighbours along the second axis. Owns the array. */
function steps(values: np.Array): np.Array {
  const count = values.shape[1]! - 1;
  return values.ref.slice([], [1, count + 1]).sub(values.slice([], [0, count]));
}

/** alpha = 1. Owns location and spread, [batch]. */
export function normalCells(location: np.Array, spread: np.Array, basis: PiecewiseBasis): np.Array {
  return steps(lax.erf(edgesOf(location, np.sqrt(spread.mul(2)), basis))).mul(0.5);
}

/**
 * alpha > 1. Within a cell Gauss-Legendre; the derivative in its edges is the density there. Owns location and spread,
 * borrows the shape.
 */
export function bumpCells(
  location: np.Array,
  spread: np.Array,
  basis: PiecewiseBasis,
  shape: Shape,
  count: number | undefined,
): np.Array {
  const edges = edgesOf(location, np.sqrt(spread.mul(along(shape.stretch, 1))), basis);
  const still = lax.stopGradient(edges.ref);
  const moved = edges.sub(still.ref);
  const inside = withinReach(still.ref, shape);
  const cells = basis.count;
  const low = inside.ref.slice([], [0, cells]);
  const high = inside.ref.slice([], [1, cells + 1]);
  const half = high.ref.sub(low.ref).mul(0.5);
  const outer = [...half.shape, 1];
  const { nodes, weights, integer } = segmentOf(shape, count);
  const s = half.ref.reshape(outer).mul(np.array(nodes)).add(high.add(low).mul(0.5).reshape(outer));
  // An edge beyond the support moves nothing.
  const density = np.where(np.equal(inside.ref, still), powerOf(np.square(inside), shape, integer), 0);
  const logs = np.log1p(np.minimum(np.square(s.ref), largestSquare).mul(-1));
  const terms = powerOf(np.square(s), shape, integer).mul(np.array(weights));
  let mass = terms.ref.sum(-1);
  if (typeof shape.power === "number") {
    logs.dispose();
    terms.dispose();
  } else {
    const change = along(shape.power, 2) as np.Array;
    mass = mass.add(
      terms
        .mul(logs)
        .sum(-1)
        .mul(change.ref.sub(lax.stopGradient(change))),
    );
  }
  return mass
    .mul(half)
    .add(steps(density.mul(moved)))
    .mul(along(shape.peak, 2));
}

/** (1 - s^2)^(1/k), a constant, for squares [batch, ...]. Owns the squares. */
function powerOf(squares: np.Array, { power }: Shape, integer: number): np.Array {
  if (integer > 0) return wholePower(squares.mul(-1).add(1), integer);
  const exponent = along(power, squares.ndim);
  const logs = np.log1p(np.minimum(squares, largestSquare).mul(-1));
  return np.exp(logs.mul(typeof exponent === "number" ? exponent : lax.stopGradient(exponent)));
}
