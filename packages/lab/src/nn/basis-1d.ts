/** Gaussian basis functions of positions on [0, 1], for continuous attention to sequences. */
import { gaussianBasis, type GaussianBasis } from "fenchel";

/** Most functions: regression on them costs their number squared. */
const MOST_FUNCTIONS = 1024;

/**
 * Families of Gaussian functions on [0, 1]: for each width an equal share of the functions, with equally spaced centres.
 *
 * Martins et al., "Sparse and Continuous Attention Mechanisms" (2020), section 4.
 *
 * @param size - Default number of functions.
 * @param widths - Standard deviations.
 */
export function lineBasis(size: number, widths: readonly number[]) {
  return {
    size,
    /** Throws a RangeError for a number that the widths do not divide, or above 1,024. */
    make(count: number): GaussianBasis {
      if (!(count > 0 && count <= MOST_FUNCTIONS && count % widths.length === 0)) {
        throw new RangeError(`basis is ${count}: a multiple of ${widths.length} up to ${MOST_FUNCTIONS} is needed`);
      }
      const each = count / widths.length;
      const centres = Array.from({ length: each }, (_, i) => (each === 1 ? 0.5 : i / (each - 1)));
      return gaussianBasis({
        centres: widths.flatMap(() => centres),
        widths: widths.flatMap((width) => centres.map(() => width)),
      });
    },
  };
}
