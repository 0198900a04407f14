// softmax of a row whose scores are near 0: exp needs no shift, and the row no look at its maximum before.

import { BLOCK, accumulate, firstLanes, total } from "../common/lanes";
import { scaleRow } from "./softmax-row";

/** 1.5 2^23 + 16: adding it rounds to an integer, which stands, 16 more, in the low bits. */
const ROUND: f32 = 12582928;
/** Bits of ROUND - 16, which the sum with any integer of -16 .. 15 shares but for the lowest five. */
const NEAR: i32 = 0x4b400000;

/**
 * C 2^w up to a relative error of 4e-7, C = 2^16 753.2, where `shifted` is w + ROUND. The normalized weights do not depend on C,
 * so that the quintic for 2^f, f in [-1/2, 1/2], may have leading coefficient 1: with s = f (f + a) it takes three products.
 */
function power(w: v128, shifted: v128, round: v128, a: v128, b: v128, c: v128, d: v128, e: v128): v128 {
  const f = f32x4.sub(w, f32x4.sub(shifted, round));
  const s = f32x4.mul(f, f32x4.add(f, a));
  const t = f32x4.add(f32x4.mul(s, f32x4.add(s, b)), c);
  const p = f32x4.add(f32x4.mul(t, f32x4.add(f, d)), e);
  return i32x4.add(p, i32x4.shl(shifted, 23));
}

/** Whether the bits of all sums with ROUND were of integers -16 .. 15: what some of them have, and what every one has. */
function near(some: v128, every: v128): bool {
  const odd = v128.xor(v128.or(some, i32x4.splat(31)), v128.and(every, i32x4.splat(-32)));
  return !v128.any_true(v128.xor(odd, i32x4.splat(31)));
}

/** The weights of a row where |x| scale < 15.5, scale being log2(e) / gamma in every lane; false where some score is not. */
export function nearRow(x: usize, y: usize, count: i32, scale: v128): bool {
  const round = f32x4.splat(ROUND);
  const a = f32x4.splat(1.2068487405776978);
  const b = f32x4.splat(28.58768653869629);
  const c = f32x4.splat(353.92730712890625);
  const d = f32x4.splat(4.874034881591797);
  const e = f32x4.splat(-971.84228515625);
  let some = i32x4.splat(NEAR);
  let every = some;
  let sum = f64x2.splat(0);
  const whole = x + ((<usize>(count >> 2)) << 4);
  const rest = count & 3;
  const y0 = y;
  while (x < whole) {
    const end = min(x + 2 * BLOCK, whole);
    let part = f32x4.splat(0);
    for (; x < end; x += 16, y += 16) {
      const w = f32x4.mul(v128.load(x), scale);
      const shifted = f32x4.add(w, round);
      some = v128.or(some, shifted);
      every = v128.and(every, shifted);
      const z = power(w, shifted, round, a, b, c, d, e);
      v128.store(y, z);
      part = f32x4.add(part, z);
    }
    if (!near(some, every)) return false;
    sum = accumulate(sum, part);
  }
  if (rest) {
    const lanes = firstLanes(rest);
    const w = f32x4.mul(v128.and(v128.load(x), lanes), scale);
    const shifted = f32x4.add(w, round);
    if (!near(v128.or(some, shifted), v128.and(every, shifted))) return false;
    const z = v128.and(power(w, shifted, round, a, b, c, d, e), lanes);
    v128.store(y, z);
    sum = accumulate(sum, z);
    y += 16;
  }
  scaleRow(y0, y, <f32>(1 / total(sum)));
  return true;
}

/** dx = y (dy - <y, dy>) / gamma; false where <y, dy> is so large that dy may not be finite. */
export function moderatePullbackRow(y: usize, dy: usize, dx: usize, n: i32, gamma: f64): bool {
  const end = y + ((<usize>n) << 2);
  const whole = y + ((<usize>(n >> 2)) << 4);
  let sum = f64x2.splat(0);
  let p = y;
  let u = dy;
  while (p < whole) {
    const stop = min(p + BLOCK, whole);
    let part = f32x4.splat(0);
    for (; p < stop; p += 16, u += 16) part = f32x4.add(part, f32x4.mul(v128.load(p), v128.load(u)));
    sum = accumulate(sum, part);
  }
  if (p < end) sum = accumulate(sum, v128.and(f32x4.mul(v128.load(p), v128.load(u)), firstLanes(n & 3)));
  const mean = total(sum);
  if (!(abs(mean) < 1e30)) return false;
  const m = f32x4.splat(<f32>mean);
  const inverse = f32x4.splat(<f32>min(1 / gamma, f32.MAX_VALUE));
  const zero = f32x4.splat(0);
  for (; y < end; y += 16, dy += 16, dx += 16) {
    const a = f32x4.mul(f32x4.mul(v128.load(y), inverse), f32x4.sub(v128.load(dy), m));
    v128.store(dx, f32x4.add(a, zero)); // no -0
  }
  return true;
}
