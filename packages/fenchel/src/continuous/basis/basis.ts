/** Basis functions of a value function V(t) = B psi(t): Gaussian radial, piecewise constant and Fourier. */
import { checkLength, checkOptions, entryError, isArrayLike, valueError } from "../../core/arguments.ts";
import { checkCount, checkPositive, finiteNumbers, float64Out, pointCount } from "../density/density.ts";
import type { Numbers } from "../density/density.ts";

/** What every basis has: psi maps a point to `count` numbers. */
export interface BasisFunctions {
  readonly dimension: 1 | 2;
  readonly count: number;
  /** psi at points (`dimension` numbers each): row-major points x count. */
  evaluate(points: Numbers, out?: Float64Array): Float64Array;
}

/** psi_j(t) = N(t; centre_j, width_j^2 I), normalised densities. */
export interface GaussianBasis extends BasisFunctions {
  readonly kind: "gaussian";
  /** `dimension` numbers a function. */
  readonly centres: Float64Array;
  /** Standard deviations, one a function. */
  readonly widths: Float64Array;
}

/** psi_j = 1 on the j-th of `count` equal cells of [0, 1], else 0. */
export interface PiecewiseBasis extends BasisFunctions {
  readonly kind: "piecewise";
  readonly dimension: 1;
}

/** psi = 1, cos(w_1 t), sin(w_1 t), cos(w_2 t), ... with w_j = 2 pi j / period. */
export interface FourierBasis extends BasisFunctions {
  readonly kind: "fourier";
  readonly dimension: 1;
  readonly harmonics: number;
  readonly period: number;
}

export type Basis = GaussianBasis | PiecewiseBasis | FourierBasis;

/**
 * Gaussian radial basis functions psi_j(t) = N(t; centre_j, width_j^2 I) in one or two dimensions.
 *
 * - `centres`: `dimension` (default 1) numbers a function; `widths`: standard deviations above 0, one for all or one a
 *   function. Throws a RangeError that names the entry.
 * - Expectations under 2-D densities are fastest when the centres share their coordinates, as on a grid.
 *
 * Martins et al., "Sparse and Continuous Attention Mechanisms" (2020).
 *
 * @example
 * gaussianBasis({ centres: [0, 1], widths: 0.5 }).evaluate([0])[0]; // 0.797885
 */
export function gaussianBasis(options: {
  readonly centres: Numbers;
  readonly widths: number | Numbers;
  readonly dimension?: 1 | 2;
}): GaussianBasis {
  checkOptions("gaussianBasis", options, ["centres", "widths", "dimension"]);
  const dimension = options.dimension ?? 1;
  if (dimension !== 1 && dimension !== 2) throw valueError("dimension", dimension, "1 or 2 is needed");
  if (!isArrayLike(options.centres)) throw valueError("centres", options.centres, "an array is needed", "type");
  const centres = finiteNumbers("centres", options.centres);
  const count = centres.length / dimension;
  if (!Number.isInteger(count) || count === 0) {
    throw new RangeError(`centres has ${centres.length} entries: a positive multiple of ${dimension} is needed`);
  }
  const given = options.widths;
  const widths = typeof given === "number" ? new Float64Array(count).fill(given) : finiteNumbers("widths", given);
  checkLength("widths", widths, count, "one a function");
  for (let j = 0; j < count; j++) {
    if (widths[j] > 0 && widths[j] < Infinity) continue;
    const wanted = "a finite number above 0 is needed";
    throw typeof given === "number" ? valueError("widths", given, wanted) : entryError("widths", j, widths[j], wanted);
  }
  return {
    kind: "gaussian",
    dimension,
    count,
    centres,
    widths,
    evaluate(points, out) {
      const rows = pointCount(points, dimension);
      const values = float64Out(out, rows * count);
      for (let p = 0; p < rows; p++) {
        for (let j = 0; j < count; j++) {
          const precision = 1 / widths[j];
          let square = 0;
          for (let i = 0; i < dimension; i++) {
            square += ((points[p * dimension + i] - centres[j * dimension + i]) * precision) ** 2;
          }
          values[p * count + j] = (precision / Math.sqrt(2 * Math.PI)) ** dimension * Math.exp(-square / 2);
        }
      }
      return values;
    },
  };
}

/**
 * A `gaussianBasis` with centres evenly spaced from 0 to 1 along every axis (a single one stands at 1/2), each with every
 * one of `widths`: `count` centres an axis, count^dimension * widths functions. In two dimensions x varies fastest.
 *
 * - `count`: an integer of 1 or more; `widths`: one or several standard deviations.
 *
 * Martins et al., "Sparse and Continuous Attention Mechanisms" (2020), with widths 0.1 and 0.5.
 *
 * @example
 * gaussianGrid({ count: 32, widths: [0.1, 0.5] }).count; // 64
 */
export function gaussianGrid(options: {
  readonly count: number;
  readonly widths: number | Numbers;
  readonly dimension?: 1 | 2;
}): GaussianBasis {
  checkOptions("gaussianGrid", options, ["count", "widths", "dimension"]);
  const dimension = options.dimension ?? 1;
  const count = checkCount("count", options.count, 1);
  const widths = finiteNumbers("widths", options.widths);
  const axis = Array.from({ length: count }, (_, i) => (count === 1 ? 0.5 : i / (count - 1)));
  const points = dimension === 1 ? axis.map((x) => [x]) : axis.flatMap((y) => axis.map((x) => [x, y]));
  const each = Array.from(widths);
  return gaussianBasis({
    dimension,
    centres: each.flatMap(() => points.flat()),
    widths: each.flatMap((width) => points.map(() => width)),
  });
}

/**
 * Piecewise constant basis functions: psi_j = 1 on [j / count, (j + 1) / count), the last cell closed, 0 elsewhere. The
 * expectation is the density's mass in each cell; with one cell a position it is discrete attention again.
 *
 * - `count`: an integer of 1 or more.
 *
 * @example
 * piecewiseBasis({ count: 2 }).evaluate([0.25, 0.5, 2]); // [1, 0, 0, 1, 0, 0]
 */
export function piecewiseBasis(options: { readonly count: number }): PiecewiseBasis {
  checkOptions("piecewiseBasis", options, ["count"]);
  const count = checkCount("count", options.count, 1);
  return {
    kind: "piecewise",
    dimension: 1,
    count,
    evaluate(points, out) {
      const rows = pointCount(points, 1);
      const values = float64Out(out, rows * count).fill(0);
      for (let p = 0; p < rows; p++) {
        const t = points[p];
        if (t >= 0 && t <= 1) values[p * count + Math.min(count - 1, Math.floor(t * count))] = 1;
      }
      return values;
    },
  };
}

/**
 * Fourier basis functions 1, cos(w_j t), sin(w_j t), w_j = 2 pi j / period, j = 1 .. harmonics: 2 harmonics + 1 functions.
 * The default period 2 leaves V(0) and V(1) free of each other.
 *
 * - `harmonics`: an integer of 0 or more (0: the constant alone, whose expectation is 1); `period` > 0.
 *
 * @example
 * fourierBasis({ harmonics: 1, period: 1 }).evaluate([0.125]); // [1, 0.707107, 0.707107]
 */
export function fourierBasis(options: { readonly harmonics: number; readonly period?: number }): FourierBasis {
  checkOptions("fourierBasis", options, ["harmonics", "period"]);
  const harmonics = checkCount("harmonics", options.harmonics, 0);
  const period = options.period ?? 2;
  checkPositive("period", period);
  const count = 2 * harmonics + 1;
  return {
    kind: "fourier",
    dimension: 1,
    count,
    harmonics,
    period,
    evaluate(points, out) {
      const rows = pointCount(points, 1);
      const values = float64Out(out, rows * count);
      for (let p = 0; p < rows; p++) {
        values[p * count] = 1;
        for (let j = 1; j <= harmonics; j++) {
          const angle = (2 * Math.PI * j * points[p]) / period;
          values[p * count + 2 * j - 1] = Math.cos(angle);
          values[p * count + 2 * j] = Math.sin(angle);
        }
      }
      return values;
    },
  };
}
