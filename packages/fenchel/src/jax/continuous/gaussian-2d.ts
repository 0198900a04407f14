/** E_p[psi] for isotropic Gaussian functions in the plane, in a program. */
import { lax, numpy as np, tree } from "@jax-js/jax";
import type { GaussianBasis } from "../../continuous/basis/basis.ts";
import { cut, flattened, largestSquare, segmentIntegral, segmentOf, withinReach, type Segment } from "./integrals.ts";
import { along, either, type Shape } from "./radial.ts";

/**
 * Functions that follow each other. A grid holds every x with every y, x fastest, both lists brought to one length by
 * repeating their last; otherwise x and y go in pairs.
 */
interface Run {
  /** Columns and rows of a grid. */
  readonly grid: readonly [number, number] | undefined;
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** One for all (a grid), or one a function. */
  readonly widths: Float64Array;
}

const known = /* @__PURE__ */ new WeakMap<GaussianBasis, readonly Run[]>();

/** The basis in runs of equal width that are grids; in one piece where a run is none. */
function runsOf(basis: GaussianBasis): readonly Run[] {
  const before = known.get(basis);
  if (before !== undefined) return before;
  const { widths, count } = basis;
  const runs: Run[] = [];
  for (let from = 0; from < count;) {
    let to = from + 1;
    while (to < count && widths[to] === widths[from]) to++;
    runs.push(runOf(basis, from, to));
    from = to;
  }
  const result = runs.every(({ grid }) => grid !== undefined) ? runs : [scattered(basis, 0, count)];
  known.set(basis, result);
  return result;
}

function scattered({ centres, widths }: GaussianBasis, from: number, to: number): Run {
  const coordinate = (i: number) => Float64Array.from({ length: to - from }, (_, j) => centres[2 * (from + j) + i]!);
  return { grid: undefined, x: coordinate(0), y: coordinate(1), widths: widths.slice(from, to) };
}

function runOf(basis: GaussianBasis, from: number, to: number): Run {
  const run = scattered(basis, from, to);
  const { x, y } = run;
  let columns = 1;
  while (columns < x.length && y[columns] === y[0]) columns++;
  const isGrid =
    x.length % columns === 0 && x.every((value, j) => value === x[j % columns] && y[j] === y[j - (j % columns)]);
  if (!isGrid) return run;
  const rows = x.length / columns;
  const size = Math.max(columns, rows);
  return {
    grid: [columns, rows],
    x: Float64Array.from({ length: size }, (_, j) => x[Math.min(j, columns - 1)]!),
    y: Float64Array.from({ length: size }, (_, j) => y[columns * Math.min(j, rows - 1)]!),
    widths: run.widths.slice(0, 1),
  };
}

const constant = (values: ArrayLike<number>) => np.array(Float32Array.from(values));

/** Entry (i, j) of matrices [batch, 2, 2]; the two off the diagonal are averaged. Borrows. */
function entries(matrices: np.Array): { xx: np.Array; yx: np.Array; yy: np.Array } {
  const at = (i: number, j: number) => matrices.ref.slice([], i, j);
  return { xx: at(0, 0), yx: at(0, 1).add(at(1, 0)).mul(0.5), yy: at(1, 1) };
}

/** |M| of matrices [batch, 2, 2]. Borrows. */
export function determinant(matrices: np.Array): np.Array {
  const { xx, yx, yy } = entries(matrices);
  return xx.mul(yy).sub(np.square(yx));
}

/** alpha = 1: r_j = N(mu; centre_j, spread + width_j^2 I). Owns location [batch, 2] and spread [batch, 2, 2]. */
export function normalPlane(location: np.Array, spread: np.Array, { centres, widths }: GaussianBasis): np.Array {
  const batch = location.shape[0]!;
  const of = (i: number) => constant(centres.filter((_, at) => at % 2 === i));
  const ux = of(0).sub(location.ref.slice([], 0).reshape([batch, 1]));
  const uy = of(1).sub(location.slice([], 1).reshape([batch, 1]));
  const { xx, yx, yy } = entries(spread);
  const variance = constant(widths.map((width) => width * width));
  const trace = xx.ref.add(yy.ref).reshape([batch, 1]);
  // The determinant as a sum of positive terms.
  const inverse = np.reciprocal(
    determinant(spread).reshape([batch, 1]).add(trace.mul(variance.ref)).add(np.square(variance.ref)),
  );
  const square = np
    .square(ux.ref)
    .mul(yy.reshape([batch, 1]).add(variance.ref))
    .add(np.square(uy.ref).mul(xx.reshape([batch, 1]).add(variance)))
    .sub(
      ux
        .mul(uy)
        .mul(yx.reshape([batch, 1]))
        .mul(2),
    );
  spread.dispose();
  return np
    .sqrt(inverse.ref)
    .mul(np.exp(square.mul(inverse).mul(-0.5)))
    .mul(1 / (2 * Math.PI));
}

/** Slices that resolve a run's functions under a density of any size and tilt. */
function slicesFor({ x, y, widths }: Run): number {
  const span = Math.max(Math.max(...x) - Math.min(...x), Math.max(...y) - Math.min(...y));
  return Math.ceil((5 * (span / 2 + cut * Math.max(...widths))) / Math.min(...widths));
}

/** Location and lower triangular factor of a density whose first axis is that of its larger variance, [batch] each. */
interface Disc {
  readonly first: np.Array;
  readonly second: np.Array;
  readonly ff: np.Array;
  readonly sf: np.Array;
  readonly ss: np.Array;
  /** True where the first axis is y. */
  readonly swapped: np.Array;
}

/** Owns location [batch, 2] and the matrices L L^T [batch, 2, 2]. */
function discOf(location: np.Array, matrices: np.Array): Disc {
  const det = determinant(matrices);
  const { xx, yx, yy } = entries(matrices);
  matrices.dispose();
  const swapped = np.less(lax.stopGradient(xx.ref), lax.stopGradient(yy.ref));
  const x = location.ref.slice([], 0);
  const y = location.slice([], 1);
  const ff = np.sqrt(np.where(swapped.ref, yy, xx));
  const inverse = np.reciprocal(ff.ref);
  return {
    first: np.where(swapped.ref, y.ref, x.ref),
    second: np.where(swapped.ref, x, y),
    sf: yx.mul(inverse.ref),
    ss: np.sqrt(det).mul(inverse),
    ff,
    swapped,
  };
}

/**
 * alpha > 1: the disc |z| <= 1, t = mu + L z, in slices at z_1, along each of which the density is a beta-Gaussian on the
 * line again. Owns location and spread, borrows the shape.
 */
export function bumpPlane(
  location: np.Array,
  spread: np.Array,
  basis: GaussianBasis,
  shape: Shape,
  nodes: number | undefined,
  slices: number | undefined,
): np.Array {
  const disc = discOf(location, spread.mul(along(shape.stretch, 3)));
  const segment = segmentOf(shape, nodes);
  const parts = runsOf(basis).map((run) => runPlane(tree.ref(disc), run, shape, segment, slices ?? slicesFor(run)));
  tree.dispose(disc);
  const all = parts.length === 1 ? parts[0]! : np.concatenate(parts, 1);
  return all.mul(along(shape.peak, 2)).mul(1 / (2 * Math.PI));
}

/** The expectations of one run, times 2 pi / c: [batch, functions]. Owns the disc. */
function runPlane(disc: Disc, run: Run, shape: Shape, segment: Segment, count: number): np.Array {
  const batch = disc.first.size;
  const column = [batch, 1];
  const each = [batch, count, 1];
  const { z, length, weight } = slicesOf(disc, run, shape, count);
  const precision = run.widths.map((width) => 1 / width);
  const centres = (swapped: np.Array, one: Float64Array, other: Float64Array) =>
    np.where(swapped.reshape([batch, 1, 1]), constant(one), constant(other));

  const across = disc.ff.reshape(column).mul(z.ref).add(disc.first.reshape(column)).reshape(each);
  const nu = across.sub(centres(disc.swapped.ref, run.y, run.x)).mul(constant(precision));
  const outer = np.exp(np.square(nu).mul(-0.5)).mul(weight.reshape(each)).mul(constant(precision));

  const middle = disc.sf.reshape(column).mul(z).add(disc.second.reshape(column)).reshape(each);
  const d = middle.sub(centres(disc.swapped.ref, run.x, run.y)).mul(constant(precision));
  const half = disc.ss.reshape(column).mul(length).reshape(each);
  const e = half.mul(constant(run.y.map((_, j) => precision[j % precision.length]!)));
  const inner = segmentIntegral(d, e, shape, segment).mul(constant(precision));

  if (run.grid === undefined) {
    disc.swapped.dispose();
    return outer.mul(inner).sum(1);
  }
  const [columns, rows] = run.grid;
  const products = np.matmul(inner.transpose([0, 2, 1]), outer);
  const upright = np.where(disc.swapped.reshape([batch, 1, 1]), products.ref.transpose([0, 2, 1]), products);
  return upright.slice([], [0, rows], [0, columns]).reshape([batch, columns * rows]);
}

/**
 * Where the slices stand (z_1), half their lengths (sqrt(1 - z_1^2)) and their weights, the share of the density included:
 * Gauss-Legendre from where the functions begin to where they end, flattened at the ends. Borrows the disc.
 */
function slicesOf({ first, ff, swapped }: Disc, run: Run, shape: Shape, count: number) {
  const batch = first.size;
  const { nodes, weights } = flattened(count);
  const centre = lax.stopGradient(first.ref);
  const radius = lax.stopGradient(ff.ref);
  const margin = cut * Math.max(...run.widths);
  const bound = (pick: (...values: number[]) => number, sign: number) =>
    np.where(swapped.ref, pick(...run.y) + sign * margin, pick(...run.x) + sign * margin);
  const from = withinReach(bound(Math.min, -1).sub(centre.ref).div(radius.ref), shape);
  const to = withinReach(bound(Math.max, 1).sub(centre).div(radius), shape);
  const half = to.ref.sub(from.ref).mul(0.5).reshape([batch, 1]);
  const middle = to.add(from).mul(0.5).reshape([batch, 1]);
  const z = half.ref.mul(np.array(nodes)).add(middle);
  const square = np.minimum(np.square(z.ref), largestSquare);
  // (1 - z_1^2)^(1/k) of the density, a root for the slice's length.
  const exponent = either(
    shape.power,
    (power) => power + 0.5,
    (power) => power.add(0.5).reshape([power.size, 1]),
  );
  const share = np.exp(np.log1p(square.ref.mul(-1)).mul(exponent));
  return {
    z,
    length: np.sqrt(square.mul(-1).add(1)),
    weight: share.mul(np.array(weights)).mul(half),
  };
}
