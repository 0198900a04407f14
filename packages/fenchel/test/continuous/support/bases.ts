/** A basis on the line of every kind. */
import { fourierBasis, gaussianGrid, piecewiseBasis, type Basis } from "../../../src/index.ts";

export const bases: readonly (readonly [string, Basis])[] = [
  ["gaussian", gaussianGrid({ count: 4, widths: [0.1, 0.4] })],
  ["piecewise", piecewiseBasis({ count: 5 })],
  ["fourier", fourierBasis({ harmonics: 3 })],
];
