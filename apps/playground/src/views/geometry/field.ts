/** A mapping over the plane of three scores: its value, and in which region of constant support and groups a point lies. */
import { entryOf, optionsOf, type Values } from "../../core/mappings.ts";
import { fromPlane, view, type PlanePoint } from "./plane.ts";

/** Cells across and up; even, so that u = 0 is a column. */
export const CELLS = { across: 96, up: 84 } as const;

export interface Field {
  /** max_Omega at the corners of the cells, row by row from the bottom left. */
  readonly max: Float64Array;
  /** The region of each corner. */
  readonly regions: Uint8Array;
  /** The regions of any points, in one call of the library. */
  regionsAt(points: readonly PlanePoint[]): Uint8Array;
}

export const cornerAt = (index: number): PlanePoint => ({
  u: view.left + ((index % (CELLS.across + 1)) * (view.right - view.left)) / CELLS.across,
  v: view.bottom + (Math.floor(index / (CELLS.across + 1)) * (view.top - view.bottom)) / CELLS.up,
});

/** Bits 0 to 2: which weights are positive; bits 3 to 5: which of the pairs 12, 23, 13 share one weight by their group. */
const PAIRS = [
  [0, 1],
  [1, 2],
  [0, 2],
] as const;

export function fieldOf(name: string, values: Values, shift: number): Field {
  const { mapping } = entryOf(name);
  const own = optionsOf(name, values, 3);
  const rowsOf = (points: readonly PlanePoint[]) => {
    const scores = new Float32Array(3 * points.length);
    points.forEach((point, i) => scores.set(fromPlane(point, shift), 3 * i));
    return { scores, options: { ...own, shape: [points.length, 3] } };
  };
  const regionsAt = (points: readonly PlanePoint[]) => {
    const { scores, options } = rowsOf(points);
    const weights = mapping(scores, options);
    const groups = mapping.groups?.(scores, options);
    return Uint8Array.from(points, (_, i) => {
      let region = 0;
      for (let j = 0; j < 3; j++) if (weights[3 * i + j]! > 0) region |= 1 << j;
      PAIRS.forEach(([j, k], bit) => {
        if (groups !== undefined && groups[3 * i + j]! >= 0 && groups[3 * i + j] === groups[3 * i + k])
          region |= 8 << bit;
      });
      return region;
    });
  };
  const grid = Array.from({ length: (CELLS.across + 1) * (CELLS.up + 1) }, (_, i) => cornerAt(i));
  const { scores, options } = rowsOf(grid);
  return { max: mapping.max(scores, options), regions: regionsAt(grid), regionsAt };
}

/** How many weights are positive in a region. */
export const supportOf = (region: number): number => (region & 1) + ((region >> 1) & 1) + ((region >> 2) & 1);

/** Whether some weights are fused in a region. */
export const isFused = (region: number): boolean => region >> 3 !== 0;

/** "1, 2 = 3": the positive entries of a region, with those that share one weight joined. */
export function regionName(region: number): string {
  const entries = [0, 1, 2].filter((i) => region & (1 << i));
  const blocks: number[][] = [];
  for (const entry of entries) {
    const mate = blocks.find((block) =>
      block.some((other) => PAIRS.some(([j, k], bit) => region & (8 << bit) && j === other && k === entry)),
    );
    if (mate === undefined) blocks.push([entry]);
    else mate.push(entry);
  }
  return blocks.map((block) => block.map((entry) => entry + 1).join(" = ")).join(", ");
}
