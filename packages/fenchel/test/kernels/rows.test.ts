/** The module that readies rows for every kernel: maxima, compaction, the way back, transposition. */
import { describe, expect, test } from "vitest";
import { softmaxBinary, sparsemaxBinary } from "../../src/kernels/generated/index.ts";
import type { KernelCall } from "../../src/kernels/runtime/kernel.ts";
import { scratch } from "../../src/kernels/runtime/memory.ts";
import { makeKernel, rowsModule } from "../../src/kernels/runtime/run.ts";
import { normals, uniform } from "../support/rows-of-scores.ts";

const softmaxKernel = makeKernel(softmaxBinary, { direct: true });
const sparsemaxKernel = makeKernel(sparsemaxBinary);

const at = { x: 0, mask: 1 << 16, lengths: 1 << 17, kept: 3 << 16, counts: 1 << 18, max: 5 << 16, other: 6 << 16 };

/** Runs `prepare` and reads what it left. */
function prepare(rows: number[][], mask: number[][] | null, lengths: number[] | null) {
  const n = rows[0]!.length;
  const views = scratch.views(1 << 20);
  views.u8.fill(0xff, 0, 1 << 20);
  views.f32.set(rows.flat(), at.x);
  if (mask !== null) views.u8.set(mask.flat(), at.mask);
  if (lengths !== null) views.i32.set(lengths, at.lengths >> 2);
  const found = rowsModule().prepare(
    at.x,
    mask === null ? 0 : at.mask,
    lengths === null ? 0 : at.lengths,
    at.kept,
    rows.length,
    n,
    at.counts,
    at.max,
  );
  return rows.map((_, r) => {
    const count = views.i32[(at.counts >> 2) + r]!;
    return {
      found,
      count,
      max: views.f32[(at.max >> 2) + r]!,
      kept: Array.from(views.f32.subarray(r * n, r * n + count)),
    };
  });
}

describe("prepare", () => {
  test.each([1, 2, 3, 4, 5, 7, 8, 9, 12, 31, 64])("finds the maximum of rows of %i wherever it stands", (n) => {
    const rows = Array.from({ length: n }, (_, position) =>
      Array.from({ length: n }, (_, i) => (i === position ? -1 : -2 - i)),
    );
    for (const row of prepare(rows, null, null)) expect(row).toMatchObject({ found: 0, count: n, max: -1 });
  });

  test("a row does not see the scores of the next one", () => {
    const [first, second] = prepare(
      [
        [1, 2, 3],
        [9, Number.NaN, 9],
      ],
      null,
      [3, 1],
    );
    expect(first).toMatchObject({ count: 3, max: 3 });
    expect(second).toEqual({ found: 2, count: 1, max: 9, kept: [9] });
  });

  test("mask, lengths and -Infinity take entries out, whatever these hold", () => {
    const rows = [
      [5, Number.NaN, 1, -Infinity, 2, Infinity],
      [1, 2, 3, 4, 5, 6],
      [Number.NaN, 0, 0, 0, 0, Infinity],
    ];
    const mask = [
      [1, 0, 1, 1, 1, 1],
      [1, 1, 1, 1, 1, 1],
      [0, 0, 0, 0, 0, 0],
    ];
    expect(prepare(rows, mask, [5, 6, 6])).toEqual([
      { found: 2, count: 3, max: 5, kept: [5, 1, 2] },
      { found: 2, count: 6, max: 6, kept: [1, 2, 3, 4, 5, 6] },
      { found: 2, count: 0, max: -Infinity, kept: [] },
    ]);
  });

  test("-Infinity alone takes entries out, a row of nothing else is empty", () => {
    expect(prepare([[-Infinity, 3, -Infinity, 4, 1], Array.from({ length: 5 }, () => -Infinity)], null, null)).toEqual([
      { found: 2, count: 3, max: 4, kept: [3, 4, 1] },
      { found: 2, count: 0, max: -Infinity, kept: [] },
    ]);
  });

  test.each([Number.NaN, Infinity])("a kept %d is found at every position", (odd) => {
    for (let position = 0; position < 13; position++) {
      const row = Array.from({ length: 13 }, (_, i) => (i === position ? odd : i));
      expect(prepare([row], null, null)[0]!.found & 1, `at ${position}`).toBe(1);
      expect(prepare([row], null, [position])[0]!.found & 1, `behind the end ${position}`).toBe(0);
    }
  });
});

test("expand puts a row back where it was, the removed value elsewhere", () => {
  const next = uniform(4);
  for (const n of [1, 2, 5, 16, 33]) {
    const rows = Array.from({ length: 9 }, (_, r) => normals(n, n + r));
    const mask = rows.map((row) => row.map(() => (next() < 0.6 ? 1 : 0)));
    const prepared = prepare(rows, mask, null);
    rowsModule().expand(at.x, at.kept, 9, n, at.counts, -2);
    const { f32, i32 } = scratch.views(0);
    rows.forEach((row, r) => {
      if (prepared[r]!.count === n) return;
      row.forEach((score, i) => {
        const index = r * n + i;
        if (mask[r]![i] === 1) expect(f32[index]).toBe(Math.fround(score));
        else expect(i32[index]).toBe(-2);
      });
    });
  }
});

test("transpose and its bytes are exact for all shapes, and undo themselves", () => {
  for (const blocks of [1, 3]) {
    for (const height of [1, 3, 4, 7, 32, 45]) {
      for (const width of [1, 2, 4, 5, 33, 40]) {
        const size = blocks * height * width;
        const { i32, u8 } = scratch.views(1 << 20);
        for (let i = 0; i < size; i++) i32[i] = i;
        rowsModule().transpose(at.x, at.other, blocks, height, width);
        const wanted = Array.from({ length: size }, (_, i) => {
          const block = Math.floor(i / (height * width));
          const rest = i % (height * width);
          return (block * height + (rest % height)) * width + Math.floor(rest / height);
        });
        expect(Array.from(i32.subarray(at.other >> 2, (at.other >> 2) + size))).toEqual(wanted);
        rowsModule().transpose(at.other, at.x, blocks, width, height);
        expect(Array.from(i32.subarray(0, size))).toEqual(Array.from({ length: size }, (_, i) => i));
        for (let i = 0; i < size; i++) u8[i] = i % 251;
        rowsModule().transposeBytes(at.x, at.other, blocks, height, width);
        expect(Array.from(u8.subarray(at.other, at.other + size))).toEqual(wanted.map((i) => i % 251));
      }
    }
  }
});

describe("the driver", () => {
  const call = (scores: Float32Array, shape: [number, number, number], more: Partial<KernelCall> = {}): KernelCall => ({
    scores,
    outer: shape[0],
    n: shape[1],
    inner: shape[2],
    kept: null,
    lengths: null,
    gamma: Float64Array.of(1),
    parameter: new Float64Array(0),
    ...more,
  });

  test("an inner axis gives the same rows, with mask, lengths and a gamma a row, in every chunk", () => {
    const [outer, n, inner] = [70, 37, 23];
    const next = uniform(8);
    const size = outer * n * inner;
    const rows = outer * inner;
    const scores = Float32Array.from(normals(size, 3));
    const kept = Uint8Array.from(scores, () => (next() < 0.8 ? 1 : 0));
    const lengths = Int32Array.from({ length: rows }, () => Math.floor(next() * (n + 1)));
    const gamma = Float64Array.from({ length: rows }, () => 0.2 + 2 * next());
    const cotangent = Float32Array.from(normals(size, 5));
    const rowsFirst = <A extends Float32Array | Uint8Array>(array: A): A => {
      const result = array.slice() as A;
      for (let i = 0; i < size; i++) {
        const block = Math.floor(i / (n * inner));
        const rest = i % (n * inner);
        result[(block * inner + (rest % inner)) * n + Math.floor(rest / inner)] = array[i]!;
      }
      return result;
    };
    for (const kernel of [softmaxKernel, sparsemaxKernel]) {
      const inside = call(scores, [outer, n, inner], { kept, lengths, gamma });
      const last = call(rowsFirst(scores), [rows, n, 1], { kept: rowsFirst(kept), lengths, gamma });
      const weights = [new Float32Array(size), new Float32Array(size)] as const;
      expect(kernel.forward(inside, weights[0], null)).toBe(-1);
      expect(kernel.forward(last, weights[1], null)).toBe(-1);
      expect(rowsFirst(weights[0])).toEqual(weights[1]);
      const gradients = [new Float32Array(size), new Float32Array(size)] as const;
      const gammas = [new Float64Array(rows), new Float64Array(rows)] as const;
      kernel.pullback(inside, weights[0], null, cotangent, gradients[0], gammas[0], null);
      kernel.pullback(last, weights[1], null, rowsFirst(cotangent), gradients[1], gammas[1], null);
      expect(rowsFirst(gradients[0])).toEqual(gradients[1]);
      expect(gammas[0]).toEqual(gammas[1]);
      const masked = (array: Float32Array) => array.filter((_, i) => kept[i] === 0);
      expect(masked(weights[0]).every((weight) => weight === 0)).toBe(true);
      expect(masked(gradients[0]).every((value) => value === 0)).toBe(true);
    }
  });

  test("reports the first kept score that is not finite by its index in the given array", () => {
    const scores = Float32Array.from(normals(6 * 5 * 4, 9));
    const kept = new Uint8Array(scores.length).fill(1);
    scores[17] = Number.NaN;
    kept[17] = 0;
    scores[3 * 20 + 2 * 4 + 1] = Infinity;
    scores[3 * 20 + 1 * 4 + 3] = Number.NaN;
    scores[5] = -Infinity;
    const weights = new Float32Array(scores.length);
    expect(softmaxKernel.forward(call(scores, [6, 5, 4], { kept }), weights, null)).toBe(67);
    expect(softmaxKernel.forward(call(scores, [24, 5, 1], { kept }), weights, null)).toBe(67);
    expect(softmaxKernel.forward(call(scores, [6, 5, 4]), weights, null)).toBe(17);
    const lengths = new Int32Array(24).fill(5);
    lengths[3 * 4 + 3] = 1;
    expect(softmaxKernel.forward(call(scores, [6, 5, 4], { kept, lengths }), weights, null)).toBe(69);
  });

  test("a cotangent at a removed entry does not matter, not even NaN", () => {
    const scores = Float32Array.of(1, 2, 3, 0.5, 2.5);
    const kept = Uint8Array.of(1, 1, 0, 1, 1);
    const weights = new Float32Array(5);
    for (const kernel of [softmaxKernel, sparsemaxKernel]) {
      kernel.forward(call(scores, [1, 5, 1], { kept }), weights, null);
      const gradients = [0, Number.NaN].map((hole) => {
        const gradient = new Float32Array(5);
        const cotangent = Float32Array.of(1, -1, hole, 2, 0.5);
        kernel.pullback(call(scores, [1, 5, 1], { kept }), weights, null, cotangent, gradient, null, null);
        return Array.from(gradient);
      });
      expect(gradients[1]).toEqual(gradients[0]);
      expect(gradients[0]![2]).toBe(0);
    }
  });
});
