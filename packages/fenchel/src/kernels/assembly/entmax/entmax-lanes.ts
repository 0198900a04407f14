// alpha-entmax of four short rows at once, a row a lane, 0 < a = alpha - 1 < 1/2: the equation of entmax-row.ts, solved in step.
// In a short row the time goes into waiting: for the sums of a turn, then for the logarithm of that sum. Here four rows wait
// together, nothing is summed across lanes, and the last turn's weights are the result.

import { REACH } from "./entmax-row";
import { LN2, LOG2E, ONE, TINY, exp2, log2OnePlus } from "../common/simd-math";

/** Longest row that fits. */
const LONGEST: i32 = 2048;
const MOST_TURNS: i32 = 40;
/** Entries summed in float32 at a time. */
const PART: usize = 16 << 4;

/** Bytes of work that `entmaxLanes` needs. */
export function lanesBytes(n: i32): usize {
  return n > LONGEST ? 0 : (<usize>(n + 8)) << 5;
}

/** Whether this is the faster way for rows of n: when most of their entries stay candidates. */
export function suitsLanes(n: i32, a: f64): bool {
  return a < 0.5 && n <= (a < 0.25 ? LONGEST : LONGEST >> 1);
}

/** Stores the four columns of the rows a, b, c, d at `to`, `stride` bytes apart. */
function storeColumns(a: v128, b: v128, c: v128, d: v128, to: usize, stride: usize): void {
  const ab = i8x16.shuffle(a, b, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23);
  const cd = i8x16.shuffle(c, d, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23);
  const ba = i8x16.shuffle(a, b, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31);
  const dc = i8x16.shuffle(c, d, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31);
  v128.store(to, i8x16.shuffle(ab, cd, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23));
  v128.store(to + stride, i8x16.shuffle(ab, cd, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31));
  v128.store(to + 2 * stride, i8x16.shuffle(ba, dc, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23));
  v128.store(to + 3 * stride, i8x16.shuffle(ba, dc, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31));
}

/** Writes v = (x - max x) / gamma of the four rows to `to`, lane by lane; -Infinity past a row's count. */
function gather(x: usize, stride: usize, end: usize, counts: v128, top: v128, scale: v128, to: usize): void {
  const nothing = f32x4.splat(-Infinity);
  let index = i32x4.splat(0);
  for (let p = to; p < end; p += 64, x += 16) {
    const second = x + stride;
    const third = second + stride;
    storeColumns(v128.load(x), v128.load(second), v128.load(third), v128.load(third + stride), p, 16);
    for (let q = p; q < p + 64; q += 16) {
      const v = f32x4.mul(f32x4.sub(v128.load(q), top), scale);
      v128.store(q, v128.bitselect(v, nothing, i32x4.lt_s(index, counts)));
      index = i32x4.add(index, i32x4.splat(1));
    }
  }
}

/** (1 - s^-a) / a, given s - 1. */
function deformedLog(s: v128, excess: v128, a: v128, k: usize): v128 {
  const one = v128.load(k, ONE);
  const log2 = log2OnePlus(s, excess, i32x4.splat(0), k);
  const log = f32x4.mul(log2, f32x4.splat(<f32>LN2));
  const w = f32x4.mul(log, a);
  // Where 1 - e^-w cancels: a Pade form.
  const series = f32x4.add(f32x4.mul(f32x4.add(f32x4.mul(w, f32x4.splat(1.0 / 12)), f32x4.splat(0.5)), w), one);
  const closed = f32x4.div(f32x4.sub(one, exp2(f32x4.mul(w, f32x4.splat(<f32>-LOG2E)), k)), a);
  return v128.bitselect(f32x4.div(log, series), closed, f32x4.lt(f32x4.abs(w), f32x4.splat(0.3)));
}

/**
 * The weights of the rows at x, x + 4 n, x + 8 n, x + 12 n. `lanes` holds, a vector each, their a, 1 / gamma, maxima and
 * counts (at least 1).
 */
export function entmaxLanes(x: usize, y: usize, n: i32, lanes: usize, work: usize, k: usize): void {
  const stride = (<usize>n) << 2;
  const zero = f32x4.splat(0);
  const one = v128.load(k, ONE);
  const tiny = v128.load(k, TINY);
  const a = v128.load(lanes);
  const exponent = f32x4.div(one, a);
  const end = work + ((<usize>((n + 3) >> 2)) << 6);
  const weights = end - work; // the weights stand so many bytes after the scores
  gather(x, stride, end, v128.load(lanes, 48), v128.load(lanes, 32), v128.load(lanes, 16), work);

  let t = zero;
  let tRest = zero; // t in two parts: where many weights are tiny, one float32 is too coarse for their sum
  let low = zero;
  let high = exponent;
  let done = zero;
  let error = zero;
  let q = zero;
  const reach = f32x4.splat(<f32>REACH);
  for (let turn = 0; turn < MOST_TURNS; turn++) {
    const fine = f32x4.neg(f32x4.mul(a, tRest));
    let s01 = f64x2.splat(0);
    let s23 = s01;
    q = zero;
    let r = zero;
    for (let p = work; p < end;) {
      const stop = min(p + PART, end);
      let part = zero;
      for (; p < stop; p += 16) {
        const d = f32x4.mul(f32x4.sub(v128.load(p), t), a);
        const u = f32x4.pmax(tiny, f32x4.add(f32x4.add(one, d), fine));
        const live = f32x4.gt(u, tiny);
        const weight = v128.and(exp2(f32x4.mul(log2OnePlus(u, d, fine, k), exponent), k), live);
        v128.store(p + weights, weight);
        const inverse = f32x4.div(one, u);
        const slope = f32x4.mul(weight, inverse);
        part = f32x4.add(part, weight);
        q = f32x4.add(q, slope);
        r = f32x4.add(r, f32x4.mul(slope, inverse));
      }
      s01 = f64x2.add(s01, f64x2.promote_low_f32x4(part));
      const upper = i8x16.shuffle(part, part, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15);
      s23 = f64x2.add(s23, f64x2.promote_low_f32x4(upper));
    }
    const s = join(f32x4.demote_f64x2_zero(s01), f32x4.demote_f64x2_zero(s23));
    const unit = f64x2.splat(1);
    const excess = join(f32x4.demote_f64x2_zero(f64x2.sub(s01, unit)), f32x4.demote_f64x2_zero(f64x2.sub(s23, unit)));
    const size = f32x4.abs(excess);
    error = excess;
    done = v128.or(done, f32x4.lt(size, reach));
    if (i32x4.all_true(done)) break;

    const above = f32x4.ge(excess, zero);
    low = v128.bitselect(t, low, above);
    high = v128.bitselect(high, t, above);
    const phi = deformedLog(s, excess, a, k);
    const newton = f32x4.div(f32x4.mul(s, phi), q);
    const bend = f32x4.mul(
      f32x4.mul(f32x4.mul(f32x4.splat(0.5), f32x4.sub(one, a)), phi),
      f32x4.sub(f32x4.div(f32x4.mul(s, r), f32x4.mul(q, q)), one),
    );
    const halley = f32x4.div(newton, f32x4.sub(one, f32x4.pmin(f32x4.splat(0.75), bend)));
    const step = f32x4.add(tRest, halley);
    const there = f32x4.add(t, step);
    const inside = v128.or(v128.and(f32x4.gt(there, low), f32x4.lt(there, high)), f32x4.lt(size, f32x4.splat(1e-3)));
    const next = v128.bitselect(there, f32x4.mul(f32x4.splat(0.5), f32x4.add(low, high)), inside);
    const rest = v128.and(f32x4.sub(step, f32x4.sub(there, t)), inside);
    t = v128.bitselect(t, next, done);
    tRest = v128.bitselect(tRest, rest, done);
  }

  // The rest of the way, to first order: y (1 - delta / u).
  const delta = f32x4.div(error, q);
  const fine = f32x4.neg(f32x4.mul(a, tRest));
  for (let p = work; p < end; p += 16) {
    const d = f32x4.mul(f32x4.sub(v128.load(p), t), a);
    const u = f32x4.pmax(tiny, f32x4.add(f32x4.add(one, d), fine));
    const factor = f32x4.pmax(zero, f32x4.sub(one, f32x4.div(delta, u)));
    v128.store(p + weights, f32x4.mul(v128.load(p + weights), factor));
  }
  let p = end;
  const whole = p + ((<usize>(n >> 2)) << 6);
  for (; p < whole; p += 64, y += 16) {
    storeColumns(v128.load(p), v128.load(p, 16), v128.load(p, 32), v128.load(p, 48), y, stride);
  }
  // One by one, lest a row spill over the next one's start.
  for (let i = n & 3; i > 0; i--, p += 16, y += 4) {
    const column = v128.load(p);
    v128.store32_lane(y, column, 0);
    v128.store32_lane(y + stride, column, 1);
    v128.store32_lane(y + 2 * stride, column, 2);
    v128.store32_lane(y + 3 * stride, column, 3);
  }
}

/** The first two lanes of a and of b. */
function join(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
}
