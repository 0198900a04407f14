// sparsemax of one row. Part of the module `rows`, whose functions the other modules import.

import { collect, storeLanes } from "../common/compaction";
import { accumulate, total } from "../common/lanes";

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
