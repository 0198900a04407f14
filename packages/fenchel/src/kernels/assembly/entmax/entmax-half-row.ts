// 1.5-entmax of one row: y = [h - s]_+^2 with sum y = 1, h = (x - max x) / (2 gamma), s in [-1, 0).
//
// On a known support s is the root of a quadratic. Turn by turn the quadratic of the current support is solved: the support
// shrinks, or grows back after a step too far, and when it stays the same s is exact.

import { collect, storeLanes } from "../common/compaction";
import { BLOCK, accumulate, firstLanes, total } from "../common/lanes";
import { scaleRow } from "../softmax/softmax-row";

const MOST_TURNS: i32 = 60;

/** The threshold s over the candidates c to end; `spare` is as large. */
function threshold(c: usize, end: usize, spare: usize, table: usize): f64 {
  const zero = f32x4.splat(0);
  let s: f64 = -1;
  let low: f64 = -1;
  let high: f64 = 0;
  let before: usize = 0;
  for (let turn = 0; turn < MOST_TURNS; turn++) {
    // s in two parts: where many weights are tiny, one float32 is too coarse for their sum.
    const level = f32x4.splat(<f32>s);
    const fine = f32x4.splat(<f32>(s - <f64>(<f32>s)));
    let to = spare;
    let square = f64x2.splat(0);
    let sum = square;
    for (let p = c; p < end;) {
      const stop = min(p + BLOCK, end);
      let square4 = zero;
      let sum4 = zero;
      for (; p < stop; p += 16) {
        const h = v128.load(p);
        const u = f32x4.sub(f32x4.sub(h, level), fine);
        const live = f32x4.gt(u, zero);
        const w = v128.and(u, live);
        square4 = f32x4.add(square4, f32x4.mul(w, w));
        sum4 = f32x4.add(sum4, w);
        to = storeLanes(to, h, live, table);
      }
      square = accumulate(square, square4);
      sum = accumulate(sum, sum4);
    }
    const support = to - spare;
    const excess = total(square) - 1;
    const slope = total(sum);
    if (support == before && abs(excess) < 1e-6) break;
    before = support;
    if (excess >= 0) {
      // s is below the root: what is under it stays out.
      v128.store(to, f32x4.splat(-Infinity));
      low = s;
      const whole = c;
      c = spare;
      spare = whole;
      end = to;
    } else {
      high = s;
    }
    const inner = slope * slope - <f64>(support >> 2) * excess;
    // Without a root, Newton's step on the norm: never too far.
    const total2 = excess + 1;
    s += inner >= 0 ? excess / (slope + sqrt(inner)) : (total2 - sqrt(total2)) / slope;
    if (!(s >= low && s <= high)) s = 0.5 * (low + high);
  }
  return s;
}

/** The weights of a row; `work` has room for two times count + 8 numbers. */
export function entmaxHalfRow(x: usize, y: usize, count: i32, max: f32, gamma: f64, work: usize, table: usize): void {
  const top = f32x4.splat(max);
  const scale = f32x4.splat(<f32>min(0.5 / gamma, f32.MAX_VALUE));
  const end = collect(x, count, top, scale, f32x4.splat(-1), work, table);
  const s = threshold(work, end, work + ((<usize>(count + 8)) << 2), table);
  const level = f32x4.splat(<f32>s);
  const fine = f32x4.splat(<f32>(s - <f64>(<f32>s)));
  const zero = f32x4.splat(0);
  const y0 = y;
  const stop = x + ((<usize>count) << 2);
  let sum = f64x2.splat(0);
  while (x < stop) {
    const group = min(x + BLOCK, stop);
    let part = zero;
    for (; x < group; x += 16, y += 16) {
      const h = f32x4.mul(f32x4.sub(v128.load(x), top), scale);
      const u = f32x4.pmax(zero, f32x4.sub(f32x4.sub(h, level), fine));
      let p = f32x4.mul(u, u);
      if (x + 16 > stop) p = v128.and(p, firstLanes(count & 3));
      v128.store(y, p);
      part = f32x4.add(part, p);
    }
    sum = accumulate(sum, part);
  }
  const weight = total(sum);
  if (abs(weight - 1) > 6e-8) scaleRow(y0, y, <f32>(1 / weight));
}
