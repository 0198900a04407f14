/** Everything that the continuous view shows, computed by the library: densities, expectations, contexts. */
import {
  basisExpectation,
  betaGaussian,
  continuousAttention,
  gaussianGrid,
  positions,
  regressionMatrix,
  type BetaGaussian,
} from "fenchel";
import { IMAGE_SIZE, imageValues, lineValues } from "./scenes.ts";

export interface ContinuousParameters {
  readonly alpha: number;
  readonly location: number;
  readonly scale: number;
  readonly x: number;
  readonly y: number;
  readonly imageScale: number;
  /** Ratio of the scales across and down. */
  readonly stretch: number;
}

const WIDTH = 0.09;
export const lineBasis = gaussianGrid({ count: 9, widths: WIDTH });
const imageBasis = gaussianGrid({ count: 9, widths: 0.1, dimension: 2 });
export const RIDGE = 0.01;

export interface LineAttention {
  readonly density: BetaGaussian;
  /** E_p[psi_j], one a function. */
  readonly expectation: Float64Array;
  /** E_p[V(t)]. */
  readonly context: number;
}

export function attendLine({ alpha, location, scale }: ContinuousParameters): LineAttention {
  const parameters = { alpha, location, scale2: scale * scale };
  const options = { basis: lineBasis, ridge: RIDGE, shape: [lineValues.length, 1], ...parameters };
  return {
    density: betaGaussian(parameters),
    expectation: basisExpectation(lineBasis, parameters),
    context: continuousAttention(Float32Array.from(lineValues), options)[0]!,
  };
}

/** The value function V(t) = B psi(t) at points. */
export function valueFunction(points: Float64Array): Float64Array {
  const matrix = regressionMatrix(lineBasis, lineValues.length, { ridge: RIDGE });
  const n = lineBasis.count;
  const coefficients = Float64Array.from({ length: n }, (_, j) =>
    lineValues.reduce((sum, value, l) => sum + value * matrix[l * n + j]!, 0),
  );
  const psi = lineBasis.evaluate(points);
  return points.map((_, p) => coefficients.reduce((sum, coefficient, j) => sum + coefficient * psi[p * n + j]!, 0));
}

export const valuePositions = positions(lineValues.length);

export interface ImageAttention {
  readonly density: BetaGaussian;
  readonly context: number;
}

/** [sigma_x^2, 0, 0, sigma_y^2]. */
export const imageScale2 = ({ imageScale, stretch }: ContinuousParameters): number[] => [
  imageScale * imageScale * stretch,
  0,
  0,
  (imageScale * imageScale) / stretch,
];

export function attendImage(parameters: ContinuousParameters): ImageAttention {
  const { alpha, x, y } = parameters;
  const own = { alpha, location: [x, y], scale2: imageScale2(parameters) };
  const options = { basis: imageBasis, ridge: RIDGE, shape: [IMAGE_SIZE, IMAGE_SIZE, 1], ...own };
  return {
    density: betaGaussian(own),
    context: continuousAttention(Float32Array.from(imageValues), options)[0]!,
  };
}
