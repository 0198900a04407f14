/** Makes a whole mapping of a row solver: shapes, removed entries, hyper-parameters, derivatives, loss and certificate. */
import { checkLength, entryError, valueError } from "./arguments.ts";
import {
  inUnitsOfScores,
  isPerEntry,
  loadParameter,
  loadRow,
  objective,
  readCall,
  readRow,
  storeRow,
  valueBeyond,
  valueIn,
  type AnyOptions,
  type Call,
} from "./call.ts";
import { inFormOf } from "./hyper-parameters.ts";
import { kernelRun, linearizeOnKernel, runKernel, type HyperParameterGradients } from "./kernel-dispatch.ts";
import { fenchelYoungLoss } from "./losses.ts";
import type { StructuredMapping, Targets } from "./contract.ts";
import { makeRow, type Row, type RowSolver } from "./row-solver.ts";
import { checkScores, outputFor, rowStart, type HyperParameter, type Layout, type Scores } from "./rows.ts";

type AnyArray = number[] | Float32Array | Float64Array;

/** What the backward pass keeps of the forward pass: the solved rows, entries side by side at r * n. */
interface SolvedRows {
  readonly counts: Int32Array;
  readonly shifts: Float64Array;
  readonly positions: Int32Array;
  readonly scores: Float64Array;
  readonly weights: Float64Array;
  readonly groups: Int32Array | null;
}

function makeSolvedRows(layout: Layout, grouped: boolean): SolvedRows {
  return {
    counts: new Int32Array(layout.rows),
    shifts: new Float64Array(layout.rows),
    positions: new Int32Array(layout.size),
    scores: new Float64Array(layout.size),
    weights: new Float64Array(layout.size),
    groups: grouped ? new Int32Array(layout.size) : null,
  };
}

function keepRow(solved: SolvedRows, r: number, n: number, row: Row<unknown>): void {
  const at = r * n;
  solved.counts[r] = row.count;
  solved.shifts[r] = row.shift;
  for (let i = 0; i < row.count; i++) {
    solved.positions[at + i] = row.positions[i]!;
    solved.scores[at + i] = row.scores[i]!;
    solved.weights[at + i] = row.weights[i]!;
    if (solved.groups !== null) solved.groups[at + i] = row.groups[i]!;
  }
}

function recallRow(solved: SolvedRows, r: number, n: number, row: Row<unknown>): void {
  const at = r * n;
  row.count = solved.counts[r]!;
  row.shift = solved.shifts[r]!;
  for (let i = 0; i < row.count; i++) {
    row.positions[i] = solved.positions[at + i]!;
    row.scores[i] = solved.scores[at + i]!;
    row.weights[i] = solved.weights[at + i]!;
    if (solved.groups !== null) row.groups[i] = solved.groups[at + i]!;
  }
}

/** Solves every row; returns what the backward pass needs when `keep` asks for it. */
function solveRows<S>(
  solver: RowSolver<string, S>,
  call: Call<S>,
  weights: AnyArray | null,
  groups: Int32Array | null,
  keep: boolean,
): SolvedRows | null {
  const { layout } = call;
  const row = makeRow(layout.n, call.structure);
  const solved = keep ? makeSolvedRows(layout, solver.grouped) : null;
  for (let r = 0; r < layout.rows; r++) {
    loadRow(solver, call, r, row);
    if (row.count > 0) solver.solve(row);
    if (weights !== null) storeRow(layout, r, row, row.weights, weights, 0);
    if (groups !== null) storeRow(layout, r, row, row.groups, groups, -2);
    if (solved !== null) keepRow(solved, r, layout.n, row);
  }
  return solved;
}

/** J tangent / gamma, with the gradients of the hyper-parameters where asked for: gamma's, then the own one's. */
function multiply<S>(
  solver: RowSolver<string, S>,
  call: Call<S>,
  solved: SolvedRows,
  tangent: Scores,
  result: AnyArray,
  parameterGradients: HyperParameterGradients | null,
): void {
  const { layout } = call;
  const row = makeRow(layout.n, call.structure);
  const u = new Float64Array(layout.n);
  const product = new Float64Array(layout.n);
  const entries = new Float64Array(solver.parameterGradients && parameterGradients !== null ? layout.n : 0);
  for (let r = 0; r < layout.rows; r++) {
    recallRow(solved, r, layout.n, row);
    loadParameter(solver, call, r, row);
    const { count } = row;
    readRow(layout, r, row, tangent, u);
    if (count > 0) solver.jacobianVectorProduct(row, u, product);
    const gamma = valueIn(call.gamma, r);
    if (parameterGradients !== null && count > 0) {
      let inner = 0;
      for (let i = 0; i < count; i++) inner += product[i]! * row.scores[i]!;
      // 0 - x: a gradient of nothing is 0, not -0.
      parameterGradients[0][r] = 0 - (inner * row.scale) / gamma;
      if (solver.parameterGradient) parameterGradients[1][r] = solver.parameterGradient(row, u, product);
      else if (solver.parameterGradients) {
        solver.parameterGradients(row, u, product, entries);
        if (isPerEntry(call)) storeRow(layout, r, row, entries, parameterGradients[1], 0);
        else for (let i = 0; i < count; i++) parameterGradients[1][r]! += entries[i]!;
      }
    }
    for (let i = 0; i < count; i++) product[i] = product[i]! / gamma;
    storeRow(layout, r, row, product, result, 0);
  }
}

function checkTangent(name: string, tangent: unknown, size: number): asserts tangent is Scores {
  checkScores(name, tangent);
  checkLength(name, tangent, size, "as many as scores");
}

/** Forward pass that can be pulled back or pushed forward: the weights and the product with J. */
function linearize<S>(solver: RowSolver<string, S>, scores: unknown, options: AnyOptions) {
  const call = readCall(solver, scores, options, "out");
  const weights = outputFor(call.scores, options?.["out"]);
  const fast = kernelRun(solver, call);
  let run: (tangent: Scores, result: AnyArray, gradients: HyperParameterGradients | null) => void;
  if (fast !== undefined) {
    run = linearizeOnKernel(solver, fast, weights as Float32Array, options?.["out"] !== undefined);
  } else {
    const solved = solveRows(solver, call, weights, null, true)!;
    run = (tangent, result, gradients) => multiply(solver, call, solved, tangent, result, gradients);
  }
  /** J times a tangent, into `out` when it is given. */
  const product = (
    name: string,
    tangent: unknown,
    out: unknown,
    gradients: HyperParameterGradients | null,
  ): AnyArray => {
    checkTangent(name, tangent, call.layout.size);
    const result = outputFor(call.scores, out);
    run(tangent, result, gradients);
    return result;
  };
  return { call, weights, product };
}

/**
 * The mapping of a row solver, with every member of the contract. Float32Array scores run on the solver's kernel where
 * there is one; max, loss and gap are always computed in float64.
 */
export function defineMapping<K extends string = never, E extends object = object, D extends string = K, S = undefined>(
  solver: RowSolver<K, S>,
): StructuredMapping<K, E, D> {
  const weightsOf = (scores: unknown, options?: AnyOptions): AnyArray => {
    const call = readCall(solver, scores, options, "out");
    const weights = outputFor(call.scores, options?.["out"]);
    const fast = kernelRun(solver, call);
    if (fast !== undefined) runKernel(fast, weights as Float32Array, null);
    else solveRows(solver, call, weights, null, false);
    return weights;
  };

  const max = (scores: unknown, options?: AnyOptions): Float64Array => {
    const call = readCall(solver, scores, options, "");
    const row = makeRow(call.layout.n, call.structure);
    const values = new Float64Array(call.layout.rows);
    for (let r = 0; r < values.length; r++) {
      loadRow(solver, call, r, row);
      if (row.count > 0) solver.solve(row);
      const shift = solver.shiftInvariant === false ? 0 : row.shift;
      const gamma = valueIn(call.gamma, r);
      values[r] =
        row.count === 0
          ? -Infinity
          : shift +
            inUnitsOfScores(row, gamma, objective(solver, row, row.weights)) +
            valueBeyond(solver, row, gamma, row.weights, null);
    }
    return values;
  };

  const vjp = (scores: unknown, options?: AnyOptions) => {
    const { call, weights, product } = linearize(solver, scores, options);
    const { rows } = call.layout;
    const { parameter } = solver;
    const pullback = (
      cotangent: unknown,
      settings?: { readonly out?: unknown; readonly hyperParameters?: boolean },
    ) => {
      if (settings?.hyperParameters === false) return { scores: product("cotangent", cotangent, settings.out, null) };
      const own = new Float64Array(isPerEntry(call) ? call.layout.size : rows);
      const others = [new Float64Array(rows), own] as const;
      const gradients: Record<string, unknown> = { scores: product("cotangent", cotangent, settings?.out, others) };
      gradients["gamma"] = inFormOf(options?.["gamma"] as HyperParameter | undefined, others[0]);
      if (parameter !== null && parameter.differentiable !== false) {
        gradients[parameter.name] = inFormOf(options?.[parameter.name] as HyperParameter | undefined, own);
      }
      return gradients;
    };
    return { weights, pullback };
  };

  const jvp = (scores: unknown, options?: AnyOptions) => {
    const { weights, product } = linearize(solver, scores, options);
    const pushforward = (tangent: unknown, memory?: { readonly out?: unknown }) =>
      product("tangent", tangent, memory?.out, null);
    return { weights, pushforward };
  };

  const gap = (scores: unknown, weights: unknown, options?: AnyOptions): Float64Array => {
    const call = readCall(solver, scores, options, "");
    checkScores("weights", weights);
    checkLength("weights", weights, call.layout.size, "as many as scores");
    return gaps(solver, call, weights);
  };

  const groups = (scores: unknown, options?: AnyOptions): Int32Array => {
    const call = readCall(solver, scores, options, "");
    const ids = new Int32Array(call.layout.size);
    const fast = kernelRun(solver, call);
    if (fast !== undefined) runKernel(fast, new Float32Array(call.layout.size), ids);
    else solveRows(solver, call, null, ids, false);
    return ids;
  };

  const members: Record<string, unknown> = {
    mappingName: solver.name,
    hyperParameters: solver.parameter === null ? ["gamma"] : ["gamma", solver.parameter.name],
    max,
    vjp,
    jvp,
    loss: (scores: unknown, targets: Targets, options?: AnyOptions) =>
      fenchelYoungLoss(solver, scores, targets, options),
    gap,
  };
  if (solver.grouped) members["groups"] = groups;
  Object.defineProperty(weightsOf, "name", { value: solver.name });
  return Object.assign(weightsOf, members) as unknown as StructuredMapping<K, E, D>;
}

/** The certificate of every row; Infinity where the weights are not on the simplex or weigh a removed entry. */
function gaps<S>(solver: RowSolver<string, S>, call: Call<S>, weights: Scores): Float64Array {
  const { layout } = call;
  const row = makeRow(layout.n, call.structure);
  const y = new Float64Array(layout.n);
  const result = new Float64Array(layout.rows);
  for (let r = 0; r < layout.rows; r++) {
    const start = rowStart(layout, r);
    let sum = 0;
    let feasible = true;
    for (let k = 0; k < layout.n; k++) {
      const index = start + k * layout.inner;
      const weight = weights[index]!;
      if (typeof weight !== "number") throw valueError(`weights[${index}]`, weight, "a number is needed", "type");
      if (Number.isNaN(weight)) throw entryError("weights", index, weight, "every weight must be a number");
      if (weight < 0 || weight > 1 + 1e-6) feasible = false;
      sum += weight;
    }
    loadRow(solver, call, r, row);
    readRow(layout, r, row, weights, y);
    let keptSum = 0;
    for (let i = 0; i < row.count; i++) keptSum += y[i]!;
    // Float32 weights sum to 1 only to rounding, an ulp an entry at worst.
    const slack = (layout.n + 1) * 2 ** -23;
    const wanted = row.count === 0 ? 0 : 1;
    if (solver.sumsToOne !== false && Math.abs(sum - wanted) > slack) feasible = false;
    if (Math.abs(sum - keptSum) > 0) feasible = false;
    if (!feasible) result[r] = Infinity;
    else if (row.count > 0) {
      const gamma = valueIn(call.gamma, r);
      const within = inUnitsOfScores(row, gamma, solver.gap(row, y));
      if (row.cut) solver.solve(row);
      result[r] = Math.max(0, within + valueBeyond(solver, row, gamma, row.weights, y));
    }
  }
  return result;
}
