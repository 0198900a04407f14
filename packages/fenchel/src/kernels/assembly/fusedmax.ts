// fusedmax (Niculae and Blondel 2017): y = P(prox of lambda TV (v)), v = (x - max x) / gamma, P the projection on
// the simplex.
//
// Most entries never meet the solver. With a lower bound b of the threshold tau, an entry with v < b - 2 lambda
// ends below b, for the prox moves an entry by at most 2 lambda. So it is in no level set {z > t}, t >= b, and there
// its edges cost a neighbour lambda, as though that neighbour's score were lambda lower. What remains are short
// runs of candidates, each with its own small prox, exact above b.

import {
  PIECE, bound, first, level, pieceCount, pieces, place, placeComb, settle, shape, startRow, threshold,
} from "./levels";
import { SHORT, scoreAt, sparsemaxBound } from "./screen";
import { SPAN, collectSpans, cotangentSum, spanEnd, supportSize } from "./structured-pullback";
import { tautString, tautStringBytes } from "./total-variation";
import { fill, lanesSum, maskOf } from "./vectors";

const BLOCK: i32 = 16;

/** Bytes of scratch for rows of n entries. */
export function scratchBytes(n: i32): usize {
  return (<usize>n) * PIECE + tautStringBytes(n) + 64;
}

export function forward(
  x: usize, y: usize, groups: usize, rows: i32, n: i32, counts: usize, max: usize,
  gamma: usize, gammaStep: i32, param: usize, paramStep: i32, scratch: usize,
): void {
  const stride = (<usize>n) << 2;
  for (let r = 0; r < rows; r++) {
    const count = counts ? load<i32>(counts + ((<usize>r) << 2)) : n;
    if (count > 0) {
      row(x, y, groups, count, <f64>load<f32>(max + ((<usize>r) << 2)), load<f64>(gamma), load<f64>(param), scratch);
    }
    x += stride;
    y += stride;
    if (groups) groups += stride;
    gamma += gammaStep;
    param += paramStep;
  }
}

function row(x: usize, y: usize, groups: usize, count: i32, top: f64, gamma: f64, lambda: f64, scratch: usize): void {
  const inverse = 1 / gamma;
  const work = scratch + (<usize>count) * PIECE;
  // with t the threshold of sparsemax: the prox takes at most 2 lambda from an entry, so tau >= t - 2 lambda
  const t = count > SHORT ? -1 : sparsemaxBound(x, count, top, gamma);
  startRow(scratch, t - 2 * lambda - 1e-6 * (1 + lambda));
  let lowest = scoreAt(top, gamma, bound - 2 * lambda);
  let shortest = shortestRun(lambda);
  const zeros = f32x4.splat(0);
  const none = i32x4.splat(-1);
  let open = -1;
  for (let i = 0; i < count; i += BLOCK) {
    const at = (<usize>i) << 2;
    let bits: u32 = 0;
    if (i + BLOCK <= count) {
      const low = f32x4.splat(lowest);
      bits = maskOf(
        f32x4.ge(v128.load(x + at), low),
        f32x4.ge(v128.load(x + at, 16), low),
        f32x4.ge(v128.load(x + at, 32), low),
        f32x4.ge(v128.load(x + at, 48), low),
      );
      v128.store(y + at, zeros);
      v128.store(y + at, zeros, 16);
      v128.store(y + at, zeros, 32);
      v128.store(y + at, zeros, 48);
      if (groups) {
        v128.store(groups + at, none);
        v128.store(groups + at, none, 16);
        v128.store(groups + at, none, 32);
        v128.store(groups + at, none, 48);
      }
    } else {
      for (let j = 0; i + j < count; j++) {
        const o = (<usize>(i + j)) << 2;
        bits |= <u32>(load<f32>(x + o) >= lowest) << j;
        store<f32>(y + o, 0);
        if (groups) store<i32>(groups + o, -1);
      }
    }
    if (open >= 0) {
      const e = ctz(~bits);
      if (e == BLOCK) continue;
      run(x, open, i + e, count, top, inverse, lambda, work);
      bits &= <u32>-1 << e;
      open = -1;
    }
    if (bits == 0) continue;
    if (i > 0 && i + BLOCK < count) {
      if (shortest > 1) bits = opened(bits, shortest);
      if (popcnt(bits) > 3 && comb(x, i, bits, lowest, top, inverse, lambda)) bits = 0;
    }
    while (bits) {
      const s = ctz(bits);
      const e = s + ctz(~(bits >> s));
      if (e == BLOCK) {
        open = i + s;
        break;
      }
      run(x, i + s, i + e, count, top, inverse, lambda, work);
      bits &= <u32>-1 << e;
    }
    if (settle(work)) {
      lowest = scoreAt(top, gamma, bound - 2 * lambda);
      shortest = shortestRun(lambda);
    }
  }
  if (open >= 0) run(x, open, count, count, top, inverse, lambda, work);
  write(y, groups, threshold(work));
}

/**
 * A run between two lower neighbours has a level set that loses lambda at both ends, so over k entries it reaches
 * -2 lambda / k at most. The fewest entries, up to a block, with which it can be above the bound.
 */
function shortestRun(lambda: f64): i32 {
  return <i32>min(2 * lambda / -bound, <f64>(BLOCK - 1)) + 1;
}

/** The runs of at least k bits, where a run up to bit 15 counts as long. */
function opened(bits: u32, k: i32): u32 {
  let starts = <u64>bits | 0xffffffff0000;
  let s = 1;
  for (; 2 * s <= k; s *= 2) starts &= starts >> s;
  starts &= starts >> (k - s);
  starts &= 0xffff;
  if (starts == 0) return 0;
  for (s = 1; 2 * s <= k; s *= 2) starts |= starts << s;
  starts |= starts << (k - s);
  return <u32>starts & bits;
}

/** Places a block's candidates at once if they have one score and none has a neighbour (or lambda is 0). */
function comb(x: usize, i: i32, bits: u32, lowest: f32, top: f64, inverse: f64, lambda: f64): bool {
  const p = x + ((<usize>i) << 2);
  if (lambda > 0 && (bits & (bits >> 1) || (bits >> 15 && load<f32>(p, 64) >= lowest))) return false;
  const score = load<f32>(p + ((<usize>ctz(bits)) << 2));
  const same = f32x4.splat(score);
  const equal = maskOf(
    f32x4.eq(v128.load(p), same),
    f32x4.eq(v128.load(p, 16), same),
    f32x4.eq(v128.load(p, 32), same),
    f32x4.eq(v128.load(p, 48), same),
  );
  if (bits & ~equal) return false;
  placeComb((<f64>score - top) * inverse - 2 * lambda, i, bits);
  return true;
}

/** The prox over a run of candidates start .. end, tilted where it does not touch the row's end. */
function run(x: usize, start: i32, end: i32, count: i32, top: f64, inverse: f64, lambda: f64, work: usize): void {
  const left = <f64>(start > 0);
  const right = <f64>(end < count);
  if (lambda * (left + right) >= -bound * <f64>(end - start)) return;
  const p = x + ((<usize>start) << 2);
  const v = (<f64>load<f32>(p) - top) * inverse;
  if (end - start == 1) {
    place(v - lambda * (left + right), start, 1);
    return;
  }
  if (lambda == 0) {
    for (let i = start; i < end; i++) place((<f64>load<f32>(x + ((<usize>i) << 2)) - top) * inverse, i, 1);
    return;
  }
  if (end - start == 2) {
    const a = v - lambda * left;
    const b = (<f64>load<f32>(p, 4) - top) * inverse - lambda * right;
    const gap = b - a;
    if (abs(gap) <= 2 * lambda) {
      place((a + b) / 2, start, 2);
    } else {
      const move = copysign(lambda, gap);
      place(a + move, start, 1);
      place(b - move, start + 1, 1);
    }
    return;
  }
  tautString(x, start, end, top, inverse, lambda, left, right, work);
}

function write(y: usize, groups: usize, tau: f64): void {
  let id = 0;
  const end = pieces + (<usize>pieceCount << 4);
  for (let piece = pieces; piece < end; piece += PIECE) {
    const weight = <f32>(level(piece) - tau);
    if (weight > 0) {
      const s = shape(piece);
      if (s < 0) {
        id = writeComb(y, groups, first(piece), s, weight, id);
      } else {
        fill(y, first(piece), s, reinterpret<i32>(weight));
        if (groups) fill(groups, first(piece), s, id);
        id++;
      }
    }
  }
}

function writeComb(y: usize, groups: usize, start: i32, form: i32, weight: f32, id: i32): i32 {
  const bits = form & 0xffff;
  const end = start + (((form >> 16) & 0x7fff) << 4);
  for (let i = start; i < end; i += BLOCK) {
    for (let rest = bits; rest; rest &= rest - 1) {
      const o = (<usize>(i + ctz(rest))) << 2;
      store<f32>(y + o, weight);
      if (groups) store<i32>(groups + o, id);
      id++;
    }
  }
  return id;
}

/**
 * With g = dy - mean of dy on the support and m_G the mean of g over a group: dx = m_G / gamma,
 * dlambda = sum over G of (sign(z_next - z_G) - sign(z_G - z_previous)) m_G, where a row's end has sign 0 and an
 * entry of weight 0 is lower, and dgamma = -(<g, y> - lambda dlambda) / gamma.
 */
export function pullback(
  y: usize, groups: usize, dy: usize, dx: usize, rows: i32, n: i32,
  gamma: usize, gammaStep: i32, param: usize, paramStep: i32, dgamma: usize, dparam: usize, scratch: usize,
): void {
  const stride = (<usize>n) << 2;
  const wanted = dgamma != 0 || dparam != 0;
  for (let r = 0; r < rows; r++) {
    collectSpans(y, groups, dy, dx, n, scratch, true);
    const mean = supportSize ? cotangentSum / <f64>supportSize : 0;
    const inverse = 1 / load<f64>(gamma);
    const end = spanEnd;
    let slope = 0.0;
    let product = 0.0;
    for (let span = scratch; span < end; ) {
      const start = load<i32>(span, 8);
      let count = load<i32>(span, 12);
      if (count < 0) {
        // entries apart: all their neighbours are lower, but for the row's ends
        const bits = count & 0xffff;
        product += combProduct(y, dy, dx, start, <f32>mean, <f32>inverse);
        slope -= 2 * (load<f64>(span) - mean * <f64>popcnt(bits));
        if (start == 0 && bits & 1) slope += <f64>load<f32>(dy) - mean;
        if (start + BLOCK == n && bits >> 15) slope += <f64>load<f32>(dy + stride - 4) - mean;
        span += SPAN;
        continue;
      }
      const id = load<i32>(groups + ((<usize>start) << 2));
      let sum = load<f64>(span);
      let stop = start + count;
      let after = span + SPAN;
      // removed entries may lie within a group
      while (after < end && load<i32>(groups + ((<usize>load<i32>(after, 8)) << 2)) == id) {
        sum += load<f64>(after);
        count += load<i32>(after, 12);
        stop = load<i32>(after, 8) + load<i32>(after, 12);
        after += SPAN;
      }
      const m = sum / <f64>count - mean;
      const value = reinterpret<i32>(<f32>(m * inverse));
      if (count == 1) {
        store<i32>(dx + ((<usize>start) << 2), value);
      } else {
        for (; span < after; span += SPAN) fill(dx, load<i32>(span, 8), load<i32>(span, 12), value);
      }
      span = after;
      if (wanted) {
        const own = load<f32>(y + ((<usize>start) << 2));
        product += m * <f64>count * <f64>own;
        slope += m * (step(y, groups, own, start, -1, -1) + step(y, groups, own, stop - 1, 1, n));
      }
    }
    if (dparam) store<f64>(dparam + ((<usize>r) << 3), slope);
    if (dgamma) store<f64>(dgamma + ((<usize>r) << 3), -inverse * (product - load<f64>(param) * slope));
    y += stride;
    groups += stride;
    dy += stride;
    dx += stride;
    gamma += gammaStep;
    param += paramStep;
  }
}

/** Writes dx = (dy - mean) / gamma on the support of a block and returns <dy - mean, y>. */
function combProduct(y: usize, dy: usize, dx: usize, start: i32, mean: f32, inverse: f32): f64 {
  const zeros = f32x4.splat(0);
  let products = zeros;
  const from = (<usize>start) << 2;
  for (let o = from; o < from + 64; o += 16) {
    const weights = v128.load(y + o);
    const g = v128.and(f32x4.gt(weights, zeros), f32x4.sub(v128.load(dy + o), f32x4.splat(mean)));
    v128.store(dx + o, f32x4.mul(g, f32x4.splat(inverse)));
    products = f32x4.add(products, f32x4.mul(g, weights));
  }
  return lanesSum(products);
}

/** sign(weight of the nearest kept entry on one side of entry i - own), 0 where there is none up to `edge`. */
function step(y: usize, groups: usize, own: f32, i: i32, by: i32, edge: i32): f64 {
  i += by;
  while (i != edge && load<i32>(groups + ((<usize>i) << 2)) == -2) i += by;
  if (i == edge) return 0;
  const other = load<f32>(y + ((<usize>i) << 2));
  return <f64>(other > own) - <f64>(other < own);
}
