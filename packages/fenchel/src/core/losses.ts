/** Fenchel-Young losses, for any mapping (Blondel, Martins and Niculae 2020). */
import { checkLength, entryError, isArrayLike, valueError } from "./arguments.ts";
import {
  inUnitsOfScores,
  loadRow,
  objective,
  readCall,
  readRow,
  valueBeyond,
  valueIn,
  type AnyOptions,
} from "./call.ts";
import type { LossAndGradient, Targets } from "./contract.ts";
import { makeRow, type RowSolver } from "./row-solver.ts";
import { rowStart, sameKind, type Layout, type Scores } from "./rows.ts";

/** A target distribution of one row, or the reason why there is none. */
function readTargets(targets: unknown, layout: Layout): { classes: boolean; values: ArrayLike<number> } {
  const values = typeof targets === "number" ? [targets] : targets;
  if (!isArrayLike(values)) {
    throw valueError("targets", targets, "class indices (one a row) or distributions are needed", "type");
  }
  const classes = values.length === layout.rows && !(layout.n === 1 && values.length > 0 && values[0] === 1);
  if (!classes) checkLength("targets", values, layout.size, "as many as scores, or one class a row");
  return { classes, values };
}

function classOf(values: ArrayLike<number>, r: number, n: number): number {
  const target = values[r]!;
  if (!Number.isInteger(target) || target < 0 || target >= n) {
    throw entryError("targets", r, target, `a class from 0 to ${n - 1} is needed`);
  }
  return target;
}

/**
 * L(x; t) = max_Omega(x) + gamma Omega(t) - <t, x>, one a row, and its gradient Pi_Omega(x) - t in the scores. A target
 * on a removed entry costs Infinity (its score is -Infinity); a row with nothing left costs 0. Computed in float64.
 */
export function fenchelYoungLoss<A extends Scores, S>(
  solver: RowSolver<string, S>,
  scores: unknown,
  targets: Targets,
  options: AnyOptions,
): LossAndGradient<A> {
  const call = readCall(solver, scores, options, "");
  const { layout } = call;
  const { classes, values } = readTargets(targets, layout);
  const row = makeRow(layout.n, call.structure);
  const t = new Float64Array(layout.n);
  const full = new Float64Array(layout.n);
  const loss = new Float64Array(layout.rows);
  const gradient = sameKind(call.scores, layout.size);
  for (let r = 0; r < layout.rows; r++) {
    const start = rowStart(layout, r);
    loadRow(solver, call, r, row);
    const target = classes ? classOf(values, r, layout.n) : -1;
    if (row.count === 0) continue;
    let total = 0;
    for (let k = 0; k < layout.n; k++) {
      const index = start + k * layout.inner;
      const share = classes ? Number(k === target) : values[index]!;
      if (!(share >= 0 && share <= 1 + 1e-6)) {
        throw entryError("targets", index, share, "a share from 0 to 1 is needed");
      }
      full[k] = share;
      total += share;
    }
    const slack = 1e-6 + layout.n * 2 ** -23;
    if (solver.sumsToOne !== false && Math.abs(total - 1) > slack) {
      throw new RangeError(`targets of row ${r} sum to ${total}: a distribution must sum to 1`);
    }
    readRow({ ...layout, inner: 1, outer: 1, rows: 1 }, 0, row, full, t);
    let kept = 0;
    for (let i = 0; i < row.count; i++) kept += t[i]!;
    solver.solve(row);
    const gamma = valueIn(call.gamma, r);
    loss[r] =
      kept < total - slack
        ? Infinity
        : Math.max(
            0,
            inUnitsOfScores(row, gamma, objective(solver, row, row.weights) - objective(solver, row, t)) +
              valueBeyond(solver, row, gamma, row.weights, t),
          );
    for (let i = 0; i < row.count; i++) {
      gradient[start + row.positions[i]! * layout.inner] = row.weights[i]! - t[i]!;
    }
  }
  return { loss, gradient } as LossAndGradient<A>;
}
