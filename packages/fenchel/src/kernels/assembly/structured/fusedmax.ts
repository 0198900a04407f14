// fusedmax (Niculae and Blondel 2017): y = P(prox of lambda TV (v)), v = (x - max x) / gamma, P the projection on
// the simplex.
//
// Most entries never meet the solver. With a lower bound b of the threshold tau, an entry with v < b - 2 lambda
// ends below b, for the prox moves an entry by at most 2 lambda. So it is in no level set {z > t}, t >= b, and there
// its edges cost a neighbour lambda, as though that neighbour's score were lambda lower. What remains are short
// runs of candidates, each with its own small prox, exact above b.

import { COMPACTION, writeCompaction } from "../common/compaction";
import { SHORT as FOUR, apartPullback, fourRowsBytes, fourThresholds } from "../common/imported";
import {
  FIELD, PIECE, bound, crest, fieldCount, fields, first, level, pieceCount, pieces, place, placeEach, placeField, raiseTo,
  settle, shape, startFields, startRow, threshold, writeField,
} from "./levels";
import { MOST, SHORT, scoreAt, sparsemaxBound } from "./screen";
import { SPAN, collectSpans, cotangentSum, spanEnd, supportSize } from "./structured-pullback";
import { tautString, tautStringBytes } from "./total-variation";
import { atLeast, fill, lanesSum, setBlock } from "./vectors";

const BLOCK: i32 = 16;

// Fields are in float32, which larger numbers would overflow or rob of digits.
const MOST_LAMBDA_OF_FIELDS: f64 = 1e6;
const MOST_GAMMA_OF_FIELDS: f64 = 1e32;

/** Bytes of scratch for rows of n entries. */
export function scratchBytes(n: i32): usize {
  return rowBytes(n) + COMPACTION + fourRowsBytes(n);
}

function rowBytes(n: i32): usize {
  return ((<usize>n) * PIECE + fieldBytes(n) + tautStringBytes(n) + 79) & ~15;
}

function fieldBytes(n: i32): usize {
  return ((<usize>n >> 4) + 1) * FIELD;
}

export function forward(
  x: usize, y: usize, groups: usize, rows: i32, n: i32, counts: usize, max: usize,
  gamma: usize, gammaStep: i32, param: usize, paramStep: i32, scratch: usize,
): void {
  const stride = (<usize>n) << 2;
  const table = scratch + rowBytes(n);
  const four = table + COMPACTION;
  if (n <= FOUR) writeCompaction(table);
  for (let r = 0; r < rows; r++) {
    const at = (<usize>r) << 2;
    const count = load<i32>(counts + at);
    const top = <f64>load<f32>(max + at);
    const temperature = load<f64>(gamma);
    let lowest: f64 = -1;
    if (n <= FOUR) {
      if (!(r & 3)) fourThresholds(x, rows - r, n, counts + at, max + at, gamma, gammaStep, false, four, table);
      lowest = <f64>load<f32>(four + (at & 12), 16) - 2e-6;
    } else if (n <= SHORT) lowest = sparsemaxBound(x, count, top, temperature, 2);
    if (count > 0) row(x, y, groups, count, top, temperature, load<f64>(param), lowest, scratch);
    x += stride;
    y += stride;
    if (groups) groups += stride;
    gamma += gammaStep;
    param += paramStep;
  }
}

function row(x: usize, y: usize, groups: usize, count: i32, top: f64, gamma: f64, lambda: f64, lowestTau: f64, scratch: usize): void {
  const inverse = min(1 / gamma, MOST);
  lambda = min(lambda, MOST);
  const fieldsAt = scratch + (<usize>count) * PIECE;
  const work = fieldsAt + fieldBytes(count);
  // with t the threshold of sparsemax: the prox takes at most 2 lambda from an entry, so tau >= t - 2 lambda
  const slack = 2 * lambda + 1e-6 * (1 + lambda);
  startRow(scratch, lowestTau - slack, count > FOUR ? 4 : 24);
  startFields(fieldsAt, x, top, inverse, 2 * lambda);
  const inFields = lambda < MOST_LAMBDA_OF_FIELDS && max(gamma, inverse) < MOST_GAMMA_OF_FIELDS;
  let many = count > SHORT ? (count >> 7) + BLOCK : i32.MAX_VALUE;
  let lowest = scoreAt(top, gamma, bound - 2 * lambda);
  let shortest = shortestRun(lambda);
  let lowestAlone = scoreAt(top, gamma, bound + 2 * lambda);
  const zeros = f32x4.splat(0);
  const none = i32x4.splat(-1);
  let open = -1;
  for (let i = 0; i < count; i += BLOCK) {
    const at = (<usize>i) << 2;
    let bits: u32 = 0;
    if (i + BLOCK <= count) {
      bits = atLeast(x + at, lowest);
      setBlock(y + at, zeros);
      if (groups) setBlock(groups + at, none);
    } else {
      for (let j = 0; i + j < count; j++) {
        const o = (<usize>(i + j)) << 2;
        bits |= <u32>(load<f32>(x + o) >= lowest) << j;
        store<f32>(y + o, 0);
        if (groups) store<i32>(groups + o, -1);
      }
    }
    const whole = open < 0;
    if (open >= 0) {
      const e = ctz(~bits);
      if (e == BLOCK) continue;
      longRun(x, open, i + e, count, top, inverse, lambda, work);
      bits &= <u32>-1 << e;
      open = -1;
    }
    if (bits == 0) continue;
    let alone: u32 = 0;
    if (i + BLOCK <= count) {
      if (shortest > 1 && i > 0 && i + BLOCK < count) bits = opened(bits, shortest);
      alone = lambda > 0 ? aloneIn(bits, x, i, count, lowest) : bits;
      if (alone & (alone - 1)) {
        // an entry alone between lower ones loses 2 lambda
        bits &= atLeast(x + at, lowestAlone) | ~alone;
        if ((bits & ~alone) == 0) {
          if (whole && inFields && popcnt(bits) > 3) placeField(i);
          else placeEach(x, i, bits, top, inverse, 2 * lambda);
          bits = 0;
        }
      }
    }
    while (bits) {
      const s = ctz(bits);
      if ((alone >> s) & 1) {
        place((<f64>load<f32>(x + at + ((<usize>s) << 2)) - top) * inverse - 2 * lambda, i + s, 1);
        bits &= bits - 1;
        continue;
      }
      const e = s + ctz(~(bits >> s));
      if (e == BLOCK) {
        open = i + s;
        break;
      }
      run(x, i + s, i + e, count, top, inverse, lambda, work);
      bits &= <u32>-1 << e;
    }
    let raised = settle(work);
    if (pieceCount > many) {
      // a dense row: now a better bound pays
      many = i32.MAX_VALUE;
      raiseTo(sparsemaxBound(x, count, top, gamma, 8) - slack);
      raised = true;
    }
    if (raised) {
      lowest = scoreAt(top, gamma, bound - 2 * lambda);
      lowestAlone = scoreAt(top, gamma, bound + 2 * lambda);
      shortest = shortestRun(lambda);
    }
  }
  if (open >= 0) longRun(x, open, count, count, top, inverse, lambda, work);
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

/** The bits of entries between two that are no candidates, in the block from entry i on. */
function aloneIn(bits: u32, x: usize, i: i32, count: i32, lowest: f32): u32 {
  const alone = bits & ~(bits << 1) & ~(bits >> 1) & (i > 0 ? 0xffff : 0xfffe);
  const next = i + BLOCK;
  return next == count || load<f32>(x + ((<usize>next) << 2)) >= lowest ? alone & 0x7fff : alone;
}

/** The same as `run`, for runs that may be long and all one level. */
function longRun(x: usize, start: i32, end: i32, count: i32, top: f64, inverse: f64, lambda: f64, work: usize): void {
  if (end - start >= BLOCK && lambda > 0 && oneLevel(x, start, end, count, top, inverse, lambda)) return;
  run(x, start, end, count, top, inverse, lambda, work);
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

/**
 * Places a run that is one level, where its range tells that it is: the running sums of the scores less their mean stay
 * within min(k, n - k) * range, and within n * range / 4, and the tube is lambda wide but for tilted ends.
 */
function oneLevel(x: usize, start: i32, end: i32, count: i32, top: f64, inverse: f64, lambda: f64): bool {
  const tilts = <f64>(i32(start > 0) + i32(end < count));
  const n = <f64>(end - start);
  const first = x + ((<usize>start) << 2);
  const last = x + ((<usize>end) << 2);
  const width = lambda * (tilts == 0 ? 4 : tilts);
  // range * n <= width, first on a few entries
  const room = <f32>(width / (n * inverse)) * <f32>0.999999;
  let least = v128.load(first);
  let most = least;
  const peak = f64x2.splat(top);
  let sums = f64x2.splat(0);
  let p = first;
  for (; p + 16 <= last; p += 16) {
    const v = v128.load(p);
    least = f32x4.pmin(least, v);
    most = f32x4.pmax(most, v);
    if (!i32x4.all_true(f32x4.le(f32x4.sub(most, least), f32x4.splat(room)))) return false;
    const high = i8x16.shuffle(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15);
    sums = f64x2.add(
      sums,
      f64x2.add(f64x2.sub(f64x2.promote_low_f32x4(v), peak), f64x2.sub(f64x2.promote_low_f32x4(high), peak)),
    );
  }
  let sum = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
  let low = min(
    min(f32x4.extract_lane(least, 0), f32x4.extract_lane(least, 1)),
    min(f32x4.extract_lane(least, 2), f32x4.extract_lane(least, 3)),
  );
  let high = max(
    max(f32x4.extract_lane(most, 0), f32x4.extract_lane(most, 1)),
    max(f32x4.extract_lane(most, 2), f32x4.extract_lane(most, 3)),
  );
  for (; p < last; p += 4) {
    const v = load<f32>(p);
    low = min(low, v);
    high = max(high, v);
    sum += <f64>v - top;
  }
  if (!((<f64>high - <f64>low) * inverse * n <= width)) return false;
  place((sum * inverse - lambda * tilts) / n, start, end - start);
  return true;
}

function write(y: usize, groups: usize, tau: f64): void {
  let id = 0;
  let field = fields;
  const lastField = fields + (<usize>fieldCount) * FIELD;
  const end = pieces + (<usize>pieceCount) * PIECE;
  for (let piece = pieces; piece < end; piece += PIECE) {
    const weight = <f32>(level(piece) - crest - tau);
    if (!(weight > 0)) continue;
    const start = first(piece);
    for (; field < lastField && load<i32>(field) < start; field += FIELD) id = writeField(field, y, groups, tau, id);
    if (shape(piece) == 1) {
      store<f32>(y + ((<usize>start) << 2), weight);
      if (groups) store<i32>(groups + ((<usize>start) << 2), id);
    } else {
      fill(y, start, shape(piece), reinterpret<i32>(weight));
      if (groups) fill(groups, start, shape(piece), id);
    }
    id++;
  }
  for (; field < lastField; field += FIELD) id = writeField(field, y, groups, tau, id);
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
    if (!wanted && n <= FOUR) {
      // most short rows have no group of several entries
      const apart = apartPullback(y, groups, dy, dx, rows - r, n, gamma, gammaStep);
      r += apart;
      if (r == rows) return;
      const ahead = stride * apart;
      y += ahead;
      groups += ahead;
      dy += ahead;
      dx += ahead;
      gamma += gammaStep * apart;
    }
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
