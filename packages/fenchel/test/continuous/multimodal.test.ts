/** Multimodal attention: the EM fits, the choice of their number, and the gradient through the unrolled steps. */
import { describe, expect, test } from "vitest";
import {
  chooseMixture,
  fitMixture,
  fourierBasis,
  gaussianGrid,
  gridPositions,
  mixture,
  multimodalAttention,
  positions,
  regressionMatrix,
  basisExpectation,
  softmax,
} from "../../src/index.ts";
import { normals, uniform } from "../support/rows-of-scores.ts";
import { gradientOf, mostOff, off } from "./support/numeric.ts";

const dot = (a: ArrayLike<number>, b: ArrayLike<number>) => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
};

/** Weights with peaks of width 0.05 at the given places. */
function peaks(
  points: Float64Array,
  dimension: number,
  places: readonly (readonly number[])[],
  width = 0.05,
): Float64Array {
  const raw = Float64Array.from({ length: points.length / dimension }, (_, l) => {
    let sum = 0;
    for (const place of places) {
      let square = 0;
      for (let i = 0; i < dimension; i++) square += (points[l * dimension + i]! - place[i]!) ** 2;
      sum += Math.exp(-square / (2 * width * width));
    }
    return sum;
  });
  const total = raw.reduce((sum, w) => sum + w, 0);
  return raw.map((w) => w / total);
}

describe("weighted EM", () => {
  test("one component: mean and variance of the weights, whatever the start", () => {
    const t = positions(9);
    const w = softmax(normals(9, 2));
    const fit = fitMixture(w, { points: t, components: 1 });
    const mean = dot(w, t);
    expect(off(fit.locations[0]!, mean)).toBeLessThan(1e-9);
    expect(
      off(
        fit.scale2[0]!,
        w.reduce((sum, p, l) => sum + p * (t[l]! - mean) ** 2, 1e-6),
      ),
    ).toBeLessThan(1e-9);
    expect(fit.shares[0]).toBe(1);
  });

  test("the likelihood never falls from step to step", () => {
    const t = gridPositions(10, 10);
    const w = peaks(t, 2, [
      [0.25, 0.3],
      [0.7, 0.75],
      [0.8, 0.2],
    ]);
    for (const seed of [1, 2, 3]) {
      let before = -Infinity;
      for (let iterations = 1; iterations <= 15; iterations++) {
        const fit = fitMixture(w, {
          points: t,
          dimension: 2,
          components: 3,
          iterations,
          random: uniform(seed),
          variance: 0,
        });
        expect(fit.logLikelihood).toBeGreaterThanOrEqual(before - 1e-9);
        before = fit.logLikelihood;
      }
    }
  });

  test("finds two modes", () => {
    const t = positions(60);
    const fit = fitMixture(peaks(t, 1, [[0.2], [0.75]]), {
      points: t,
      components: 2,
      iterations: 60,
      random: uniform(4),
    });
    const order = Array.from(fit.locations).sort((a, b) => a - b);
    expect(Math.abs(order[0]! - 0.2)).toBeLessThan(0.01);
    expect(Math.abs(order[1]! - 0.75)).toBeLessThan(0.01);
    expect(Math.abs(Math.sqrt(fit.scale2[0]!) - 0.05)).toBeLessThan(0.005);
    const density = fit.mixture();
    const likelihood = dot(peaks(t, 1, [[0.2], [0.75]]), density.logDensity(t));
    expect(off(fit.logLikelihood, likelihood)).toBeLessThan(1e-12);
  });

  test.each([
    [1, 1],
    [1, 3],
    [2, 1],
    [2, 3],
  ] as const)("gradient in the weights by differences: %d dimensions, %d components", (dimension, components) => {
    const t = dimension === 1 ? positions(12) : gridPositions(3, 4);
    const w = softmax(normals(12, 40 + components), { gamma: 1.5 });
    const options = { points: t, dimension, components, iterations: 5, variance: 1e-4 };
    const start = {
      shares: new Float64Array(components).fill(1 / components),
      locations: Float64Array.from({ length: components * dimension }, (_, i) => 0.2 + 0.6 * ((0.37 * i) % 1)),
      scale2: Float64Array.from({ length: components * dimension ** 2 }, (_, i) =>
        (i % dimension ** 2) % 3 === 0 ? 0.04 : 0,
      ),
    };
    const fit = (weights: ArrayLike<number>) => fitMixture(weights, { ...options, start });
    const here = fit(w);
    const cotangent = {
      shares: Float64Array.from(here.shares, (_, i) => Math.sin(1 + i)),
      locations: Float64Array.from(here.locations, (_, i) => Math.cos(2 * i)),
      // Not symmetric: the gradient must hold for any cotangent of the four entries.
      scale2: Float64Array.from(here.scale2, (_, i) => Math.sin(3 * i + 1)),
    };
    const total = (weights: ArrayLike<number>) => {
      const { shares, locations, scale2 } = fit(weights);
      return dot(shares, cotangent.shares) + dot(locations, cotangent.locations) + dot(scale2, cotangent.scale2);
    };
    expect(mostOff(here.pullback(cotangent), gradientOf(total, w, 1e-4))).toBeLessThan(1e-7);
  });
});

describe("the number of modes", () => {
  const t = gridPositions(12, 12);
  const choose = (places: readonly (readonly number[])[], observations: number) =>
    chooseMixture(peaks(t, 2, places, 0.06), {
      points: t,
      dimension: 2,
      iterations: 30,
      variance: 1 / (12 * 144),
      random: uniform(9),
      observations,
      restarts: 8,
    });

  test("as many as the weights have, when they stand for enough observations", () => {
    expect(choose([[0.5, 0.4]], 100).components).toBe(1);
    expect(
      choose(
        [
          [0.2, 0.3],
          [0.8, 0.7],
        ],
        100,
      ).components,
    ).toBe(2);
    expect(
      choose(
        [
          [0.2, 0.2],
          [0.8, 0.3],
          [0.4, 0.85],
        ],
        100,
      ).components,
    ).toBe(3);
  });

  test("the penalty decides", () => {
    const w = peaks(
      t,
      2,
      [
        [0.2, 0.3],
        [0.8, 0.7],
      ],
      0.06,
    );
    const at = (penalty: number) =>
      chooseMixture(w, {
        points: t,
        dimension: 2,
        iterations: 30,
        variance: 1 / (12 * 144),
        random: uniform(9),
        observations: 10,
        penalty,
      }).components;
    expect(at(0.01)).toBeGreaterThanOrEqual(2);
    expect(at(1000)).toBe(1);
  });
});

describe("multimodal attention", () => {
  const basis = gaussianGrid({ count: 6, widths: 0.15 });
  const [batch, length, features] = [2, 10, 2];
  const shape = [batch, length, features];
  const values = Float64Array.from(normals(batch * length * features, 50));
  const lengths = [10, 8];
  const weights = softmax(normals(batch * length, 51), { shape: [batch, length], lengths, gamma: 1.5 });
  const cotangent = Float64Array.from(normals(batch * features, 52));
  const options = (seed: number) => ({
    shape,
    basis,
    lengths,
    components: 2,
    iterations: 5,
    variance: 1e-3,
    random: uniform(seed),
  });

  test("the context is the mixture's expectation of the value function", () => {
    const { context, fits } = multimodalAttention.vjp(values, weights, options(3));
    for (let b = 0; b < batch; b++) {
      const { shares, locations, scale2 } = fits[b]!;
      const g = regressionMatrix(basis, lengths[b]!);
      const each = basisExpectation(basis, { location: locations, scale2, alpha: 1 });
      for (let d = 0; d < features; d++) {
        let wanted = 0;
        shares.forEach((share, k) => {
          for (let l = 0; l < lengths[b]!; l++) {
            const w = dot(
              g.subarray(l * basis.count, (l + 1) * basis.count),
              each.subarray(k * basis.count, (k + 1) * basis.count),
            );
            wanted += share * w * values[(b * length + l) * features + d]!;
          }
        });
        expect(off(context[b * features + d]!, wanted)).toBeLessThan(1e-12);
      }
    }
    expect(multimodalAttention(values, weights, options(3))).toEqual(context);
  });

  test("gradients in values and weights", () => {
    const { pullback } = multimodalAttention.vjp(values, weights, options(3));
    const gradient = pullback(cotangent);
    const total = (w: ArrayLike<number>, v: Float64Array) =>
      dot(multimodalAttention(v, Array.from(w, Math.abs), options(3)), cotangent);
    expect(
      mostOff(
        gradient.values,
        gradientOf((v) => total(weights, v), values, 1e-2),
      ),
    ).toBeLessThan(1e-9);
    const byWeights = gradientOf((w) => total(w, values), weights, 1e-4);
    for (let i = 0; i < weights.length; i++) {
      if (i % length < lengths[Math.floor(i / length)]!)
        expect(off(gradient.weights[i]!, byWeights[i]!)).toBeLessThan(2e-5);
      else expect(gradient.weights[i]).toBe(0);
    }
  });

  test("in the plane, with the number chosen, and a row without positions", () => {
    const plane = gaussianGrid({ dimension: 2, count: 3, widths: 0.3 });
    const image = Float64Array.from(normals(36, 53));
    const w = softmax(normals(36, 54), { gamma: 0.6 });
    const at = (discrete: ArrayLike<number>) =>
      multimodalAttention.vjp(image, Array.from(discrete), {
        shape: [6, 6, 1],
        basis: plane,
        random: uniform(8),
        observations: 36,
        variance: 1 / (12 * 36),
        iterations: 6,
      });
    const { fits, pullback } = at(w);
    expect(fits[0]!.components).toBeGreaterThanOrEqual(1);
    expect(Math.min(...w)).toBeGreaterThan(1e-5);
    const total = (discrete: ArrayLike<number>) => at(discrete).context[0]!;
    expect(mostOff(pullback([1]).weights, gradientOf(total, w, 3e-6))).toBeLessThan(1e-5);
    const none = multimodalAttention.vjp(
      values,
      weights.map((x, i) => (i < length ? 0 : x)),
      { ...options(3), lengths: [0, 8] },
    );
    expect(none.fits[0]).toBeUndefined();
    expect(Array.from(none.context.slice(0, features))).toEqual([0, 0]);
    expect(
      none
        .pullback(cotangent)
        .weights.slice(0, length)
        .every((x) => x === 0),
    ).toBe(true);
  });

  test("a constant value function gives its value", () => {
    const constant = fourierBasis({ harmonics: 0 });
    const ones = new Float64Array(length).fill(3);
    const got = multimodalAttention(ones, softmax(normals(length, 60)), {
      shape: [length, 1],
      basis: constant,
      ridge: 0,
      random: uniform(1),
      components: 3,
    });
    expect(off(got[0]!, 3)).toBeLessThan(1e-12);
  });
});

test("one mode of a mixture far from the other keeps its own support", () => {
  const t = positions(40);
  const fit = fitMixture(peaks(t, 1, [[0.1], [0.9]], 0.03), {
    points: t,
    components: 2,
    iterations: 40,
    random: uniform(2),
  });
  const p = mixture(fit.mixture().components, fit.shares);
  expect(p.density([0.5])[0]).toBeLessThan(1e-6);
  expect(p.density([0.1])[0]).toBeGreaterThan(1);
});

describe("degenerate arguments", () => {
  const points = positions(3);
  test.each([
    [() => fitMixture([1, 0], { points, components: 1 }), RangeError, /weights has 2 entries: 3 are needed/],
    [() => fitMixture([1, -1, 0], { points, components: 1 }), RangeError, /weights\[1\] is -1/],
    [() => fitMixture([1, 0, 0], { points, components: 0 }), RangeError, /components is 0/],
    [() => fitMixture([1, 0, 0], { points, components: 2 }), TypeError, /random is undefined/],
    [() => fitMixture([1, 0, 0], { points, components: 1, variance: -1 }), RangeError, /variance is -1/],
    [() => chooseMixture([1, 0, 0], { points, random: uniform(1), penalty: -1 }), RangeError, /penalty is -1/],
  ])("%s", (act, kind, message) => {
    expect(act).toThrow(kind);
    expect(act).toThrow(message);
  });
});
