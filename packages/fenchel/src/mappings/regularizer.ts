/** Omega as a user gives it to `regularized`: its form, and checks of what its functions make. */
import { isArrayLike, valueError } from "../core/arguments.ts";
import { negligible, type SmoothFunction } from "../solvers/simplex-solver.ts";

/**
 * Omega at gamma = 1, on the simplex. Every array holds one number for each entry that takes part, in order: `y.length`
 * of them, which differs from row to row where entries are removed. The functions write all of `out` or return an array
 * in its place; they change no other array and keep none.
 */
export interface Regularizer {
  /** Names the mapping. */
  readonly name: string;
  /** Omega(y), finite at every y of the simplex, zeros included. */
  value(y: Float64Array): number;
  /** out = grad Omega(y). It may be -Infinity where y is 0 (as for y log y), and finite where y is positive. */
  gradient(y: Float64Array, out: Float64Array): ArrayLike<number> | void;
  /**
   * out = H u, H the Hessian of Omega at y. Where y is 0, u is 0 and out is ignored (so that an infinite second
   * derivative there does no harm).
   */
  hessianProduct(y: Float64Array, u: Float64Array, out: Float64Array): ArrayLike<number> | void;
  /** out = the diagonal of H, which speeds up the solution of systems with H. Default: estimated from one product. */
  hessianDiagonal?(y: Float64Array, out: Float64Array): ArrayLike<number> | void;
  /** A known modulus of strong convexity, in the 1-norm or the 2-norm: no step is longer than its inverse. */
  readonly strongConvexity?: number | undefined;
  /** A known Lipschitz constant of the gradient in the 2-norm: the first step is its inverse. */
  readonly smoothness?: number | undefined;
}

/** Throws a TypeError unless every member that is needed is there. */
export function checkRegularizer(omega: Regularizer): void {
  if (typeof omega !== "object" || omega === null) {
    throw valueError("omega", omega, "an object with name, value, gradient and hessianProduct is needed", "type");
  }
  if (typeof omega.name !== "string" || omega.name === "") {
    throw valueError("omega.name", omega.name, "a name is needed", "type");
  }
  for (const member of ["value", "gradient", "hessianProduct"] as const) {
    if (typeof omega[member] !== "function") {
      throw valueError(`omega.${member}`, omega[member], "a function is needed", "type");
    }
  }
}

/** Takes the result of a function that fills `out` or returns an array instead; `what` names it in an error. */
function take(what: string, out: Float64Array, fill: () => ArrayLike<number> | void): void {
  out.fill(NaN);
  const returned: unknown = fill();
  for (let i = 0; i < out.length; i++) if (!Number.isNaN(out[i]!)) return;
  if (!isArrayLike(returned) || returned === out) {
    throw new TypeError(`${what} left no number in out and returned no array: write all of out, or return an array`);
  }
  if (returned.length !== out.length) {
    throw new RangeError(
      `${what} returned ${returned.length} numbers for ${out.length} weights: one a weight is needed`,
    );
  }
  for (let i = 0; i < out.length; i++) out[i] = returned[i]!;
}

/** Omega with all results in `out`, and an error for what is not a number. */
export interface CheckedRegularizer extends SmoothFunction {
  readonly name: string;
  value(y: Float64Array): number;
}

/** Omega with its results checked: what is not a number is the user's mistake, and is named. */
export function checkedRegularizer(omega: Regularizer): CheckedRegularizer {
  const { name } = omega;
  const error = (what: string, value: number, i: number, y: Float64Array) =>
    new RangeError(`${what} of ${name} is ${value} at entry ${i}, where the weight is ${y[i]!}`);
  const diagonal = omega.hessianDiagonal;
  return {
    name,
    value: (y) => {
      const value: unknown = omega.value(y);
      if (typeof value === "number" && !Number.isNaN(value)) return value;
      throw valueError(`value of ${name}`, value, "a number is needed", typeof value === "number" ? "range" : "type");
    },
    gradient: (y, out) => {
      take(`gradient of ${name}`, out, () => omega.gradient(y, out));
      for (let i = 0; i < y.length; i++) {
        const slope = out[i]!;
        if (Number.isNaN(slope) || slope === Infinity || (slope === -Infinity && y[i]! > 0)) {
          throw error("gradient", slope, i, y);
        }
      }
    },
    hessianProduct: (y, u, out) => {
      take(`hessianProduct of ${name}`, out, () => omega.hessianProduct(y, u, out));
      for (let i = 0; i < y.length; i++) {
        if (Number.isNaN(out[i]!) && y[i]! > negligible) throw error("hessianProduct", out[i]!, i, y);
      }
    },
    ...(diagonal === undefined
      ? {}
      : { hessianDiagonal: (y, out) => take(`hessianDiagonal of ${name}`, out, () => diagonal.call(omega, y, out)) }),
  };
}

/** Numbers in [-1, 1), the same ones every time. */
function spread(n: number, seed: number): Float64Array {
  let state = seed;
  return Float64Array.from({ length: n }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

/** Values less their mean: derivatives are told apart on the simplex only, up to a constant. */
function centred(values: Float64Array): Float64Array {
  let mean = 0;
  for (let i = 0; i < values.length; i++) mean += values[i]! / values.length;
  return values.map((value) => value - mean);
}

const largest = (values: Float64Array): number => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/**
 * Throws a RangeError unless, at points inside the simplex of n entries, n of 2 or more, the gradient agrees with central
 * differences of the value, and the Hessian products with central differences of the gradient.
 */
export function checkDerivatives(omega: CheckedRegularizer, n: number): void {
  for (let seed = 1; seed <= 3; seed++) {
    const raw = spread(n, seed).map((value) => 1.2 + value);
    const total = raw.reduce((sum, value) => sum + value, 0);
    const y = raw.map((value) => value / total);
    // No longer than the least weight allows.
    const d = centred(spread(n, seed + 10)).map((value) => (0.1 * value) / n / 2.2);
    const slope = new Float64Array(n);
    const curved = new Float64Array(n);
    omega.gradient(y, slope);
    omega.hessianProduct(y, d, curved);
    const g = centred(slope);
    const hd = centred(curved);
    const wanted = g.reduce((sum, value, i) => sum + value * d[i]!, 0);
    const size = g.reduce((sum, value, i) => sum + Math.abs(value * d[i]!), 0);
    let rise = NaN;
    let worst = 0;
    let bend = NaN;
    // The second step is for a kink that the first one may have met.
    const agree = { gradient: false, hessian: false };
    for (const h of [1e-4, 1e-5]) {
      const up = y.map((value, i) => value + h * d[i]!);
      const down = y.map((value, i) => value - h * d[i]!);
      rise = (omega.value(up) - omega.value(down)) / (2 * h);
      agree.gradient ||= Math.abs(rise - wanted) <= 1e-4 * size + (1e-15 * Math.abs(omega.value(y))) / h;
      const above = new Float64Array(n);
      const below = new Float64Array(n);
      omega.gradient(up, above);
      omega.gradient(down, below);
      const bends = centred(above.map((value, i) => (value - below[i]!) / (2 * h)));
      const errors = bends.map((value, i) => Math.abs(value - hd[i]!));
      worst = errors.indexOf(largest(errors));
      bend = bends[worst]!;
      agree.hessian ||= errors[worst]! <= 1e-4 * Math.max(largest(hd), largest(bends)) + (1e-15 * largest(slope)) / h;
    }
    if (!agree.gradient) {
      throw new RangeError(
        `gradient of ${omega.name} is not that of its value: in a direction within the simplex the value rises by ` +
          `${rise}, by the gradient it should by ${wanted}`,
      );
    }
    if (!agree.hessian) {
      throw new RangeError(
        `hessianProduct of ${omega.name} is not the derivative of its gradient: in a direction within the simplex entry ` +
          `${worst} of the gradient rises by ${bend} against the others, by hessianProduct it should by ${hd[worst]!}`,
      );
    }
  }
}
