// The pullback through the projection on the simplex, where every entry of the support moves by itself:
// dx = (dy - mean of dy over the support) / gamma on the support, 0 elsewhere. Part of the module `rows`, whose
// functions the other modules import.

import { BLOCK, accumulate, firstLanes, total } from "./lanes";

/**
 * Writes dx for the rows in order and returns how many it wrote: all of them, or those before the first with a group of
 * several entries. `groups` is 0 where there are none; ids count the groups of a row from 0 on.
 */
export function apartPullback(
  y: usize,
  groups: usize,
  dy: usize,
  dx: usize,
  rows: i32,
  n: i32,
  gamma: usize,
  gammaStep: i32,
): i32 {
  const zero = f32x4.splat(0);
  const width = (<usize>n) << 2;
  for (let r = 0; r < rows; r++) {
    const end = y + width;
    const tail = firstLanes(n & 3);
    let sum = f64x2.splat(0);
    let size = 0;
    let ids = i32x4.splat(0);
    for (let p = y; p < end;) {
      const stop = min(p + BLOCK, end);
      let part = zero;
      for (; p < stop; p += 16) {
        let live = f32x4.gt(v128.load(p), zero);
        if (p + 16 > end) live = v128.and(live, tail);
        part = f32x4.add(part, v128.and(v128.load(p - y + dy), live));
        size += popcnt(i32x4.bitmask(live));
        if (groups) ids = i32x4.max_s(ids, v128.and(v128.load(p - y + groups), live));
      }
      sum = accumulate(sum, part);
    }
    if (groups) {
      // fewer groups than entries: no id is as large as the last of as many
      if (size > 1 && !v128.any_true(i32x4.ge_s(ids, i32x4.splat(size - 1)))) return r;
      groups += width;
    }
    const mean = f32x4.splat(<f32>(total(sum) / <f64>max(size, 1)));
    const inverse = f32x4.splat(<f32>min(1 / load<f64>(gamma), f32.MAX_VALUE));
    let to = dx;
    for (let p = y; p < end; p += 16, to += 16) {
      const product = f32x4.mul(f32x4.sub(v128.load(p - y + dy), mean), inverse);
      v128.store(to, v128.and(product, f32x4.gt(v128.load(p), zero)));
    }
    y += width;
    dy += width;
    dx += width;
    gamma += gammaStep;
  }
  return rows;
}
