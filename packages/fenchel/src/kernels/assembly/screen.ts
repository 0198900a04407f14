// Bounds that tell which entries of a row can have weight.

/** Rows longer than this have so few entries near the maximum that a better bound than -1 does not pay. */
export const SHORT: i32 = 1024;

import { lanesSum } from "./vectors";

/** A float32 score just below that of v = (score - top) / gamma. */
export function scoreAt(top: f64, gamma: f64, v: f64): f32 {
  const t = top + gamma * v;
  return <f32>(t - abs(t) * 2e-7);
}

/** A lower bound of the threshold of sparsemax, from -1 on by Newton's steps. */
export function sparsemaxBound(x: usize, count: i32, top: f64, gamma: f64): f64 {
  let t = -1.0;
  const end = x + ((<usize>count & ~3) << 2);
  for (let step = 0; step < 2; step++) {
    const low = f32x4.splat(<f32>(top + gamma * t));
    let sums = f32x4.splat(0);
    let counts = i32x4.splat(0);
    for (let p = x; p < end; p += 16) {
      const v = v128.load(p);
      sums = f32x4.add(sums, f32x4.max(f32x4.sub(v, low), f32x4.splat(0)));
      counts = i32x4.sub(counts, f32x4.gt(v, low));
    }
    const s =
      <f64>f32x4.extract_lane(sums, 0) + <f64>f32x4.extract_lane(sums, 1) +
      <f64>f32x4.extract_lane(sums, 2) + <f64>f32x4.extract_lane(sums, 3);
    const c =
      i32x4.extract_lane(counts, 0) + i32x4.extract_lane(counts, 1) +
      i32x4.extract_lane(counts, 2) + i32x4.extract_lane(counts, 3);
    const low64 = (<f64>f32x4.extract_lane(low, 0) - top) / gamma;
    // less what rounding may have added to s; of no use where the scores overflow
    const next = low64 + (s / gamma * (1 - 2e-5) - 1) / <f64>c;
    if (next > t && next < 0) t = next;
  }
  return t;
}

