/** Regions and level lines of a field as paths: cells are cut where the region changes, found by halving along their edges. */
import { CELLS, cornerAt, type Field } from "./field.ts";
import type { PlanePoint } from "./plane.ts";

/** Halvings of an edge: to a few hundredths of a pixel. */
const HALVINGS = 9;

export type Place = (point: PlanePoint) => string;

export interface Outlines {
  /** Filled area of each region. */
  readonly areas: ReadonlyMap<number, string>;
  /** Where the region changes. */
  readonly borders: string;
  /** A corner well inside each region of some size. */
  readonly labels: ReadonlyMap<number, PlanePoint>;
}

const across = CELLS.across + 1;
const between = (a: PlanePoint, b: PlanePoint, t: number): PlanePoint => ({
  u: a.u + t * (b.u - a.u),
  v: a.v + t * (b.v - a.v),
});

/** For every edge whose ends lie in two regions: where the first region is left. Keys are `from * 2` (to the right) or + 1 (up). */
function crossings({ regions, regionsAt }: Field): Map<number, PlanePoint> {
  const edges: { key: number; a: PlanePoint; b: PlanePoint; region: number; low: number; high: number }[] = [];
  for (let i = 0; i < regions.length; i++) {
    const right = i % across < CELLS.across ? i + 1 : -1;
    const up = i + across < regions.length ? i + across : -1;
    for (const [to, bit] of [
      [right, 0],
      [up, 1],
    ] as const) {
      if (to < 0 || regions[to] === regions[i]) continue;
      edges.push({ key: 2 * i + bit, a: cornerAt(i), b: cornerAt(to), region: regions[i]!, low: 0, high: 1 });
    }
  }
  for (let step = 0; step < HALVINGS && edges.length > 0; step++) {
    const found = regionsAt(edges.map(({ a, b, low, high }) => between(a, b, (low + high) / 2)));
    edges.forEach((edge, i) => {
      if (found[i] === edge.region) edge.low = (edge.low + edge.high) / 2;
      else edge.high = (edge.low + edge.high) / 2;
    });
  }
  return new Map(edges.map(({ key, a, b, low, high }) => [key, between(a, b, (low + high) / 2)]));
}

export function outlinesOf(field: Field, place: Place): Outlines {
  const { regions } = field;
  const cuts = crossings(field);
  const areas = new Map<number, string[]>();
  const borders: string[] = [];
  const add = (region: number, points: readonly PlanePoint[]) => {
    const list = areas.get(region) ?? [];
    list.push(`M${points.map(place).join("L")}Z`);
    areas.set(region, list);
  };
  for (let row = 0; row < CELLS.up; row++) {
    for (let column = 0; column < CELLS.across;) {
      const i = row * across + column;
      const own = [i, i + 1, i + 1 + across, i + across];
      const whole = (at: number) =>
        [at, at + 1, at + 1 + across, at + across].every((corner) => regions[corner] === regions[i]);
      if (whole(i)) {
        // Cells of one region in a row are one box.
        let end = column + 1;
        while (end < CELLS.across && whole(row * across + end)) end++;
        const last = row * across + end;
        add(regions[i]!, [i, last, last + across, i + across].map(cornerAt));
        column = end;
        continue;
      }
      // Edges in the order bottom, right, top, left.
      const keys = [2 * i, 2 * (i + 1) + 1, 2 * (i + across), 2 * i + 1];
      const cut = keys.map((key) => cuts.get(key));
      const there = cut.filter((point) => point !== undefined);
      const centre = {
        u: there.reduce((sum, { u }) => sum + u, 0) / there.length,
        v: there.reduce((sum, { v }) => sum + v, 0) / there.length,
      };
      const points = own.map(cornerAt);
      own.forEach((corner, c) => {
        const after = cut[c] ?? between(points[c]!, points[(c + 1) % 4]!, 0.5);
        const before = cut[(c + 3) % 4] ?? between(points[c]!, points[(c + 3) % 4]!, 0.5);
        add(regions[corner]!, [points[c]!, after, centre, before]);
      });
      for (const point of there) borders.push(`M${place(point)}L${place(centre)}`);
      column += 1;
    }
  }
  return {
    areas: new Map(Array.from(areas, ([region, list]) => [region, list.join("")])),
    borders: borders.join(""),
    labels: labelsOf(regions),
  };
}

/** Steps from each corner to the nearest corner of another region or to the edge of the picture. */
function depths(regions: Uint8Array): Float64Array {
  const depth = new Float64Array(regions.length).fill(Infinity);
  const relax = (i: number, to: number) => {
    depth[i] = Math.min(depth[i]!, regions[to] === regions[i] ? depth[to]! + 1 : 0);
  };
  regions.forEach((_, i) => {
    if (i % across === 0 || i < across) depth[i] = 0;
    else for (const to of [i - 1, i - across, i - across - 1]) relax(i, to);
  });
  for (let i = regions.length - 1; i >= 0; i--) {
    if (i % across === CELLS.across || i + across >= regions.length) depth[i] = 0;
    else for (const to of [i + 1, i + across, i + across + 1]) relax(i, to);
  }
  return depth;
}

/** The corner of each region that is farthest from all others, for regions of a hundredth of the picture or more. */
function labelsOf(regions: Uint8Array): Map<number, PlanePoint> {
  const depth = depths(regions);
  const best = new Map<number, { corner: number; count: number }>();
  regions.forEach((region, i) => {
    const found = best.get(region);
    if (found === undefined) best.set(region, { corner: i, count: 1 });
    else {
      found.count += 1;
      if (depth[i]! > depth[found.corner]!) found.corner = i;
    }
  });
  const large = Array.from(best).filter(([, { count }]) => count >= regions.length / 100);
  return new Map(large.map(([region, { corner }]) => [region, cornerAt(corner)]));
}

/** The lines on which max_Omega has one of `levels`, by marching squares. */
export function levelLines(max: Float64Array, levels: readonly number[], place: Place): string {
  const parts: string[] = [];
  for (const level of levels) {
    for (let row = 0; row < CELLS.up; row++) {
      for (let column = 0; column < CELLS.across; column++) {
        const i = row * across + column;
        const own = [i, i + 1, i + 1 + across, i + across];
        const ends: PlanePoint[] = [];
        for (let c = 0; c < 4; c++) {
          const [a, b] = [own[c]!, own[(c + 1) % 4]!];
          const [from, to] = [max[a]! - level, max[b]! - level];
          if (from < 0 !== to < 0) ends.push(between(cornerAt(a), cornerAt(b), from / (from - to)));
        }
        for (let e = 0; e + 1 < ends.length; e += 2) parts.push(`M${place(ends[e]!)}L${place(ends[e + 1]!)}`);
      }
    }
  }
  return parts.join("");
}

/** Where a level is met on the way up from the middle of the picture: a place for its number. */
export function levelLabel(max: Float64Array, level: number): PlanePoint | null {
  for (let row = CELLS.up - 1; row > 0; row--) {
    const at = row * across + CELLS.across / 2;
    const [upper, lower] = [max[at]! - level, max[at - across]! - level];
    if (upper >= 0 && lower < 0) return between(cornerAt(at - across), cornerAt(at), lower / (lower - upper));
  }
  return null;
}
