/** Gaussian, truncated parabola and every beta-Gaussian between and beyond them, in any dimension. */
import { checkLength, checkOptions, valueError } from "../../core/arguments.ts";
import { choleskyOf, inverseOf, logDeterminant, solveLower, solveUpper } from "../numeric/cholesky.ts";
import {
  checkAlpha,
  checkCount,
  checkPositive,
  finiteNumbers,
  float64Out,
  pointCount,
  pointMembers,
} from "./density.ts";
import type { Density, Numbers, PointMembers, Support } from "./density.ts";
import { covarianceDivisor, logHByLogDet, matchedLogH, matchedLogHSlope, profileOf } from "./radial-profile.ts";
import { gammaVariate, normal } from "../numeric/random.ts";
import { expRatio, expRatioSlope, logDefect, logEdge } from "../numeric/special-functions.ts";

/** Location and squared scale of a beta-Gaussian. */
export interface GaussianParameters {
  /** mu: a number in one dimension, else n numbers. */
  readonly location: number | Numbers;
  /** Sigma in the score -(t - mu)^T Sigma^-1 (t - mu) / 2: sigma^2 > 0, or a positive definite matrix, row-major. */
  readonly scale2: number | Numbers;
}

/** Gradients in the parameters; that of the matrix is symmetric: <scale2, d Sigma> is the change. */
export interface GaussianGradient {
  readonly location: Float64Array;
  readonly scale2: Float64Array;
  readonly alpha: number;
}

/** A density p = [1 + (alpha - 1)(f - A)]_+^(1 / (alpha - 1)) of the score f(t) = -(t - mu)^T Sigma^-1 (t - mu) / 2. */
export interface BetaGaussian extends Density, PointMembers<GaussianGradient & { readonly points: Float64Array }> {
  readonly family: "beta-gaussian";
  readonly alpha: number;
  readonly location: Float64Array;
  readonly scale2: Float64Array;
  /** A_alpha(f), which makes p integrate to 1. */
  readonly normalizer: number;
  /** Tsallis entropy -Omega_alpha(p) = (1 - int p^alpha) / (alpha (alpha - 1)); Shannon's at alpha = 1. */
  readonly entropy: number;
  /** sup_p E_p[f] - Omega_alpha(p) = A + (alpha - 1) Omega_alpha(p). */
  readonly conjugate: number;
  /** theta = (Sigma^-1 mu, -Sigma^-1 / 2) of the statistics (t, t t^T), and A_alpha of the score <theta, (t, t t^T)>. */
  readonly canonical: { readonly linear: Float64Array; readonly quadratic: Float64Array; readonly normalizer: number };
  /** Gradients of cotangent * entropy. */
  entropyPullback(cotangent: number): GaussianGradient;
  /** Gradients of <cotangent, covariance>. */
  covariancePullback(cotangent: Numbers): GaussianGradient;
}

/** The parts that the members of one density share. */
interface Shape {
  readonly n: number;
  readonly mu: Float64Array;
  readonly factor: Float64Array;
  readonly inverse: Float64Array;
  readonly logDet: number;
}

/** diff <- t - mu for the point at `at`; returns m = diff^T Sigma^-1 diff. */
function mahalanobis(shape: Shape, points: Numbers, at: number, u: Float64Array): number {
  const { n, mu, factor } = shape;
  for (let i = 0; i < n; i++) u[i] = points[at + i] - mu[i];
  solveLower(factor, n, u);
  let sum = 0;
  for (let i = 0; i < n; i++) sum += u[i] * u[i];
  return sum;
}

/**
 * The beta-Gaussian of exponent alpha, argmax_p E_p[f] + H_alpha(p) for f(t) = -(t - mu)^T Sigma^-1 (t - mu) / 2 and
 * Tsallis's entropy H_alpha: p(t) = [1 + (alpha - 1)(f(t) - A)]_+^(1 / (alpha - 1)). Normal at alpha = 1, triweight, biweight
 * and truncated parabola (Epanechnikov) at 4/3, 3/2 and 2, uniform as alpha grows. Smooth in alpha, also at 1.
 *
 * - `alpha` >= 1; `location`: a number or n numbers; `scale2`: Sigma, a number or n x n numbers, row-major.
 * - The support is an interval or ellipsoid for alpha > 1; the covariance is a multiple of Sigma that depends on both.
 * - Throws a RangeError or TypeError for alpha < 1, a scale of 0 or below, a matrix that is singular or not symmetric.
 * - Cost: O(n^3) once, O(n^2) a point.
 *
 * Martins et al., "Sparse and Continuous Attention Mechanisms" (2020) and "Sparse Continuous Distributions and
 * Fenchel-Young Losses" (2022).
 *
 * @example
 * betaGaussian({ alpha: 1.5, location: 0, scale2: 1 }).density([0, 1, 4]); // [0.545448, 0.238675, 0]
 */
export function betaGaussian(options: GaussianParameters & { readonly alpha: number }): BetaGaussian {
  checkOptions("betaGaussian", options, ["alpha", "location", "scale2"]);
  const alpha = checkAlpha(options.alpha);
  const mu = finiteNumbers("location", options.location);
  const n = mu.length;
  if (n === 0) throw valueError("location", options.location, "at least one coordinate is needed");
  const given = options.scale2;
  if (typeof given !== "number") checkLength("scale2", given, n * n, `${n} x ${n}, as location has ${n}`);
  else if (n !== 1) throw valueError("scale2", given, `a ${n} x ${n} matrix is needed`, "type");
  else checkPositive("scale2", given);
  const sigma = typeof given === "number" ? Float64Array.of(given) : Float64Array.from(given);
  const factor = choleskyOf("scale2", sigma, n);
  const shape: Shape = { n, mu, factor, inverse: inverseOf(factor, n), logDet: logDeterminant(factor, n) };
  const { inverse } = shape;
  const k = alpha - 1;
  const profile = profileOf(k, n, shape.logDet);
  const { logPeak, logPeakSlope, logH, logHSlope } = profile;
  const h = Math.exp(logH);
  const divisor = covarianceDivisor(k, n);
  const covariance = sigma.map((entry) => (entry * h) / divisor);
  const normalizer = -logPeak * expRatio(logH);
  const order = 2 * (k + 1) + n * k;
  const entropy = (n + 2 * (k + 1) * normalizer) / ((k + 1) * order);
  const linear = Float64Array.from(mu);
  solveLower(factor, n, linear);
  solveUpper(factor, n, linear);
  let energy = 0;
  for (let i = 0; i < n; i++) energy += linear[i] * mu[i];

  function logDensity(points: Numbers, out?: Float64Array): Float64Array {
    const count = pointCount(points, n);
    const values = float64Out(out, count);
    const u = new Float64Array(n);
    for (let p = 0; p < count; p++) values[p] = logPeak + logEdge(k, mahalanobis(shape, points, p * n, u) / (2 * h));
    return values;
  }

  function gradientAt(points: Numbers, weights: Numbers): GaussianGradient & { readonly points: Float64Array } {
    const location = new Float64Array(n);
    const scale2 = new Float64Array(n * n);
    const dPoints = new Float64Array(points.length);
    const u = new Float64Array(n);
    let dAlpha = 0;
    let dLogDet = 0;
    for (let at = 0, p = 0; at < points.length; at += n, p++) {
      const x = mahalanobis(shape, points, at, u) / (2 * h);
      // At k = 0 there is no edge, however far the point: 0 times an overflow is none.
      const toEdge = k === 0 ? 0 : k * x;
      if (toEdge >= 1 || weights[p] === 0) continue;
      solveUpper(factor, n, u);
      const edge = weights[p] / (1 - toEdge);
      for (let i = 0; i < n; i++) {
        const pull = (edge * u[i]) / h;
        location[i] += pull;
        dPoints[at + i] = -pull;
        for (let j = 0; j < n; j++) scale2[i * n + j] += (pull * u[j]) / 2;
      }
      dLogDet -= edge / (2 + k * n);
      const y = x / (1 - toEdge);
      dAlpha += edge * (logPeakSlope + logPeak * x) + weights[p] * y * y * logDefect(k * y);
    }
    for (let i = 0; i < n * n; i++) scale2[i] += dLogDet * inverse[i];
    return { points: dPoints, location, scale2, alpha: dAlpha };
  }

  return {
    family: "beta-gaussian",
    alpha,
    dimension: n,
    location: mu,
    scale2: sigma,
    mean: mu,
    covariance,
    support: supportOf(mu, sigma, k, h),
    normalizer,
    entropy,
    conjugate: normalizer - k * entropy,
    canonical: { linear, quadratic: inverse.map((entry) => -entry / 2), normalizer: normalizer + energy / 2 },
    ...pointMembers(logDensity, gradientAt),
    sample(count, random, out) {
      checkCount("count", count, 0);
      const values = float64Out(out, count * n);
      const z = new Float64Array(n);
      for (let p = 0; p < count; p++) {
        let square = 0;
        for (let i = 0; i < n; i++) {
          z[i] = normal(random);
          square += z[i] * z[i];
        }
        // |t - mu|^2 in units of the support is Beta(n / 2, 1 / k + 1) = X / (X + Y), and X = |z|^2 / 2.
        const rest = k === 0 ? 1 : k * gammaVariate(1 / k + 1, random);
        const stretch = Math.sqrt(h / ((k * square) / 2 + rest));
        for (let i = 0; i < n; i++) {
          let sum = 0;
          for (let j = 0; j <= i; j++) sum += factor[i * n + j] * z[j];
          values[p * n + i] = mu[i] + stretch * sum;
        }
      }
      return values;
    },
    entropyPullback(cotangent) {
      const byNormalizer = (2 * cotangent) / order;
      const byLogDet = (byNormalizer * h) / (2 + k * n);
      const top = n + 2 * (k + 1) * normalizer;
      const bottom = (k + 1) * order;
      const direct = (2 * normalizer - (top * (order + (k + 1) * (2 + n))) / bottom) / bottom;
      const normalizerSlope = -logPeak * logPeak * expRatioSlope(logH) - h * logPeakSlope;
      return {
        location: new Float64Array(n),
        scale2: inverse.map((entry) => byLogDet * entry),
        alpha: cotangent * direct + byNormalizer * normalizerSlope,
      };
    },
    covariancePullback(cotangent) {
      checkLength("cotangent", cotangent, n * n, `${n} x ${n}`);
      let inner = 0;
      for (let i = 0; i < n * n; i++) inner += cotangent[i] * sigma[i];
      const byLogDet = inner * logHByLogDet(k, n);
      const scale2 = inverse.map((entry, i) => {
        const mirrored = (i % n) * n + Math.floor(i / n);
        return (h / divisor) * ((cotangent[i] + cotangent[mirrored]) / 2 + byLogDet * entry);
      });
      const byAlpha = logHSlope - (n + 2) / 2 / divisor;
      return { location: new Float64Array(n), scale2, alpha: ((inner * h) / divisor) * byAlpha };
    },
  };
}

/** The interval, or the ellipsoid with matrix R^2 Sigma, R^2 = 2 h / k. */
function supportOf(mu: Float64Array, sigma: Float64Array, k: number, h: number): Support {
  const n = mu.length;
  const radius2 = k === 0 ? Infinity : (2 * h) / k;
  if (n === 1) {
    const half = Math.sqrt(radius2 * sigma[0]);
    return { kind: "interval", from: mu[0] - half, to: mu[0] + half };
  }
  if (k === 0) return { kind: "everything", dimension: n };
  return { kind: "ellipsoid", centre: mu, matrix: sigma.map((entry) => entry * radius2) };
}

/**
 * The normal density N(mu, Sigma): `betaGaussian` with alpha = 1, the density of continuous softmax.
 *
 * - `location`, `scale2`, errors and cost as for `betaGaussian`; `scale2` is the variance or the covariance matrix.
 *
 * Martins et al., "Sparse and Continuous Attention Mechanisms" (2020).
 *
 * @example
 * gaussian({ location: 0, scale2: 1 }).density([0]); // [0.398942]
 */
export function gaussian(options: GaussianParameters): BetaGaussian {
  checkOptions("gaussian", options, ["location", "scale2"]);
  return betaGaussian({ alpha: 1, ...options });
}

/**
 * The truncated parabola or paraboloid p(t) = [-tau - (t - mu)^T Sigma^-1 (t - mu) / 2]_+: `betaGaussian` with alpha = 2, the
 * density of continuous sparsemax. In one dimension its half-width is (3 sigma^2 / 2)^(1/3) and its variance a fifth of the
 * half-width's square.
 *
 * - `location`, `scale2`, errors and cost as for `betaGaussian`.
 *
 * Martins et al., "Sparse and Continuous Attention Mechanisms" (2020).
 *
 * @example
 * truncatedParabola({ location: 0, scale2: 2 / 3 }).density([0, 0.5, 2]); // [0.75, 0.5625, 0]
 */
export function truncatedParabola(options: GaussianParameters): BetaGaussian {
  checkOptions("truncatedParabola", options, ["location", "scale2"]);
  return betaGaussian({ alpha: 2, ...options });
}

/**
 * The prediction map from canonical parameters: the beta-Gaussian of the score <theta, (t, t t^T)> with
 * theta = (`linear`, `quadratic`) = (Sigma^-1 mu, -Sigma^-1 / 2).
 *
 * - `linear`: n numbers (or a number); `quadratic`: a negative definite matrix, row-major (or a negative number).
 * - Throws a RangeError where -2 quadratic is not positive definite. Cost: O(n^3).
 *
 * Martins et al., "Sparse and Continuous Attention Mechanisms" (2020), section 2.
 *
 * @example
 * canonicalGaussian({ alpha: 1, linear: 4, quadratic: -1 }).mean; // [2]
 */
export function canonicalGaussian(options: {
  readonly alpha: number;
  readonly linear: number | Numbers;
  readonly quadratic: number | Numbers;
}): BetaGaussian {
  checkOptions("canonicalGaussian", options, ["alpha", "linear", "quadratic"]);
  const location = finiteNumbers("linear", options.linear);
  const n = location.length;
  const precision = finiteNumbers("quadratic", options.quadratic).map((entry) => -2 * entry);
  checkLength("quadratic", precision, n * n, `${n} x ${n}, as linear has ${n}`);
  const factor = choleskyOf("-2 quadratic", precision, n);
  solveLower(factor, n, location);
  solveUpper(factor, n, location);
  return betaGaussian({ alpha: options.alpha, location, scale2: inverseOf(factor, n) });
}

/** A squared scale with its reverse derivative. */
export interface MatchedScale {
  readonly scale2: Float64Array;
  /** Gradients in the covariance (symmetric) and alpha for a cotangent of `scale2`. */
  pullback(cotangent: Numbers): { readonly covariance: Float64Array; readonly alpha: number };
}

/**
 * The squared scale Sigma for which the beta-Gaussian of exponent alpha has the given covariance V:
 * Sigma = V (1 + (alpha - 1)(n + 2) / 2) / h with h = p(mu)^(alpha - 1). At alpha = 2 that is (2/3)(5 V)^(3/2) in one
 * dimension and 9 pi sqrt|V| V in two.
 *
 * - `covariance`: a positive number or a positive definite matrix, row-major. Throws a RangeError for any other.
 * - Cost: O(n^3).
 *
 * Martins et al., "Sparse and Continuous Attention Mechanisms" (2020).
 *
 * @example
 * matchedScale({ alpha: 2, covariance: 0.2 }).scale2; // [2 / 3]
 */
export function matchedScale(options: { readonly alpha: number; readonly covariance: number | Numbers }): MatchedScale {
  checkOptions("matchedScale", options, ["alpha", "covariance"]);
  const k = checkAlpha(options.alpha) - 1;
  const covariance = finiteNumbers("covariance", options.covariance);
  const n = Math.round(Math.sqrt(covariance.length));
  checkLength("covariance", covariance, Math.max(1, n * n), "a square matrix");
  const factor = choleskyOf("covariance", covariance, n);
  const logDet = logDeterminant(factor, n);
  const divisor = covarianceDivisor(k, n);
  const ratio = divisor * Math.exp(-matchedLogH(k, n, logDet));
  return {
    scale2: covariance.map((entry) => entry * ratio),
    pullback(cotangent) {
      checkLength("cotangent", cotangent, n * n, `${n} x ${n}`);
      let inner = 0;
      for (let i = 0; i < n * n; i++) inner += cotangent[i] * covariance[i];
      const inverse = inverseOf(factor, n);
      const gradient = inverse.map((entry, i) => {
        const mirrored = (i % n) * n + Math.floor(i / n);
        return ratio * ((cotangent[i] + cotangent[mirrored]) / 2 + (k / 2) * inner * entry);
      });
      const byAlpha = (n + 2) / 2 / divisor - matchedLogHSlope(k, n, logDet);
      return { covariance: gradient, alpha: inner * ratio * byAlpha };
    },
  };
}

/**
 * The beta-Gaussian of exponent alpha with a given mean and covariance.
 *
 * - `mean`: a number or n numbers; `covariance`: a positive number or a positive definite matrix. Errors as `matchedScale`.
 *
 * Martins et al., "Sparse and Continuous Attention Mechanisms" (2020).
 *
 * @example
 * matchMoments({ alpha: 2, mean: 0.5, covariance: 0.2 }).covariance; // [0.2]
 */
export function matchMoments(options: {
  readonly alpha: number;
  readonly mean: number | Numbers;
  readonly covariance: number | Numbers;
}): BetaGaussian {
  checkOptions("matchMoments", options, ["alpha", "mean", "covariance"]);
  const { alpha, mean, covariance } = options;
  return betaGaussian({ alpha, location: mean, scale2: matchedScale({ alpha, covariance }).scale2 });
}
