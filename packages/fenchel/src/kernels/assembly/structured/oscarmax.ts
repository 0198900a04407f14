// oscarmax (Niculae and Blondel 2017), the exact argmax: y = P(z), z the non-increasing isotonic regression of
// a_k = v_(k) - lambda (d - k) over the ranks k of v = (x - max x) / gamma, P the projection on the simplex.
//
// P does not see a common shift, so a_k = v_(k) + lambda (k - 1) serves as well, and large lambda d costs no digits.
// With A_K the sum of the first K of them, z is the slope of the least concave majorant of A, and the threshold is
// that of the tangent to it from the point (0, 1): tau = max over K of (A_K - 1) / K.
// As z_k <= v_(k) + lambda (d - 1), an entry with v < t - lambda (d - 1), t <= tau, has no weight and needs no rank.

import { PIECE, first, lastPiece, level, pieceCount, pieces, place, shape, startRow } from "./levels";
import { MOST, SHORT, scoreAt, sparsemaxBound } from "./screen";
import { descendingKey, sortBytes, sortItems } from "./sort";
import { SPAN, collectSpans, cotangentSum, spanEnd, supportSize } from "./structured-pullback";
import { fill, maskOf, setBlock } from "./vectors";

const BLOCK: i32 = 16;

// Some pieces are combs: blocks of 16 entries of which the same ones, of one score, belong to the piece. What such a
// piece covers is COMB, the number of blocks from bit 16 on, and the entries' bits.
const COMB: i32 = i32.MIN_VALUE;
const MOST_BLOCKS: i32 = 0x7fff;

// A block of the regression: its mean (f64), its entries (i32), the end of its pieces in sorted order (i32).
const POOL: usize = 16;

/** Bytes of scratch for rows of n entries. */
export function scratchBytes(n: i32): usize {
  return (<usize>n) * (PIECE + 8) + max((<usize>n) * POOL, sortBytes(n)) + 64;
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
  const inverse = min(1 / gamma, MOST);
  lambda = min(lambda, MOST);
  const spread = lambda * <f64>(count - 1);
  const slack = spread + 1e-6 * (1 + spread);
  const items = scratch + (<usize>count) * PIECE;
  const t = count > SHORT ? -1 : sparsemaxBound(x, count, top, gamma, 2);
  startRow(scratch, -Infinity);
  let lowest = scoreAt(top, gamma, t - slack);
  let entries = collect(x, y, groups, count, lowest, Infinity, top, inverse, (count >> 3) + BLOCK);
  if (entries >= 0) {
    pool(x, y, groups, entries, 0, lambda, items);
    return;
  }
  // A dense row: perhaps all one level. If not, the entries at the maximum, often many, need no sorting.
  if (lambda > 0 && oneLevel(x, y, groups, count, lowest, top, inverse, lambda)) return;
  if (count > SHORT) lowest = scoreAt(top, gamma, sparsemaxBound(x, count, top, gamma, 4) - slack);
  const ties = countEqual(x, count, <f32>top);
  startRow(scratch, -Infinity);
  entries = collect(x, y, groups, count, lowest, <f32>top, top, inverse, i32.MAX_VALUE);
  const weight = pool(x, y, groups, entries + ties, ties, lambda, items);
  writeEqual(x, y, groups, count, <f32>top, weight, i32(lambda == 0));
}

/**
 * Clears the row's weights and places its candidates, lowest <= score < end, as pieces. Returns how many they are, or
 * -1 as soon as they are more than `many`.
 */
function collect(
  x: usize, y: usize, groups: usize, count: i32, lowest: f32, end: f32, top: f64, inverse: f64, many: i32,
): i32 {
  let entries = 0;
  const low = f32x4.splat(lowest);
  const high = f32x4.splat(end);
  const zeros = f32x4.splat(0);
  const none = i32x4.splat(-1);
  for (let i = 0; i < count; i += BLOCK) {
    const at = (<usize>i) << 2;
    let bits: u32 = 0;
    if (i + BLOCK <= count) {
      const a = v128.load(x + at);
      const b = v128.load(x + at, 16);
      const c = v128.load(x + at, 32);
      const d = v128.load(x + at, 48);
      bits = maskOf(f32x4.ge(a, low), f32x4.ge(b, low), f32x4.ge(c, low), f32x4.ge(d, low));
      setBlock(y + at, zeros);
      if (groups) setBlock(groups + at, none);
      if (bits == 0) continue;
      bits &= maskOf(f32x4.lt(a, high), f32x4.lt(b, high), f32x4.lt(c, high), f32x4.lt(d, high));
      const here = popcnt(bits);
      entries += here;
      if (entries > many) return -1;
      if (here > 3 && comb(x, i, bits, top, inverse)) continue;
    } else {
      for (let j = 0; i + j < count; j++) {
        const o = (<usize>(i + j)) << 2;
        const score = load<f32>(x + o);
        bits |= (<u32>(score >= lowest) & <u32>(score < end)) << j;
        store<f32>(y + o, 0);
        if (groups) store<i32>(groups + o, -1);
      }
      entries += popcnt(bits);
    }
    for (; bits; bits &= bits - 1) {
      const e = i + ctz(bits);
      place((<f64>load<f32>(x + ((<usize>e) << 2)) - top) * inverse, e, 1);
    }
  }
  return entries;
}

function countEqual(x: usize, count: i32, score: f32): i32 {
  const same = f32x4.splat(score);
  const end = x + ((<usize>count) << 2);
  let counts = i32x4.splat(0);
  for (; x + 16 <= end; x += 16) counts = i32x4.sub(counts, f32x4.eq(v128.load(x), same));
  let entries =
    i32x4.extract_lane(counts, 0) + i32x4.extract_lane(counts, 1) +
    i32x4.extract_lane(counts, 2) + i32x4.extract_lane(counts, 3);
  for (; x < end; x += 4) entries += i32(load<f32>(x) == score);
  return entries;
}

/** Gives every entry of the score the weight and the ids from 0 on, by steps of `step`. */
function writeEqual(x: usize, y: usize, groups: usize, count: i32, score: f32, weight: f32, step: i32): void {
  const same = f32x4.splat(score);
  let id = 0;
  for (let i = 0; i < count; i += 4) {
    const o = (<usize>i) << 2;
    let bits: u32 = 0;
    if (i + 4 <= count) {
      const equal = f32x4.eq(v128.load(x + o), same);
      if (step == 0) {
        v128.store(y + o, v128.bitselect(f32x4.splat(weight), v128.load(y + o), equal));
        if (groups) v128.store(groups + o, v128.andnot(v128.load(groups + o), equal));
        continue;
      }
      bits = i32x4.bitmask(equal);
    } else {
      for (let j = 0; i + j < count; j++) bits |= <u32>(load<f32>(x + o + ((<usize>j) << 2)) == score) << j;
    }
    for (; bits; bits &= bits - 1) {
      const at = o + ((<usize>ctz(bits)) << 2);
      store<f32>(y + at, weight);
      if (groups) store<i32>(groups + at, id);
      id += step;
    }
  }
}

/**
 * The best M entries are one block if lambda M >= 2 (v_(1) - v_(M)): then the mean of the first k exceeds the mean of
 * all by no more than lambda (M - k) / 2. Where that holds for all candidates, their weights are 1 / M.
 */
function oneLevel(
  x: usize, y: usize, groups: usize, count: i32, lowest: f32, top: f64, inverse: f64, lambda: f64,
): bool {
  const low = f32x4.splat(lowest);
  const above = f32x4.splat(f32.MAX_VALUE);
  let least = above;
  let counts = i32x4.splat(0);
  const end = x + ((<usize>count & ~3) << 2);
  let p = x;
  for (; p < end; p += 16) {
    const v = v128.load(p);
    const inside = f32x4.ge(v, low);
    counts = i32x4.sub(counts, inside);
    least = f32x4.pmin(least, v128.bitselect(v, above, inside));
  }
  let bottom = min(
    min(f32x4.extract_lane(least, 0), f32x4.extract_lane(least, 1)),
    min(f32x4.extract_lane(least, 2), f32x4.extract_lane(least, 3)),
  );
  let entries =
    i32x4.extract_lane(counts, 0) + i32x4.extract_lane(counts, 1) +
    i32x4.extract_lane(counts, 2) + i32x4.extract_lane(counts, 3);
  for (; p < x + ((<usize>count) << 2); p += 4) {
    const v = load<f32>(p);
    if (v >= lowest) {
      bottom = min(bottom, v);
      entries++;
    }
  }
  if (lambda * <f64>entries < 2 * (top - <f64>bottom) * inverse) return false;
  const weight = <f32>(1 / <f64>entries);
  const weights = f32x4.splat(weight);
  const none = i32x4.splat(-1);
  for (p = x; p < end; p += 16) {
    const inside = f32x4.ge(v128.load(p), low);
    v128.store(y + (p - x), v128.and(inside, weights));
    if (groups) v128.store(groups + (p - x), v128.andnot(none, inside));
  }
  for (; p < x + ((<usize>count) << 2); p += 4) {
    const inside = load<f32>(p) >= lowest;
    store<f32>(y + (p - x), inside ? weight : 0);
    if (groups) store<i32>(groups + (p - x), inside ? 0 : -1);
  }
  return true;
}

/** Places a block's candidates at once if they have one score. */
function comb(x: usize, i: i32, bits: u32, top: f64, inverse: f64): bool {
  const p = x + ((<usize>i) << 2);
  const score = load<f32>(p + ((<usize>ctz(bits)) << 2));
  const same = f32x4.splat(score);
  const equal = maskOf(
    f32x4.eq(v128.load(p), same),
    f32x4.eq(v128.load(p, 16), same),
    f32x4.eq(v128.load(p, 32), same),
    f32x4.eq(v128.load(p, 48), same),
  );
  if (bits & ~equal) return false;
  placeComb((<f64>score - top) * inverse, i, bits);
  return true;
}

/** The entries of one block whose bits are set, all of level z. */
function placeComb(z: f64, block: i32, bits: i32): void {
  if (pieceCount > 0) {
    const piece = lastPiece();
    const s = shape(piece);
    const blocks = (s >> 16) & MOST_BLOCKS;
    const next = first(piece) + (blocks << 4);
    if (s < 0 && (s & 0xffff) == bits && level(piece) == z && blocks < MOST_BLOCKS && next == block) {
      store<i32>(piece, s + (1 << 16), 12);
      return;
    }
  }
  place(z, block, COMB | (1 << 16) | bits);
}

function pieceEntries(piece: usize): i32 {
  const s = shape(piece);
  return s > 0 ? s : popcnt(s & 0xffff) * ((s >> 16) & MOST_BLOCKS);
}

/**
 * Ranks the pieces after `ties` entries of the greatest score, pools them, finds tau and writes the weights of the
 * pieces; returns the greatest weight.
 */
function pool(x: usize, y: usize, groups: usize, entries: i32, ties: i32, lambda: f64, items: usize): f32 {
  const work = items + ((<usize>pieceCount) << 3);
  for (let k = 0; k < pieceCount; k++) {
    const piece = pieces + ((<usize>k) << 4);
    const s = shape(piece);
    const e = first(piece) + (s > 0 ? 0 : ctz(s));
    store<u32>(items + ((<usize>k) << 3), <u32>k);
    store<u32>(items + ((<usize>k) << 3), descendingKey(load<f32>(x + ((<usize>e) << 2))), 4);
  }
  sortItems(items, pieceCount, work);
  const stack = work;
  let last = stack - POOL;
  let reached = -Infinity;
  let total = 0.0;
  let ranked = 0.0;
  if (ties > 0) {
    ranked = <f64>ties;
    const mean = lambda * (ranked - 1) / 2;
    total = mean * ranked;
    reached = (total - 1) / ranked;
    last = stack;
    store<f64>(last, mean);
    store<i32>(last, ties, 8);
    store<i32>(last, 0, 12);
  }
  const rest = lambda * <f64>(entries - 1);
  for (let k = 0; k < pieceCount; ) {
    const v = level(pieceOf(items, k));
    if (v + rest < reached - 1e-12 * abs(reached)) break;
    // entries of one score
    let count = 0;
    do count += pieceEntries(pieceOf(items, k++));
    while (k < pieceCount && level(pieceOf(items, k)) == v);
    let c = <f64>count;
    let mean = v + lambda * (ranked + (c - 1) / 2);
    total += mean * c;
    ranked += c;
    if (total - 1 > reached * ranked) reached = (total - 1) / ranked;
    while (last >= stack && load<f64>(last) < mean) {
      const other = <f64>load<i32>(last, 8);
      mean += (load<f64>(last) - mean) * (other / (c + other));
      c += other;
      last -= POOL;
    }
    last += POOL;
    store<f64>(last, mean);
    store<i32>(last, <i32>c, 8);
    store<i32>(last, k, 12);
  }
  // tau again, now from the first block on: weights are differences of order 1, levels may be of order lambda
  const crest = load<f64>(stack);
  let tau = 0.0;
  total = 0;
  ranked = 0;
  for (let block = stack; block <= last; block += POOL) {
    const z = load<f64>(block) - crest;
    if (ranked > 0 && z <= tau) break;
    const c = <f64>load<i32>(block, 8);
    total += z * c;
    ranked += c;
    tau = (total - 1) / ranked;
  }
  let id = lambda == 0 ? ties : 0;
  let k = 0;
  for (let block = stack; block <= last; block += POOL) {
    const weight = <f32>(load<f64>(block) - crest - tau);
    if (!(weight > 0)) break;
    for (const end = load<i32>(block, 12); k < end; k++) {
      id = write(y, groups, pieceOf(items, k), weight, id, i32(lambda == 0));
    }
    if (lambda > 0) id++;
  }
  return <f32>-tau;
}

function pieceOf(items: usize, k: i32): usize {
  return pieces + ((<usize>load<u32>(items + ((<usize>k) << 3))) << 4);
}

/** Gives the piece's entries the weight and the ids from id on, by steps of `step`; returns the next id. */
function write(y: usize, groups: usize, piece: usize, weight: f32, id: i32, step: i32): i32 {
  const s = shape(piece);
  const start = first(piece);
  if (s == 1) {
    store<f32>(y + ((<usize>start) << 2), weight);
    if (groups) store<i32>(groups + ((<usize>start) << 2), id);
    return id + step;
  }
  const bits = s & 0xffff;
  const end = start + (((s >> 16) & MOST_BLOCKS) << 4);
  for (let i = start; i < end; i += BLOCK) {
    for (let left = bits; left; left &= left - 1) {
      const o = (<usize>(i + ctz(left))) << 2;
      store<f32>(y + o, weight);
      if (groups) store<i32>(groups + o, id);
      id += step;
    }
  }
  return id;
}

/**
 * With g = dy - mean of dy on the support and m_G the mean of g over a group: dx = m_G / gamma,
 * dlambda = sum over G of m_G sum over i in G of rank_i (sum of |G| m_G = 0, so counting from d changes nothing), and
 * dgamma = -(<g, y> - lambda dlambda) / gamma.
 */
export function pullback(
  y: usize, groups: usize, dy: usize, dx: usize, rows: i32, n: i32,
  gamma: usize, gammaStep: i32, param: usize, paramStep: i32, dgamma: usize, dparam: usize, scratch: usize,
): void {
  const stride = (<usize>n) << 2;
  for (let r = 0; r < rows; r++) {
    collectSpans(y, groups, dy, dx, n, scratch, false);
    const mean = supportSize ? cotangentSum / <f64>supportSize : 0;
    const inverse = 1 / load<f64>(gamma);
    const end = spanEnd;
    // by id: sum of the cotangent, then m_G / gamma (f64), entries (i32), weight (f32)
    const table = end;
    memory.fill(table, 0, end - scratch);
    let ids = 0;
    for (let span = scratch; span < end; span += SPAN) {
      const s = load<i32>(span, 12);
      const o = (<usize>(load<i32>(span, 8) + (s > 0 ? 0 : ctz(s)))) << 2;
      const id = load<i32>(groups + o);
      const entry = table + ((<usize>id) << 4);
      store<f64>(entry, load<f64>(entry) + load<f64>(span));
      store<i32>(entry, load<i32>(entry, 8) + (s > 0 ? s : popcnt(s & 0xffff)), 8);
      store<f32>(entry, load<f32>(y + o), 12);
      ids = max(ids, id + 1);
    }
    let slope = 0.0;
    let product = 0.0;
    let ranked = 0.0;
    for (let id = 0; id < ids; id++) {
      const entry = table + ((<usize>id) << 4);
      const c = <f64>load<i32>(entry, 8);
      if (c == 0) continue;
      const m = load<f64>(entry) / c - mean;
      product += m * c * <f64>load<f32>(entry, 12);
      slope += m * c * (ranked + (c + 1) / 2);
      ranked += c;
      store<f32>(entry, <f32>(m * inverse));
    }
    for (let span = scratch; span < end; span += SPAN) {
      const s = load<i32>(span, 12);
      const start = load<i32>(span, 8);
      const o = (<usize>(start + (s > 0 ? 0 : ctz(s)))) << 2;
      const value = load<f32>(table + ((<usize>load<i32>(groups + o)) << 4));
      if (s > 0) fill(dx, start, s, reinterpret<i32>(value));
      else fillSupport(y, dx, start, value);
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

/** Writes dx on the support of a block. */
function fillSupport(y: usize, dx: usize, start: i32, value: f32): void {
  const four = f32x4.splat(value);
  const zeros = f32x4.splat(0);
  const from = (<usize>start) << 2;
  for (let o = from; o < from + 64; o += 16) {
    v128.store(dx + o, v128.and(f32x4.gt(v128.load(y + o), zeros), four));
  }
}
