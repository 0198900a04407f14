// Bounds that tell which entries of a row can have weight.

/** Rows longer than this have so few entries near the maximum that a better bound than -1 does not pay. */
export const SHORT: i32 = 1024;

import { lanesSum } from "./vectors";

/** The greatest 1 / gamma and lambda that are computed with, so that sums of n squared of them are finite. */
export const MOST: f64 = 1e200;

/** A float32 score just below that of v = (score - top) / gamma. */
export function scoreAt(top: f64, gamma: f64, v: f64): f32 {
  const t = top + gamma * v;
  return <f32>(t - abs(t) * 2e-7);
}

/** A lower bound of the threshold of sparsemax, from -1 on by at most `steps` of Newton's. */
export function sparsemaxBound(x: usize, count: i32, top: f64, gamma: f64, steps: i32): f64 {
  let t = -1.0;
  let known: f64 = 0;
  const end = x + ((<usize>count & ~3) << 2);
  const blocks = x + ((<usize>count & ~15) << 2);
  const zeros = f32x4.splat(0);
  for (let step = 0; step < steps; step++) {
    const threshold = <f32>(top + gamma * t);
    const low = f32x4.splat(threshold);
    let a = zeros;
    let b = zeros;
    let c = zeros;
    let d = zeros;
    let counts = i32x4.splat(0);
    let p = x;
    for (; p < blocks; p += 64) {
      // what a score has above the threshold; the comparisons count down
      const u = f32x4.sub(v128.load(p), low);
      const v = f32x4.sub(v128.load(p, 16), low);
      const w = f32x4.sub(v128.load(p, 32), low);
      const z = f32x4.sub(v128.load(p, 48), low);
      a = f32x4.add(a, f32x4.pmax(zeros, u));
      b = f32x4.add(b, f32x4.pmax(zeros, v));
      c = f32x4.add(c, f32x4.pmax(zeros, w));
      d = f32x4.add(d, f32x4.pmax(zeros, z));
      counts = i32x4.add(
        counts,
        i32x4.add(
          i32x4.add(f32x4.gt(u, zeros), f32x4.gt(v, zeros)),
          i32x4.add(f32x4.gt(w, zeros), f32x4.gt(z, zeros)),
        ),
      );
    }
    for (; p < end; p += 16) {
      const u = f32x4.sub(v128.load(p), low);
      a = f32x4.add(a, f32x4.pmax(zeros, u));
      counts = i32x4.add(counts, f32x4.gt(u, zeros));
    }
    const sum = lanesSum(f32x4.add(f32x4.add(a, b), f32x4.add(c, d)));
    const entries = -<f64>(
      i32x4.extract_lane(counts, 0) + i32x4.extract_lane(counts, 1) +
      i32x4.extract_lane(counts, 2) + i32x4.extract_lane(counts, 3)
    );
    // less what rounding may have added to the sum; of no use where the scores overflow
    const next = (<f64>threshold - top) / gamma + (sum / gamma * (1 - 2e-5) - 1) / entries;
    if (!(next > t && next < 0)) break;
    t = next;
    if (entries == known) break;
    known = entries;
  }
  return t;
}
