// alpha-entmax of one row for 1 < alpha <= 2, a = alpha - 1 in (0, 1].
//
// With v = (x - max x) / gamma and u_i = [1 + a (v_i - t)]_+ the weights are y = u^(1/a), and t solves
// sum_i u_i^(1/a) = 1. Taken as the norm ||u||_(1/a) = 1 the equation is convex in t and nearly linear: Newton's method lands
// below the root from anywhere and grows from there. For a <= 1/2 Halley's correction saves turns. It is v - t that is
// computed, not (alpha - 1) x - tau: that stays exact as alpha tends to 1.

import { collect, storeLanes } from "./compaction";
import { BLOCK, accumulate, firstLanes, total } from "./lanes";
import { exp2, log2, log2OnePlus } from "./simd-math";
import { scaleRow } from "./softmax-row";

const MOST_TURNS: i32 = 40;
/** Weights are written once their sum is foretold to be this close to 1, */
const NEAR: f64 = 2e-5;
/** and are mended by a factor when it is this close. */
const CLOSE: f64 = 5e-7;

// Sums at a threshold: y and, up to factors, its derivatives u^(1/a - 1) and u^(1/a - 2).
let weightSum: f64 = 0;
let slopeSum: f64 = 0;
let bendSum: f64 = 0;

/** exp2 of one number. */
export function power2(w: f64, k: usize): f64 {
  return <f64>f32x4.extract_lane(exp2(f32x4.splat(<f32>w), k), 0);
}

/** log2(s), s > 0, exact next to 1. */
export function logarithm2(s: f64, k: usize): f64 {
  const lanes = s > 0.5 ? log2OnePlus(f32x4.splat(<f32>(s - 1)), f32x4.splat(0), k) : log2(f32x4.splat(<f32>s), k);
  return <f64>f32x4.extract_lane(lanes, 0);
}

/** Sums over the candidates c to end at t, and copies those with u > 0 to `to`; returns the end there. */
function evaluate(c: usize, end: usize, to: usize, t: f64, a: f64, k: usize, table: usize): usize {
  const threshold = f32x4.splat(<f32>t);
  const fine = f32x4.splat(<f32>(a * (<f64>(<f32>t) - t)));
  const factor = f32x4.splat(<f32>a);
  const exponent = f32x4.splat(<f32>(1 / a));
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  const tiny = f32x4.splat(1e-30);
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
      const u = f32x4.add(f32x4.add(one, d), fine);
      const live = f32x4.gt(u, zero);
      const p = v128.and(exp2(f32x4.mul(log2OnePlus(d, fine, k), exponent), k), live);
      const inverse = f32x4.div(one, f32x4.pmax(tiny, u));
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

/** How far off 1 the sum is foretold to be after the step. */
let foretold: f64 = 0;

/** The step from where the sums were taken: Halley's for a <= 1/2, else Newton's. */
function step(a: f64, k: usize): f64 {
  // phi = (1 - weightSum^-a) / a; near 1, where it must be exact, by the series of log and a Pade form of exp
  let phi: f64;
  if (weightSum < 8) {
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

/** Writes the weights at t, not yet divided by their sum, which is returned. */
function write(x: usize, y: usize, count: i32, max: f32, gamma: f64, t: f64, a: f64, k: usize): f64 {
  const top = f32x4.splat(max);
  const scale = f32x4.splat(<f32>min(1 / gamma, f32.MAX_VALUE));
  const low = below(max, gamma, t - 1 / a);
  const threshold = f32x4.splat(<f32>t);
  const fine = f32x4.splat(<f32>(a * (<f64>(<f32>t) - t)));
  const factor = f32x4.splat(<f32>a);
  const exponent = f32x4.splat(<f32>(1 / a));
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  const end = x + (<usize>count << 2);
  let sum = f64x2.splat(0);
  while (x < end) {
    const group = min(x + 64, end);
    let best = v128.load(x);
    for (let p = x + 16; p < group; p += 16) best = f32x4.pmax(best, v128.load(p));
    if (!v128.any_true(f32x4.gt(best, low))) {
      for (; x < group; x += 16, y += 16) v128.store(y, zero);
      continue;
    }
    let part = zero;
    for (; x < group; x += 16, y += 16) {
      const v = f32x4.mul(f32x4.sub(v128.load(x), top), scale);
      const d = f32x4.mul(f32x4.sub(v, threshold), factor);
      let live = f32x4.gt(f32x4.add(f32x4.add(one, d), fine), zero);
      if (x + 16 > end) live = v128.and(live, firstLanes(count & 3));
      const p = v128.and(exp2(f32x4.mul(log2OnePlus(d, fine, k), exponent), k), live);
      v128.store(y, p);
      part = f32x4.add(part, p);
    }
    sum = accumulate(sum, part);
  }
  return total(sum);
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
  let from = work;
  let to = work + (<usize>(count + 8) << 2);
  let end = collect(x, count, f32x4.splat(max), scale, f32x4.splat(<f32>(-1 / a)), from, table);
  // The best score alone weighs at most 1, all of them as much as the best at least 1.
  let low: f64 = 0;
  let high = (1 - power2(-a * logarithm2(<f64>count, k), k)) / a;
  let t: f64 = 0;
  let sum: f64 = 0;
  for (let turn = 0; turn < MOST_TURNS && abs(sum - 1) > CLOSE; turn++) {
    const kept = evaluate(from, end, to, t, a, k, table);
    if (weightSum >= 1) {
      // t is below the root: what has no weight here has none there.
      low = t;
      const spare = from;
      from = to;
      to = spare;
      end = kept;
    } else {
      high = t;
    }
    t += step(a, k);
    if (foretold < NEAR) {
      // What is left to go is small: the slope need not be taken anew.
      for (let attempt = 0; attempt < 3 && abs(sum - 1) > CLOSE; attempt++) {
        if (attempt) t += (sum - 1) / slopeSum;
        sum = write(x, y, count, max, gamma, t, a, k);
      }
    } else if (!(t > low && t < high)) {
      t = 0.5 * (low + high);
    }
  }
  if (abs(sum - 1) > 6e-8) scaleRow(y, y + (<usize>count << 2), <f32>(1 / sum));
}
