/** What every density on a continuous domain offers, and the checks of its arguments. */
import { checkLength, entryError, isArrayLike, valueError } from "../../core/arguments.ts";
import type { Random } from "../numeric/random.ts";

/** Numbers in any array. */
export type Numbers = ArrayLike<number>;

/**
 * Where a density is positive: an interval (one dimension; infinite ends for a density that is positive everywhere), an
 * ellipsoid {t: (t - centre)^T matrix^-1 (t - centre) <= 1}, everything, or a union of those.
 */
export type Support =
  | { readonly kind: "interval"; readonly from: number; readonly to: number }
  | { readonly kind: "ellipsoid"; readonly centre: Float64Array; readonly matrix: Float64Array }
  | { readonly kind: "everything"; readonly dimension: number }
  | { readonly kind: "union"; readonly parts: readonly Support[] };

/** A probability density on R^n. Points are row-major, `dimension` numbers a point. */
export interface Density {
  readonly dimension: number;
  /** E_p[t], `dimension` numbers. */
  readonly mean: Float64Array;
  /** Cov_p[t], row-major `dimension` x `dimension`. */
  readonly covariance: Float64Array;
  readonly support: Support;
  /** p(t) at every point. */
  density(points: Numbers, out?: Float64Array): Float64Array;
  /** log p(t) at every point; -Infinity outside the support. */
  logDensity(points: Numbers, out?: Float64Array): Float64Array;
  /** `count` independent points, drawn with `random`. */
  sample(count: number, random: Random, out?: Float64Array): Float64Array;
}

/** Values at points, with the function from a cotangent (one number a point) to the gradients. */
export interface AtPoints<G> {
  readonly values: Float64Array;
  pullback(cotangent: Numbers): G;
}

/** What a density derives from its log-density. */
export type PointMembers<G> = Pick<Density, "density" | "logDensity"> & {
  vjp(points: Numbers): AtPoints<G>;
  logVjp(points: Numbers): AtPoints<G>;
};

/** Members from log p and `gradientAt`, the gradients of sum_i weights_i log p(t_i). */
export function pointMembers<G>(
  logDensity: Density["logDensity"],
  gradientAt: (points: Numbers, weights: Float64Array) => G,
): PointMembers<G> {
  const density = (points: Numbers, out?: Float64Array) => {
    const values = logDensity(points, out);
    for (let p = 0; p < values.length; p++) values[p] = Math.exp(values[p]);
    return values;
  };
  // d p = p d log p; a point outside the support takes no part.
  const at = (values: Float64Array, factors: Float64Array | undefined, points: Numbers) => ({
    values,
    pullback(cotangent: Numbers) {
      checkLength("cotangent", cotangent, values.length, "one a point");
      return gradientAt(
        points,
        Float64Array.from(values, (_, p) => (factors?.[p] ?? 1) * cotangent[p]),
      );
    },
  });
  return {
    logDensity,
    density,
    logVjp: (points) => at(logDensity(points), undefined, points),
    vjp(points) {
      const values = density(points);
      return at(values, values, points);
    },
  };
}

/** The entries of `points`, checked: how many points they are. */
export function pointCount(points: Numbers, dimension: number): number {
  if (!isArrayLike(points)) throw valueError("points", points, "an array of numbers is needed", "type");
  if (points.length % dimension !== 0) {
    throw new RangeError(`points has ${points.length} entries: a multiple of ${dimension} (the dimension) is needed`);
  }
  for (let i = 0; i < points.length; i++) {
    if (!Number.isFinite(points[i])) throw entryError("points", i, points[i], "every coordinate must be finite");
  }
  return points.length / dimension;
}

/** `out` when it is a Float64Array of `size`, a new one when it is not given. */
export function float64Out(out: Float64Array | undefined, size: number): Float64Array {
  if (out === undefined) return new Float64Array(size);
  if (!(out instanceof Float64Array)) throw valueError("out", out, "a Float64Array is needed", "type");
  checkLength("out", out, size, "one a result");
  return out;
}

/** The checked exponent: alpha >= 1 and finite. */
export function checkAlpha(alpha: unknown): number {
  return checkPositive("alpha", alpha, 1);
}

/** The checked finite number: above 0, or with `least` at least that. */
export function checkPositive(name: string, value: unknown, least?: number): number {
  if (typeof value !== "number") throw valueError(name, value, "a number is needed", "type");
  if (!(value < Infinity && (least === undefined ? value > 0 : value >= least))) {
    throw valueError(
      name,
      value,
      `a finite number ${least === undefined ? "above 0" : `of ${least} or more`} is needed`,
    );
  }
  return value;
}

/** A vector or matrix argument of `size` finite numbers (any, when it is left out): one number stands for an array of one. */
export function finiteNumbers(name: string, value: number | Numbers, size?: number, of = ""): Float64Array {
  const list = typeof value === "number" ? [value] : value;
  if (!isArrayLike(list)) throw valueError(name, value, "a number or an array of numbers is needed", "type");
  if (size !== undefined) checkLength(name, list, size, of);
  const numbers = new Float64Array(list.length);
  for (let i = 0; i < list.length; i++) {
    const entry = list[i];
    if (!Number.isFinite(entry)) {
      throw typeof value === "number"
        ? valueError(name, value, "a finite number is needed")
        : entryError(name, i, entry, "every entry must be finite");
    }
    numbers[i] = entry;
  }
  return numbers;
}

/** The checked count of samples. */
export function checkCount(name: string, value: unknown, least: number): number {
  if (!Number.isInteger(value) || (value as number) < least) {
    throw valueError(name, value, `an integer of ${least} or more is needed`);
  }
  return value as number;
}
