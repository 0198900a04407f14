/** A density over the positions of a text, as continuous attention gives it. */
import { betaGaussian, positions } from "fenchel";

/** A density over a text; positions of words go from 0 to 1. */
export interface Density1d {
  readonly alpha: 1 | 2;
  readonly location: number;
  readonly scale2: number;
}

/** Support of a density and its standard deviation. */
export function intervalOf({ alpha, location, scale2 }: Density1d): {
  readonly low: number;
  readonly high: number;
  readonly deviation: number;
} {
  const { support, covariance } = betaGaussian({ alpha, location, scale2 });
  const deviation = Math.sqrt(covariance[0]!);
  if (support.kind !== "interval") return { low: -Infinity, high: Infinity, deviation };
  return { low: support.from, high: support.to, deviation };
}

/** p at positions of a text, 0 to 1. */
export function densityAt({ alpha, location, scale2 }: Density1d, at: ArrayLike<number>): Float64Array {
  return betaGaussian({ alpha, location, scale2 }).density(at);
}

/** Share of a density that falls on each of so many words: the counterpart of a discrete weight. */
export function wordShares(density: Density1d, words: number): number[] {
  return Array.from(densityAt(density, positions(words)), (value) => Math.min(1, value / words));
}
