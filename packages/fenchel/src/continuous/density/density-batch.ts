/** A batch of beta-Gaussians from arrays of parameters, and the chain rule from standard coordinates back to them. */
import { checkLength, entryError, isArrayLike, valueError } from "../../core/arguments.ts";
import { inFormOf } from "../../core/hyper-parameters.ts";
import type { HyperParameter, SameForm } from "../../core/rows.ts";
import { choleskyOf } from "../numeric/cholesky.ts";
import { checkAlpha } from "./density.ts";
import { logHByLogDet, profileOf } from "./radial-profile.ts";
import type { Profile } from "./radial-profile.ts";

/** One beta-Gaussian a row; every parameter is one number for all rows (one dimension), or all rows' numbers in an array. */
export interface BatchParameters<
  M extends HyperParameter = HyperParameter,
  S extends HyperParameter = HyperParameter,
  A extends HyperParameter = HyperParameter,
> {
  /** mu: one number a row, in two dimensions x, y. */
  readonly location: M;
  /** Sigma: sigma^2 > 0 a row, in two dimensions a 2 x 2 positive definite matrix a row. */
  readonly scale2: S;
  /** alpha >= 1, one or one a row. Default 2. */
  readonly alpha?: A | undefined;
  /** Whether the pullback also gives the gradient in alpha, which costs a quadrature. Default false. */
  readonly alphaGradient?: boolean | undefined;
}

/** Gradients in the form of the parameters; `alpha` is there when `alphaGradient` is set. */
export interface BatchGradient<M extends HyperParameter, S extends HyperParameter, A extends HyperParameter> {
  readonly location: SameForm<M>;
  readonly scale2: SameForm<S>;
  readonly alpha: SameForm<A> | undefined;
}

/** Row b: t = mu + M y, M lower triangular in `factors` (width, or xx, yx, yy, each times sqrt(h)). */
export interface DensityBatch {
  readonly dimension: 1 | 2;
  readonly rows: number;
  readonly locations: Float64Array;
  readonly scales: Float64Array;
  readonly profiles: readonly Profile[];
  readonly factors: Float64Array;
}

/** How many numbers of the factor a row has. */
export function factorSize(dimension: 1 | 2): number {
  return dimension === 1 ? 1 : 3;
}

/** All rows' numbers of one parameter, `each` a row. */
function spread(name: string, given: HyperParameter, rows: number, each: number): Float64Array {
  const numbers = new Float64Array(rows * each);
  if (typeof given === "number") {
    if (each !== 1) throw valueError(name, given, `${each} numbers a row are needed`, "type");
    if (!Number.isFinite(given)) throw valueError(name, given, "a finite number is needed");
    return numbers.fill(given);
  }
  checkLength(name, given, rows * each, each === 1 ? "one a row" : `${each} a row`);
  for (let i = 0; i < numbers.length; i++) {
    if (!Number.isFinite(given[i])) throw entryError(name, i, given[i], "every entry must be finite");
    numbers[i] = given[i];
  }
  return numbers;
}

/** How many rows the parameters of densities speak of: 1 when every one is a single number. */
export function rowsOf(dimension: 1 | 2, parameters: BatchParameters): number {
  const { location, scale2, alpha } = parameters;
  if (isArrayLike(location)) return location.length / dimension;
  if (isArrayLike(scale2)) return scale2.length / dimension ** 2;
  return isArrayLike(alpha) ? alpha.length : 1;
}

/** The checked batch. Throws a RangeError at a scale of 0 or below, a singular matrix, alpha < 1, or anything not finite. */
export function densityBatch(dimension: 1 | 2, rows: number, parameters: BatchParameters): DensityBatch {
  const { location, scale2, alpha = 2 } = parameters;
  const locations = spread("location", location, rows, dimension);
  const scales = spread("scale2", scale2, rows, dimension * dimension);
  const alphas = spread("alpha", alpha, rows, 1);
  const factors = new Float64Array(rows * factorSize(dimension));
  const profiles: Profile[] = [];
  for (let b = 0; b < rows; b++) {
    if (typeof alpha === "number") checkAlpha(alpha);
    else if (!(alphas[b] >= 1)) throw entryError("alpha", b, alphas[b], "a finite number of 1 or more is needed");
    const k = alphas[b] - 1;
    if (dimension === 1) {
      if (!(scales[b] > 0)) {
        const wanted = "a number above 0 is needed";
        throw typeof scale2 === "number"
          ? valueError("scale2", scale2, wanted)
          : entryError("scale2", b, scales[b], wanted);
      }
      const profile = profileOf(k, 1, Math.log(scales[b]));
      profiles.push(profile);
      factors[b] = Math.exp(profile.logH / 2) * Math.sqrt(scales[b]);
      continue;
    }
    const c = choleskyOf("scale2", scales, 2, 4 * b);
    const profile = profileOf(k, 2, 2 * Math.log(c[0] * c[3]));
    profiles.push(profile);
    const root = Math.exp(profile.logH / 2);
    factors[3 * b] = root * c[0];
    factors[3 * b + 1] = root * c[2];
    factors[3 * b + 2] = root * c[3];
  }
  return { dimension, rows, locations, scales, profiles, factors };
}

/**
 * Gradients in the parameters from gradients in mu, in the factor M and (when given) in k at fixed M. The matrix gradient
 * is symmetric.
 */
export function batchGradient<M extends HyperParameter, S extends HyperParameter, A extends HyperParameter>(
  batch: DensityBatch,
  parameters: BatchParameters<M, S, A>,
  byLocation: Float64Array,
  byFactor: Float64Array,
  byK: Float64Array | undefined,
): BatchGradient<M, S, A> {
  const { dimension, rows, profiles, factors, scales } = batch;
  const byScale = new Float64Array(rows * dimension * dimension);
  const byAlpha = byK === undefined ? undefined : Float64Array.from(byK);
  for (let b = 0; b < rows; b++) {
    const { k, logH, logHSlope } = profiles[b];
    if (dimension === 1) {
      // log width = log h / 2 + log sigma, so d log width / d sigma^2 = 1 / ((2 + k) sigma^2).
      byScale[b] = (byFactor[b] * factors[b]) / ((2 + k) * scales[b]);
      if (byAlpha !== undefined) byAlpha[b] += (byFactor[b] * factors[b] * logHSlope) / 2;
      continue;
    }
    const at = 3 * b;
    const inner = byFactor[at] * factors[at] + byFactor[at + 1] * factors[at + 1] + byFactor[at + 2] * factors[at + 2];
    if (byAlpha !== undefined) byAlpha[b] += (inner * logHSlope) / 2;
    const root = Math.exp(logH / 2);
    const cxx = factors[at] / root;
    const cyx = factors[at + 1] / root;
    const cyy = factors[at + 2] / root;
    // log |Sigma| = 2 log cxx + 2 log cyy moves sqrt(h).
    const byLogDet = inner * logHByLogDet(k, 2);
    const dxx = root * byFactor[at] + byLogDet / cxx;
    const dyx = root * byFactor[at + 1];
    const dyy = root * byFactor[at + 2] + byLogDet / cyy;
    // Sigma_xx = cxx^2, Sigma_yx = cyx cxx, Sigma_yy = cyx^2 + cyy^2, solved for the gradient in Sigma.
    const gyy = dyy / (2 * cyy);
    const gyx = (dyx - 2 * cyx * gyy) / cxx;
    const gxx = (dxx - cyx * gyx) / (2 * cxx);
    byScale[4 * b] = gxx;
    byScale[4 * b + 1] = byScale[4 * b + 2] = gyx / 2;
    byScale[4 * b + 3] = gyy;
  }
  return {
    location: inFormOf(parameters.location, byLocation),
    scale2: inFormOf(parameters.scale2, byScale),
    alpha: byAlpha === undefined ? undefined : inFormOf(parameters.alpha, byAlpha),
  };
}
