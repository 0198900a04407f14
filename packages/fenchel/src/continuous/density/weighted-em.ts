/** Weighted EM: a mixture of Gaussians fitted to discrete weights at positions, with the gradient through every step. */
import { checkOptions, valueError } from "../../core/arguments.ts";
import { gaussian } from "./beta-gaussian.ts";
import type { BetaGaussian } from "./beta-gaussian.ts";
import { checkCount, checkPositive, finiteNumbers, pointCount } from "./density.ts";
import type { Numbers } from "./density.ts";
import { mixture } from "./mixture.ts";
import type { Mixture } from "./mixture.ts";
import type { Random } from "../numeric/random.ts";

/** Parameters of K Gaussians in n dimensions: K shares, K n locations and K n n covariances. */
export interface MixtureParameters {
  readonly shares: Float64Array;
  readonly locations: Float64Array;
  readonly scale2: Float64Array;
}

/** Such parameters, or a cotangent of them, in any arrays. */
type Given = { readonly [name in keyof MixtureParameters]: Numbers };

export interface FitOptions {
  /** Positions of the weights, `dimension` numbers each. */
  readonly points: Numbers;
  /** 1 (default) or 2. */
  readonly dimension?: 1 | 2 | undefined;
  /** Number of Gaussians, 1 or more. */
  readonly components: number;
  /** EM steps, 1 or more. Default 10. */
  readonly iterations?: number | undefined;
  /** Draws the first locations; needed for more than one component unless `start` is given. */
  readonly random?: Random | undefined;
  /** First parameters. Default: equal shares, locations uniform on [0, 1], covariance 0.001 I. */
  readonly start?: Given | undefined;
  /**
   * Added to every variance at every step. Default 1e-6; the variance within a cell, 1 / (12 L^2) for L cells on the axis,
   * keeps a component from shrinking onto one position.
   */
  readonly variance?: number | undefined;
}

export interface FittedMixture extends MixtureParameters {
  readonly components: number;
  /** sum_l w_l log p(t_l) of the fitted mixture. */
  readonly logLikelihood: number;
  /** The fitted density. */
  mixture(): Mixture<BetaGaussian>;
  /** The gradient in the weights, through all steps, for a cotangent of the parameters. */
  pullback(cotangent: Given): Float64Array;
}

/** Mass that keeps an empty component's mean and covariance defined. */
const leastMass = 1e-10;

/** One iterate: the parameters, the precisions, and log share - log sqrt |2 pi Sigma|. */
interface Iterate extends MixtureParameters {
  readonly precisions: Float64Array;
  readonly offsets: Float64Array;
}

function iterate(n: number, shares: Float64Array, locations: Float64Array, scale2: Float64Array): Iterate {
  const count = shares.length;
  const precisions = new Float64Array(count * n * n);
  const offsets = new Float64Array(count);
  for (let k = 0; k < count; k++) {
    let det: number;
    if (n === 1) {
      det = scale2[k];
      precisions[k] = 1 / det;
    } else {
      const at = 4 * k;
      det = scale2[at] * scale2[at + 3] - scale2[at + 1] * scale2[at + 2];
      precisions[at] = scale2[at + 3] / det;
      precisions[at + 1] = precisions[at + 2] = -scale2[at + 1] / det;
      precisions[at + 3] = scale2[at] / det;
    }
    if (!(det > 0))
      throw valueError("scale2", det, `component ${k} needs a positive definite matrix; this is its determinant`);
    offsets[k] = Math.log(shares[k]) - Math.log(det) / 2 - (n / 2) * Math.log(2 * Math.PI);
  }
  return { shares, locations, scale2, precisions, offsets };
}

/** u <- t_l - mu_k. */
function deviate(n: number, points: Numbers, l: number, locations: Float64Array, k: number, u: Float64Array): void {
  for (let i = 0; i < n; i++) u[i] = points[l * n + i] - locations[k * n + i];
}

/** v <- M_k u for the k-th n x n matrix; returns u^T M_k u. */
function times(n: number, matrices: Float64Array, k: number, u: Float64Array, v: Float64Array): number {
  let square = 0;
  for (let i = 0; i < n; i++) {
    v[i] = 0;
    for (let j = 0; j < n; j++) v[i] += matrices[(k * n + i) * n + j] * u[j];
    square += u[i] * v[i];
  }
  return square;
}

/** M_k += a u v^T. */
function addOuter(n: number, matrices: Float64Array, k: number, a: number, u: Float64Array, v: Float64Array): void {
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) matrices[(k * n + i) * n + j] += a * u[i] * v[j];
}

/** Responsibilities of the components for every point (points x components); returns sum_l w_l log p(t_l). */
function responsibilities(n: number, points: Numbers, weights: Numbers, now: Iterate, out: Float64Array): number {
  const { locations, precisions, offsets } = now;
  const count = offsets.length;
  const u = new Float64Array(n);
  const v = new Float64Array(n);
  let likelihood = 0;
  for (let l = 0; l < weights.length; l++) {
    const at = l * count;
    let top = -Infinity;
    for (let k = 0; k < count; k++) {
      deviate(n, points, l, locations, k, u);
      out[at + k] = offsets[k] - times(n, precisions, k, u, v) / 2;
      top = Math.max(top, out[at + k]);
    }
    let sum = 0;
    for (let k = 0; k < count; k++) sum += out[at + k] = Math.exp(out[at + k] - top);
    for (let k = 0; k < count; k++) out[at + k] /= sum;
    if (weights[l] > 0) likelihood += weights[l] * (top + Math.log(sum));
  }
  return likelihood;
}

/** The M step: shares, means and covariances of the weights times the responsibilities. */
function maximize(n: number, points: Numbers, weights: Numbers, share: Float64Array, count: number, variance: number) {
  const masses = new Float64Array(count).fill(leastMass);
  const locations = new Float64Array(count * n);
  const scale2 = new Float64Array(count * n * n);
  const u = new Float64Array(n);
  share.forEach((r, at) => {
    const k = at % count;
    const l = (at - k) / count;
    masses[k] += weights[l] * r;
    for (let i = 0; i < n; i++) locations[k * n + i] += weights[l] * r * points[l * n + i];
  });
  for (let at = 0; at < locations.length; at++) locations[at] /= masses[Math.floor(at / n)];
  share.forEach((r, at) => {
    const k = at % count;
    const l = (at - k) / count;
    deviate(n, points, l, locations, k, u);
    addOuter(n, scale2, k, (weights[l] * r) / masses[k], u, u);
  });
  const total = masses.reduce((sum, mass) => sum + mass, 0);
  for (let k = 0; k < count; k++) for (let i = 0; i < n; i++) scale2[(k * n + i) * n + i] += variance;
  return {
    next: iterate(
      n,
      masses.map((mass) => mass / total),
      locations,
      scale2,
    ),
    masses,
  };
}

/** The reverse of one step: adds to `dWeights` and returns the cotangent of the parameters before the step. */
function reverseStep(
  n: number,
  points: Numbers,
  weights: Numbers,
  before: Iterate,
  share: Float64Array,
  after: Iterate,
  masses: Float64Array,
  variance: number,
  cotangent: MixtureParameters,
  dWeights: Float64Array,
): MixtureParameters {
  const count = masses.length;
  const total = masses.reduce((sum, mass) => sum + mass, 0);
  const inner = cotangent.shares.reduce((sum, pull, k) => sum + pull * after.shares[k], 0);
  const dLocation = Float64Array.from(cotangent.locations);
  const dMass = masses.map((mass, k) => {
    let sum = 0;
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        const at = (k * n + i) * n + j;
        const pull = cotangent.scale2[at];
        sum += pull * (after.scale2[at] - (i === j ? variance : 0));
        // The mass that `leastMass` adds stands at 0, so the first moment about the mean is not exactly 0.
        dLocation[k * n + i] -= (leastMass * pull * after.locations[k * n + j]) / mass;
        dLocation[k * n + j] -= (leastMass * pull * after.locations[k * n + i]) / mass;
      }
    }
    for (let i = 0; i < n; i++) sum += dLocation[k * n + i] * after.locations[k * n + i];
    return (cotangent.shares[k] - inner) / total - sum / mass;
  });
  const shares = new Float64Array(count);
  const locations = new Float64Array(count * n);
  const scale2 = new Float64Array(count * n * n);
  const pulls = new Float64Array(count);
  const u = new Float64Array(n);
  const v = new Float64Array(n);
  for (let l = 0; l < weights.length; l++) {
    let mean = 0;
    for (let k = 0; k < count; k++) {
      deviate(n, points, l, after.locations, k, u);
      let pull = times(n, cotangent.scale2, k, u, v);
      for (let i = 0; i < n; i++) pull += dLocation[k * n + i] * points[l * n + i];
      pulls[k] = dMass[k] + pull / masses[k];
      mean += share[l * count + k] * pulls[k];
    }
    dWeights[l] += mean;
    for (let k = 0; k < count; k++) {
      const dLog = weights[l] * share[l * count + k] * (pulls[k] - mean);
      // d log N = (P u) d mu + (P u u^T P - P) d Sigma / 2; the last term waits for the sum of dLog.
      shares[k] += dLog;
      deviate(n, points, l, before.locations, k, u);
      times(n, before.precisions, k, u, v);
      for (let i = 0; i < n; i++) locations[k * n + i] += dLog * v[i];
      addOuter(n, scale2, k, dLog / 2, v, v);
    }
  }
  for (let at = 0; at < scale2.length; at++) {
    scale2[at] -= (shares[Math.floor(at / (n * n))] * before.precisions[at]) / 2;
  }
  return { shares: shares.map((pull, k) => pull / before.shares[k]), locations, scale2 };
}

/** Parameters of `count` components, or a cotangent of them, checked. */
function parametersOf(name: string, given: Given, n: number, count: number): MixtureParameters {
  const { shares, locations, scale2 } = given;
  return {
    shares: finiteNumbers(`${name}.shares`, shares, count, "one a component"),
    locations: finiteNumbers(`${name}.locations`, locations, count * n, `${n} a component`),
    scale2: finiteNumbers(`${name}.scale2`, scale2, count * n * n, `${n} x ${n} a component`),
  };
}

function startOf(n: number, options: FitOptions, count: number): Iterate {
  const { start, random } = options;
  if (start !== undefined) {
    const { shares, locations, scale2 } = parametersOf("start", start, n, count);
    return iterate(n, shares, locations, scale2);
  }
  if (count > 1 && typeof random !== "function") {
    throw valueError("random", random, "a generator of uniform numbers is needed for more than one component", "type");
  }
  const locations = Float64Array.from({ length: count * n }, () => (random === undefined ? 0.5 : random()));
  const scale2 = Float64Array.from({ length: count * n * n }, (_, i) => ((i % (n * n)) % (n + 1) === 0 ? 1e-3 : 0));
  return iterate(n, new Float64Array(count).fill(1 / count), locations, scale2);
}

const known: readonly string[] = ["points", "dimension", "components", "iterations", "random", "start", "variance"];

/**
 * Fits p = sum_k share_k N(mu_k, Sigma_k) to weights w_l at positions t_l by EM on the weighted likelihood
 * sum_l w_l log p(t_l): responsibilities g_lk in proportion to share_k N(t_l; mu_k, Sigma_k), then share_k = sum_l w_l g_lk,
 * mu_k and Sigma_k the weighted mean and covariance (plus `variance` I). The pullback goes through the unrolled steps.
 *
 * - `weights`: 0 or more, one a point, not all 0. `points`: in one or two dimensions. See `FitOptions`.
 * - Throws a RangeError or TypeError that names the argument and index.
 * - Cost: O(iterations points components); the pullback keeps every step's responsibilities.
 *
 * Farinhas, Martins and Aguiar, "Multimodal Continuous Visual Attention Mechanisms" (2021).
 *
 * @example
 * fitMixture([0.5, 0.5], { points: [0.25, 0.75], components: 1 }).locations; // [0.5]
 */
export function fitMixture(weights: Numbers, options: FitOptions): FittedMixture {
  checkOptions("fitMixture", options, known);
  const { points, dimension: n = 1, iterations = 10, variance = 1e-6 } = options;
  if (n !== 1 && n !== 2) throw valueError("dimension", n, "1 or 2 is needed");
  const count = checkCount("components", options.components, 1);
  checkCount("iterations", iterations, 1);
  checkPositive("variance", variance, 0);
  const w = finiteNumbers("weights", weights, pointCount(points, n), "one a point");
  w.forEach((weight, l) => {
    if (weight < 0) throw valueError(`weights[${l}]`, weight, "0 or more is needed");
  });
  const iterates = [startOf(n, options, count)];
  const shares: Float64Array[] = [];
  const masses: Float64Array[] = [];
  for (let step = 0; step < iterations; step++) {
    const share = new Float64Array(w.length * count);
    responsibilities(n, points, w, iterates[step], share);
    const moved = maximize(n, points, w, share, count, variance);
    iterates.push(moved.next);
    shares.push(share);
    masses.push(moved.masses);
  }
  const last = iterates[iterations];
  return {
    components: count,
    shares: last.shares,
    locations: last.locations,
    scale2: last.scale2,
    logLikelihood: responsibilities(n, points, w, last, new Float64Array(w.length * count)),
    mixture() {
      const parts = Array.from(last.shares, (_, k) =>
        gaussian({
          location: last.locations.subarray(k * n, (k + 1) * n),
          scale2: last.scale2.subarray(k * n * n, (k + 1) * n * n),
        }),
      );
      return mixture(parts, last.shares);
    },
    pullback(cotangent) {
      const dWeights = new Float64Array(w.length);
      let now = parametersOf("cotangent", cotangent, n, count);
      for (let step = iterations - 1; step >= 0; step--) {
        const [before, after] = [iterates[step], iterates[step + 1]];
        now = reverseStep(n, points, w, before, shares[step], after, masses[step], variance, now, dWeights);
      }
      return dWeights;
    },
  };
}

export interface ChoiceOptions extends Omit<FitOptions, "components" | "start"> {
  readonly random: Random;
  /** Largest number of components. Default 4. */
  readonly most?: number | undefined;
  /** Random starts of every number of components above 1. Default 3. */
  readonly restarts?: number | undefined;
  /** Cost of a component. Default 5. */
  readonly penalty?: number | undefined;
  /** How many observations the weights (of sum 1) stand for. Default 1. */
  readonly observations?: number | undefined;
}

export const choiceOptions: readonly string[] = ["most", "restarts", "penalty", "observations"];

/**
 * The fit with the least penalty K - 2 observations sum_l w_l log p(t_l) among one Gaussian and, for every K from 2 to
 * `most`, `restarts` random starts (1 + 9 by default): as many modes as the weights pay for.
 *
 * - Options as for `fitMixture`, without `components` and `start`. Throws as it does. Cost: that of all the fits.
 *
 * Farinhas, Martins and Aguiar, "Multimodal Continuous Visual Attention Mechanisms" (2021).
 *
 * @example
 * chooseMixture([0.2, 0.6, 0.2], { points: [0.4, 0.5, 0.6], random: Math.random }).components; // 1
 */
export function chooseMixture(weights: Numbers, options: ChoiceOptions): FittedMixture {
  checkOptions("chooseMixture", options, [
    ...known.filter((name) => name !== "components" && name !== "start"),
    ...choiceOptions,
  ]);
  const { most = 4, restarts = 3, penalty = 5, observations = 1, ...fit } = options;
  checkCount("most", most, 1);
  checkCount("restarts", restarts, 1);
  checkPositive("penalty", penalty, 0);
  checkPositive("observations", observations);
  const cost = (fitted: FittedMixture) => fitted.components * penalty - 2 * observations * fitted.logLikelihood;
  let best = fitMixture(weights, { ...fit, components: 1 });
  for (let components = 2; components <= most; components++) {
    for (let restart = 0; restart < restarts; restart++) {
      const fitted = fitMixture(weights, { ...fit, components });
      if (cost(fitted) < cost(best)) best = fitted;
    }
  }
  return best;
}
