/** Positions and the regression of values on a basis: the normal equations, padding, and what is kept. */
import { describe, expect, test } from "vitest";
import { gaussianBasis, gaussianGrid, gridPositions, positions, regressionMatrix } from "../../src/index.ts";
import type { Basis } from "../../src/index.ts";
import { dot } from "../support/backends.ts";
import { bases } from "./support/bases.ts";

/** The largest residual of the normal equations G (F F^T + lambda I) = the rows of F^T at the positions inside. */
function normalResidual(
  basis: Basis,
  points: Float64Array,
  inside: readonly number[],
  g: Float64Array,
  ridge: number,
): number {
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
