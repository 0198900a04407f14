// softmax of one row, forward and backward.

import { BLOCK, accumulate, firstLanes, total } from "../common/lanes";
import { LN2, LOG2E, exp2, log2 } from "../common/simd-math";

export function softmaxRow(x: usize, y: usize, count: i32, top: f32, gamma: f64, k: usize): void {
  const shift = f32x4.splat(top);
  const scale = f32x4.splat(<f32>min(LOG2E / gamma, f32.MAX_VALUE));
  const lanes = firstLanes(count & 3);
  const last = x + ((<usize>count) << 2);
  const y0 = y;
  let sum = f64x2.splat(0);
  while (x < last) {
    const end = min(x + BLOCK, last);
    let part = f32x4.splat(0);
    for (; x < end; x += 16, y += 16) {
      let e = exp2(f32x4.mul(f32x4.sub(v128.load(x), shift), scale), k);
      if (x + 16 > last) e = v128.and(e, lanes);
      v128.store(y, e);
      part = f32x4.add(part, e);
    }
    sum = accumulate(sum, part);
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
  const zero = f32x4.splat(0);
  const end = y + ((<usize>n) << 2);
  let sum = f64x2.splat(0);
  for (let p = y, u = dy; p < end; p += 16, u += 16) {
    const a = v128.load(p);
    let product = v128.and(f32x4.mul(a, v128.load(u)), f32x4.gt(a, zero));
    if (p + 16 > end) product = v128.and(product, firstLanes(n & 3));
    sum = accumulate(sum, product);
  }
  const mean = f32x4.splat(<f32>total(sum));
  const inverse = f32x4.splat(<f32>min(1 / gamma, f32.MAX_VALUE));
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
