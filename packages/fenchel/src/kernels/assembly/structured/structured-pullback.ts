// The first pass of a pullback over a row of grouped weights: writes dx = 0 everywhere and collects the support.
//
// A span is a record of 16 bytes: the sum of the cotangent over it (f64), its first entry (i32), its shape (i32). A
// positive shape is a stretch of that many entries of one group; a negative one is a comb, entries of one block of
// 16 given by bits 0 to 15: where groups are segments each is a group of its own between two kept entries of weight 0,
// where groups stand anywhere they are all of one group.

import { lanesSum, maskOf, setBlock } from "./vectors";

export let spanEnd: usize = 0;
/** Entries with positive weight, and the sum of the cotangent over them. */
export let supportSize: i32 = 0;
export let cotangentSum: f64 = 0;

export const SPAN: usize = 16;
export const COMB: i32 = i32.MIN_VALUE;

const BLOCK: i32 = 16;

function put(span: usize, sum: f64, start: i32, shape: i32): void {
  store<f64>(span, sum);
  store<i32>(span, start, 8);
  store<i32>(span, shape, 12);
}

export function collectSpans(
  y: usize, groups: usize, dy: usize, dx: usize, n: i32, spans: usize, isolated: bool,
): void {
  const zeros = f32x4.splat(0);
  let total = 0.0;
  let size = 0;
  // the stretch that is open, start .. next of group id, if next >= 0
  let span = spans;
  let next = -1;
  let id = -1;
  let sum = 0.0;
  let start = 0;
  for (let i = 0; i < n; i += BLOCK) {
    const at = (<usize>i) << 2;
    let bits: u32 = 0;
    if (i + BLOCK <= n) {
      const a = v128.load(y + at);
      const b = v128.load(y + at, 16);
      const c = v128.load(y + at, 32);
      const d = v128.load(y + at, 48);
      setBlock(dx + at, zeros);
      if (!v128.any_true(v128.or(v128.or(a, b), v128.or(c, d)))) continue;
      const am = f32x4.gt(a, zeros);
      const bm = f32x4.gt(b, zeros);
      const cm = f32x4.gt(c, zeros);
      const dm = f32x4.gt(d, zeros);
      bits = maskOf(am, bm, cm, dm);
      const entries = popcnt(bits);
      if (entries > 1) {
        const own = load<i32>(groups + at + ((<usize>ctz(bits)) << 2));
        const p = groups + at;
        const full = bits == 0xffff;
        let whole = false;
        if (!isolated || full) {
          const g = i32x4.splat(own);
          whole = !v128.any_true(
            v128.or(
              v128.or(
                v128.and(am, i32x4.ne(v128.load(p), g)),
                v128.and(bm, i32x4.ne(v128.load(p, 16), g)),
              ),
              v128.or(
                v128.and(cm, i32x4.ne(v128.load(p, 32), g)),
                v128.and(dm, i32x4.ne(v128.load(p, 48), g)),
              ),
            ),
          );
        } else if (
          (bits & (bits >> 1)) == 0 &&
          (!(bits & 1) || i == 0 || load<i32>(p - 4) == -1) &&
          (!(bits >> 15) || i + BLOCK == n || load<i32>(p, 64) == -1)
        ) {
          const least = i32x4.min_s(
            i32x4.min_s(v128.load(p), v128.load(p, 16)),
            i32x4.min_s(v128.load(p, 32), v128.load(p, 48)),
          );
          whole = i32x4.all_true(i32x4.gt_s(least, i32x4.splat(-2)));
        }
        if (whole) {
          const s = lanesSum(
            f32x4.add(
              f32x4.add(v128.and(am, v128.load(dy + at)), v128.and(bm, v128.load(dy + at, 16))),
              f32x4.add(v128.and(cm, v128.load(dy + at, 32)), v128.and(dm, v128.load(dy + at, 48))),
            ),
          );
          size += entries;
          total += s;
          if (full && next == i && id == own) {
            sum += s;
            next = i + BLOCK;
            continue;
          }
          if (next >= 0) {
            put(span, sum, start, next - start);
            span += SPAN;
          }
          if (full) {
            start = i;
            next = i + BLOCK;
            id = own;
            sum = s;
          } else {
            put(span, s, i, COMB | bits);
            span += SPAN;
            next = -1;
          }
          continue;
        }
      }
      size += entries;
    } else {
      for (let j = 0; i + j < n; j++) {
        bits |= <u32>(load<f32>(y + at + (<usize>j << 2)) > 0) << j;
        store<f32>(dx + at + (<usize>j << 2), 0);
      }
      size += popcnt(bits);
    }
    while (bits) {
      const e = i + ctz(bits);
      const o = (<usize>e) << 2;
      const own = load<i32>(groups + o);
      const cotangent = <f64>load<f32>(dy + o);
      total += cotangent;
      if (next == e && own == id) {
        sum += cotangent;
      } else {
        if (next >= 0) {
          put(span, sum, start, next - start);
          span += SPAN;
        }
        start = e;
        id = own;
        sum = cotangent;
      }
      next = e + 1;
      bits &= bits - 1;
    }
  }
  if (next >= 0) {
    put(span, sum, start, next - start);
    span += SPAN;
  }
  spanEnd = span;
  supportSize = size;
  cotangentSum = total;
}
