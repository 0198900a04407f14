/** tvmax's kernel on grids most of whose cells are near the maximum, where sweeps along lines come before the cuts. */
import { describe, expect, test } from "vitest";
import { tvmax } from "../../src/index.ts";
import { farthest } from "../support/backends.ts";
import { normals } from "../support/rows-of-scores.ts";

type Grid = readonly [height: number, width: number];

/** The score at a place, of which there is a standard normal `noise`. */
const kinds: Readonly<Record<string, (row: number, column: number, noise: number) => number>> = {
  "stripes down": (_row, column, noise) => (column % 2) + 1e-3 * noise,
  "stripes across": (row, _column, noise) => (row % 2) + 1e-3 * noise,
  checkerboard: (row, column, noise) => ((row + column) % 2) + 1e-3 * noise,
  bricks: (row, column) => (((Math.floor(column / 5) * 7919 + row * 104_729) % 97) % 4) / 2,
  tiles: (row, column, noise) => ((Math.floor(row / 3) + Math.floor(column / 3)) % 2) + 0.3 * noise,
  waves: (row, column, noise) => Math.sin(row / 4) + Math.cos(column / 5) + 0.1 * noise,
  "a gentle slope": (row, column) => (row + column) / 100,
  "nearly equal": (_row, _column, noise) => 1e-4 * noise,
};

/** Whether entries are in one group of the one exactly where they are in one group of the other. */
function samePartition(groups: ArrayLike<number>, wanted: ArrayLike<number>): boolean {
  const there = new Map<number, number>();
  const back = new Map<number, number>();
  for (let i = 0; i < groups.length; i++) {
    const [a, b] = [groups[i]!, wanted[i]!];
    if (!there.has(a)) there.set(a, b);
    if (!back.has(b)) back.set(b, a);
    if (there.get(a) !== b || back.get(b) !== a) return false;
  }
  return true;
}

describe.each(Object.entries(kinds))("%s", (_kind, score) => {
  const grids: readonly Grid[] = [
    [16, 16],
    [64, 64],
    [17, 31],
    [31, 18],
    [1, 300],
    [300, 1],
    [3, 201],
    [150, 2],
  ];
  test.each(grids)("weights and groups on %d by %d equal the float64 code's", (height, width) => {
    const n = height * width;
    const noise = normals(n, n + width);
    for (const offset of [0, 1e4]) {
      const scores = Float32Array.from(noise, (z, i) => offset + score(Math.floor(i / width), i % width, z));
      for (const lambda of [1e-3, 0.03, 0.1, 0.4, 3]) {
        for (const gamma of [0.2, 1, 20]) {
          const label = `lambda ${lambda} gamma ${gamma} + ${offset}`;
          const options = { grid: [height, width], lambda, gamma } as const;
          const exact = Float64Array.from(scores);
          const weights = tvmax(scores, options);
          const wanted = tvmax(exact, options);
          expect(farthest(weights, wanted), label).toBeLessThanOrEqual(2e-6);
          const sum = weights.reduce((total, weight) => total + weight, 0);
          expect(Math.abs(sum - 1), label).toBeLessThanOrEqual(n * 2 ** -23);
          expect(
            wanted.every((weight, i) => weight <= 1e-6 || weights[i]! > 0),
            label,
          ).toBe(true);
          // a weight of nothing but rounding may be in the support of one and not of the other
          if (weights.every((weight, i) => weight > 0 === wanted[i]! > 0)) {
            expect(samePartition(tvmax.groups(scores, options), tvmax.groups(exact, options)), label).toBe(true);
          }
        }
      }
    }
  });
});
