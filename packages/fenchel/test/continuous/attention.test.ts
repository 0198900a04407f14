/** Continuous and combined attention: the regression, the contexts, their gradients, lengths, padding and limits. */
import { describe, expect, test } from "vitest";
import {
  basisExpectation,
  combinedAttention,
  continuousAttention,
  fourierBasis,
  gaussianBasis,
  gaussianGrid,
  gridPositions,
  matchedScale,
  piecewiseBasis,
  positions,
  regressionMatrix,
  softmax,
  sparsemax,
} from "../../src/index.ts";
import type { Basis } from "../../src/index.ts";
import { normals, uniform } from "../support/rows-of-scores.ts";
import { gradientOf, mostOff, off, slope, symmetricGradient } from "./support/numeric.ts";

const dot = (a: ArrayLike<number>, b: ArrayLike<number>) => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
};

const bases: readonly (readonly [string, Basis])[] = [
  ["gaussian", gaussianGrid({ count: 4, widths: [0.1, 0.4] })],
  ["piecewise", piecewiseBasis({ count: 5 })],
  ["fourier", fourierBasis({ harmonics: 3 })],
];

/** B = H G by solving (F F^T + lambda I) in the tests' own way: gradient descent's fixed point, checked by its residual. */
function normalResidual(
  basis: Basis,
  points: Float64Array,
  inside: readonly number[],
  g: Float64Array,
  ridge: number,
): number {
  // G (F F^T + lambda I) = the rows of F^T at the positions inside.
  const n = basis.count;
  const f = basis.evaluate(points);
  const rows = points.length / basis.dimension;
  let worst = 0;
  inside.forEach((l, at) => {
    for (let j = 0; j < n; j++) {
      let sum = ridge * g[at * n + j]!;
      for (let i = 0; i < n; i++) {
        let entry = 0;
        for (let q = 0; q < rows; q++) entry += f[q * n + i]! * f[q * n + j]!;
        sum += g[at * n + i]! * entry;
      }
      worst = Math.max(worst, Math.abs(sum - f[l * n + j]!));
    }
  });
  return worst;
}

describe("positions and regression", () => {
  test("positions are the middles of equal cells", () => {
    expect(Array.from(positions(4))).toEqual([0.125, 0.375, 0.625, 0.875]);
    expect(Array.from(positions(1))).toEqual([0.5]);
    expect(Array.from(gridPositions(2, 1))).toEqual([0.5, 0.25, 0.5, 0.75]);
  });

  test.each(bases)("%s: the normal equations, with as many, fewer and more positions", (_, basis) => {
    for (const length of [1, 2, basis.count, 3 * basis.count]) {
      const g = regressionMatrix(basis, length, { ridge: 0.3 });
      expect(g.length).toBe(length * basis.count);
      const inside = Array.from({ length }, (_, l) => l);
      expect(normalResidual(basis, positions(length), inside, g, 0.3)).toBeLessThan(1e-10);
    }
  });

  test("padding adds positions of the same grid, for even and odd lengths", () => {
    const [, basis] = bases[0]!;
    for (const length of [4, 5, 7, 10]) {
      const g = regressionMatrix(basis, length, { ridge: 0.2, padding: 0.5 });
      const extra = Math.floor(length / 2);
      const padded = Float64Array.from({ length: length + 2 * extra }, (_, l) => (l - extra + 0.5) / length);
      expect(padded[0]).toBeGreaterThanOrEqual(-0.5);
      expect(padded[0]! - 1 / length).toBeLessThan(-0.5 + 1e-12);
      expect(Array.from(padded.slice(extra, extra + length))).toEqual(Array.from(positions(length)));
      const inside = Array.from({ length }, (_, l) => l + extra);
      expect(normalResidual(basis, padded, inside, g, 0.2)).toBeLessThan(1e-10);
    }
    // The value function of ones falls off outside with padding, and inside it stays near 1.
    const at = (t: number, padding: number) => {
      const g = regressionMatrix(basis, 20, { ridge: 0.01, padding });
      const psi = basis.evaluate([t]);
      let sum = 0;
      for (let l = 0; l < 20; l++) for (let j = 0; j < basis.count; j++) sum += g[l * basis.count + j]! * psi[j]!;
      return sum;
    };
    expect(Math.abs(at(1.4, 0.5))).toBeLessThan(Math.abs(at(1.4, 0)));
    expect(at(0.5, 0.5)).toBeGreaterThan(0.8);
  });

  test("images: the grid and its padding", () => {
    const basis = gaussianGrid({ dimension: 2, count: 2, widths: 0.3 });
    const g = regressionMatrix(basis, [2, 3], { ridge: 0.1 });
    const inside = Array.from({ length: 6 }, (_, l) => l);
    expect(normalResidual(basis, gridPositions(2, 3), inside, g, 0.1)).toBeLessThan(1e-10);
    const wide = regressionMatrix(basis, [2, 3], { ridge: 0.1, padding: 0.5 });
    const points: number[] = [];
    const kept: number[] = [];
    for (let r = -1; r < 3; r++) {
      for (let c = -1; c < 4; c++) {
        if (r >= 0 && r < 2 && c >= 0 && c < 3) kept.push(points.length / 2);
        points.push((c + 0.5) / 3, (r + 0.5) / 2);
      }
    }
    expect(normalResidual(basis, Float64Array.from(points), kept, wide, 0.1)).toBeLessThan(1e-10);
  });

  test("computed once a length, and bounded", () => {
    const basis = gaussianGrid({ count: 4, widths: 0.1 });
    const at = (ridge: number) => regressionMatrix(basis, 2 ** 16, { ridge });
    const first = at(1);
    expect(at(1)).toBe(first);
    expect(at(2)).not.toBe(first);
    // 2 MiB each: the 32 used last are kept, and one that is used again stays.
    for (let i = 0; i < 24; i++) at(3 + i);
    expect(at(1)).toBe(first);
    for (let i = 24; i < 48; i++) at(3 + i);
    expect(at(1)).toBe(first);
    for (let i = 48; i < 82; i++) at(3 + i);
    const again = at(1);
    expect(again).not.toBe(first);
    expect(again).toEqual(first);
  });

  test("more functions than positions and no ridge: the values are met exactly", () => {
    const basis = gaussianGrid({ count: 9, widths: 0.1 });
    const g = regressionMatrix(basis, 4, { ridge: 0 });
    const f = basis.evaluate(positions(4));
    for (let l = 0; l < 4; l++) {
      for (let q = 0; q < 4; q++) {
        const met = dot(g.subarray(l * 9, l * 9 + 9), f.subarray(q * 9, q * 9 + 9));
        expect(Math.abs(met - (l === q ? 1 : 0))).toBeLessThan(1e-10);
      }
    }
  });

  test("a singular system without ridge is an error that names it", () => {
    const twice = gaussianBasis({ centres: [0.5, 0.5], widths: 0.1 });
    expect(() => regressionMatrix(twice, 5, { ridge: 0 })).toThrow(/ridge is 0: a larger one is needed/);
    expect(() => regressionMatrix(twice, 5, { ridge: -1 })).toThrow(/ridge is -1/);
    expect(() => regressionMatrix(twice, 0)).toThrow(/length is 0/);
    expect(() => regressionMatrix(twice, [2, 2])).toThrow(/length/);
    expect(() => regressionMatrix(twice, 2, { padding: -1 })).toThrow(/padding is -1/);
  });
});

describe.each(bases)("continuous attention on the line, %s functions", (_, basis) => {
  const [batch, length, features] = [3, 6, 2];
  const shape = [batch, length, features];
  const values = Float64Array.from(normals(batch * length * features, 4));
  const location = [0.3, 0.5, 0.8];
  const scale2 = [0.02, 0.1, 0.005];
  const lengths = [6, 5, 3];
  const cotangent = Float64Array.from(normals(batch * features, 5));

  test.each([1, 1.5, 1.7, 2])("context and gradients, alpha %d", (alpha) => {
    const options = { shape, basis, location, scale2, alpha, alphaGradient: true, lengths, ridge: 0.05, padding: 0.5 };
    const { context, expectation, pullback } = continuousAttention.vjp(values, options);
    // B = H G, c = B r, in that order.
    const r = basisExpectation(basis, { location, scale2, alpha });
    expect(mostOff(expectation, r)).toBe(0);
    for (let b = 0; b < batch; b++) {
      const g = regressionMatrix(basis, lengths[b]!, { ridge: 0.05, padding: 0.5 });
      for (let d = 0; d < features; d++) {
        let c = 0;
        for (let j = 0; j < basis.count; j++) {
          let coefficient = 0;
          for (let l = 0; l < lengths[b]!; l++) {
            coefficient += values[(b * length + l) * features + d]! * g[l * basis.count + j]!;
          }
          c += coefficient * r[b * basis.count + j]!;
        }
        expect(off(context[b * features + d]!, c)).toBeLessThan(1e-11);
      }
    }
    const total = (
      change: Partial<{ location: number[]; scale2: number[]; alpha: number }>,
      v: Float64Array = values,
    ) => dot(continuousAttention(v, { ...options, ...change }), cotangent);
    const gradient = pullback(cotangent);
    expect(
      mostOff(
        gradient.values,
        gradientOf((v) => total({}, v), values, 1e-2),
      ),
    ).toBeLessThan(1e-9);
    const byLocation = gradientOf((m) => total({ location: Array.from(m) }), location, 1e-3);
    expect(mostOff(gradient.location, byLocation)).toBeLessThan(1e-6);
    const byScale = scale2.map((s, b) =>
      slope((x) => total({ scale2: scale2.map((other, i) => (i === b ? x : other)) }), s, s / 1000),
    );
    expect(mostOff(gradient.scale2, byScale)).toBeLessThan(1e-6);
    if (alpha > 1)
      expect(
        off(
          gradient.alpha!,
          slope((a) => total({ alpha: a }), alpha),
        ),
      ).toBeLessThan(1e-6);
  });

  test("what lies behind a length takes no part", () => {
    const options = { shape, basis, location, scale2, lengths };
    const noisy = values.map((v, i) =>
      Math.floor(i / features) % length >= lengths[Math.floor(i / (length * features))]! ? NaN : v,
    );
    const { context, positionWeights, pullback } = continuousAttention.vjp(noisy, options);
    expect(context).toEqual(continuousAttention(values, options));
    const gradient = pullback(cotangent);
    for (let b = 0; b < batch; b++) {
      for (let l = lengths[b]!; l < length; l++) {
        expect(positionWeights[b * length + l]).toBe(0);
        for (let d = 0; d < features; d++) expect(gradient.values[(b * length + l) * features + d]).toBe(0);
      }
      // The row alone, at its own length, is the same.
      const own = values.slice(b * length * features, (b * length + lengths[b]!) * features);
      const alone = { shape: [lengths[b]!, features], basis, location: location[b]!, scale2: scale2[b]! };
      expect(mostOff(continuousAttention(own, alone), context.slice(b * features, (b + 1) * features))).toBeLessThan(
        1e-12,
      );
    }
  });

  test("linear in the values; every kind of array", () => {
    const options = { shape, basis, location, scale2 };
    const other = Float64Array.from(normals(values.length, 6));
    const sum = continuousAttention(
      values.map((v, i) => 2 * v - other[i]!),
      options,
    );
    const [a, b] = [continuousAttention(values, options), continuousAttention(other, options)];
    expect(
      mostOff(
        sum,
        a.map((v, i) => 2 * v - b[i]!),
      ),
    ).toBeLessThan(1e-11);
    const list = continuousAttention(Array.from(values), options);
    expect(Array.isArray(list)).toBe(true);
    expect(list).toEqual(Array.from(a));
    const single = continuousAttention.vjp(Float32Array.from(values), options);
    expect(single.context).toBeInstanceOf(Float32Array);
    expect(single.pullback(new Float32Array(batch * features)).values).toBeInstanceOf(Float32Array);
    expect(mostOff(single.context, a)).toBeLessThan(1e-4);
  });

  test.each([1, 2, 3, 4, 5, 9])("rows of equal and of other lengths, as each alone: %d features", (width) => {
    const all = [5, 5, 5, 0, 2, 2, 7, 3];
    const wide = [all.length, 7, width];
    const at = { location: all.map((_, b) => 0.1 * b), scale2: all.map((_, b) => 0.01 + 0.02 * b) };
    const size = 7 * width;
    for (const kind of [Float64Array, Float32Array]) {
      const h = kind.from(normals(all.length * size, 12));
      const ct = kind.from(normals(all.length * width, 13));
      const { context, pullback } = continuousAttention.vjp(h, { shape: wide, basis, ...at, lengths: all });
      const out = new kind(h.length).fill(7);
      const gradient = pullback(ct, out);
      expect(gradient.values).toBe(out);
      all.forEach((n, b) => {
        const row = continuousAttention.vjp(h.slice(b * size, b * size + n * width), {
          shape: [n, width],
          basis,
          location: at.location[b]!,
          scale2: at.scale2[b]!,
        });
        const pulled = row.pullback(ct.slice(b * width, (b + 1) * width));
        expect(mostOff(context.slice(b * width, (b + 1) * width), row.context)).toBeLessThan(1e-12);
        expect(mostOff(out.slice(b * size, b * size + n * width), pulled.values)).toBeLessThan(1e-12);
        expect(out.slice(b * size + n * width, (b + 1) * size).every((v) => v === 0)).toBe(true);
        expect(off(gradient.location[b]!, pulled.location)).toBeLessThan(1e-12);
        expect(off(gradient.scale2[b]!, pulled.scale2)).toBeLessThan(1e-12);
      });
    }
  });

  test("one position, and none", () => {
    const one = continuousAttention.vjp([3], { shape: [1, 1], basis, location: 0.5, scale2: 0.01, ridge: 1e-9 });
    expect(Number.isFinite(one.context[0])).toBe(true);
    if (basis.kind === "fourier") expect(one.positionWeights[0]).toBeGreaterThan(0);
    const none = continuousAttention.vjp(values, { shape, basis, location, scale2, lengths: [6, 0, 2] });
    expect(Array.from(none.context.slice(features, 2 * features))).toEqual([0, 0]);
    const gradient = none.pullback(cotangent);
    expect(gradient.location[1]).toBe(0);
    expect(gradient.scale2[1]).toBe(0);
    expect(gradient.values.slice(length * features, 2 * length * features).every((v) => v === 0)).toBe(true);
  });
});

describe("continuous attention in the plane", () => {
  const basis = gaussianGrid({ dimension: 2, count: 3, widths: 0.25 });
  const [batch, rows, columns, features] = [2, 3, 4, 2];
  const shape = [batch, rows, columns, features];
  const values = Float64Array.from(normals(batch * rows * columns * features, 8));
  const location = [0.3, 0.6, 0.7, 0.5];
  const scale2 = [0.05, 0.01, 0.01, 0.02, 0.02, -0.01, -0.01, 0.06];
  const cotangent = Float64Array.from(normals(batch * features, 9));

  test.each([1, 1.3, 2])("gradients, alpha %d", (alpha) => {
    const options = { shape, basis, location, scale2, alpha, alphaGradient: true };
    const total = (change: object, v: Float64Array = values) =>
      dot(continuousAttention(v, { ...options, ...change }), cotangent);
    const gradient = continuousAttention.vjp(values, options).pullback(cotangent);
    expect(
      mostOff(
        gradient.values,
        gradientOf((v) => total({}, v), values, 1e-2),
      ),
    ).toBeLessThan(1e-9);
    expect(
      mostOff(
        gradient.location,
        gradientOf((m) => total({ location: m }), location, 1e-3),
      ),
    ).toBeLessThan(1e-6);
    for (let b = 0; b < batch; b++) {
      const byScale = symmetricGradient(
        (s) => total({ scale2: scale2.map((v, i) => (Math.floor(i / 4) === b ? s[i % 4]! : v)) }),
        scale2.slice(4 * b, 4 * b + 4),
        1e-4,
      );
      expect(mostOff(gradient.scale2.slice(4 * b, 4 * b + 4), byScale)).toBeLessThan(1e-6);
    }
    if (alpha > 1)
      expect(
        off(
          gradient.alpha!,
          slope((a) => total({ alpha: a }), alpha),
        ),
      ).toBeLessThan(1e-6);
  });

  test("a bright cell is found where it is", () => {
    const image = new Float64Array(8 * 8);
    image[2 * 8 + 5] = 1;
    const fine = gaussianGrid({ dimension: 2, count: 8, widths: 0.1 });
    const at = (x: number, y: number) =>
      continuousAttention(image, { shape: [8, 8, 1], basis: fine, location: [x, y], scale2: [1e-4, 0, 0, 1e-4] })[0]!;
    // Column 5 of 8 and row 2 of 8: x = 5.5 / 8, y = 2.5 / 8.
    expect(at(5.5 / 8, 2.5 / 8)).toBeGreaterThan(4 * Math.abs(at(2.5 / 8, 5.5 / 8)));
  });
});

describe("combined attention", () => {
  const basis = gaussianGrid({ count: 5, widths: 0.2 });
  const [batch, length, features] = [3, 6, 2];
  const shape = [batch, length, features];
  const values = Float64Array.from(normals(batch * length * features, 14));
  const cotangent = Float64Array.from(normals(batch * features, 15));
  const lengths = [6, 4, 5];
  const weights = softmax(normals(batch * length, 16), { shape: [batch, length], lengths });

  test.each([1, 1.5, 1.8, 2])("contexts are summed, moments matched, alpha %d", (alpha) => {
    const options = { shape, basis, alpha, lengths };
    const { context, location, scale2 } = combinedAttention.vjp(values, weights, options);
    for (let b = 0; b < batch; b++) {
      const t = positions(lengths[b]!);
      const w = weights.slice(b * length, b * length + lengths[b]!);
      const mean = dot(w, t);
      const variance = w.reduce((sum, p, l) => sum + p * (t[l]! - mean) ** 2, 1e-6);
      expect(off(location[b]!, mean)).toBeLessThan(1e-14);
      expect(off(scale2[b]!, matchedScale({ alpha, covariance: variance }).scale2[0]!)).toBeLessThan(1e-13);
    }
    const continuous = continuousAttention(values, { shape, basis, alpha, lengths, location, scale2 });
    for (let b = 0; b < batch; b++) {
      for (let d = 0; d < features; d++) {
        let discrete = 0;
        for (let l = 0; l < length; l++)
          discrete += weights[b * length + l]! * values[(b * length + l) * features + d]!;
        expect(off(context[b * features + d]!, discrete + continuous[b * features + d]!)).toBeLessThan(1e-12);
      }
    }
  });

  test.each([1, 1.5, 1.8, 2])("gradients in values, weights and alpha, alpha %d", (alpha) => {
    const options = { shape, basis, alpha, lengths, alphaGradient: true };
    const total = (w: ArrayLike<number>, v: Float64Array, a = alpha) =>
      dot(combinedAttention(v, Array.from(w), { ...options, alpha: a }), cotangent);
    const gradient = combinedAttention.vjp(values, weights, options).pullback(cotangent);
    expect(
      mostOff(
        gradient.values,
        gradientOf((v) => total(weights, v), values, 1e-2),
      ),
    ).toBeLessThan(1e-9);
    // Off the simplex too (the check allows a step of 1e-4).
    const byWeights = gradientOf((w) => total(w.map(Math.abs), values), weights, 1e-4);
    for (let b = 0; b < batch; b++) {
      for (let l = 0; l < lengths[b]!; l++) {
        expect(off(gradient.weights[b * length + l]!, byWeights[b * length + l]!)).toBeLessThan(1e-5);
      }
      for (let l = lengths[b]!; l < length; l++) expect(gradient.weights[b * length + l]).toBe(0);
    }
    if (alpha > 1)
      expect(
        off(
          gradient.alpha!,
          slope((a) => total(weights, values, a), alpha),
        ),
      ).toBeLessThan(1e-6);
  });

  test("in the plane: matched to 9 pi sqrt|V| V, gradients through the weights", () => {
    const plane = gaussianGrid({ dimension: 2, count: 3, widths: 0.3 });
    const image = Float64Array.from(normals(2 * 9, 21));
    const discrete = softmax(normals(9, 22));
    const options = { shape: [3, 3, 2], basis: plane, alpha: 2, alphaGradient: true };
    const { scale2, pullback } = combinedAttention.vjp(image, discrete, options);
    const points = gridPositions(3, 3);
    const mean = [0, 1].map((i) => discrete.reduce((sum, p, l) => sum + p * points[2 * l + i]!, 0));
    const v = [0, 1, 2, 3].map((at) =>
      discrete.reduce(
        (sum, p, l) =>
          sum + p * (points[2 * l + (at >> 1)]! - mean[at >> 1]!) * (points[2 * l + (at & 1)]! - mean[at & 1]!),
        at === 1 || at === 2 ? 0 : 1e-6,
      ),
    );
    const root = Math.sqrt(v[0]! * v[3]! - v[1]! * v[2]!);
    expect(
      mostOff(
        scale2,
        v.map((entry) => 9 * Math.PI * root * entry),
      ),
    ).toBeLessThan(1e-13);
    const gradient = pullback([1, -0.5]);
    const total = (w: ArrayLike<number>) => dot(combinedAttention(image, Array.from(w), options), [1, -0.5]);
    expect(mostOff(gradient.weights, gradientOf(total, discrete, 1e-4))).toBeLessThan(1e-5);
  });

  test("through a sparse mapping to its scores", () => {
    const scores = Float64Array.from(normals(length, 31));
    const options = { shape: [length, features], basis };
    const own = values.slice(0, length * features);
    const total = (x: Float64Array) => dot(combinedAttention(own, sparsemax(x), options), [1, 2]);
    const { weights: sparse, pullback } = sparsemax.vjp(scores);
    const gradient = pullback(combinedAttention.vjp(own, sparse, options).pullback([1, 2]).weights);
    expect(mostOff(gradient.scores, gradientOf(total, scores, 1e-4))).toBeLessThan(1e-6);
  });

  test("one-hot weights: a narrow density at the position; without the added variance an error", () => {
    const hot = [0, 0, 1, 0, 0, 0];
    const { location, scale2 } = combinedAttention.vjp(values.slice(0, length * features), hot, {
      shape: [length, features],
      basis,
      alpha: 1,
    });
    expect(location[0]).toBe(positions(6)[2]);
    expect(scale2[0]).toBeCloseTo(1e-6, 15);
    const none = { shape: [length, features], basis, variance: 0 };
    expect(() => combinedAttention(values.slice(0, length * features), hot, none)).toThrow(/covariance\[0\] is 0/);
    expect(() =>
      combinedAttention(
        values,
        weights.map((w) => w / 2),
        { shape, basis, lengths },
      ),
    ).toThrow(/weights of row 0 sum to 0\.5/);
    expect(() =>
      combinedAttention(
        values,
        weights.map((w, i) => (i === 7 ? -w : w)),
        { shape, basis, lengths },
      ),
    ).toThrow(/weights\[7\] is -/);
  });
});

describe("degenerate arguments", () => {
  const [, basis] = bases[0]!;
  const good = { shape: [2, 3, 1], basis, location: [0.5, 0.5], scale2: 0.1 };
  const six = [1, 2, 3, 4, 5, 6];
  test.each([
    [() => continuousAttention(six, { ...good, scale2: -1 }), /scale2 is -1/],
    [() => continuousAttention(six, { ...good, scale2: [0.1, 0] }), /scale2\[1\] is 0/],
    [() => continuousAttention(six, { ...good, location: [1] }), /location has 1 entries: 2 are needed/],
    [() => continuousAttention([1, 2], good), /values has 2 entries: 6 are needed \(shape \[2, 3, 1\]\)/],
    [() => continuousAttention([1, 2, NaN, 4, 5, 6], good), /values\[2\] is NaN/],
    [() => continuousAttention(six, { ...good, lengths: [3, 4] }), /lengths\[1\] is 4: an integer from 0 to 3/],
    [() => continuousAttention(six, { ...good, lengths: [3] }), /lengths has 1 entries/],
    [
      () => continuousAttention(six, { ...good, shape: [6] }),
      /shape is "\[6\]": \[batch, length, features\] is needed/,
    ],
    [() => continuousAttention(six, { ...good, shape: [2, -3, 1] }), /shape\[1\] is -3/],
    [() => continuousAttention.vjp(six, good).pullback([1]), /cotangent has 1 entries: 2 are needed/],
  ])("%s", (act, message) => {
    expect(act).toThrow(RangeError);
    expect(act).toThrow(message);
  });

  test("a misspelt option", () => {
    const options = { ...good, sale2: 1 };
    expect(() => continuousAttention(six, options)).toThrow(/options.sale2 is unknown/);
  });
});

test("memory is linear in the batch and results do not depend on it", () => {
  const basis = gaussianGrid({ count: 8, widths: 0.1 });
  const random = uniform(77);
  const rows = Array.from({ length: 40 }, () => ({ location: random(), scale2: 0.001 + random() / 10 }));
  const values = Float64Array.from(normals(40 * 10 * 3, 78));
  const all = continuousAttention.vjp(values, {
    shape: [40, 10, 3],
    basis,
    location: rows.map(({ location }) => location),
    scale2: rows.map(({ scale2 }) => scale2),
  });
  expect(all.expectation.length).toBe(40 * 8);
  expect(all.positionWeights.length).toBe(40 * 10);
  rows.forEach((row, b) => {
    const one = continuousAttention(values.slice(b * 30, b * 30 + 30), { shape: [10, 3], basis, ...row });
    expect(Array.from(one)).toEqual(Array.from(all.context.slice(3 * b, 3 * b + 3)));
  });
});
