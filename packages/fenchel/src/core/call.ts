/** A mapping's call: its arguments checked once, its rows read into working memory and written back. */
import { checkOptions } from "./arguments.ts";
import { gammaSpec, valuesOf } from "./hyper-parameters.ts";
import type { Row, RowSolver } from "./row-solver.ts";
import {
  checkScores,
  keptPositions,
  layoutOf,
  removalOf,
  rowStart,
  type Layout,
  type Removal,
  type Scores,
} from "./rows.ts";

/** A call's options, before they are checked. */
export type AnyOptions = Readonly<Record<string, unknown>> | undefined;

const rowOptionNames = ["shape", "axis", "mask", "lengths", "gamma"];

/** A call's arguments, checked. */
export interface Call<S> {
  readonly scores: Scores;
  readonly layout: Layout;
  readonly removal: Removal;
  readonly gamma: Float64Array;
  readonly parameter: Float64Array;
  readonly structure: S;
}

/** The checked arguments of one call of a mapping. */
export function readCall<S>(solver: RowSolver<string, S>, scores: unknown, options: AnyOptions, more: string): Call<S> {
  checkScores("scores", scores);
  const known = [...rowOptionNames, ...(solver.optionNames ?? [])];
  if (solver.parameter !== null) known.push(solver.parameter.name);
  if (more !== "") known.push(more);
  checkOptions(solver.name, options, known);
  const layout = layoutOf(scores.length, options);
  const parameter = solver.parameter;
  return {
    scores,
    layout,
    removal: removalOf(layout, options),
    gamma: valuesOf(gammaSpec, options?.["gamma"], layout.rows),
    parameter: parameter === null ? new Float64Array(0) : valuesOf(parameter, options?.[parameter.name], layout.rows),
    structure: solver.structure?.(options ?? {}, layout) as S,
  };
}

/** The value of a hyper-parameter in a row. */
export function valueIn(values: Float64Array, row: number): number {
  return values.length === 1 ? values[0]! : values[row]!;
}

/** |v| beyond this cannot matter, and its square must stay finite: (x - max) / gamma overflows for tiny gamma. */
const lowest = -1e150;

/** Reads the kept scores of a row into `row.scores` as (x - max) / gamma; returns the maximum, or -Infinity. */
export function loadRow<S>(solver: RowSolver<string, S>, call: Call<S>, r: number, row: Row<S>): number {
  const { scores, layout } = call;
  const { positions, scores: v } = row;
  const count = keptPositions(scores, layout, call.removal, r, positions);
  row.count = count;
  if (call.parameter.length > 0) row.parameter = valueIn(call.parameter, r);
  if (count === 0) return -Infinity;
  const start = rowStart(layout, r);
  const { inner } = layout;
  let top = -Infinity;
  for (let i = 0; i < count; i++) {
    const score = scores[start + positions[i]! * inner]!;
    v[i] = score;
    if (score > top) top = score;
  }
  const gamma = valueIn(call.gamma, r);
  const shift = solver.shiftInvariant === false ? 0 : top;
  for (let i = 0; i < count; i++) v[i] = Math.min(Math.max((v[i]! - shift) / gamma, lowest), -lowest);
  return top;
}

/** <scores, weights> - Omega(weights) on a row, at gamma = 1. */
export function objective<S>(solver: RowSolver<string, S>, row: Row<S>, weights: Float64Array): number {
  let inner = 0;
  for (let i = 0; i < row.count; i++) if (weights[i]! > 0) inner += row.scores[i]! * weights[i]!;
  return inner - solver.regularizer(row, weights);
}

/** Writes a row's kept values to their places; all other places of the row get `removed`. */
export function storeRow(
  layout: Layout,
  r: number,
  row: Row<unknown>,
  values: ArrayLike<number>,
  to: number[] | Float32Array | Float64Array | Int32Array,
  removed: number,
): void {
  const { n, inner } = layout;
  const { positions, count } = row;
  const start = rowStart(layout, r);
  for (let k = 0, i = 0; k < n; k++) {
    to[start + k * inner] = i < count && positions[i] === k ? values[i++]! : removed;
  }
}

/** Reads a row's kept entries of an array laid out like the scores. */
export function readRow(layout: Layout, r: number, row: Row<unknown>, from: ArrayLike<number>, to: Float64Array): void {
  const start = rowStart(layout, r);
  const { inner } = layout;
  for (let i = 0; i < row.count; i++) to[i] = from[start + row.positions[i]! * inner]!;
}
