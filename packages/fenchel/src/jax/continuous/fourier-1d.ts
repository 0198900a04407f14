/** E_p[psi] for Fourier functions on the line, in a program: E[cos(w t)] = cos(w mu) C(w a), C the density's own transform. */
import { lax, numpy as np } from "@jax-js/jax";
import type { FourierBasis } from "../../continuous/basis/basis.ts";
import { flattened, largestSquare } from "./integrals.ts";
import { along, type Shape } from "./radial.ts";

/** Frequencies 2 pi j / period, j = 1 .. harmonics. */
function frequenciesOf({ harmonics, period }: FourierBasis): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: harmonics }, (_, j) => (2 * Math.PI * (j + 1)) / period);
}

/** 1, then cos and sin of every frequency times its transform. Owns location [batch] and transform [batch, harmonics]. */
function waves(location: np.Array, transform: np.Array, basis: FourierBasis): np.Array {
  const batch = location.size;
  const angle = location.reshape([batch, 1]).mul(np.array(frequenciesOf(basis)));
  const pairs = np.stack([np.cos(angle.ref).mul(transform.ref), np.sin(angle).mul(transform)], -1);
  return np.concatenate([np.ones([batch, 1]), pairs.reshape([batch, 2 * basis.harmonics])], 1);
}

function constantOnly(location: np.Array, spread: np.Array): np.Array {
  const ones = np.ones([location.size, 1]);
  location.dispose();
  spread.dispose();
  return ones;
}

/** alpha = 1: C = exp(-w^2 spread / 2). Owns location and spread, [batch]. */
export function normalWaves(location: np.Array, spread: np.Array, basis: FourierBasis): np.Array {
  if (basis.harmonics === 0) return constantOnly(location, spread);
  const squares = np.array(frequenciesOf(basis).map((frequency) => frequency * frequency));
  return waves(location, np.exp(spread.reshape([location.size, 1]).mul(squares).mul(-0.5)), basis);
}

/** The widest density that moments on [0, 1] give, as half-width times reach: standard deviation 1/2. */
function widest({ k, divisor, reach }: Shape): number {
  if (typeof k !== "number") return 3.1;
  return Math.sqrt((0.5 * (divisor as number)) / k) * (reach as number);
}

/**
 * alpha > 1: C(x) = c int (1 - s^2)^(1/k) cos(x s) ds over half of the support, twice. Owns location and spread, borrows the
 * shape.
 */
export function bumpWaves(
  location: np.Array,
  spread: np.Array,
  basis: FourierBasis,
  shape: Shape,
  count: number | undefined,
): np.Array {
  if (basis.harmonics === 0) return constantOnly(location, spread);
  const batch = location.size;
  const frequencies = frequenciesOf(basis);
  const turns = frequencies[frequencies.length - 1]! * widest(shape);
  const size = 2 * Math.ceil((count ?? 24 + 0.8 * turns) / 2);
  const rule = flattened(size);
  // Nodes come in pairs; the larger one stands for both.
  const nodes = rule.nodes.slice(size / 2);
  const weights = rule.weights.slice(size / 2).map((weight) => 2 * weight);
  const reach = typeof shape.reach === "number" ? shape.reach : lax.stopGradient(along(shape.reach, 2) as np.Array);
  const s = np
    .array(nodes)
    .mul(typeof reach === "number" ? reach : reach.ref)
    .reshape([-1, 1, nodes.length]);
  const edge = np.log1p(np.minimum(np.square(s.ref), largestSquare).mul(-1)).mul(along(shape.power, 3));
  const density = np
    .exp(edge)
    .mul(np.array(weights))
    .mul(typeof reach === "number" ? reach : reach.reshape([-1, 1, 1]))
    .mul(along(shape.peak, 3));
  const half = np.sqrt(spread.mul(along(shape.stretch, 1))).reshape([batch, 1]);
  const angle = half.mul(np.array(frequencies)).reshape([batch, basis.harmonics, 1]).mul(s);
  return waves(location, np.cos(angle).mul(density).sum(-1), basis);
}
