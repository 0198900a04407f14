/** E_p[psi] for Gaussian functions on the line, in a program. */
import { numpy as np } from "@jax-js/jax";
import type { GaussianBasis } from "../../continuous/basis/basis.ts";
import { segmentIntegral, segmentOf } from "./integrals.ts";
import { along, type Shape } from "./radial.ts";

const rootTwoPi = Math.sqrt(2 * Math.PI);

const constant = (values: ArrayLike<number>) => np.array(Float32Array.from(values));

/** alpha = 1: r_j = N(mu; centre_j, spread + width_j^2). Owns location and spread, [batch]. */
export function normalLine(location: np.Array, spread: np.Array, { centres, widths }: GaussianBasis): np.Array {
  const batch = location.size;
  const distance = location.reshape([batch, 1]).sub(constant(centres));
  const precision = np.reciprocal(spread.reshape([batch, 1]).add(constant(widths.map((width) => width * width))));
  const density = np.exp(np.square(distance).mul(precision.ref).mul(-0.5));
  return np
    .sqrt(precision)
    .mul(density)
    .mul(1 / rootTwoPi);
}

/** alpha > 1, half-widths sqrt(stretch spread). Owns location and spread, borrows the shape. */
export function bumpLine(
  location: np.Array,
  spread: np.Array,
  { centres, widths }: GaussianBasis,
  shape: Shape,
  nodes: number | undefined,
): np.Array {
  const batch = location.size;
  const precisions = constant(widths.map((width) => 1 / width));
  const half = np.sqrt(spread.mul(along(shape.stretch, 1))).reshape([batch, 1]);
  const d = location.reshape([batch, 1]).sub(constant(centres)).mul(precisions.ref);
  const e = half.mul(precisions.ref);
  const mean = segmentIntegral(d, e, shape, segmentOf(shape, nodes));
  return mean
    .mul(precisions)
    .mul(along(shape.peak, 2))
    .mul(1 / rootTwoPi);
}
