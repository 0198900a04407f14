/**
 * Reference weights in 256-bit fixed point, to check float64 code against arithmetic that shares nothing with it. A number
 * x is the BigInt x 2^256. Derivatives are central differences with a step far below what float64 could resolve.
 */

const bits = 256n;

export const one = 1n << bits;

/** The float64 number, exactly (down to 2^-256). */
export function fixed(x: number): bigint {
  if (x === 0) return 0n;
  let exponent = 0;
  let mantissa = x;
  while (!Number.isInteger(mantissa)) {
    mantissa *= 2;
    exponent += 1;
  }
  return (BigInt(mantissa) << bits) >> BigInt(exponent);
}

/** The nearest float64 number, to an ulp. */
export function float(x: bigint): number {
  const negative = x < 0n;
  const size = negative ? -x : x;
  const length = size.toString(2).length;
  const drop = Math.max(length - 64, 0);
  const value = Number(size >> BigInt(drop)) * 2 ** (drop - Number(bits));
  return negative ? -value : value;
}

const times = (a: bigint, b: bigint) => (a * b) >> bits;
const over = (a: bigint, b: bigint) => (a << bits) / b;

/** 2 atanh(z) = log((1 + z) / (1 - z)). */
function twiceAtanh(z: bigint): bigint {
  const square = times(z, z);
  let power = z;
  let sum = 0n;
  for (let k = 1n; power !== 0n && power !== -1n; k += 2n) {
    sum += power / k;
    power = times(power, square);
  }
  return 2n * sum;
}

const log2 = twiceAtanh(one / 3n);

export function log(x: bigint): bigint {
  const shift = x.toString(2).length - 1 - Number(bits);
  const mantissa = shift >= 0 ? x >> BigInt(shift) : x << BigInt(-shift);
  return BigInt(shift) * log2 + twiceAtanh(over(mantissa - one, mantissa + one));
}

export function exp(x: bigint): bigint {
  let shift = x / log2;
  if (x < 0n) shift -= 1n;
  const rest = (x - shift * log2) >> 12n;
  let term = one;
  let sum = one;
  for (let k = 1n; term > 0n; k++) {
    term = times(term, rest) / k;
    sum += term;
  }
  for (let k = 0; k < 12; k++) sum = times(sum, sum);
  return shift >= 0n ? sum << shift : sum >> -shift;
}

export function power(x: bigint, exponent: bigint): bigint {
  return x <= 0n ? 0n : exp(times(exponent, log(x)));
}

/** The root in [low, high] of an increasing function, by 220 halvings. */
function bisect(f: (x: bigint) => bigint, low: bigint, high: bigint): bigint {
  for (let step = 0; step < 220; step++) {
    const middle = (low + high) >> 1n;
    if (f(middle) < 0n) low = middle;
    else high = middle;
  }
  return (low + high) >> 1n;
}

const sumOf = (values: readonly bigint[]) => values.reduce((sum, value) => sum + value, 0n);

/**
 * (scale (v_i - v_K) + w^b)_+^(1/b) with sum of their `total`-th powers 1: the last kept score v_K by trying every one,
 * then w by bisection.
 */
function thresholded(v: readonly bigint[], b: bigint, scale: bigint, total: bigint): bigint[] {
  const root = over(one, b);
  const at = (edge: bigint, w: bigint) => {
    const floor = power(w, b);
    return v.map((score) => {
      if (score <= edge) return score < edge ? 0n : w;
      return power(times(scale, score - edge) + floor, root);
    });
  };
  const excess = (edge: bigint, w: bigint) =>
    sumOf(at(edge, w).map((y) => (total === one ? y : power(y, total)))) - one;
  const edges = [...v].sort((x, y) => (x < y ? 1 : x > y ? -1 : 0));
  let edge = edges[0]!;
  for (const candidate of edges) if (excess(candidate, 0n) < 0n) edge = candidate;
  return at(
    edge,
    bisect((w) => excess(edge, w), 0n, one),
  );
}

const normalized = (y: readonly bigint[]) => {
  const total = sumOf(y);
  return y.map((weight) => over(weight, total));
};

/** entmax of scores x / gamma. */
export function entmaxReference(v: readonly bigint[], alpha: bigint): bigint[] {
  const b = alpha - one;
  if (b !== 0n) return normalized(thresholded(v, b, b, one));
  const top = v.reduce((best, score) => (score > best ? score : best));
  return normalized(v.map((score) => exp(score - top)));
}

/** normmax of scores x / gamma. */
export function normmaxReference(v: readonly bigint[], alpha: bigint): bigint[] {
  return normalized(thresholded(v, alpha - one, one, alpha));
}

/** sqPnormMax of scores x / gamma: r_i = (1 + v_i / c)_+^(1/b) with c sum r = (sum r^p)^((1-b)/p). */
export function sqPnormReference(v: readonly bigint[], p: bigint): bigint[] {
  const b = p - one;
  const top = v.reduce((best, score) => (score > best ? score : best));
  const profile = (c: bigint) => v.map((score) => power(one + over(score - top, c), over(one, b)));
  const c = bisect(
    (x) => {
      const r = profile(x);
      return times(x, sumOf(r)) - power(sumOf(r.map((value) => power(value, p))), over(one - b, p));
    },
    one >> 40n,
    one << 1n,
  );
  return normalized(profile(c));
}

export type Reference = (v: readonly bigint[], parameter: bigint) => bigint[];

/** d <u, weights> in a direction of the scores and of the parameter, by central differences with step 2^-60. */
export function directional(
  reference: Reference,
  v: readonly number[],
  parameter: number,
  direction: { readonly scores: readonly number[]; readonly parameter: number },
  u: readonly number[],
): number {
  const step = 60n;
  const value = (sign: bigint) => {
    const moved = v.map((score, i) => fixed(score) + sign * (fixed(direction.scores[i]!) >> step));
    const y = reference(moved, fixed(parameter) + sign * (fixed(direction.parameter) >> step));
    return sumOf(y.map((weight, i) => times(weight, fixed(u[i]!))));
  };
  return float((value(1n) - value(-1n)) << (step - 1n));
}
