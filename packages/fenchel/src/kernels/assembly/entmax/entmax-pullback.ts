// The pullback of entmax in one row, any alpha: with q = y^(2 - alpha) on the support,
// dx = q (dy - <q, dy> / sum q) / gamma; a = alpha - 1.

import { accumulate, firstLanes, largest, total } from "../common/lanes";
import { LN2, exp2, log2 } from "../common/simd-math";

/** The cotangent at the smallest positive weight. */
function cotangentAtLeast(y: usize, dy: usize, n: i32): f32 {
  const zero = f32x4.splat(0);
  const end = y + ((<usize>n) << 2);
  let least = f32x4.splat(2);
  let value = zero;
  for (; y < end; y += 16, dy += 16) {
    const w = v128.load(y);
    let less = v128.and(f32x4.gt(w, zero), f32x4.lt(w, least));
    if (y + 16 > end) less = v128.and(less, firstLanes(n & 3));
    least = v128.bitselect(w, least, less);
    value = v128.bitselect(v128.load(dy), value, less);
  }
  const best = f32x4.splat(-largest(f32x4.neg(least)));
  // Of the lanes that hold the smallest any will do.
  const lane = ctz(i32x4.bitmask(f32x4.eq(least, best)));
  const half = lane & 2 ? i64x2.extract_lane(value, 1) : i64x2.extract_lane(value, 0);
  return reinterpret<f32>(<i32>(lane & 1 ? half >> 32 : half));
}

/**
 * Writes dx, and q and log2(y) at `powers` and `logs` for `parameterSums`; no logarithm where q is a square root. For a > 1
 * q grows without bound as y falls to 0 and the smallest weight's q may be all of the sum: with the cotangent there as the
 * zero nothing cancels.
 */
export function entmaxPullbackRow(
  y: usize,
  dy: usize,
  dx: usize,
  n: i32,
  gamma: f64,
  a: f64,
  powers: usize,
  logs: usize,
  k: usize,
): void {
  const shift = f32x4.splat(a > 1 ? cotangentAtLeast(y, dy, n) : 0);
  const exponent = f32x4.splat(<f32>(1 - a));
  const zero = f32x4.splat(0);
  const most = f32x4.splat(100);
  const square = a == 0.5;
  const end = y + ((<usize>n) << 2);
  const q0 = powers;
  const u0 = dy;
  let size = f64x2.splat(0);
  let sum = size;
  while (y < end) {
    const group = min(y + 64, end);
    let best = v128.load(y);
    for (let p = y + 16; p < group; p += 16) best = f32x4.pmax(best, v128.load(p));
    let size4 = zero;
    let sum4 = zero;
    if (!v128.any_true(f32x4.gt(best, zero))) {
      const bytes = group - y;
      dy += bytes;
      logs += bytes;
      for (; y < group; y += 16, powers += 16) v128.store(powers, zero);
    }
    for (; y < group; y += 16, dy += 16, powers += 16, logs += 16) {
      const w = v128.load(y);
      let live = f32x4.gt(w, zero);
      if (y + 16 > end) live = v128.and(live, firstLanes(n & 3));
      let q: v128;
      if (square) {
        q = f32x4.sqrt(w);
      } else {
        const log = log2(w, k);
        v128.store(logs, log);
        q = exp2(f32x4.pmin(most, f32x4.mul(log, exponent)), k);
      }
      const kept = v128.and(q, live);
      v128.store(powers, kept);
      size4 = f32x4.add(size4, kept);
      sum4 = f32x4.add(sum4, v128.and(f32x4.mul(q, f32x4.sub(v128.load(dy), shift)), live));
    }
    size = accumulate(size, size4);
    sum = accumulate(sum, sum4);
  }
  const length = total(size);
  const mean = f32x4.splat(length > 0 ? <f32>(total(sum) / length) : 0);
  const inverse = f32x4.splat(<f32>min(1 / gamma, f32.MAX_VALUE));
  const stop = q0 + ((<usize>n) << 2);
  for (let q = q0, u = u0; q < stop; q += 16, u += 16, dx += 16) {
    const weight = v128.load(q);
    const centred = f32x4.sub(f32x4.sub(v128.load(u), shift), mean);
    const product = f32x4.mul(f32x4.mul(weight, inverse), centred);
    v128.store(dx, v128.and(product, f32x4.gt(weight, zero)));
  }
}

/** Set by `parameterSums`. */
export let gammaSum: f64 = 0;
export let alphaSum: f64 = 0;

/**
 * With l = log y and w = a l, on the support: x / gamma = z + constant, z = (e^w - 1) / a, and the derivative of log y in
 * alpha at a fixed threshold is -l^2 h(w), h(w) = (1 - e^w + w e^w) / w^2. dx sums to 0 and is symmetric in what it is
 * applied to, so that the gradients are -<dx, z> in gamma and -gamma <dx, l^2 h> in alpha. Sets both sums.
 *
 * For small a, where the closed forms cancel: e^w = 1 + w + w^2 g(w) gives z = l (1 + w g) and h = 1 + (w - 1) g. For
 * larger ones the constants 1 / a and 1 / a^2 are left out of z and of l^2 h, as dx sums to 0. `powers` and `logs` may be
 * 0; e^w is y / q.
 */
export function parameterSums(
  y: usize,
  dx: usize,
  n: i32,
  a: f64,
  alphaToo: bool,
  powers: usize,
  logs: usize,
  k: usize,
): void {
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  const factor = f32x4.splat(<f32>a);
  const toNatural = f32x4.splat(<f32>LN2);
  const small = a < 0.25;
  const kept = powers != 0;
  const logged = logs != 0;
  const end = y + ((<usize>n) << 2);
  let gammas = f64x2.splat(0);
  let alphas = gammas;
  while (y < end) {
    const group = min(y + 64, end);
    let any = zero;
    for (let p = y; p < group; p += 16) any = f32x4.pmax(any, v128.load(p));
    if (!v128.any_true(f32x4.gt(any, zero))) {
      const bytes = group - y;
      dx += bytes;
      powers += bytes;
      logs += bytes;
      y = group;
      continue;
    }
    let gamma4 = zero;
    let alpha4 = zero;
    for (; y < group; y += 16, dx += 16, powers += 16, logs += 16) {
      const p = v128.load(y);
      let live = f32x4.gt(p, zero);
      if (y + 16 > end) live = v128.and(live, firstLanes(n & 3));
      const g = v128.and(v128.load(dx), live);
      let e = zero;
      if (kept) {
        e = v128.and(f32x4.div(p, v128.load(powers)), live);
        if (!alphaToo && !small) {
          gamma4 = f32x4.add(gamma4, f32x4.mul(g, e));
          continue;
        }
      }
      const l2 = v128.and(logged ? v128.load(logs) : log2(p, k), live);
      const l = f32x4.mul(l2, toNatural);
      const w = f32x4.mul(l, factor);
      if (!kept) e = exp2(f32x4.mul(l2, factor), k);
      if (small) {
        const quotient = remainder(w, e);
        const z = f32x4.mul(l, f32x4.add(one, f32x4.mul(w, quotient)));
        const h = f32x4.add(one, f32x4.mul(f32x4.sub(w, one), quotient));
        gamma4 = f32x4.add(gamma4, f32x4.mul(g, z));
        alpha4 = f32x4.add(alpha4, f32x4.mul(g, f32x4.mul(f32x4.mul(l, l), h)));
      } else {
        const term = f32x4.mul(g, e);
        gamma4 = f32x4.add(gamma4, term);
        alpha4 = f32x4.add(alpha4, f32x4.mul(term, f32x4.sub(w, one)));
      }
    }
    gammas = accumulate(gammas, gamma4);
    alphas = accumulate(alphas, alpha4);
  }
  gammaSum = total(gammas) / (small ? 1 : a);
  alphaSum = total(alphas) / (small ? 1 : a * a);
}

/** (e^w - 1 - w) / w^2 for w <= 0, given e = e^w: its series where that cancels. */
function remainder(w: v128, e: v128): v128 {
  let p = f32x4.add(f32x4.mul(w, f32x4.splat(1.0 / 40320)), f32x4.splat(1.0 / 5040));
  p = f32x4.add(f32x4.mul(p, w), f32x4.splat(1.0 / 720));
  p = f32x4.add(f32x4.mul(p, w), f32x4.splat(1.0 / 120));
  p = f32x4.add(f32x4.mul(p, w), f32x4.splat(1.0 / 24));
  p = f32x4.add(f32x4.mul(p, w), f32x4.splat(1.0 / 6));
  p = f32x4.add(f32x4.mul(p, w), f32x4.splat(0.5));
  const direct = f32x4.div(f32x4.sub(f32x4.sub(e, f32x4.splat(1)), w), f32x4.mul(w, w));
  return v128.bitselect(p, direct, f32x4.gt(w, f32x4.splat(-0.7)));
}
