/** Independent numerics for the tests: integrals by the double-exponential rule, derivatives by central differences. */

/** int_a^b f, for f that may have algebraic or logarithmic ends: Takahasi and Mori's double-exponential rule. */
export function integral(f: (t: number) => number, a: number, b: number): number {
  const half = (b - a) / 2;
  let sum = 0;
  const step = 1 / 32;
  for (let i = -128; i <= 128; i++) {
    const u = (Math.PI / 2) * Math.sinh(i * step);
    // The distance to the nearer end, which the tanh would round away.
    const near = Math.exp(-Math.abs(u)) / Math.cosh(u);
    const weight = ((Math.PI / 2) * Math.cosh(i * step)) / Math.cosh(u) ** 2;
    const t = i < 0 ? a + half * near : b - half * near;
    if (t > a && t < b) sum += weight * f(t);
  }
  return sum * half * step;
}

/** The derivative of f at x by the fourth-order central difference. */
export function slope(f: (x: number) => number, x: number, step = 1e-3): number {
  const far = f(x + 2 * step) - f(x - 2 * step);
  return (8 * (f(x + step) - f(x - step)) - far) / (12 * step);
}

/** |got - wanted| in units of max(1, |wanted|). */
export function off(got: number, wanted: number): number {
  return Math.abs(got - wanted) / Math.max(1, Math.abs(wanted));
}

/** The largest `off` of two arrays of one length. */
export function mostOff(got: ArrayLike<number>, wanted: ArrayLike<number>): number {
  if (got.length !== wanted.length) return Infinity;
  let worst = 0;
  for (let i = 0; i < got.length; i++) {
    const far = off(got[i]!, wanted[i]!);
    if (!(far <= worst)) worst = far;
  }
  return worst;
}

/** The gradient of f by central differences in every entry of x, steps relative to `scale`. */
export function gradientOf(f: (x: Float64Array) => number, x: ArrayLike<number>, step: number): Float64Array {
  return Float64Array.from({ length: x.length }, (_, i) =>
    slope(
      (value) => {
        const moved = Float64Array.from(x);
        moved[i] = value;
        return f(moved);
      },
      x[i]!,
      step,
    ),
  );
}

/**
 * The gradient of f in a symmetric n x n matrix, as the symmetric G with d f = <G, d Sigma>: both mirrored entries move
 * together.
 */
export function symmetricGradient(f: (x: Float64Array) => number, x: ArrayLike<number>, step: number): Float64Array {
  const n = Math.round(Math.sqrt(x.length));
  const gradient = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      const along = slope(
        (move) => {
          const moved = Float64Array.from(x);
          moved[i * n + j]! += move;
          if (i !== j) moved[j * n + i]! += move;
          return f(moved);
        },
        0,
        step,
      );
      gradient[i * n + j] = gradient[j * n + i] = i === j ? along : along / 2;
    }
  }
  return gradient;
}
