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
    gamma: valuesOf(gammaSpec, options?.["gamma"], layout.rows, layout.size),
    parameter:
      parameter === null
        ? new Float64Array(0)
        : valuesOf(parameter, options?.[parameter.name], layout.rows, layout.size),
    structure: solver.structure?.(options ?? {}, layout) as S,
  };
}

/** The value of a hyper-parameter in a row. */
export function valueIn(values: Float64Array, row: number): number {
  return values.length === 1 ? values[0]! : values[row]!;
}

/** Scores are cut off at this distance from 0, where x / gamma may overflow. Squares of what is left stay finite. */
const farthest = 1e150;

/** A penalty stronger than `strong` is computed in units of `unit`, a power of two; sums of what is left stay finite. */
const strong = 1e100;
const unit = 2 ** 600;

/** Whether a call's own hyper-parameter is given one per entry. */
export function isPerEntry({ parameter, layout }: Call<unknown>): boolean {
  return parameter.length > layout.rows;
}

/** Sets `row.parameters`. */
function loadEntryParameters(call: Call<unknown>, r: number, row: Row<unknown>): void {
  const { parameters, count } = row;
  if (isPerEntry(call)) readRow(call.layout, r, row, call.parameter, parameters);
  else parameters.fill(row.parameter, 0, count);
}

/** Sets a row's `parameter` (or `parameters`) and `scale`. */
export function loadParameter<S>(solver: RowSolver<string, S>, call: Call<S>, r: number, row: Row<S>): void {
  row.scale = 1;
  if (call.parameter.length === 0) return;
  row.parameter = valueIn(call.parameter, r);
  if (solver.parameter!.perEntry === true) loadEntryParameters(call, r, row);
  if (solver.strength === undefined) return;
  row.parameter = solver.strength(row.parameter, row.structure);
  if (row.parameter <= strong) return;
  row.parameter /= unit;
  row.scale = unit;
}

/** Sets `row.scores` to (x - shift) / (gamma scale), cut off. */
function loadScores(row: Row<unknown>, shift: number, gamma: number): void {
  const { count, given, scores } = row;
  const step = gamma * row.scale;
  row.shift = shift;
  row.cut = false;
  for (let i = 0; i < count; i++) {
    const v = (given[i]! - shift) / step;
    scores[i] = v;
    if (step === Infinity || Math.abs(v) > farthest) loadFarScore(row, i, gamma);
  }
}

/** The same for a score where the difference, or gamma scale, may have overflowed. */
function loadFarScore(row: Row<unknown>, i: number, gamma: number): void {
  const { given, scores, shift, scale } = row;
  const half = given[i]! / 2 - shift / 2;
  const v = 2 * (gamma * scale < Infinity ? half / (gamma * scale) : half / gamma / scale);
  scores[i] = Math.min(Math.max(v, -farthest), farthest);
  row.cut ||= scores[i] !== v;
}

/** Reads the kept scores of a row; returns their maximum, or -Infinity. */
export function loadRow<S>(solver: RowSolver<string, S>, call: Call<S>, r: number, row: Row<S>): number {
  const { scores, layout } = call;
  const { positions, given } = row;
  const count = keptPositions(scores, layout, call.removal, r, positions);
  row.count = count;
  row.index = r;
  loadParameter(solver, call, r, row);
  if (count === 0) return -Infinity;
  const start = rowStart(layout, r);
  const { inner } = layout;
  let top = -Infinity;
  for (let i = 0; i < count; i++) {
    const score = scores[start + positions[i]! * inner]!;
    given[i] = score;
    if (score > top) top = score;
  }
  const gamma = valueIn(call.gamma, r);
  loadScores(row, solver.shiftInvariant === false ? 0 : top, gamma);
  const reference = row.cut && solver.reference !== undefined ? solver.reference(row) : -1;
  if (reference >= 0) {
    loadScores(row, given[reference]!, gamma);
    row.cut = true;
  }
  return top;
}

/** A value at gamma = 1, in units of the row's scale, in units of the scores given. */
export function inUnitsOfScores({ scale }: Row<unknown>, gamma: number, value: number): number {
  const step = gamma * scale;
  return step < Infinity ? value * step : value * gamma * scale;
}

/**
 * The difference of <x, y> - gamma Omega(y) between the weights y and `others` (none: 0) that `objective` misses: what was
 * cut off, and the shift where it matters.
 */
export function valueBeyond<S>(
  solver: RowSolver<string, S>,
  row: Row<S>,
  gamma: number,
  weights: Float64Array,
  others: Float64Array | null,
): number {
  if (!row.cut) return 0;
  const { count, given, shift, scores } = row;
  let sum = 0;
  let mass = 0;
  for (let i = 0; i < count; i++) {
    const difference = weights[i]! - (others === null ? 0 : others[i]!);
    if (difference === 0) continue;
    mass += difference;
    // By halves: the difference of two scores may overflow.
    if (Math.abs(scores[i]!) === farthest) {
      sum += 2 * (difference * (given[i]! / 2 - shift / 2 - inUnitsOfScores(row, gamma, scores[i]! / 2)));
    }
  }
  // Weights that sum to more than they may, by rounding, are given no credit for it.
  return solver.shiftInvariant === false ? sum + Math.max(mass, 0) * shift : sum;
}

/** <scores, weights> - Omega(weights) on a row, at gamma = 1, in units of the row's scale. */
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
