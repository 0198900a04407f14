// sparsemax and 1.5-entmax of four short rows at once. In a short row the time goes into waiting for the sums of a turn; here
// four rows wait together, each with the candidates for its support side by side.
//
// Newton's method from below, for sparsemax on sum u = 1 (Michelot 1986), for 1.5-entmax on the norm of u, which is convex and
// nearly linear in the threshold; u = [v - t]_+. Part of the module `rows`, whose functions the other modules import.

import { storeLanes } from "./compaction";
import { firstLanes } from "./lanes";

/** A sum of squares this close to 1 is led there by one more step, up to 1e-9 an entry. */
const NEAR: f32 = 1e-4;
/** Turns in which a threshold of sparsemax may fall. */
const BACK: i32 = 20;

/** The sums over each of four vectors. */
function sums(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(
    i8x16.shuffle(a, b, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23),
    i8x16.shuffle(a, b, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31),
  );
  const cd = f32x4.add(
    i8x16.shuffle(c, d, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23),
    i8x16.shuffle(c, d, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31),
  );
  return f32x4.add(
    i8x16.shuffle(ab, cd, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23),
    i8x16.shuffle(ab, cd, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31),
  );
}

/**
 * Leaves at work + 16 the thresholds t of four rows, the last of `left` taking the place of those beyond: sum [v - t]_+ = 1 or,
 * for `square`, where v is half as large, sum [v - t]_+^2 = 1.
 */
export function fourThresholds(
  x: usize,
  left: i32,
  n: i32,
  counts: usize,
  maxima: usize,
  gamma: usize,
  gammaStep: i32,
  square: bool,
  work: usize,
  table: usize,
): void {
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  const nothing = f32x4.splat(-Infinity);
  const lowest = f32x4.splat(-1);
  const width = ((<usize>(n + 7)) & ~3) << 2;
  let longest: usize = 0;
  for (let lane: i32 = 0; lane < 4; lane++) {
    const row = <usize>min(lane, left - 1);
    const count = load<i32>(counts + (row << 2));
    const top = f32x4.splat(load<f32>(maxima + (row << 2)));
    const scale = <f32>min((square ? 0.5 : 1) / load<f64>(gamma + row * gammaStep), f32.MAX_VALUE);
    const scales = f32x4.splat(scale);
    const start = work + 128 + (<usize>lane) * width;
    store<f32>(work + ((<usize>lane) << 2), scale);
    for (let p = start; p < start + width; p += 16) v128.store(p, nothing);
    let p = x + row * ((<usize>n) << 2);
    let to = start;
    const whole = p + ((<usize>(count >> 2)) << 4);
    for (; p < whole; p += 16) {
      const v = f32x4.mul(f32x4.sub(v128.load(p), top), scales);
      to = storeLanes(to, v, f32x4.gt(v, lowest), table);
    }
    if (count & 3) {
      const v = f32x4.mul(f32x4.sub(v128.load(p), top), scales);
      to = storeLanes(to, v, v128.and(f32x4.gt(v, lowest), firstLanes(count & 3)), table);
    }
    v128.store(to, nothing);
    longest = max(longest, to - start);
  }

  let t = lowest;
  let done = i32x4.splat(0);
  let before = done;
  let factor = one;
  let turns: i32 = 0;
  const first = work + 128;
  const end = first + longest;
  while (true) {
    const ta = i8x16.shuffle(t, t, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3);
    const tb = i8x16.shuffle(t, t, 4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7);
    const tc = i8x16.shuffle(t, t, 8, 9, 10, 11, 8, 9, 10, 11, 8, 9, 10, 11, 8, 9, 10, 11);
    const td = i8x16.shuffle(t, t, 12, 13, 14, 15, 12, 13, 14, 15, 12, 13, 14, 15, 12, 13, 14, 15);
    let sa = zero;
    let sb = zero;
    let sc = zero;
    let sd = zero;
    let qa = zero;
    let qb = zero;
    let qc = zero;
    let qd = zero;
    for (let p = first; p < end; p += 16) {
      const second = p + width;
      const third = second + width;
      const a = f32x4.pmax(zero, f32x4.sub(v128.load(p), ta));
      const b = f32x4.pmax(zero, f32x4.sub(v128.load(second), tb));
      const c = f32x4.pmax(zero, f32x4.sub(v128.load(third), tc));
      const d = f32x4.pmax(zero, f32x4.sub(v128.load(third + width), td));
      sa = f32x4.add(sa, a);
      sb = f32x4.add(sb, b);
      sc = f32x4.add(sc, c);
      sd = f32x4.add(sd, d);
      if (square) {
        qa = f32x4.add(qa, f32x4.mul(a, a));
        qb = f32x4.add(qb, f32x4.mul(b, b));
        qc = f32x4.add(qc, f32x4.mul(c, c));
        qd = f32x4.add(qd, f32x4.mul(d, d));
      } else {
        qa = f32x4.add(qa, v128.and(one, f32x4.gt(a, zero)));
        qb = f32x4.add(qb, v128.and(one, f32x4.gt(b, zero)));
        qc = f32x4.add(qc, v128.and(one, f32x4.gt(c, zero)));
        qd = f32x4.add(qd, v128.and(one, f32x4.gt(d, zero)));
      }
    }
    const s = sums(sa, sb, sc, sd);
    const q = sums(qa, qb, qc, qd);
    const step = square
      ? f32x4.div(f32x4.sub(q, f32x4.sqrt(q)), s)
      : f32x4.div(f32x4.sub(s, one), q);
    const stays = f32x4.eq(q, before);
    let next = f32x4.add(t, step);
    // Only rounding brings t above its root, of sparsemax, where no factor makes up for it. The way back is open at last, and
    // in the first turns; later ones end because t only grows.
    if (square || turns > BACK) next = v128.bitselect(next, f32x4.pmax(t, next), square ? zero : stays);
    turns++;
    if (square) {
      // what one more turn would find
      const there = f32x4.sub(q, f32x4.mul(f32x4.sub(next, t), f32x4.add(s, s)));
      factor = v128.bitselect(factor, f32x4.div(one, f32x4.sqrt(there)), done);
    }
    t = v128.bitselect(t, next, done);
    done = v128.or(done, square ? f32x4.lt(f32x4.sub(q, one), f32x4.splat(NEAR)) : stays);
    before = q;
    if (i32x4.all_true(done)) break;
  }
  v128.store(work, t, 16);
  v128.store(work, factor, 32);
}

/** The weights of rows of n, four at a time: y = u or, for `square`, u^2. */
export function fourRows(
  x: usize,
  y: usize,
  rows: i32,
  n: i32,
  counts: usize,
  maxima: usize,
  gamma: usize,
  gammaStep: i32,
  square: bool,
  work: usize,
  table: usize,
): void {
  const zero = f32x4.splat(0);
  for (; rows > 0; rows -= 4) {
    fourThresholds(x, rows, n, counts, maxima, gamma, gammaStep, square, work, table);
    const lanes = min(4, rows);
    const last = work + (<usize>min(4, rows) << 2);
    for (let at = work; at < last; at += 4) {
      const top = f32x4.splat(load<f32>(maxima));
      const scale = f32x4.splat(load<f32>(at));
      const threshold = f32x4.splat(load<f32>(at, 16));
      const factor = f32x4.splat(load<f32>(at, 32));
      const end = x + ((<usize>load<i32>(counts)) << 2);
      for (let p = x, to = y; p < end; p += 16, to += 16) {
        const v = f32x4.mul(f32x4.sub(v128.load(p), top), scale);
        const u = f32x4.pmax(zero, f32x4.sub(v, threshold));
        const w = f32x4.mul(u, factor);
        v128.store(to, square ? f32x4.mul(w, w) : u);
      }
      x += (<usize>n) << 2;
      y += (<usize>n) << 2;
      counts += 4;
      maxima += 4;
    }
    gamma += gammaStep << 2;
  }
}
