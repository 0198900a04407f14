/**
 * The radial shape of a beta-Gaussian in a program, for alpha > 1: t = mu + L z, where z has the density
 * c (1 - |z|^2)_+^(1/k) on the unit ball, k = alpha - 1, L L^T = (2 / k) h Sigma and h = p(mu)^k.
 */
import { lax, numpy as np } from "@jax-js/jax";
import { valueError } from "../../core/arguments.ts";
import { checkAlpha } from "../../continuous/density/density.ts";
import { logGammaStep } from "../../continuous/numeric/special-functions.ts";
import type { Parameter } from "../transform/options.ts";
import { above, soundWhere } from "../transform/scores.ts";

/** Numbers of the shape: each one number, or an array [batch] (or [1]) when alpha is an array. */
export interface Shape {
  readonly dimension: 1 | 2;
  readonly k: Parameter;
  /** 1 / k, the exponent. */
  readonly power: Parameter;
  /** c. */
  readonly peak: Parameter;
  /** L L^T = stretch * h Sigma. */
  readonly stretch: Parameter;
  /** 1 + k (n + 2) / 2: the covariance is h Sigma / divisor. */
  readonly divisor: Parameter;
  /** Beyond this |z| along one axis (the first of the plane) what is left of the mass is below 1e-8: at most 1. */
  readonly reach: Parameter;
}

const logTwoPi = Math.log(2 * Math.PI);
/** -log of the share of its peak below which a density is left out. */
const faint = 18.4;

/**
 * alpha as a number, or as an array [batch] or [1], NaN where it is not above 1 and finite. Owns an array. Throws for a number
 * below 1 or another shape.
 */
export function checkedAlpha(alpha: Parameter | undefined, batch: number): Parameter {
  if (alpha === undefined) return 2;
  if (typeof alpha === "number") return checkAlpha(alpha);
  if (alpha.size !== 1 && !(alpha.ndim === 1 && alpha.shape[0] === batch)) {
    throw valueError("alpha", `[${alpha.shape.join(", ")}]`, `a number, a scalar or the shape [${batch}] is needed`);
  }
  const sound = soundWhere(above(lax.stopGradient(alpha.ref), 1));
  return alpha.mul(sound).reshape([alpha.size]);
}

/** f of a number on the host, or of a reference to an array in the program. */
export function either(value: Parameter, host: (x: number) => number, graph: (x: np.Array) => np.Array): Parameter {
  return typeof value === "number" ? host(value) : graph(value.ref);
}

/** A reference that broadcasts along the first axis of arrays of `rank` axes. */
export function along(value: Parameter, rank: number): Parameter {
  return typeof value === "number" ? value : value.ref.reshape([value.size, ...Array<number>(rank - 1).fill(1)]);
}

/** Frees what is an array. */
export function release(...values: Parameter[]): void {
  for (const value of values) if (typeof value !== "number") value.dispose();
}

/** log of the density of y at 0 in t = mu + sqrt(h) Sigma^(1/2) y, a function of k alone. Borrows k. */
function logUnitPeak(k: Parameter, n: 1 | 2): Parameter {
  return either(
    k,
    (x) => logGammaStep(x, n)[0] - (n / 2) * logTwoPi,
    (x) => (n === 1 ? halfStep(x) : np.log1p(x)).sub((n / 2) * logTwoPi),
  );
}

/** log sqrt(k) + lgamma(1 / k + 3 / 2) - lgamma(1 / k + 1): six steps of the recurrence, then Stirling's series. */
function halfStep(k: np.Array): np.Array {
  const steps = 6;
  let sum = np.log1p(k.ref).mul(0.5);
  for (let i = 0; i < steps; i++) {
    // 1 / z for z = 1 / k + 1 + i.
    const inverse = k.ref.div(k.ref.mul(1 + i).add(1));
    sum = sum.add(np.log1p(inverse.ref).mul(0.5)).sub(np.log1p(inverse.mul(0.5)));
  }
  const u = k.ref.div(k.mul(1 + steps).add(1));
  const v = np.square(u.ref);
  const series = v.ref
    .mul(17 / 14336)
    .sub(1 / 640)
    .mul(v.ref)
    .add(1 / 192)
    .mul(v)
    .sub(1 / 8);
  return sum.add(u.mul(series));
}

/** The shape for alpha > 1. Owns alpha. */
export function shapeOf(alpha: Parameter, dimension: 1 | 2): Shape {
  const k: Parameter = typeof alpha === "number" ? alpha - 1 : alpha.sub(1);
  const unit = logUnitPeak(k, dimension);
  const peak = either(
    k,
    (x) => Math.exp(unit as number) * (2 / x) ** (dimension / 2),
    (x) => {
      const stretch = np.reciprocal(x).mul(2);
      return np.exp((unit as np.Array).ref).mul(dimension === 1 ? np.sqrt(stretch) : stretch);
    },
  );
  release(unit);
  return {
    dimension,
    k,
    power: either(
      k,
      (x) => 1 / x,
      (x) => np.reciprocal(x),
    ),
    peak,
    stretch: either(
      k,
      (x) => 2 / x,
      (x) => np.reciprocal(x).mul(2),
    ),
    divisor: either(
      k,
      (x) => 1 + (x * (dimension + 2)) / 2,
      (x) => x.mul((dimension + 2) / 2).add(1),
    ),
    // (1 - z^2)^(1/k) = exp(-faint).
    reach: either(
      k,
      (x) => Math.sqrt(-Math.expm1(-faint * x)),
      (x) => np.sqrt(np.expm1(x.mul(-faint)).mul(-1)),
    ),
  };
}

export function releaseShape({ k, power, peak, stretch, divisor, reach }: Shape): void {
  release(k, power, peak, stretch, divisor, reach);
}

/** h = p(mu)^k for log |Sigma| of shape [batch]. Owns logDet, borrows k. */
export function heightOf(k: Parameter, dimension: 1 | 2, logDet: np.Array): np.Array {
  const unit = logUnitPeak(k, dimension);
  const order = either(
    k,
    (x) => 1 + (x * dimension) / 2,
    (x) => x.mul(dimension / 2).add(1),
  );
  return np.exp(logDet.mul(-0.5).add(unit).mul(along(k, 1)).div(order));
}

/** The same from log |V| of the covariance V = h Sigma / divisor. Owns logDet, borrows k. */
export function matchedHeight(k: Parameter, dimension: 1 | 2, logDet: np.Array): np.Array {
  const unit = logUnitPeak(k, dimension);
  const logDivisor = either(
    k,
    (x) => Math.log1p((x * (dimension + 2)) / 2),
    (x) => np.log1p(x.mul((dimension + 2) / 2)),
  );
  const shift: Parameter =
    typeof logDivisor === "number" ? logDivisor * (dimension / 2) : logDivisor.mul(dimension / 2);
  return np.exp(logDet.mul(-0.5).add(unit).sub(shift).mul(along(k, 1)));
}
