/** Mixtures of densities: several places of attention at once. */
import { entryError, valueError } from "../../core/arguments.ts";
import type { BetaGaussian } from "./beta-gaussian.ts";
import type { BetaLaplace } from "./beta-laplace.ts";
import { checkAlpha, checkCount, finiteNumbers, float64Out, pointCount, pointMembers } from "./density.ts";
import type { Density, Numbers, PointMembers } from "./density.ts";
import { gaussRule } from "../numeric/quadrature.ts";

/** A density that a mixture is made of. */
export type Component = BetaGaussian | BetaLaplace;

/** Gradients of a mixture: in the points, the weights (freely, off the simplex too) and every component's parameters. */
export interface MixtureGradient<C extends Component> {
  readonly points: Float64Array;
  readonly weights: Float64Array;
  readonly components: readonly ReturnType<ReturnType<C["logVjp"]>["pullback"]>[];
}

/** p = sum_k weights_k p_k. */
export interface Mixture<C extends Component = Component> extends Density, PointMembers<MixtureGradient<C>> {
  readonly family: "mixture";
  readonly components: readonly C[];
  readonly weights: Float64Array;
  /**
   * Tsallis entropy (1 - int p^alpha) / (alpha (alpha - 1)), Shannon's at alpha = 1, by quadrature to about 1e-10. Mixtures
   * on the line only: a RangeError in more dimensions.
   */
  entropy(alpha: number): number;
}

/**
 * The mixture p(t) = sum_k weights_k p_k(t). The mean is sum w mu_k, the covariance sum w (V_k + (mu_k - mu)(mu_k - mu)^T).
 *
 * - `components`: at least one density, all of one dimension; `weights`: 0 or more, one a component, summing to 1
 *   (default: all alike).
 * - Throws a RangeError or TypeError that names the argument and index. Cost: the sum of the components'.
 *
 * Farinhas, Martins and Aguiar, "Multimodal Continuous Visual Attention Mechanisms" (2021).
 *
 * @example
 * const parts = [triangular({ location: 0, scale: 1 }), triangular({ location: 4, scale: 1 })];
 * mixture(parts, [0.25, 0.75]).density([0, 4]); // [0.25, 0.75]
 */
export function mixture<C extends Component>(components: readonly C[], weights?: Numbers): Mixture<C> {
  if (!Array.isArray(components) || components.length === 0) {
    throw valueError("components", components, "at least one density is needed");
  }
  const count = components.length;
  const n = components[0].dimension;
  components.forEach((component, k) => {
    if (component.dimension !== n)
      throw entryError("components", k, `of dimension ${component.dimension}`, `${n} is needed`);
  });
  const even = weights === undefined;
  const shares = even
    ? new Float64Array(count).fill(1 / count)
    : finiteNumbers("weights", weights, count, "one a component");
  let sum = 0;
  shares.forEach((share, k) => {
    if (share < 0) throw entryError("weights", k, share, "a number of 0 or more is needed");
    sum += share;
  });
  if (Math.abs(sum - 1) > 1e-9) throw new RangeError(`weights sum to ${sum}: 1 is needed`);

  const mean = new Float64Array(n);
  const covariance = new Float64Array(n * n);
  components.forEach((component, k) => {
    for (let i = 0; i < n; i++) mean[i] += shares[k] * component.mean[i];
  });
  components.forEach(({ mean: m, covariance: v }, k) => {
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        covariance[i * n + j] += shares[k] * (v[i * n + j] + (m[i] - mean[i]) * (m[j] - mean[j]));
      }
    }
  });

  function logDensity(points: Numbers, out?: Float64Array): Float64Array {
    const rows = pointCount(points, n);
    const total = float64Out(out, rows);
    const parts = components.map((component, k) => {
      const part = component.logDensity(points);
      const shift = Math.log(shares[k]);
      for (let p = 0; p < rows; p++) part[p] += shift;
      return part;
    });
    for (let p = 0; p < rows; p++) {
      let top = -Infinity;
      for (const part of parts) top = Math.max(top, part[p]);
      let rest = 0;
      if (top > -Infinity) for (const part of parts) rest += Math.exp(part[p] - top);
      total[p] = top > -Infinity ? top + Math.log(rest) : -Infinity;
    }
    return total;
  }

  /** d log p = sum_k r_k (d log w_k + d log p_k) with r_k = w_k p_k / p. */
  function gradientAt(points: Numbers, weights: Float64Array): MixtureGradient<C> {
    const total = logDensity(points);
    const dPoints = new Float64Array(points.length);
    const dWeights = new Float64Array(count);
    const gradients = components.map((component, k) => {
      const own = component.logVjp(points);
      const pulled = total.map((log, p) => {
        const share = log === -Infinity ? 0 : Math.exp(own.values[p] - log) * weights[p];
        dWeights[k] += share;
        return share * shares[k];
      });
      const gradient = own.pullback(pulled);
      for (let i = 0; i < dPoints.length; i++) dPoints[i] += gradient.points[i];
      return gradient as ReturnType<ReturnType<C["logVjp"]>["pullback"]>;
    });
    return { points: dPoints, weights: dWeights, components: gradients };
  }

  const members = pointMembers(logDensity, gradientAt);
  return {
    family: "mixture",
    dimension: n,
    components,
    weights: shares,
    mean,
    covariance,
    support: { kind: "union", parts: components.filter((_, k) => shares[k] > 0).map(({ support }) => support) },
    ...members,
    sample(size, random, out) {
      checkCount("count", size, 0);
      const values = float64Out(out, size * n);
      for (let p = 0; p < size; p++) {
        let rest = random();
        let k = 0;
        while (k < count - 1 && rest >= shares[k]) rest -= shares[k++];
        components[k].sample(1, random, values.subarray(p * n, (p + 1) * n));
      }
      return values;
    },
    entropy(alpha) {
      checkAlpha(alpha);
      if (n > 1) throw valueError("dimension", n, "the entropy of a mixture is computed on the line only");
      return lineEntropy(components, members.density, alpha);
    },
  };
}

/** -int p log p or (1 - int p^alpha) / (alpha (alpha - 1)) over panels that end at every kink and narrow towards it. */
function lineEntropy(
  components: readonly Component[],
  density: (points: Numbers) => Float64Array,
  alpha: number,
): number {
  const ends: number[] = [];
  for (const { mean, covariance, support } of components) {
    const spread = Math.sqrt(covariance[0]);
    if (support.kind !== "interval") continue;
    const from = Math.max(support.from, mean[0] - 30 * spread);
    const to = Math.min(support.to, mean[0] + 30 * spread);
    ends.push(mean[0]);
    for (let q = 0; q <= 30; q++) {
      const fine = (mean[0] - from) * 2 ** -q;
      ends.push(from + fine, to - fine, mean[0] - fine, mean[0] + fine);
    }
    for (let q = -30; q <= 30; q++) {
      const t = mean[0] + q * spread;
      if (t > from && t < to) ends.push(t);
    }
  }
  ends.sort((a, b) => a - b);
  const { nodes, weights } = gaussRule(16);
  const points = new Float64Array(nodes.length);
  let sum = 0;
  for (let i = 1; i < ends.length; i++) {
    const half = (ends[i] - ends[i - 1]) / 2;
    if (!(half > 0)) continue;
    for (let q = 0; q < nodes.length; q++) points[q] = ends[i - 1] + half * (1 + nodes[q]);
    const p = density(points);
    for (let q = 0; q < nodes.length; q++) {
      if (p[q] === 0) continue;
      // (p - p^alpha) / (alpha (alpha - 1)), which is -p log p at 1 and does not cancel near it.
      const power = (alpha - 1) * Math.log(p[q]);
      const tsallis = alpha === 1 ? -Math.log(p[q]) : -Math.expm1(power) / (alpha * (alpha - 1));
      sum += weights[q] * half * p[q] * tsallis;
    }
  }
  return sum;
}
