// sparsemax of one row, forward and backward.

import { collect, storeLanes } from "./compaction";
import { BLOCK, accumulate, firstLanes, total } from "./lanes";

/**
 * The threshold tau with sum [v - tau]_+ = 1 over the candidates from c to end, which are consumed. Newton's method from
 * below (Michelot 1986): tau grows, the set above it shrinks, and when the set stays the same tau is exact.
 */
function threshold(c: usize, end: usize, k: usize): f64 {
  let tau: f64 = -1;
  let before: usize = 0;
  let after = usize.MAX_VALUE;
  do {
    before = after;
    const level = f32x4.splat(<f32>tau);
    let to = c;
    let sum = f64x2.splat(0);
    for (let p = c; p < end; p += 16) {
      const a = v128.load(p);
      const above = f32x4.gt(a, level);
      sum = accumulate(sum, v128.and(a, above));
      to = storeLanes(to, a, above, k);
    }
    v128.store(to, f32x4.splat(-Infinity));
    after = to - c;
    tau = (total(sum) - 1) / <f64>(after >> 2);
    end = to;
  } while (after < before);
  return tau;
}

/** y = [v - tau]_+, v = (x - max x) / gamma. tau >= -1, so only v > -1 can have weight. */
export function sparsemaxRow(x: usize, y: usize, count: i32, max: f32, gamma: f64, c: usize, k: usize): void {
  const top = f32x4.splat(max);
  const scale = f32x4.splat(<f32>min(1 / gamma, f32.MAX_VALUE));
  const end = collect(x, count, top, scale, f32x4.splat(-1), c, k);
  const tau = f32x4.splat(<f32>threshold(c, end, k));
  const zero = f32x4.splat(0);
  const stop = x + ((<usize>count) << 2);
  for (; x < stop; x += 16, y += 16) {
    const v = f32x4.mul(f32x4.sub(v128.load(x), top), scale);
    v128.store(y, f32x4.pmax(zero, f32x4.sub(v, tau)));
  }
}

/** dx = (dy - mean of dy over the support) / gamma on the support, 0 elsewhere. */
export function sparsemaxPullbackRow(y: usize, dy: usize, dx: usize, n: i32, gamma: f64): void {
  const zero = f32x4.splat(0);
  const end = y + ((<usize>n) << 2);
  const rest = n & 3;
  let sum = f64x2.splat(0);
  let count = i32x4.splat(0);
  let u = dy;
  for (let p = y; p < end;) {
    const stop = min(p + BLOCK, end);
    let part = zero;
    for (; p < stop; p += 16, u += 16) {
      let live = f32x4.gt(v128.load(p), zero);
      if (p + 16 > end) live = v128.and(live, firstLanes(rest));
      part = f32x4.add(part, v128.and(v128.load(u), live));
      count = i32x4.sub(count, live);
    }
    sum = accumulate(sum, part);
  }
  const size =
    i32x4.extract_lane(count, 0) +
    i32x4.extract_lane(count, 1) +
    i32x4.extract_lane(count, 2) +
    i32x4.extract_lane(count, 3);
  const mean = f32x4.splat(<f32>(total(sum) / <f64>max(size, 1)));
  const inverse = f32x4.splat(<f32>min(1 / gamma, f32.MAX_VALUE));
  for (; y < end; y += 16, dy += 16, dx += 16) {
    const product = f32x4.mul(f32x4.sub(v128.load(dy), mean), inverse);
    v128.store(dx, v128.and(product, f32x4.gt(v128.load(y), zero)));
  }
}

/** <dx, y>, which is <dx, x> / gamma, for dx sums to 0 on the support, where y = x / gamma + constant. */
export function product(y: usize, dx: usize, n: i32): f64 {
  const end = y + ((<usize>n) << 2);
  let sum = f64x2.splat(0);
  for (; y < end; y += 16, dx += 16) {
    let term = f32x4.mul(v128.load(y), v128.load(dx));
    if (y + 16 > end) term = v128.and(term, firstLanes(n & 3));
    sum = accumulate(sum, term);
  }
  return total(sum);
}
