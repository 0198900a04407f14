// softmax of one row, forward and backward.

import { BLOCK, accumulate, firstLanes, total } from "./lanes";
import { LN2, LOG2E, exp2, log2 } from "./simd-math";

export function softmaxRow(x: usize, y: usize, count: i32, top: f32, gamma: f64, k: usize): void {
  const shift = f32x4.splat(top);
  const scale = f32x4.splat(<f32>min(LOG2E / gamma, f32.MAX_VALUE));
  const whole = x + ((<usize>(count >> 2)) << 4);
  const y0 = y;
  let sum = f64x2.splat(0);
  while (x < whole) {
    const end = min(x + BLOCK, whole);
    let part = f32x4.splat(0);
    for (; x < end; x += 16, y += 16) {
      const e = exp2(f32x4.mul(f32x4.sub(v128.load(x), shift), scale), k);
      v128.store(y, e);
      part = f32x4.add(part, e);
    }
    sum = accumulate(sum, part);
  }
  const rest = count & 3;
  if (rest) {
    const e = v128.and(exp2(f32x4.mul(f32x4.sub(v128.load(x), shift), scale), k), firstLanes(rest));
    v128.store(y, e);
    sum = accumulate(sum, e);
    y += 16;
  }
  scaleRow(y0, y, <f32>(1 / total(sum)));
}

/** Multiplies the vectors from y to end. */
export function scaleRow(y: usize, end: usize, factor: f32): void {
  const f = f32x4.splat(factor);
  for (; y < end; y += 16) v128.store(y, f32x4.mul(v128.load(y), f));
}

/** dx = y (dy - <y, dy>) / gamma; entries of weight 0 take no part, whatever dy holds there. */
export function softmaxPullbackRow(y: usize, dy: usize, dx: usize, n: i32, gamma: f64): void {
  const whole = y + ((<usize>(n >> 2)) << 4);
  const rest = n & 3;
  const zero = f32x4.splat(0);
  let sum = f64x2.splat(0);
  let p = y;
  let u = dy;
  while (p < whole) {
    const end = min(p + BLOCK, whole);
    let part = zero;
    let part2 = zero;
    for (; p + 16 < end; p += 32, u += 32) {
      const a = v128.load(p);
      const b = v128.load(p, 16);
      part = f32x4.add(part, v128.and(f32x4.mul(a, v128.load(u)), f32x4.gt(a, zero)));
      part2 = f32x4.add(part2, v128.and(f32x4.mul(b, v128.load(u, 16)), f32x4.gt(b, zero)));
    }
    if (p < end) {
      const a = v128.load(p);
      part = f32x4.add(part, v128.and(f32x4.mul(a, v128.load(u)), f32x4.gt(a, zero)));
      p += 16;
      u += 16;
    }
    sum = accumulate(sum, f32x4.add(part, part2));
  }
  if (rest) {
    const a = v128.load(p);
    const live = v128.and(f32x4.gt(a, zero), firstLanes(rest));
    sum = accumulate(sum, v128.and(f32x4.mul(a, v128.load(u)), live));
  }
  const mean = f32x4.splat(<f32>total(sum));
  const inverse = f32x4.splat(<f32>min(1 / gamma, f32.MAX_VALUE));
  const end = y + ((<usize>n) << 2);
  for (; y < end; y += 16, dy += 16, dx += 16) {
    const a = v128.load(y);
    const product = f32x4.mul(f32x4.mul(a, inverse), f32x4.sub(v128.load(dy), mean));
    v128.store(dx, v128.and(product, f32x4.gt(a, zero)));
  }
}

/** <dx, log y>, which is <dx, x> / gamma, for dx sums to 0. */
export function softmaxLogProduct(y: usize, dx: usize, n: i32, k: usize): f64 {
  const end = y + ((<usize>n) << 2);
  const zero = f32x4.splat(0);
  let sum = f64x2.splat(0);
  while (y < end) {
    const stop = min(y + BLOCK, end);
    let part = zero;
    for (; y < stop; y += 16, dx += 16) {
      const a = v128.load(y);
      let term = v128.and(f32x4.mul(v128.load(dx), log2(a, k)), f32x4.gt(a, zero));
      if (y + 16 > end) term = v128.and(term, firstLanes(n & 3));
      part = f32x4.add(part, term);
    }
    sum = accumulate(sum, part);
  }
  return LN2 * total(sum);
}
