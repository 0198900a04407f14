/** Combined attention: discrete weights, plus the continuous attention whose density has their mean and variance. */
import { checkLength, checkOptions, entryError } from "../../core/arguments.ts";
import type { HyperParameter, SameForm, SameKind, Scores } from "../../core/rows.ts";
import { inFormOf } from "../../core/hyper-parameters.ts";
import type { Basis } from "../basis/basis.ts";
import { matchedScale } from "../density/beta-gaussian.ts";
import type { MatchedScale } from "../density/beta-gaussian.ts";
import { checkPositive } from "../density/density.ts";
import { densityBatch } from "../density/density-batch.ts";
import { expectationPlanes, pullPlanes } from "../expectation/expectation.ts";
import {
  contextCotangent,
  contextOf,
  inKindOf,
  positionWeights,
  pullContext,
  pullPositionWeights,
  valueOptions,
  valueRows,
} from "../basis/values.ts";
import type { ValueOptions, ValueRows } from "../basis/values.ts";

export interface CombinedAttentionOptions<A extends HyperParameter = HyperParameter> extends ValueOptions {
  readonly basis: Basis;
  /** alpha >= 1 of the density, one or one a row. Default 2. */
  readonly alpha?: A | undefined;
  readonly alphaGradient?: boolean | undefined;
  /** Added to the variance (to the diagonal of the covariance), so that one-hot weights still have a density. Default 1e-6. */
  readonly variance?: number | undefined;
}

export interface CombinedAttentionVjp<V, W, A extends HyperParameter> {
  /** batch x features: the discrete context plus the continuous one. */
  readonly context: SameKind<V>;
  /** Mean of the weights' positions, `dimension` numbers a row. */
  readonly location: Float64Array;
  /** The density's squared scale, dimension^2 numbers a row. */
  readonly scale2: Float64Array;
  pullback(cotangent: Scores): {
    readonly values: SameKind<V>;
    readonly weights: SameKind<W>;
    readonly alpha: SameForm<A> | undefined;
  };
}

/** Throws unless `weights` are batch x cells numbers of 0 or more that sum to 1 in every row that has positions. */
export function checkWeights(weights: Scores, rows: ValueRows): Float64Array {
  const { batch, cells, lengths } = rows;
  checkLength("weights", weights, batch * cells, "batch x positions");
  const numbers = weights instanceof Float64Array ? weights : new Float64Array(weights);
  for (let b = 0; b < batch; b++) {
    let sum = 0;
    for (let i = b * cells; i < b * cells + lengths[b]; i++) {
      if (!(numbers[i] >= 0 && numbers[i] < Infinity)) {
        throw entryError("weights", i, numbers[i], "a finite number of 0 or more is needed");
      }
      sum += numbers[i];
    }
    if (lengths[b] > 0 && Math.abs(sum - 1) > 1e-3) {
      throw new RangeError(
        `weights of row ${b} sum to ${sum}: a distribution over its ${lengths[b]} positions is needed`,
      );
    }
  }
  return numbers;
}

/** mean = sum w t and V = sum w (t - mean)(t - mean)^T of one row. */
function momentsOf(
  points: Float64Array,
  n: number,
  length: number,
  weights: Float64Array,
  at: number,
): { mean: Float64Array; covariance: Float64Array } {
  const mean = new Float64Array(n);
  const covariance = new Float64Array(n * n);
  for (let l = 0; l < length; l++) {
    for (let i = 0; i < n; i++) mean[i] += weights[at + l] * points[l * n + i];
  }
  for (let l = 0; l < length; l++) {
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        covariance[i * n + j] += weights[at + l] * (points[l * n + i] - mean[i]) * (points[l * n + j] - mean[j]);
      }
    }
  }
  return { mean, covariance };
}

const known: readonly string[] = ["basis", "alpha", "alphaGradient", "variance", ...valueOptions];

function attend<V extends Scores, W extends Scores, A extends HyperParameter = number>(
  values: V,
  weights: W,
  options: CombinedAttentionOptions<A>,
): CombinedAttentionVjp<V, W, A> {
  checkOptions("combinedAttention", options, known);
  const { basis, alpha = 2, alphaGradient, variance = 1e-6 } = options;
  checkPositive("variance", variance, 0);
  const n = basis.dimension;
  const rows = valueRows(values, basis, options);
  const { batch, cells, lengths } = rows;
  const discrete = checkWeights(weights, rows);
  const location = new Float64Array(batch * n);
  const scale2 = new Float64Array(batch * n * n);
  const matched: MatchedScale[] = [];
  for (let b = 0; b < batch; b++) {
    const { mean, covariance } = momentsOf(rows.points(b), n, lengths[b], discrete, b * cells);
    // A row without positions takes no part; any density will do.
    for (let i = 0; i < n; i++) covariance[i * n + i] += lengths[b] === 0 ? 1 : variance;
    const match = matchedScale({ alpha: typeof alpha === "number" ? alpha : alpha[b], covariance });
    matched.push(match);
    location.set(mean, b * n);
    scale2.set(match.scale2, b * n * n);
  }
  const parameters = { location, scale2, alpha, alphaGradient };
  const densities = densityBatch(n, batch, parameters);
  const planes = expectationPlanes(basis, densities, alphaGradient === true);
  const total = positionWeights(rows, basis, planes.value);
  for (let b = 0; b < batch; b++) {
    for (let i = b * cells; i < b * cells + lengths[b]; i++) total[i] += discrete[i];
  }

  return {
    context: inKindOf(values, contextOf(rows, total)),
    location,
    scale2,
    pullback(cotangent) {
      const dContext = contextCotangent(rows, cotangent);
      const { weights: dWeights, values: dValues } = pullContext(rows, values, total, dContext);
      const dExpectation = pullPositionWeights(rows, basis, dWeights);
      const each = densities.profiles.map(({ k }) => k + 1);
      const gradient = pullPlanes(basis, densities, planes, { ...parameters, alpha: each }, dExpectation);
      const dAlpha = new Float64Array(batch);
      for (let b = 0; b < batch; b++) {
        const pulled = matched[b].pullback(gradient.scale2.subarray(b * n * n, (b + 1) * n * n));
        if (gradient.alpha !== undefined) dAlpha[b] = gradient.alpha[b] + pulled.alpha;
        const points = rows.points(b);
        const mean = location.subarray(b * n, (b + 1) * n);
        const dMean = gradient.location.subarray(b * n, (b + 1) * n);
        // Rounding, or weights that do not sum to 1 exactly, leave a first central moment; it enters the variance's slope.
        const centre = new Float64Array(n);
        for (let l = 0; l < lengths[b]; l++) {
          for (let i = 0; i < n; i++) centre[i] += discrete[b * cells + l] * (points[l * n + i] - mean[i]);
        }
        for (let l = 0; l < lengths[b]; l++) {
          let sum = 0;
          for (let i = 0; i < n; i++) {
            const t = points[l * n + i];
            sum += dMean[i] * t;
            for (let j = 0; j < n; j++) {
              sum += pulled.covariance[i * n + j] * ((t - mean[i]) * (points[l * n + j] - mean[j]) - 2 * t * centre[j]);
            }
          }
          dWeights[b * cells + l] += sum;
        }
      }
      return {
        values: dValues,
        weights: inKindOf(weights, dWeights),
        alpha: alphaGradient === true ? inFormOf<A>(options.alpha, dAlpha) : undefined,
      };
    },
  };
}

/**
 * Combined discrete and continuous attention: with weights w over the positions, mu = sum w_l t_l and V their (co)variance,
 * c = sum_l w_l H_l + E_p[V_B(t)] with p the beta-Gaussian of exponent alpha of mean mu and covariance V (moment matched).
 * No parameters beyond those of w. `combinedAttention.vjp` gives the pullback to the values and, through the moments too, to
 * the weights.
 *
 * - `values`, `shape`, `lengths`, `ridge`, `padding`: as for `continuousAttention`; `weights`: batch x positions, each row a
 *   distribution. Positions of the moments and of the regression are the same.
 * - Throws a RangeError for weights below 0 or that do not sum to 1; for weights on one position (or, in the plane, on one
 *   line) when `variance` is 0.
 * - Cost: that of `continuousAttention`.
 *
 * Martins et al., "Sparse and Continuous Attention Mechanisms" (2020), section 4.
 *
 * @example
 * const basis = piecewiseBasis({ count: 1 });
 * combinedAttention([1, 1], [1, 0], { shape: [2, 1], basis, ridge: 0 }); // [2]
 */
export const combinedAttention: {
  <V extends Scores>(values: V, weights: Scores, options: CombinedAttentionOptions): SameKind<V>;
  vjp: typeof attend;
} = /* @__PURE__ */ Object.assign(
  <V extends Scores>(values: V, weights: Scores, options: CombinedAttentionOptions) =>
    attend(values, weights, options).context,
  { vjp: attend },
);
