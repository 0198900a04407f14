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

/** Numbers from -1 to 1, the same ones every time, less their mean. */
const spread = (n: number, seed: number): Float64Array =>
  centred(new Float64Array(n).map((_, i) => Math.sin(seed * i + seed)));

/** Values less their mean: derivatives differ on the simplex only by more than a constant. */
function centred(values: Float64Array): Float64Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.map((value) => value - mean);
}

const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);

/**
 * Throws a RangeError unless, at points inside the simplex of n entries, n of 2 or more, the gradient agrees with central
 * differences of the value, and the Hessian products with central differences of the gradient, in a few directions.
 */
export function checkDerivatives(omega: CheckedRegularizer, n: number): void {
  const gradient = (y: Float64Array) => {
    const out = new Float64Array(n);
    omega.gradient(y, out);
    return centred(out);
  };
  for (let seed = 1; seed <= 3; seed++) {
    const y = spread(n, seed).map((value) => (1 + value / 3) / n);
    const d = spread(n, seed + 3).map((value) => value / n / 9);
    const curved = new Float64Array(n);
    omega.hessianProduct(y, d, curved);
    const slope = gradient(y);
    // Any direction tells two Hessian products apart but with bad luck; this one is far from none of their entries.
    const across = spread(n, seed + 6);
    const check = (what: string, of: string, f: (y: Float64Array) => number, by: Float64Array, along: Float64Array) => {
      const wanted = dot(by, along);
      const size = by.reduce((sum, value, i) => sum + Math.abs(value * along[i]!), 0);
      let rise = NaN;
      // The second step is for a kink that the first one may have met.
      for (const h of [1e-4, 1e-5]) {
        const [up, down] = [h, -h].map((step) => f(y.map((value, i) => value + step * d[i]!))) as [number, number];
        rise = (up - down) / (2 * h);
        if (Math.abs(rise - wanted) <= 1e-4 * size + (1e-15 * Math.abs(up)) / h) return;
      }
      throw new RangeError(
        `${what} of ${omega.name} is not the derivative of its ${of}: in a direction within the simplex that rises by ` +
          `${rise}, by ${what} it should by ${wanted}`,
      );
    };
    check("gradient", "value", (at) => omega.value(at), slope, d);
    check("hessianProduct", "gradient", (at) => dot(gradient(at), across), centred(curved), across);
  }
}
