/** Laplace, triangular and the sparse densities between and beyond them: the score is -|t - mu| / b. */
import { checkOptions, valueError } from "../../core/arguments.ts";
import { checkAlpha, checkCount, checkPositive, float64Out, pointCount, pointMembers } from "./density.ts";
import type { Density, Numbers, PointMembers } from "./density.ts";
import { positiveUniform } from "../numeric/random.ts";
import { expRatio, expRatioSlope, logDefect, logEdge } from "../numeric/special-functions.ts";

/** Location and scale of a beta-Laplace density. */
export interface LaplaceParameters {
  readonly location: number;
  /** b > 0 in the score -|t - mu| / b. */
  readonly scale: number;
}

export interface LaplaceGradient {
  readonly location: number;
  readonly scale: number;
  readonly alpha: number;
}

/** A density p = [1 + (alpha - 1)(f - A)]_+^(1 / (alpha - 1)) of the score f(t) = -|t - mu| / b on the line. */
export interface BetaLaplace extends Density, PointMembers<LaplaceGradient & { readonly points: Float64Array }> {
  readonly family: "beta-laplace";
  readonly alpha: number;
  readonly location: number;
  readonly scale: number;
  /** A_alpha(f), which makes p integrate to 1. */
  readonly normalizer: number;
  /** Tsallis entropy -Omega_alpha(p). */
  readonly entropy: number;
  /** sup_p E_p[f] - Omega_alpha(p). */
  readonly conjugate: number;
  /** Gradients of cotangent * entropy. */
  entropyPullback(cotangent: number): LaplaceGradient;
  /** Gradients of cotangent * variance. */
  covariancePullback(cotangent: number): LaplaceGradient;
}

/**
 * The beta-Laplace density of exponent alpha, argmax_p E_p[f] + H_alpha(p) for f(t) = -|t - mu| / b:
 * p(t) = p(mu) [1 - (alpha - 1) |t - mu| / (b h)]_+^(1 / (alpha - 1)), p(mu)^alpha = alpha / (2 b), h = p(mu)^(alpha - 1).
 * Laplace's density at alpha = 1, triangular at 2.
 *
 * - `alpha` >= 1, `location` finite, `scale` b > 0; a RangeError or TypeError names the one that is not.
 * - The support is [mu - b h / (alpha - 1), mu + b h / (alpha - 1)] for alpha > 1. Cost: O(1) a point.
 *
 * Martins et al., "Sparse and Continuous Attention Mechanisms" (2020).
 *
 * @example
 * betaLaplace({ alpha: 1.5, location: 0, scale: 3 }).density([0, 1, 9]); // [0.39685, 0.214641, 0]
 */
export function betaLaplace(options: LaplaceParameters & { readonly alpha: number }): BetaLaplace {
  checkOptions("betaLaplace", options, ["alpha", "location", "scale"]);
  const { location, scale } = options;
  const alpha = checkAlpha(options.alpha);
  if (!Number.isFinite(location)) throw valueError("location", location, "a finite number is needed");
  checkPositive("scale", scale);
  const k = alpha - 1;
  const logPeak = (Math.log1p(k) - Math.log(2 * scale)) / (1 + k);
  const logPeakSlope = (1 / (1 + k) - logPeak) / (1 + k);
  const logH = k * logPeak;
  const h = Math.exp(logH);
  const logHSlope = logPeak + k * logPeakSlope;
  const unit = scale * h;
  const normalizer = -logPeak * expRatio(logH);
  const entropy = (1 + (1 + k) * normalizer) / ((1 + k) * (1 + 2 * k));
  const variance = (2 * unit * unit) / ((1 + 2 * k) * (1 + 3 * k));
  const half = k === 0 ? Infinity : unit / k;

  function logDensity(points: Numbers, out?: Float64Array): Float64Array {
    const count = pointCount(points, 1);
    const values = float64Out(out, count);
    for (let p = 0; p < count; p++) values[p] = logPeak + logEdge(k, Math.abs(points[p] - location) / unit);
    return values;
  }

  function gradientAt(points: Numbers, weights: Numbers): LaplaceGradient & { readonly points: Float64Array } {
    const dPoints = new Float64Array(points.length);
    let dLocation = 0;
    let dScale = 0;
    let dAlpha = 0;
    for (let p = 0; p < points.length; p++) {
      const x = Math.abs(points[p] - location) / unit;
      if (k * x >= 1 || weights[p] === 0) continue;
      const edge = weights[p] / (1 - k * x);
      const pull = (edge * Math.sign(points[p] - location)) / unit;
      dLocation += pull;
      dPoints[p] = -pull;
      dScale += (edge * (x - 1 / (1 + k))) / scale;
      const y = x / (1 - k * x);
      dAlpha += edge * (logPeakSlope + logPeak * x) + weights[p] * y * y * logDefect(k * y);
    }
    return { points: dPoints, location: dLocation, scale: dScale, alpha: dAlpha };
  }

  return {
    family: "beta-laplace",
    alpha,
    dimension: 1,
    location,
    scale,
    mean: Float64Array.of(location),
    covariance: Float64Array.of(variance),
    support: { kind: "interval", from: location - half, to: location + half },
    normalizer,
    entropy,
    conjugate: normalizer - k * entropy,
    ...pointMembers(logDensity, gradientAt),
    sample(count, random, out) {
      checkCount("count", count, 0);
      const values = float64Out(out, count);
      for (let p = 0; p < count; p++) {
        const x = Math.log(positiveUniform(random)) / (1 + k);
        values[p] = location + (random() < 0.5 ? x : -x) * expRatio(k * x) * unit;
      }
      return values;
    },
    entropyPullback(cotangent) {
      const byNormalizer = cotangent / (1 + 2 * k);
      const normalizerSlope = -logPeak * logPeak * expRatioSlope(logH) - h * logPeakSlope;
      const bottom = (1 + k) * (1 + 2 * k);
      const direct = (normalizer - ((1 + (1 + k) * normalizer) * (3 + 4 * k)) / bottom) / bottom;
      return {
        location: 0,
        scale: (byNormalizer * h) / ((1 + k) * scale),
        alpha: cotangent * direct + byNormalizer * normalizerSlope,
      };
    },
    covariancePullback(cotangent) {
      const byAlpha = 2 * logHSlope - 2 / (1 + 2 * k) - 3 / (1 + 3 * k);
      return {
        location: 0,
        scale: (cotangent * variance * 2) / ((1 + k) * scale),
        alpha: cotangent * variance * byAlpha,
      };
    },
  };
}

/**
 * Laplace's density exp(-|t - mu| / b) / (2 b): `betaLaplace` with alpha = 1.
 *
 * - `location` finite, `scale` b > 0. Errors and cost as for `betaLaplace`.
 *
 * Martins et al., "Sparse and Continuous Attention Mechanisms" (2020).
 *
 * @example
 * laplace({ location: 0, scale: 2 }).density([0]); // [0.25]
 */
export function laplace(options: LaplaceParameters): BetaLaplace {
  checkOptions("laplace", options, ["location", "scale"]);
  return betaLaplace({ alpha: 1, ...options });
}

/**
 * The triangular density [1 / sqrt(b) - |t - mu| / b]_+ of half-width sqrt(b): `betaLaplace` with alpha = 2.
 *
 * - `location` finite, `scale` b > 0. Errors and cost as for `betaLaplace`.
 *
 * Martins et al., "Sparse and Continuous Attention Mechanisms" (2020).
 *
 * @example
 * triangular({ location: 0, scale: 4 }).density([0, 1, 3]); // [0.5, 0.25, 0]
 */
export function triangular(options: LaplaceParameters): BetaLaplace {
  checkOptions("triangular", options, ["location", "scale"]);
  return betaLaplace({ alpha: 2, ...options });
}

/**
 * The beta-Laplace density of exponent alpha with a given mean and variance.
 *
 * - `mean` finite, `variance` > 0; a RangeError names the one that is not.
 *
 * @example
 * matchLaplace({ alpha: 2, mean: 0, variance: 1 }).scale; // 6
 */
export function matchLaplace(options: {
  readonly alpha: number;
  readonly mean: number;
  readonly variance: number;
}): BetaLaplace {
  checkOptions("matchLaplace", options, ["alpha", "mean", "variance"]);
  const { mean, variance } = options;
  const k = checkAlpha(options.alpha) - 1;
  checkPositive("variance", variance);
  // b h = b^(1 / (1 + k)) ((1 + k) / 2)^(k / (1 + k)) is the unit of length that the variance is a multiple of.
  const unit = Math.sqrt((variance * (1 + 2 * k) * (1 + 3 * k)) / 2);
  const scale = unit ** (1 + k) * (2 / (1 + k)) ** k;
  return betaLaplace({ alpha: options.alpha, location: mean, scale });
}
