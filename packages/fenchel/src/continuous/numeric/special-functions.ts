/** Elementary functions whose textbook form cancels: each switches to its series, so that alpha = 1 is an ordinary point. */

/** (exp(x) - 1) / x. */
export function expRatio(x: number): number {
  return Math.abs(x) < 1e-8 ? 1 + x / 2 : Math.expm1(x) / x;
}

/** The derivative of `expRatio`, ((x - 1) exp(x) + 1) / x^2. */
export function expRatioSlope(x: number): number {
  if (Math.abs(x) > 0.5) return ((x - 1) * Math.exp(x) + 1) / (x * x);
  let term = 0.5;
  let sum = 0.5;
  for (let j = 1; j <= 13; j++) {
    term *= x / (j + 2);
    sum += term * (j + 1);
  }
  return sum;
}

/** (log(1 + x) - x) / x^2 for x > -1. */
export function logDefect(x: number): number {
  if (Math.abs(x) > 0.25) return (Math.log1p(x) - x) / (x * x);
  let power = 1;
  let sum = -0.5;
  for (let j = 3; j <= 26; j++) {
    power *= -x;
    sum -= power / j;
  }
  return sum;
}

/** log(1 - k x) / k: the deformed logarithm of a score -x, -x at k = 0 and -Infinity beyond the edge. */
export function logEdge(k: number, x: number): number {
  if (k === 0) return -x;
  return k * x < 1 ? Math.log1p(-k * x) / k : -Infinity;
}

/** lgamma(z + 1/2) - lgamma(z) - log(z) / 2 and its derivative in k, at z = (1 + k) / k; 0 at k = 0. */
function halfStep(k: number): [number, number] {
  let value = 0;
  let slope = 0;
  let u = k / (1 + k);
  let z = 1 / u;
  let slopeOfU = 1 / ((1 + k) * (1 + k));
  if (z < 12) {
    const slopeOfZ = -1 / (k * k);
    for (; z < 12; z += 1) {
      value += 0.5 * Math.log1p(1 / z) - Math.log1p(0.5 / z);
      slope += slopeOfZ * (0.5 / (z * (z + 0.5)) - 0.5 / (z * (z + 1)));
    }
    u = 1 / z;
    slopeOfU = u * u * -slopeOfZ;
  }
  const v = u * u;
  value += u * (-1 / 8 + v * (1 / 192 + v * (-1 / 640 + v * (17 / 14336 + v * (-31 / 18432 + (v * 691) / 180224)))));
  slope +=
    slopeOfU * (-1 / 8 + v * (3 / 192 + v * (-5 / 640 + v * (119 / 14336 + v * (-279 / 18432 + (v * 7601) / 180224)))));
  return [value, slope];
}

/**
 * q(k) = (n / 2) log k + lgamma(1 / k + 1 + n / 2) - lgamma(1 / k + 1) and q'(k), which no gamma function overflows in:
 * products of n / 2 factors, and for odd n an asymptotic series after a shift. q(0) = 0.
 */
export function logGammaStep(k: number, n: number): [number, number] {
  const odd = n % 2 === 1;
  let [value, slope] = odd && k > 0 ? halfStep(k) : [0, odd ? -1 / 8 : 0];
  if (odd) {
    value += 0.5 * Math.log1p(k);
    slope += 0.5 / (1 + k);
  }
  for (let j = odd ? 1.5 : 1; j <= n / 2; j++) {
    value += Math.log1p(k * j);
    slope += j / (1 + k * j);
  }
  return [value, slope];
}
