/** Multimodal attention: continuous attention under a mixture of Gaussians fitted to discrete weights. */
import { checkOptions } from "../../core/arguments.ts";
import type { SameKind, Scores } from "../../core/rows.ts";
import type { Basis } from "../basis/basis.ts";
import { checkWeights } from "./combined.ts";
import { densityBatch } from "../density/density-batch.ts";
import { expectationPlanes, pullPlanes } from "../expectation/expectation.ts";
import type { Random } from "../numeric/random.ts";
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
import type { ValueOptions } from "../basis/values.ts";
import { choiceOptions, chooseMixture, fitMixture } from "../density/weighted-em.ts";
import type { ChoiceOptions, FittedMixture } from "../density/weighted-em.ts";

export interface MultimodalAttentionOptions
  extends
    ValueOptions,
    Pick<ChoiceOptions, "iterations" | "variance" | "most" | "restarts" | "penalty" | "observations"> {
  readonly basis: Basis;
  /** Gaussians a row, or "choose" for `chooseMixture`. Default "choose". */
  readonly components?: number | "choose" | undefined;
  /** Draws the starts of the fits; a seeded generator makes them repeatable. */
  readonly random: Random;
}

export interface MultimodalAttentionVjp<V, W> {
  /** batch x features. */
  readonly context: SameKind<V>;
  /** The fit of every row; undefined for a row without positions. */
  readonly fits: readonly (FittedMixture | undefined)[];
  pullback(cotangent: Scores): { readonly values: SameKind<V>; readonly weights: SameKind<W> };
}

const known: readonly string[] = [
  "basis",
  "components",
  "random",
  "iterations",
  "variance",
  ...choiceOptions,
  ...valueOptions,
];

function attend<V extends Scores, W extends Scores>(
  values: V,
  weights: W,
  options: MultimodalAttentionOptions,
): MultimodalAttentionVjp<V, W> {
  checkOptions("multimodalAttention", options, known);
  const { basis, components = "choose", random, iterations, variance, most, restarts, penalty, observations } = options;
  const n = basis.dimension;
  const rows = valueRows(values, basis, options);
  const { batch, cells, lengths } = rows;
  const discrete = checkWeights(weights, rows);
  const fits: (FittedMixture | undefined)[] = [];
  const firsts: number[] = [];
  let total = 0;
  for (let b = 0; b < batch; b++) {
    firsts.push(total);
    if (lengths[b] === 0) {
      fits.push(undefined);
      continue;
    }
    const row = discrete.subarray(b * cells, b * cells + lengths[b]);
    const fit = { points: rows.points(b), dimension: n, iterations, variance, random };
    const fitted =
      components === "choose"
        ? chooseMixture(row, { ...fit, most, restarts, penalty, observations })
        : fitMixture(row, { ...fit, components });
    fits.push(fitted);
    total += fitted.components;
  }
  const location = new Float64Array(total * n);
  const scale2 = new Float64Array(total * n * n);
  fits.forEach((fitted, b) => {
    if (fitted === undefined) return;
    location.set(fitted.locations, firsts[b] * n);
    scale2.set(fitted.scale2, firsts[b] * n * n);
  });
  const parameters = { location, scale2, alpha: 1 };
  const densities = densityBatch(n, total, parameters);
  const planes = expectationPlanes(basis, densities, false);
  const { count } = basis;
  const expectation = new Float64Array(batch * count);
  fits.forEach((fitted, b) => {
    fitted?.shares.forEach((share, k) => {
      const at = (firsts[b] + k) * count;
      for (let j = 0; j < count; j++) expectation[b * count + j] += share * planes.value[at + j];
    });
  });
  const positional = positionWeights(rows, basis, expectation);

  return {
    context: inKindOf(values, contextOf(rows, positional)),
    fits,
    pullback(cotangent) {
      const dContext = contextCotangent(rows, cotangent);
      const pulledValues = pullContext(rows, values, positional, dContext);
      const dExpectation = pullPositionWeights(rows, basis, pulledValues.weights);
      const each = new Float64Array(total * count);
      const dShares = new Float64Array(total);
      fits.forEach((fitted, b) => {
        fitted?.shares.forEach((share, k) => {
          const at = (firsts[b] + k) * count;
          for (let j = 0; j < count; j++) {
            each[at + j] = share * dExpectation[b * count + j];
            dShares[firsts[b] + k] += planes.value[at + j] * dExpectation[b * count + j];
          }
        });
      });
      const gradient = pullPlanes(basis, densities, planes, parameters, each);
      const dWeights = new Float64Array(batch * cells);
      fits.forEach((fitted, b) => {
        if (fitted === undefined) return;
        const from = firsts[b];
        const to = from + fitted.components;
        const pulled = fitted.pullback({
          shares: dShares.subarray(from, to),
          locations: gradient.location.subarray(from * n, to * n),
          scale2: gradient.scale2.subarray(from * n * n, to * n * n),
        });
        dWeights.set(pulled, b * cells);
      });
      return {
        values: pulledValues.values,
        weights: inKindOf(weights, dWeights),
      };
    },
  };
}

/**
 * Multimodal continuous attention c = sum_k share_k E_{p_k}[V_B(t)]: a mixture of Gaussians p_k is fitted to the discrete
 * weights of every row by weighted EM, of a given number of components or of as many as the penalised likelihood pays for.
 * `multimodalAttention.vjp` gives the pullback to the values and, through the unrolled EM steps, to the weights.
 *
 * - `values`, `shape`, `lengths`, `ridge`, `padding`: as for `continuousAttention`; `weights`: batch x positions, each row a
 *   distribution. `random`: a generator of uniform numbers, which makes the fits repeatable when it is seeded.
 * - Throws a RangeError for weights below 0 or that do not sum to 1.
 * - Cost: the fits, O(iterations positions components) each, and `continuousAttention` with every component a row.
 *
 * Farinhas, Martins and Aguiar, "Multimodal Continuous Visual Attention Mechanisms" (2021).
 *
 * @example
 * const basis = piecewiseBasis({ count: 2 });
 * const options = { shape: [2, 1], basis, ridge: 0, components: 1, random: Math.random };
 * multimodalAttention([1, 3], [0.5, 0.5], options); // [1.909]
 */
export const multimodalAttention: {
  <V extends Scores>(values: V, weights: Scores, options: MultimodalAttentionOptions): SameKind<V>;
  vjp: typeof attend;
} = /* @__PURE__ */ Object.assign(
  <V extends Scores>(values: V, weights: Scores, options: MultimodalAttentionOptions) =>
    attend(values, weights, options).context,
  { vjp: attend },
);
