/** Continuous attention: the contexts, their gradients, lengths, and independence of the batch. */
import { describe, expect, test } from "vitest";
import { basisExpectation, continuousAttention, gaussianGrid, regressionMatrix } from "../../src/index.ts";
import { dot } from "../support/backends.ts";
import { normals, uniform } from "../support/rows-of-scores.ts";
import { bases } from "./support/bases.ts";
import { gradientOf, mostOff, off, slope, symmetricGradient } from "./support/numeric.ts";

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
