// Which cells of a grid can have weight, where too many have a great score: upper bounds of their prox from exact cuts
// of lines, in float32, four lines side by side.
//
// A cell can lie above the bound of tau if what it has above that and what its neighbours can add is positive. A message
// along a line says what the cells behind can add at most: clamp(own + added from both sides + message from behind) to
// [-lambda, lambda], which for a line by itself is an exact minimum cut. What lines across add starts at its maximum, so
// that after any number of sweeps every sum is an upper bound (the graph of the messages is a tree with the most at its
// ends). Everything is in units of lambda.

import { bound, crest, pieceCount, pieces, place, startRow, threshold } from "./levels";

const NOTHING: f32 = -1e30;

/** Raises the bound to the threshold of the pieces, a little lower for its rounding, and drops them. */
export function raiseBound(work: usize): void {
  const tau = pieceCount > 0 ? threshold(work) + crest : bound;
  startRow(pieces, max(bound, tau - 1e-12 * (1 + abs(tau))));
}

/** Whether float32 holds scores in units of lambda, where `unit` is gamma lambda. */
export function fits(unit: f64, lambda: f64): bool {
  return lambda > 1e-5 && unit > 1e-30 && unit < 1e30;
}

/**
 * Copies the scores of a grid to `to`, those of cells that cannot reach tau as -Infinity, and raises the bound. It is
 * known that tau is at least that of sparsemax, `level`, less 4 lambda. At `at` there is room for 90 bytes a cell.
 */
export function thin(
  x: usize, to: usize, height: i32, width: i32, top: f64, unit: f64, lambda: f64, level: f64, enough: i32,
  at: usize, work: usize,
): void {
  const across = (<usize>width + 3) & ~3;
  const down = (<usize>height + 3) & ~3;
  const size = across * down * 4;
  // scores and what a line across adds; the same on the grid's transpose; messages
  const sums = at + size;
  const turned = sums + size;
  const turnedSums = turned + size;
  const messages = turnedSums + size;
  const scale = f32x4.splat(<f32>(1 / unit));
  const peak = f32x4.splat(<f32>top);
  const line = (<usize>width) << 2;
  // beyond the end of a line, in lanes of their own, come the next scores or what the memory holds: all that they change
  // is the count of cells that stay
  for (let p = at, from = x; p < at + <usize>height * across * 4; p += across * 4, from += line) {
    for (let o: usize = 0; o < line; o += 16) {
      v128.store(p + o, f32x4.mul(scale, f32x4.sub(v128.load(from + o), peak)));
    }
  }
  transpose(at, turned, down, across);
  const near = <f32>(level / lambda - 1);
  boundLines(at, height, across * 4, width, near, lambda, messages);
  raiseBound(work);
  boundLines(turned, width, down * 4, height, near, lambda, messages);
  raiseBound(work);
  // a little lower, for all rounding
  const low = <f32>(bound / lambda - 1e-6 * (8 - bound / lambda));
  const two = f32x4.splat(2);
  for (let p = turnedSums; p < messages; p += 16) v128.store(p, two);
  for (let before = height * width; ;) {
    sweep(turned, turnedSums, messages, <usize>width, down * 4, low);
    transpose(turnedSums, sums, across, down);
    const count = sweep(at, sums, messages, <usize>height, across * 4, low);
    if (count <= enough || count > before - (before >> 2)) break;
    before = count;
    transpose(sums, turnedSums, down, across);
  }
  const none = f32x4.splat(-Infinity);
  const least = f32x4.splat(NOTHING);
  for (let i = 0, p = sums; i < height; i++, p += across * 4) {
    // what goes over the end of a line is written again with the next one
    for (let o: usize = 0; o < line; o += 16) {
      v128.store(to + o, v128.bitselect(v128.load(x + o), none, f32x4.gt(v128.load(p + o), least)));
    }
    x += line;
    to += line;
  }
}

/** Both sizes are multiples of 4. */
function transpose(from: usize, to: usize, height: usize, width: usize): void {
  const line = width * 4;
  for (let i: usize = 0; i < height; i += 4, to += 16, from += 3 * line) {
    for (let j: usize = 0, q = to; j < width; j++, from += 4, q += height * 4) {
      const a = v128.load32_zero(from);
      const b = v128.load_lane<f32>(from + line, a, 1);
      const c = v128.load_lane<f32>(from + 2 * line, b, 2);
      v128.store(q, v128.load_lane<f32>(from + 3 * line, c, 3));
    }
  }
}

/**
 * Places a piece for every column: of its cells with a score of at least `near`, how many they are and the mean of their
 * z if all other cells were lower, which is a lower bound.
 */
function boundLines(
  g: usize, rows: i32, stride: usize, columns: i32, near: f32, lambda: f64, sums: usize,
): void {
  const counts = sums + stride;
  memory.fill(sums, 0, 2 * stride);
  const least = f32x4.splat(near);
  const ones = f32x4.splat(1);
  for (let i = 0, back: usize = 0; i < rows; i++, g += stride, back = stride) {
    for (let o: usize = 0; o < stride; o += 16) {
      const v = v128.load(g + o);
      const own = f32x4.ge(v, least);
      const edge = v128.xor(own, f32x4.ge(v128.load(g + o - back), least));
      const net = f32x4.sub(v128.and(v, own), v128.and(ones, edge));
      v128.store(sums + o, f32x4.add(v128.load(sums + o), net));
      v128.store(counts + o, i32x4.sub(v128.load(counts + o), own));
    }
  }
  for (let j = 0; j < columns; j++) {
    const o = (<usize>j) << 2;
    const count = load<i32>(counts + o);
    if (count == 0) continue;
    const sides = i32(j > 0) + i32(j < columns - 1);
    // all that went into the sum is negative
    const sum = <f64>load<f32>(sums + o) * (1 + 1e-7 * <f64>(rows + 4));
    place(lambda * (sum / <f64>count - <f64>sides), j, count);
  }
}

/**
 * Replaces, in `sums`, what the neighbours left and right of each cell add by what those above and below do, or by
 * NOTHING where the sum of all proves that the cell is not above `low`. Returns how many may be.
 */
function sweep(g: usize, sums: usize, messages: usize, rows: usize, stride: usize, low: f32): i32 {
  const floor = f32x4.splat(low);
  const most = f32x4.splat(1);
  const least = f32x4.splat(-1);
  const nothing = f32x4.splat(NOTHING);
  const zeros = f32x4.splat(0);
  const total = rows * stride;
  memory.fill(messages, 0, stride);
  // of a line, the message downwards to it; of the line after the last, none upwards
  let m = messages;
  for (let o: usize = 0; o < total; o += 16, m += 16) {
    const own = f32x4.add(f32x4.sub(v128.load(g + o), floor), v128.load(sums + o));
    v128.store(m + stride, f32x4.pmax(least, f32x4.pmin(most, f32x4.add(own, v128.load(m)))));
  }
  memory.fill(m, 0, stride);
  let counts = i32x4.splat(0);
  for (let o = total; o > 0;) {
    o -= 16;
    m -= 16;
    const own = f32x4.add(f32x4.sub(v128.load(g + o), floor), v128.load(sums + o));
    const upwards = v128.load(m + stride);
    const added = f32x4.add(v128.load(m), upwards);
    const open = f32x4.gt(f32x4.add(own, added), zeros);
    counts = i32x4.sub(counts, open);
    v128.store(sums + o, v128.bitselect(added, nothing, open));
    v128.store(m, f32x4.pmax(least, f32x4.pmin(most, f32x4.add(own, upwards))));
  }
  return (
    i32x4.extract_lane(counts, 0) + i32x4.extract_lane(counts, 1) +
    i32x4.extract_lane(counts, 2) + i32x4.extract_lane(counts, 3)
  );
}
