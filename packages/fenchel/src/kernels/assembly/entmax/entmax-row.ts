// alpha-entmax of one row for 1 < alpha <= 2, a = alpha - 1 in (0, 1].
//
// With v = (x - max x) / gamma and u_i = [1 + a (v_i - t)]_+ the weights are y = u^(1/a), and t solves
// sum_i u_i^(1/a) = 1. Taken as the norm ||u||_(1/a) = 1 the equation is convex in t and nearly linear: Newton's method lands
// below the root from anywhere and grows from there. For a <= 1/2 Halley's correction saves turns. It is v - t that is
// computed, not (alpha - 1) x - tau: that stays exact as alpha tends to 1.

import { collect, storeLanes } from "../common/compaction";
import { BLOCK, accumulate, firstLanes, total } from "../common/lanes";
import { ONE, TINY, exp2, log2, log2OnePlus } from "../common/simd-math";

const MOST_TURNS: i32 = 40;
/** Weights are written once their sum is foretold to be this close to 1. */
const NEAR: f64 = 1e-4;
/** Written weights whose sum is off by less are led to 1 to first order in t, for a <= 1/2. */
export const REACH: f64 = 2e-4;
/** Closer than this a sum may not come, for rounding. */
const ROUNDING: f64 = 4e-6;

/**
 * A float32 near t. Where many weights are tiny their sum feels less than an ulp of t: u is taken as
 * (1 + a (v - base)) + a (base - t), and as long as the base stays, the sum is as smooth as t is fine.
 */
let base: f64 = 0;

// Sums at a threshold: y and, up to factors, its derivatives u^(1/a - 1) and u^(1/a - 2).
let weightSum: f64 = 0;
let slopeSum: f64 = 0;
let bendSum: f64 = 0;

/** The larger one: in the functions below `max` is a row's maximum. */
function maximum(a: f64, b: f64): f64 {
  return a > b ? a : b;
}

/** exp2 of one number. */
export function power2(w: f64, k: usize): f64 {
  return <f64>f32x4.extract_lane(exp2(f32x4.splat(<f32>w), k), 0);
}

/** log2(s), s > 0, exact next to 1. */
export function logarithm2(s: f64, k: usize): f64 {
  const y = f32x4.splat(<f32>maximum(s, 1.1754943508222875e-38));
  const lanes = s > 0.5 ? log2OnePlus(y, f32x4.splat(<f32>(s - 1)), f32x4.splat(0), k) : log2(y, k);
  return <f64>f32x4.extract_lane(lanes, 0);
}

/** Sums over the candidates c to end at t, and copies those with u > 0 to `to`; returns the end there. */
function evaluate(c: usize, end: usize, to: usize, t: f64, a: f64, k: usize, table: usize): usize {
  const threshold = f32x4.splat(<f32>base);
  const fine = f32x4.splat(<f32>(a * (base - t)));
  const factor = f32x4.splat(<f32>a);
  const exponent = f32x4.splat(<f32>(1 / a));
  const zero = f32x4.splat(0);
  const one = v128.load(k, ONE);
  const tiny = v128.load(k, TINY);
  let s = f64x2.splat(0);
  let q = s;
  let r = s;
  while (c < end) {
    const stop = min(c + BLOCK, end);
    let s4 = zero;
    let q4 = zero;
    let r4 = zero;
    for (; c < stop; c += 16) {
      const v = v128.load(c);
      const d = f32x4.mul(f32x4.sub(v, threshold), factor);
      const u = f32x4.pmax(tiny, f32x4.add(f32x4.add(one, d), fine));
      const live = f32x4.gt(u, tiny);
      const p = v128.and(exp2(f32x4.mul(log2OnePlus(u, d, fine, k), exponent), k), live);
      const inverse = f32x4.div(one, u);
      const w = f32x4.mul(p, inverse);
      s4 = f32x4.add(s4, p);
      q4 = f32x4.add(q4, w);
      r4 = f32x4.add(r4, f32x4.mul(w, inverse));
      to = storeLanes(to, v, live, table);
    }
    s = accumulate(s, s4);
    q = accumulate(q, q4);
    r = accumulate(r, r4);
  }
  v128.store(to, f32x4.splat(-Infinity));
  weightSum = total(s);
  slopeSum = total(q);
  bendSum = total(r);
  return to;
}

/** How far off 1 the weights' sum is foretold to be after the step. */
let foretold: f64 = 0;

/** The step from where the sums were taken: Halley's for a <= 1/2, else Newton's. */
function step(a: f64, k: usize): f64 {
  // phi = (1 - weightSum^-a) / a; near 1, where it must be exact, by the series of log and a Pade form of exp
  let phi: f64;
  if (weightSum > 0.5 && weightSum < 2) {
    const r = (weightSum - 1) / (weightSum + 1);
    const z = r * r;
    const log = 2 * r * (1 + z * (1.0 / 3 + z * (0.2 + z * (1.0 / 7))));
    const w = a * log;
    phi = log / (1 + w * (0.5 + w * (1.0 / 12)));
  } else {
    phi = (1 - power2(-a * logarithm2(weightSum, k), k)) / a;
  }
  const newton = (weightSum * phi) / slopeSum;
  const bend = 0.5 * (1 - a) * phi * ((weightSum * bendSum) / (slopeSum * slopeSum) - 1);
  const corrected = a <= 0.5;
  foretold = abs(phi * bend * (corrected ? bend : 1));
  return corrected ? newton / (1 - min(bend, 0.75)) : newton;
}

/** The largest float32 that is certainly below top + gamma * v. */
export function below(top: f32, gamma: f64, v: f64): v128 {
  const bound = <f64>top + gamma * v;
  return f32x4.splat(<f32>(bound - 3e-7 * (abs(bound) + abs(<f64>top))));
}

/** Writes the weights at t and takes the sums over them. */
function write(x: usize, y: usize, count: i32, max: f32, gamma: f64, t: f64, a: f64, k: usize): void {
  const top = f32x4.splat(max);
  const scale = f32x4.splat(<f32>min(1 / gamma, f32.MAX_VALUE));
  const low = below(max, gamma, t - 1 / a);
  const threshold = f32x4.splat(<f32>base);
  const fine = f32x4.splat(<f32>(a * (base - t)));
  const factor = f32x4.splat(<f32>a);
  const exponent = f32x4.splat(<f32>(1 / a));
  const zero = f32x4.splat(0);
  const one = v128.load(k, ONE);
  const tiny = v128.load(k, TINY);
  const end = x + ((<usize>count) << 2);
  let sum = f64x2.splat(0);
  let slope = sum;
  let bend = sum;
  while (x < end) {
    const group = min(x + 64, end);
    let best = v128.load(x);
    for (let p = x + 16; p < group; p += 16) best = f32x4.pmax(best, v128.load(p));
    if (!v128.any_true(f32x4.gt(best, low))) {
      for (; x < group; x += 16, y += 16) v128.store(y, zero);
      continue;
    }
    let sum4 = zero;
    let slope4 = zero;
    let bend4 = zero;
    for (; x < group; x += 16, y += 16) {
      const v = f32x4.mul(f32x4.sub(v128.load(x), top), scale);
      const d = f32x4.mul(f32x4.sub(v, threshold), factor);
      const u = f32x4.pmax(tiny, f32x4.add(f32x4.add(one, d), fine));
      let live = f32x4.gt(u, tiny);
      if (x + 16 > end) live = v128.and(live, firstLanes(count & 3));
      const p = v128.and(exp2(f32x4.mul(log2OnePlus(u, d, fine, k), exponent), k), live);
      v128.store(y, p);
      sum4 = f32x4.add(sum4, p);
      const inverse = f32x4.div(one, u);
      const w = f32x4.mul(p, inverse);
      slope4 = f32x4.add(slope4, w);
      bend4 = f32x4.add(bend4, f32x4.mul(w, inverse));
    }
    sum = accumulate(sum, sum4);
    slope = accumulate(slope, slope4);
    bend = accumulate(bend, bend4);
  }
  weightSum = total(sum);
  slopeSum = total(slope);
  bendSum = total(bend);
}

/** Leads the weights written at t to the sum 1: y (1 - delta / u), to first order their change when t grows by delta. */
function amend(x: usize, y: usize, count: i32, max: f32, gamma: f64, t: f64, a: f64, k: usize): void {
  const top = f32x4.splat(max);
  const scale = f32x4.splat(<f32>min(1 / gamma, f32.MAX_VALUE));
  const threshold = f32x4.splat(<f32>base);
  const fine = f32x4.splat(<f32>(a * (base - t)));
  const factor = f32x4.splat(<f32>a);
  const delta = f32x4.splat(<f32>((weightSum - 1) / slopeSum));
  const zero = f32x4.splat(0);
  const one = v128.load(k, ONE);
  const tiny = v128.load(k, TINY);
  const end = x + ((<usize>count) << 2);
  for (; x < end; x += 16, y += 16) {
    const p = v128.load(y);
    if (!v128.any_true(f32x4.gt(p, zero))) continue;
    const v = f32x4.mul(f32x4.sub(v128.load(x), top), scale);
    const d = f32x4.mul(f32x4.sub(v, threshold), factor);
    const u = f32x4.pmax(tiny, f32x4.add(f32x4.add(one, d), fine));
    v128.store(y, f32x4.mul(p, f32x4.pmax(zero, f32x4.sub(one, f32x4.div(delta, u)))));
  }
}

/**
 * Whether the weights that `write` left need only be amended; `patience` also takes what rounding may leave. What an amended sum
 * lacks is of second order in its change, and at the edge of the support (step in t)^(1/a), kept below 2^-24.
 */
function written(a: f64, patience: bool): bool {
  const reach = min(min(1e-3, (0.7 * REACH) / (1 - a)), edge * slopeSum);
  return abs(weightSum - 1) < (patience ? reach + ROUNDING : reach);
}

// Of the a of the last row, which mostly is the next one's too: 2^-a and 2^(-24 a).
let powersOf: f64 = 0;
let half: f64 = 0;
let edge: f64 = 0;

/**
 * A lower bound of t: for any k scores u^(1/a) is convex, so that sum u^(1/a) >= k (mean u)^(1/a), hence
 * t >= mean v + (1 - k^-a) / a. Here for the scores from c to end, with k^-a from above: the chord between powers of 2.
 */
function lowerBound(c: usize, end: usize, a: f64): f64 {
  const number = <f64>((end - c) >> 2);
  let sum = f64x2.splat(0);
  for (; c < end; c += 16) {
    const v = v128.load(c);
    sum = accumulate(sum, c + 16 > end ? v128.and(v, firstLanes(<i32>(end - c) >> 2)) : v);
  }
  let share = 1.0;
  let power = 1.0;
  for (; 2 * power <= number; power *= 2) share *= half;
  share *= 1 - (1 - half) * (number / power - 1);
  // A hair less, so that rounding does not lead above the root.
  return maximum(0, total(sum) / number + (1 - share * (1 + 4e-6)) / a);
}

/** The weights of a row; `work` has room for two times count + 8 numbers, `k` and `table` hold the constants. */
export function entmaxRow(
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
  const scale = f32x4.splat(<f32>min(1 / gamma, f32.MAX_VALUE));
  const top = f32x4.splat(max);
  let from = work;
  let to = work + ((<usize>(count + 8)) << 2);
  let end = collect(x, count, top, scale, f32x4.splat(<f32>(-0.5 / a)), from, table);
  if (a != powersOf) {
    powersOf = a;
    half = power2(-a, k);
    edge = power2(-24 * a, k);
  }
  let t = lowerBound(from, end, a);
  base = <f64>(<f32>t);
  let low = t;
  let high = 1 / a; // where not even the best score has weight
  let collected = false;
  // A row with much of it near the top: to take the sums over all of it is no detour, and the bound may be exact.
  let writing = <usize>count < end - from;
  for (let turn = 0; turn < MOST_TURNS; turn++) {
    if (writing) {
      write(x, y, count, max, gamma, t, a, k);
      if (written(a, turn > 4) || turn == MOST_TURNS - 1) break;
    } else {
      // A hair below, so that rounding does not lose an entry: very many tiny weights may be most of the sum.
      if (!collected) end = collect(x, count, top, scale, f32x4.splat(<f32>((low - 1 / a) * (1 + 3e-7))), from, table);
      collected = true;
      const kept = evaluate(from, end, to, t, a, k, table);
      if (weightSum >= 1) {
        // t is below the root: what has no weight here has none there.
        const spare = from;
        from = to;
        to = spare;
        end = kept;
      }
    }
    if (weightSum >= 1) low = t;
    else high = t;
    t += step(a, k);
    writing = foretold < NEAR || turn == MOST_TURNS - 2;
    if (!writing && !(t > low && t < high)) t = 0.5 * (low + high);
    if (abs(t - base) > 1e-3) base = <f64>(<f32>t);
  }
  if (abs(weightSum - 1) > 6e-8) amend(x, y, count, max, gamma, t, a, k);
}
