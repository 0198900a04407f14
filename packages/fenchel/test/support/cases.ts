/** Cases of the laws: a row of scores with a setting of the mapping, made so that a failing one shrinks to its smallest. */
import { graphmax, type AnyMapping, type RegistryEntry } from "../../src/index.ts";
import { cases, fc } from "../../../../testing/property.ts";
import type { Backend } from "./backends.ts";
import { optionsOf, type Options } from "./every-row.ts";
import { gridEdges, type Edge } from "./total-variation.ts";

/** One case of a law, as its check receives it. */
export interface Case {
  readonly x: number[];
  readonly n: number;
  readonly options: Options;
  /** For whatever else is drawn at random: cotangents, permutations, masks. */
  readonly seed: number;
}

/** A law: a named assertion that holds for every mapping, or a reason why it has no meaning for one. */
export interface Law {
  readonly name: string;
  leftOut?(entry: RegistryEntry): string | undefined;
  check(entry: RegistryEntry, backend: Backend): void;
}

/** Multiples of 2^-10 in [-3, 3]: sums of them are exact in float32, and they shrink to short numbers. */
const score = fc.integer({ min: -3072, max: 3072 }).map((k) => k / 1024);
const scores = fc.array(score, { minLength: 1, maxLength: 64, size: "max" });

/** Rows of scores: well-behaved ones and nasty ones. */
export const rowOfScores: fc.Arbitrary<number[]> = fc.oneof(
  { arbitrary: scores, weight: 3 },
  scores.map((row) => row.map((x) => 20 * x)),
  scores.map((row) => row.map((x) => x * 2 ** -30)),
  scores.map((row) => row.map(Math.round)),
  scores.map((row) => row.map((_, i) => row[Math.floor(i / 5)]!)),
  scores.map((row) => row.map(() => row[0]!)),
  scores.map((row) => row.toSorted((a, b) => a - b)),
  scores.map((row) => row.map((_, i) => (i % 2 === 0 ? 1 : -1))),
  scores.map((row) => row.map((x, i) => (i === row.length >> 1 ? 30 : x))),
);

/** Checks `check` on `usual` random rows, with all settings of the mapping; a failure prints the smallest case found. */
export function onRows(entry: RegistryEntry, usual: number, check: (given: Case) => void): void {
  const drawn = fc
    .record({ x: rowOfScores, setting: fc.nat(999), seed: fc.nat(99_999) })
    .map(({ x, setting, seed }) => {
      const settings = optionsOf(entry, x.length);
      return { x, options: settings[setting % settings.length]!, seed };
    });
  fc.assert(
    fc.property(drawn, ({ x, options, seed }) => check({ x, n: x.length, options, seed })),
    cases(usual),
  );
}

/** A mapping whose row is only the kept entries of another's, in order: structure between entries goes with them. */
export function withoutRemoved(
  { name, mapping }: RegistryEntry,
  options: Options,
  kept: readonly boolean[],
): { readonly mapping: AnyMapping; readonly options: Options } {
  const { grid, edges, ...rest } = options;
  if (grid === undefined && edges === undefined) return { mapping, options: rest };
  // A grid with holes is no grid, but a graph.
  const all = (edges as Edge[] | undefined) ?? gridEdges(...(grid as [number, number]));
  const place = new Map<number, number>();
  kept.forEach((keep, i) => keep && place.set(i, place.size));
  const left = all.flatMap(([i, j]) => (kept[i] && kept[j] ? [[place.get(i)!, place.get(j)!]] : []));
  return {
    mapping: name === "graphmax" ? mapping : (graphmax as unknown as AnyMapping),
    options: { ...rest, edges: left },
  };
}
