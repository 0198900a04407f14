// alpha-entmax of one row for alpha > 2, a = alpha - 1 > 1.
//
// y = [a (v - t)]_+^(1/a) is infinitely steep at its edge, so that no threshold t in finite precision gives y. Instead the
// support is found first: with S(c) = sum_{x_i > c} (a (x_i - c) / gamma)^(1/a), a score c is in it when S(c) < 1.
// Then, with c the last score kept and s its own weight,
//   y_i = (a (x_i - c) / gamma + s^a)^(1/a), sum y = 1,
// is convex and increasing in s, so that Newton's method descends to s from above; Halley's correction saves turns. Differences
// of float32 scores are exact to an ulp, and so are the weights.

import { collect } from "../common/compaction";
import { below, logarithm2, power2 } from "./entmax-row";
import { accumulate, firstLanes, largest, total } from "../common/lanes";
import { exp2, log2 } from "../common/simd-math";
import { scaleRow } from "../softmax/softmax-row";

const MOST_STEPS: i32 = 60;
const ENOUGH: f64 = 3e-7;

let weightSum: f64 = 0;
let slopeSum: f64 = 0;
let bendSum: f64 = 0;
/** The sum over what is above the last score kept, at s = 0. */
let aboveSum: f64 = 0;

/**
 * Sums y = u^(1/a), u = factor (x - c) + s^a, over the candidates above c, and y / u and y / u^2. Candidates equal to c are
 * left out.
 */
function evaluate(from: usize, end: usize, c: f32, sPower: f64, factor: f64, a: f64, k: usize): void {
  const last = f32x4.splat(c);
  const slope = f32x4.splat(<f32>factor);
  const shift = f32x4.splat(<f32>sPower);
  const exponent = f32x4.splat(<f32>(1 / a));
  let s = f64x2.splat(0);
  let q = s;
  let r = s;
  for (; from < end; from += 16) {
    const x = v128.load(from);
    const live = f32x4.gt(x, last);
    if (!v128.any_true(live)) continue;
    const u = f32x4.add(f32x4.mul(f32x4.sub(x, last), slope), shift);
    const p = v128.and(exp2(f32x4.mul(log2(u, k), exponent), k), live);
    s = accumulate(s, p);
    const inverse = f32x4.div(f32x4.splat(1), u);
    const w = v128.and(f32x4.mul(p, inverse), live);
    q = accumulate(q, w);
    r = accumulate(r, f32x4.mul(w, v128.and(inverse, live)));
  }
  weightSum = total(s);
  slopeSum = total(q);
  bendSum = total(r);
}

/** The largest candidate in (low, high) up to `middle`, or else the smallest above it; `low` when there is none. */
function pivot(from: usize, end: usize, low: f32, middle: f32, high: f32): f32 {
  const lowest = f32x4.splat(low);
  const centre = f32x4.splat(middle);
  const highest = f32x4.splat(high);
  let under = lowest;
  let over = highest;
  for (; from < end; from += 16) {
    const x = v128.load(from);
    under = f32x4.pmax(under, v128.bitselect(x, lowest, v128.and(f32x4.le(x, centre), f32x4.lt(x, highest))));
    over = f32x4.pmin(over, v128.bitselect(x, highest, f32x4.gt(x, lowest)));
  }
  const best = largest(under);
  if (best > low) return best;
  const next = -largest(f32x4.neg(over));
  return next < high ? next : low;
}

/** The smallest score of the support. */
function lastKept(from: usize, end: usize, low: f32, max: f32, factor: f64, a: f64, k: usize): f32 {
  let out = low;
  let kept = max;
  let c = max;
  do {
    c = pivot(from, end, out, <f32>(0.5 * (<f64>out + <f64>kept)), kept);
    if (c == out) break;
    evaluate(from, end, c, 0, factor, a, k);
    if (weightSum < 1) {
      kept = c;
      aboveSum = weightSum;
    } else out = c;
  } while (true);
  return kept;
}

/** The number of candidates above c, or at least c. */
function countFrom(from: usize, end: usize, c: f32, strictly: bool): i32 {
  const least = f32x4.splat(c);
  let count = 0;
  for (; from < end; from += 16) {
    const x = v128.load(from);
    count += popcnt(i32x4.bitmask(strictly ? f32x4.gt(x, least) : f32x4.ge(x, least)));
  }
  return count;
}

/** Writes the weights, not yet divided by their sum, which is returned. */
function write(x: usize, y: usize, count: i32, c: f32, s: f64, sPower: f64, factor: f64, a: f64, k: usize): f64 {
  const last = f32x4.splat(c);
  const weight = f32x4.splat(<f32>s);
  const slope = f32x4.splat(<f32>factor);
  const shift = f32x4.splat(<f32>sPower);
  const exponent = f32x4.splat(<f32>(1 / a));
  const end = x + ((<usize>count) << 2);
  let sum = f64x2.splat(0);
  for (; x < end; x += 16, y += 16) {
    const score = v128.load(x);
    let live = f32x4.ge(score, last);
    let p = i32x4.splat(0);
    if (v128.any_true(live)) {
      if (x + 16 > end) live = v128.and(live, firstLanes(count & 3));
      p = v128.and(weight, live);
      const above = v128.and(f32x4.gt(score, last), live);
      if (v128.any_true(above)) {
        const u = f32x4.add(f32x4.mul(f32x4.sub(score, last), slope), shift);
        p = v128.bitselect(exp2(f32x4.mul(log2(u, k), exponent), k), p, above);
      }
      sum = accumulate(sum, p);
    }
    v128.store(y, p);
  }
  return total(sum);
}

/** The weights of a row; `work` has room for count + 8 numbers, `k` and `table` hold the constants. */
export function entmaxSteepRow(
  x: usize,
  y: usize,
  count: i32,
  max: f32,
  gamma: f64,
  a: f64,
  work: usize,
  k: usize,
  table: usize,
): void {
  const factor = a / gamma;
  const low = below(max, gamma, -1 / a);
  const end = collect(x, count, f32x4.splat(0), f32x4.splat(1), low, work, table);
  const c = lastKept(work, end, f32x4.extract_lane(low, 0), max, factor, a, k);
  const kept = countFrom(work, end, c, false);
  let ties = kept;
  let s: f64 = 1 / <f64>kept;
  let sPower: f64 = 0;
  if (c < max) {
    // s is at most the mean weight, and what the weights above leave at s = 0.
    ties -= countFrom(work, end, c, true);
    s = min(s, (1 - aboveSum) / <f64>ties);
    for (let turn = 0; turn < MOST_STEPS; turn++) {
      sPower = s > 0 ? power2(a * logarithm2(s, k), k) : 0;
      evaluate(work, end, c, sPower, factor, a, k);
      const excess = weightSum + <f64>ties * s - 1;
      if (abs(excess) < ENOUGH || s == 0) break;
      const share = sPower / s;
      const slope = <f64>ties + slopeSum * share;
      const bend = ((a - 1) * share * (slopeSum - sPower * bendSum)) / s;
      const step = excess / slope;
      s -= step / (1 - min(0.5, (0.5 * step * bend) / slope));
      if (s < 0) s = 0;
    }
  }
  const sum = write(x, y, count, c, s, sPower, factor, a, k);
  scaleRow(y, y + ((<usize>count) << 2), <f32>(1 / sum));
}
