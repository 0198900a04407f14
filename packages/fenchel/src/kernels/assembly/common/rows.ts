// What every kernel needs done to its rows before and after: their maxima, entries that do not take part taken out and put
// back, and the axis brought to the end. With it come the passes over rows that several mappings share.

import { firstLanes } from "./lanes";

export { apartPullback } from "./apart-pullback";
export { fourRows, fourThresholds } from "./four-rows";
export { sparsemaxRow } from "../sparsemax/sparsemax-row";

/** `prepare` found a kept score that is NaN or +Infinity. */
const OFFENDING: i32 = 1;
/** `prepare` took entries out of some row. */
const REMOVED: i32 = 2;

/** Writes the row's maximum; returns zeros when every entry is finite. */
function scan(x: usize, count: i32, max: usize): v128 {
  let top = f32x4.splat(-f32.MAX_VALUE);
  let odd = i32x4.splat(0); // x - x is 0 unless x is infinite or NaN
  const end = x + ((<usize>(count >> 2)) << 4);
  const pairs = x + ((<usize>(count >> 3)) << 5);
  let top2 = top; // two chains: a maximum waits for the one before it
  let odd2 = odd;
  for (; x < pairs; x += 32) {
    const a = v128.load(x);
    const b = v128.load(x, 16);
    top = f32x4.pmax(top, a);
    top2 = f32x4.pmax(top2, b);
    odd = v128.or(odd, f32x4.sub(a, a));
    odd2 = v128.or(odd2, f32x4.sub(b, b));
  }
  top = f32x4.pmax(top, top2);
  odd = v128.or(odd, odd2);
  if (x < end) {
    const a = v128.load(x);
    top = f32x4.pmax(top, a);
    odd = v128.or(odd, f32x4.sub(a, a));
    x += 16;
  }
  const rest = count & 3;
  if (rest) {
    const lanes = firstLanes(rest);
    const a = v128.load(x);
    top = v128.bitselect(f32x4.pmax(top, a), top, lanes);
    odd = v128.or(odd, v128.and(f32x4.sub(a, a), lanes));
  }
  top = f32x4.pmax(top, i8x16.shuffle(top, top, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
  top = f32x4.pmax(top, i8x16.shuffle(top, top, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3));
  v128.store_lane<f32>(max, top, 0);
  return odd;
}

/** Moves the entries that stay to the front of the row, in order, and notes in `kept` which they are. */
function compact(x: usize, mask: usize, kept: usize, end: i32, n: i32): i32 {
  let count = 0;
  for (let i = 0; i < end; i++) {
    const score = load<f32>(x + ((<usize>i) << 2));
    const keep = i32(score != -Infinity) & (mask ? i32(load<u8>(mask + i) != 0) : 1);
    store<f32>(x + ((<usize>count) << 2), score);
    store<u8>(kept + i, <u8>keep);
    count += keep;
  }
  memory.fill(kept + end, 0, n - end);
  return count;
}

/**
 * Readies `rows` rows of n scores: compacts in place the entries that the mask (1 keeps), the lengths and -Infinity leave, and
 * writes how many they are, their maximum (-Infinity when there is none) and, for rows that lost some, which they are.
 * mask and lengths may be 0. Returns OFFENDING | REMOVED.
 */
export function prepare(
  x: usize,
  mask: usize,
  lengths: usize,
  kept: usize,
  rows: i32,
  n: i32,
  counts: usize,
  max: usize,
): i32 {
  if (!mask && !lengths) {
    // Rows that lack nothing wait for no verdict on the one before.
    let odd = i32x4.splat(0);
    for (let r: usize = 0; r < <usize>rows; r++) {
      odd = v128.or(odd, scan(x + ((r * n) << 2), n, max + (r << 2)));
      store<i32>(counts + (r << 2), n);
    }
    if (!v128.any_true(odd)) return 0;
  }
  let found = 0;
  for (let r = 0; r < rows; r++) {
    const end = lengths ? load<i32>(lengths) : n;
    let count = end;
    if (mask) count = compact(x, mask, kept, end, n);
    let odd = v128.any_true(scan(x, count, max));
    if (odd && !mask) {
      count = compact(x, 0, kept, end, n);
      odd = v128.any_true(scan(x, count, max));
    } else if (!mask && end < n) {
      memory.fill(kept, 1, end);
      memory.fill(kept + end, 0, n - end);
    }
    if (odd) found |= OFFENDING;
    if (count < n) found |= REMOVED;
    store<i32>(counts, count);
    if (!count) store<f32>(max, -Infinity);
    x += (<usize>n) << 2;
    kept += n;
    counts += 4;
    max += 4;
    if (mask) mask += n;
    if (lengths) lengths += 4;
  }
  return found;
}

/** Undoes the compaction: spreads a row's values to the entries that were kept, `removed` elsewhere. */
export function expand(values: usize, kept: usize, rows: i32, n: i32, counts: usize, removed: i32): void {
  for (let r = 0; r < rows; r++) {
    let from = load<i32>(counts);
    if (from < n) {
      for (let i = n - 1; i >= 0; i--) {
        const keep = <i32>load<u8>(kept + i);
        from -= keep;
        const value = keep ? load<i32>(values + ((<usize>from) << 2)) : removed;
        store<i32>(values + ((<usize>i) << 2), value);
      }
    }
    values += (<usize>n) << 2;
    kept += n;
    counts += 4;
  }
}

/** Side of the square tiles of a transposition: two of them fit in the first cache. */
const TILE: i32 = 32;

/** Transposes every [height, width] block of float32 `from` into [width, height] at `to`. */
export function transpose(from: usize, to: usize, blocks: i32, height: i32, width: i32): void {
  const size = (<usize>height * width) << 2;
  for (; blocks > 0; blocks--) {
    for (let i = 0; i < height; i += TILE) {
      for (let j = 0; j < width; j += TILE) {
        transposeTile(from, to, i, min(i + TILE, height), j, min(j + TILE, width), height, width);
      }
    }
    from += size;
    to += size;
  }
}

function transposeTile(
  from: usize,
  to: usize,
  top: i32,
  bottom: i32,
  left: i32,
  right: i32,
  height: i32,
  width: i32,
): void {
  const down = (<usize>width) << 2;
  const across = (<usize>height) << 2;
  let i = top;
  for (; i + 4 <= bottom; i += 4) {
    let p = from + ((<usize>i * width + left) << 2);
    let q = to + ((<usize>left * height + i) << 2);
    let j = left;
    for (; j + 4 <= right; j += 4) {
      const a = v128.load(p);
      const b = v128.load(p + down);
      const c = v128.load(p + 2 * down);
      const d = v128.load(p + 3 * down);
      const ab = i8x16.shuffle(a, b, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23);
      const cd = i8x16.shuffle(c, d, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23);
      const ba = i8x16.shuffle(a, b, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31);
      const dc = i8x16.shuffle(c, d, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31);
      v128.store(q, i8x16.shuffle(ab, cd, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23));
      v128.store(q + across, i8x16.shuffle(ab, cd, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31));
      v128.store(q + 2 * across, i8x16.shuffle(ba, dc, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23));
      v128.store(q + 3 * across, i8x16.shuffle(ba, dc, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31));
      p += 16;
      q += across << 2;
    }
    for (let k = i; k < i + 4; k++) transposeRow(from, to, k, j, right, height, width);
  }
  for (; i < bottom; i++) transposeRow(from, to, i, left, right, height, width);
}

function transposeRow(from: usize, to: usize, i: i32, left: i32, right: i32, height: i32, width: i32): void {
  for (let j = left; j < right; j++) {
    store<i32>(to + ((<usize>j * height + i) << 2), load<i32>(from + ((<usize>i * width + j) << 2)));
  }
}

/** The same for bytes (a mask). */
export function transposeBytes(from: usize, to: usize, blocks: i32, height: i32, width: i32): void {
  const size = <usize>height * width;
  for (; blocks > 0; blocks--) {
    for (let i = 0; i < height; i++) {
      for (let j = 0; j < width; j++) store<u8>(to + <usize>j * height + i, load<u8>(from + <usize>i * width + j));
    }
    from += size;
    to += size;
  }
}
