/** Gaussian functions of positions on [0, 1] for continuous attention to sequences. */
import { gaussianBasis, type GaussianBasis } from "fenchel";

/** Functions of a basis at most: regression on them costs their number squared. */
export const MOST_FUNCTIONS = 1024;

/** Whether `count` functions can be shared out among `widths` widths. */
export function fitsWidths(count: number, widths: readonly number[]): boolean {
  return count % widths.length === 0 && count > 0 && count <= MOST_FUNCTIONS;
}

/**
 * `count` Gaussian functions on [0, 1]: for each width an equal share of them, with equally spaced centres.
 *
 * Martins et al., "Sparse and Continuous Attention Mechanisms" (2020), section 4.
 */
export function lineBasis(count: number, widths: readonly number[]): GaussianBasis {
  const each = count / widths.length;
  const centres = Array.from({ length: each }, (_, i) => (each === 1 ? 0.5 : i / (each - 1)));
  return gaussianBasis({
    centres: widths.flatMap(() => centres),
    widths: widths.flatMap((width) => centres.map(() => width)),
  });
}
