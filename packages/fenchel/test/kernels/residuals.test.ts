/** Residuals of the vjp, on the kernels' memory and off it: every pullback right, or refused, never wrong. */
import { describe, expect, test } from "vitest";
import { registry, softmax, sparsemax } from "../../src/index.ts";
import { firstDifference } from "../support/backends.ts";
import { normals } from "../support/rows-of-scores.ts";

const single = (n: number, seed: number) => Float32Array.from(normals(n, seed));

/** Fails unless two arrays are the same, naming the first entry that differs. */
const same = (got: ArrayLike<number>, wanted: ArrayLike<number> | undefined) =>
  expect(firstDifference(got, wanted!), "first entry that differs").toBe(-1);

describe.each(registry.filter(({ kernel }) => kernel))("$name", (entry) => {
  const { vjp } = entry.mapping;
  const needs = (n: number) => entry.optionsFor?.(n) ?? {};

  /** The pullback's result for a call of its own, with nothing before or after. */
  function alone(scores: Float32Array, u: Float32Array, options: object = needs(scores.length)): Float32Array {
    return vjp(scores.slice(), { ...options })
      .pullback(u)
      .scores.slice();
  }

  test("pullbacks of many calls, in any order, after calls that work in the same memory", () => {
    const sizes = [5000, 1024, 6, 20_000, 1025, 1023, 4099];
    const calls = sizes.map((n, seed) => ({ x: single(n, seed), u: single(n, 100 + seed) }));
    const wanted = calls.map(({ x, u }) => alone(x, u));
    const held = calls.map(({ x }, i) =>
      vjp(x, { ...needs(x.length), ...(i % 2 === 0 ? { out: new Float32Array(x.length) } : {}) }),
    );
    sparsemax(single(70_000, 1));
    for (const order of [3, 0, 6, 2, 5, 1, 4, 3, 0]) {
      held[order]!.weights.fill(7);
      same(held[order]!.pullback(calls[order]!.u).scores, wanted[order]);
      const passing = calls[(order + 3) % sizes.length]!;
      same(alone(passing.x, passing.u), wanted[(order + 3) % sizes.length]);
    }
  });

  test("a loop over layers into the same outs", () => {
    const layers = [2048, 1500, 3000].map((n, seed) => ({ x: single(n, seed), u: single(n, 50 + seed), n }));
    const outs = layers.map(({ n }) => [new Float32Array(n), new Float32Array(n)] as const);
    const wanted = layers.map(({ x, u }) => alone(x, u));
    for (let step = 0; step < 4; step++) {
      const pullbacks = layers.map(({ x, n }, i) => vjp(x, { ...needs(n), out: outs[i]![0] }).pullback);
      for (const i of [2, 1, 0]) {
        pullbacks[i]!(layers[i]!.u, { out: outs[i]![1] });
        same(outs[i]![1], wanted[i]);
      }
    }
  });

  test.each([6, 1023, 1025, 20_000])("many vjps of %d entries into one out, each pulled back later", (n) => {
    const out = new Float32Array(n);
    const calls = [1, 2, 3, 4, 5, 6, 7].map((seed) => ({ x: single(n, seed), u: single(n, 100 + seed) }));
    const wanted = calls.map(({ x, u }) => alone(x, u));
    const pullbacks = calls.map(({ x }) => vjp(x, { ...needs(n), out }).pullback);
    for (const i of [4, 0, 6, 2, 3, 5, 1, 4, 6]) same(pullbacks[i]!(calls[i]!.u).scores, wanted[i]);
    // The last one's residuals are those that the next call overwrites; all the others stay valid for ever.
    const next = vjp(calls[0]!.x, { ...needs(n), out });
    for (const i of [5, 0, 1, 2, 3, 4]) same(pullbacks[i]!(calls[i]!.u).scores, wanted[i]);
    expect(() => pullbacks[6]!(calls[6]!.u)).toThrow(
      `${entry.name}: this pullback is no longer valid: a later vjp into the same out overwrote its residuals`,
    );
    same(next.pullback(calls[0]!.u).scores, wanted[0]);
  });

  test("an old pullback into a reused out is refused; a call that throws leaves the others right", () => {
    const n = 2000;
    const [x, u] = [single(n, 1), single(n, 2)];
    const wanted = alone(x, u);
    const out = new Float32Array(n);
    const options = { ...needs(n), out };
    const other = vjp(x, needs(n));
    const first = vjp(x, options);
    const second = vjp(single(n, 3), options);
    expect(first.pullback(u).scores).toEqual(wanted);
    same(second.pullback(u).scores, alone(single(n, 3), u));
    const bad = x.slice();
    bad[1999] = Number.NaN;
    expect(() => vjp(bad, options)).toThrow(RangeError);
    expect(() => second.pullback(u)).toThrow(/a later vjp into the same out overwrote its residuals/);
    const third = vjp(x, options);
    expect(other.pullback(u).scores).toEqual(wanted);
    expect(first.pullback(u).scores).toEqual(wanted);
    expect(third.pullback(u).scores).toEqual(wanted);
  });

  test("the same out along another axis", () => {
    const [x, u] = [single(4096, 1), single(4096, 2)];
    const out = new Float32Array(4096);
    for (const axis of [1, 0, 1, 0, 0, 1]) {
      const options = { ...needs(64), shape: [64, 64], axis };
      same(vjp(x, { ...options, out }).pullback(u).scores, alone(x, u, options));
    }
  });
});

test("more than fits: every pullback is right, pending or called before", () => {
  const n = 1 << 20;
  const u = single(n, 9);
  const scores = [1, 2, 3, 4, 5, 6].map((seed) => single(n, seed));
  const options = { shape: [64, n / 64] };
  const wanted = scores.map((x) => softmax.vjp(x, options).pullback(u).scores);
  const calls = scores.map((x, i) => softmax.vjp(x, { ...options, ...(i < 3 ? { out: new Float32Array(n) } : {}) }));
  for (const i of [5, 0, 3, 1, 4, 2, 5, 0]) {
    same(calls[i]!.pullback(u).scores, wanted[i]!);
    softmax.vjp(scores[1]!, options).pullback(u);
  }
});

describe("softmax rows near 0 and far from it", () => {
  const options = { shape: [8, 37] };

  /** Eight rows of which some are too far from 0 to go without a shift. */
  function mixed(far: number, n = 37): Float32Array {
    return Float32Array.from(normals(8 * n, 4), (x, i) => (i % (2 * n) === n + 3 ? far : x));
  }

  test.each([
    10, 10.74, 10.8, 11.1, 11.5, 30, 80, 1e5, 5.8e6, 1e30, -10.74, -11.1, -12, -1e6, -2907270, -8721558, -1e38,
  ])("a score of %d in every other row", (far) => {
    for (const n of [36, 37]) {
      const x = mixed(far, n);
      const weights = softmax(x, { shape: [8, n] });
      const wanted = softmax(Float64Array.from(x), { shape: [8, n] });
      for (let i = 0; i < x.length; i++) expect(Math.abs(weights[i]! - wanted[i]!)).toBeLessThan(2e-6);
      // A row's weights are its own, whatever its neighbours are.
      for (let at = 0; at < x.length; at += n) {
        expect(weights.slice(at, at + n)).toEqual(softmax(x.slice(at, at + n)));
      }
    }
  });

  test("all scores at the edge of what needs no shift", () => {
    for (const level of [10.7, -10.7, 10.74, -11.08, 11]) {
      const x = Float32Array.from(normals(1000, 2), (score) => level + score / 100);
      const weights = softmax(x);
      const wanted = softmax(Float64Array.from(x));
      for (let i = 0; i < x.length; i++) expect(Math.abs(weights[i]! / wanted[i]! - 1)).toBeLessThan(2e-6);
    }
  });

  test.each([0x7fc00000, 0x7f800001, 0x7fffffff, 0xffffffff, 0xffc00010, 0x7f800000])("bits %d are refused", (bits) => {
    for (const at of [0, 3, 4, 30, 36, 37, 295]) {
      const x = mixed(1);
      new Uint32Array(x.buffer)[at] = bits;
      expect(() => softmax(x, options)).toThrow(`scores[${at}]`);
    }
  });

  test("a huge cotangent, or one that is not finite where the weight is 0", () => {
    const x = Float32Array.from([0, 1, -Infinity, 2, -1000, 1]);
    for (const odd of [Number.NaN, Infinity, 1e35]) {
      const u = Float32Array.from([1, 2, odd, -1, odd, 0]);
      const plain = softmax.vjp(x).pullback(Float32Array.from([1, 2, 0, -1, 0, 0])).scores;
      const got = softmax.vjp(x).pullback(u).scores;
      for (let i = 0; i < 6; i++) expect(Math.abs(got[i]! - plain[i]!)).toBeLessThan(1e-6);
    }
    const large = softmax.vjp(new Float32Array(4)).pullback(Float32Array.from([3e38, 3e38, 3e38, 0])).scores;
    expect(large[3]! / -5.625e37).toBeCloseTo(1, 5);
  });
});
