/** The examples in the docstrings of the continuous part. */
import { expect, test } from "vitest";
import {
  basisExpectation,
  betaGaussian,
  betaLaplace,
  canonicalGaussian,
  chooseMixture,
  combinedAttention,
  continuousAttention,
  fenchelYoungLoss,
  fitMixture,
  fourierBasis,
  gaussian,
  gaussianBasis,
  gaussianGrid,
  gridPositions,
  laplace,
  matchedScale,
  matchLaplace,
  matchMoments,
  mixture,
  multimodalAttention,
  piecewiseBasis,
  positions,
  regressionMatrix,
  triangular,
  truncatedParabola,
} from "../../src/index.ts";
import { uniform } from "../support/rows-of-scores.ts";
import { mostOff } from "./support/numeric.ts";

/** Ends of an interval. */
function ends(support: ReturnType<typeof gaussian>["support"]): readonly [number, number] {
  if (support.kind !== "interval") throw new Error("an interval is needed");
  return [support.from, support.to];
}

const close = (got: ArrayLike<number>, wanted: readonly number[]) => expect(mostOff(got, wanted)).toBeLessThan(1e-12);

test("densities", () => {
  close(ends(betaGaussian({ alpha: 2, location: 0, scale2: 2 / 3 }).support), [-1, 1]);
  close(gaussian({ location: 0, scale2: 1 }).density([0]), [1 / Math.sqrt(2 * Math.PI)]);
  close(truncatedParabola({ location: 0, scale2: 2 / 3 }).density([0, 0.5, 2]), [0.75, 0.5625, 0]);
  close(canonicalGaussian({ alpha: 1, linear: 4, quadratic: -1 }).mean, [2]);
  close(matchedScale({ alpha: 2, covariance: 0.2 }).scale2, [2 / 3]);
  close(ends(matchMoments({ alpha: 2, mean: 0.5, covariance: 0.2 }).support), [-0.5, 1.5]);
  close(ends(betaLaplace({ alpha: 2, location: 0, scale: 4 }).support), [-2, 2]);
  close(laplace({ location: 0, scale: 2 }).density([0]), [0.25]);
  close(triangular({ location: 0, scale: 4 }).density([0, 1, 3]), [0.5, 0.25, 0]);
  close([matchLaplace({ alpha: 2, mean: 0, variance: 1 }).scale], [6]);
  const parts = [triangular({ location: 0, scale: 1 }), triangular({ location: 4, scale: 1 })];
  close(mixture(parts, [0.25, 0.75]).density([0, 4]), [0.25, 0.75]);
  const target = gaussian({ location: 1, scale2: 1 });
  close([fenchelYoungLoss(gaussian({ location: 0, scale2: 1 }), target).loss], [0.5]);
});

test("bases, positions and regression", () => {
  close([gaussianBasis({ centres: [0, 1], widths: 0.5 }).evaluate([0])[0]!], [1 / (0.5 * Math.sqrt(2 * Math.PI))]);
  expect(gaussianGrid({ count: 32, widths: [0.1, 0.5] }).count).toBe(64);
  close(piecewiseBasis({ count: 2 }).evaluate([0.25, 0.5, 2]), [1, 0, 0, 1, 0, 0]);
  close(fourierBasis({ harmonics: 1, period: 1 }).evaluate([0.25]), [1, 0, 1]);
  close(positions(2), [0.25, 0.75]);
  close(gridPositions(1, 2), [0.25, 0.5, 0.75, 0.5]);
  close(regressionMatrix(piecewiseBasis({ count: 1 }), 3, { ridge: 0 }), [1 / 3, 1 / 3, 1 / 3]);
  close(basisExpectation(fourierBasis({ harmonics: 0 }), { location: 0.5, scale2: 0.01 }), [1]);
});

test("attention", () => {
  const two = piecewiseBasis({ count: 2 });
  close(continuousAttention([1, 3], { shape: [2, 1], basis: two, ridge: 0, location: 0.5, scale2: 0.01 }), [2]);
  close(combinedAttention([1, 1], [1, 0], { shape: [2, 1], basis: piecewiseBasis({ count: 1 }), ridge: 0 }), [2]);
  const options = { shape: [2, 1], basis: two, ridge: 0, components: 1, random: uniform(1) };
  expect(multimodalAttention([1, 3], [0.5, 0.5], options)[0]).toBeCloseTo(1.9, 1);
  close(fitMixture([0.5, 0.5], { points: [0.25, 0.75], components: 1 }).shares, [1]);
  expect(fitMixture([0.5, 0.5], { points: [0.25, 0.75], components: 1 }).locations[0]).toBeCloseTo(0.5, 9);
  expect(chooseMixture([0.2, 0.6, 0.2], { points: [0.4, 0.5, 0.6], random: uniform(2) }).components).toBe(1);
});
