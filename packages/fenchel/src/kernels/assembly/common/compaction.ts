// Keeping the lanes that a mask selects, side by side and in order: the candidates of a row for its support.

import { firstLanes } from "./lanes";

/** Bytes of the table at k: for each of 16 masks, the byte order that brings its lanes to the front. */
export const COMPACTION: usize = 16 * 16;

export function writeCompaction(k: usize): void {
  for (let bits = 0; bits < 16; bits++) {
    let to = k + ((<usize>bits) << 4);
    for (let lane = 0; lane < 4; lane++) {
      if ((bits >> lane) & 1) {
        store<u32>(to, 0x03020100 + 0x04040404 * lane);
        to += 4;
      }
    }
  }
}

/** Stores the lanes of `a` that `mask` selects at `to`; returns the address after them. Writes 16 bytes in any case. */
export function storeLanes(to: usize, a: v128, mask: v128, k: usize): usize {
  const bits = i32x4.bitmask(mask);
  v128.store(to, i8x16.swizzle(a, v128.load(k + ((<usize>bits) << 4))));
  return to + ((<usize>popcnt(bits)) << 2);
}

/**
 * Stores every v = (x - top) * scale that is above `low` at `to`, then a vector of -Infinity; returns the address after
 * the last v. `to` has room for count + 4.
 */
export function collect(x: usize, count: i32, top: v128, scale: v128, low: v128, to: usize, k: usize): usize {
  const blocks = x + ((<usize>(count >> 4)) << 6);
  const whole = x + ((<usize>(count >> 2)) << 4);
  for (; x < blocks; x += 64) {
    const a = f32x4.mul(f32x4.sub(v128.load(x), top), scale);
    const b = f32x4.mul(f32x4.sub(v128.load(x, 16), top), scale);
    const c = f32x4.mul(f32x4.sub(v128.load(x, 32), top), scale);
    const d = f32x4.mul(f32x4.sub(v128.load(x, 48), top), scale);
    const above = f32x4.gt(f32x4.pmax(f32x4.pmax(a, b), f32x4.pmax(c, d)), low);
    if (v128.any_true(above)) {
      to = storeLanes(to, a, f32x4.gt(a, low), k);
      to = storeLanes(to, b, f32x4.gt(b, low), k);
      to = storeLanes(to, c, f32x4.gt(c, low), k);
      to = storeLanes(to, d, f32x4.gt(d, low), k);
    }
  }
  for (; x < whole; x += 16) {
    const a = f32x4.mul(f32x4.sub(v128.load(x), top), scale);
    to = storeLanes(to, a, f32x4.gt(a, low), k);
  }
  const rest = count & 3;
  if (rest) {
    const a = f32x4.mul(f32x4.sub(v128.load(x), top), scale);
    to = storeLanes(to, a, v128.and(f32x4.gt(a, low), firstLanes(rest)), k);
  }
  v128.store(to, f32x4.splat(-Infinity));
  return to;
}
