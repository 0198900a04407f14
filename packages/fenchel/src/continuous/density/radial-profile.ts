/**
 * The radial profile of a beta-Gaussian: with k = alpha - 1, m = (t - mu)^T Sigma^-1 (t - mu) and h = p(mu)^k,
 * p(t) = p(mu) [1 - k m / (2 h)]_+^(1/k), which is the Gaussian at k = 0 and smooth in k.
 */
import { logGammaStep } from "../numeric/special-functions.ts";

export interface Profile {
  /** alpha - 1. */
  readonly k: number;
  /** log p(mu), and its derivative in k at fixed Sigma. */
  readonly logPeak: number;
  readonly logPeakSlope: number;
  /** log h = k log p(mu), and its derivative in k: t = mu + sqrt(h) Sigma^(1/2) y has a density of y that only k shapes. */
  readonly logH: number;
  readonly logHSlope: number;
  /** log of that density at y = 0, log c with c [1 - k |y|^2 / 2]_+^(1/k), and its derivative in k. */
  readonly logUnitPeak: number;
  readonly logUnitPeakSlope: number;
}

/** The profile in n dimensions for log |Sigma|. */
export function profileOf(k: number, n: number, logDet: number): Profile {
  const [step, slope] = logGammaStep(k, n);
  const logUnitPeak = step - (n / 2) * Math.log(2 * Math.PI);
  const order = 1 + (k * n) / 2;
  const logPeak = (logUnitPeak - logDet / 2) / order;
  const logPeakSlope = (slope - (n / 2) * logPeak) / order;
  return {
    k,
    logPeak,
    logPeakSlope,
    logH: k * logPeak,
    logHSlope: logPeak + k * logPeakSlope,
    logUnitPeak,
    logUnitPeakSlope: slope,
  };
}

/** d log h / d log |Sigma|: sqrt(h) shrinks as Sigma grows. */
export function logHByLogDet(k: number, n: number): number {
  return -k / (2 + k * n);
}

/** Cov = h Sigma / (1 + k (n + 2) / 2); this is that divisor. */
export function covarianceDivisor(k: number, n: number): number {
  return 1 + (k * (n + 2)) / 2;
}

/** log h of the density whose covariance has the log-determinant `logDet`: Sigma = covariance * divisor / h. */
export function matchedLogH(k: number, n: number, logDet: number): number {
  const [step] = logGammaStep(k, n);
  return k * (step - (n / 2) * Math.log(2 * Math.PI) - logDet / 2 - (n / 2) * Math.log(covarianceDivisor(k, n)));
}

/** The derivative of `matchedLogH` in k. */
export function matchedLogHSlope(k: number, n: number, logDet: number): number {
  const [step, slope] = logGammaStep(k, n);
  const divisor = covarianceDivisor(k, n);
  const logPeak = step - (n / 2) * Math.log(2 * Math.PI) - logDet / 2 - (n / 2) * Math.log(divisor);
  return logPeak + k * (slope - (n * (n + 2)) / 4 / divisor);
}
