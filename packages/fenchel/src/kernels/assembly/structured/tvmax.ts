// tvmax (Martins et al. 2021): y = P(prox of lambda TV (v)) on a grid, v = (x - max x) / gamma, TV the sum of the
// differences of neighbours left and right, above and below, P the projection on the simplex.
//
// Only cells that can have weight reach the solver. The prox moves a cell by lambda a neighbour at most, which bounds the
// threshold tau from below. A cell whose upper bound lies below that weighs nothing, so in every level set above tau its
// edges cost a neighbour lambda, which lowers the neighbour's upper bound in turn.
//
// The cells that stay fall into connected parts. A part is one group if a flow of at most lambda an edge evens out its
// scores; one along a spanning tree is found or ruled out in a single pass. Only the other parts are cut.

import { NODE_BYTES, cutApart, joinNode, layOut, nodes, order, scores, spare } from "./grid-network";
import { fits, raiseBound, thin } from "./grid-sweeps";
import { PIECE, bound, crest, first, level, pieceCount, pieces, place, shape, settle, startRow, threshold } from "./levels";
import { MOST, scoreAt, sparsemaxBound } from "./screen";
import { atLeast, fill, maskOf } from "./vectors";

const BLOCK: i32 = 16;
/** In rows at least as long, sweeps along lines take out candidates where more than an eighth of all cells are. */
const MANY: i32 = 128;

// What the frame of a grid holds for a cell: the number of its node, or
const LIGHT: i32 = -1; // it weighs nothing
const ABSENT: i32 = -2; // it is not there
const FOUND: i32 = -3; // less the number of its node: the search for parts has found it

/** Bytes of scratch for rows of n cells. A grid with a frame one cell wide has at most 3 n + 6. */
export function scratchBytes(n: i32): usize {
  const cells = <usize>n;
  return cells * (2 * PIECE + NODE_BYTES + 16) + 4 * (3 * cells + 6) + 128;
}

export function forward(
  x: usize, y: usize, groups: usize, rows: i32, n: i32, counts: usize, max: usize,
  gamma: usize, gammaStep: i32, param: usize, paramStep: i32, scratch: usize, kept: usize, height: i32, width: i32,
): void {
  const stride = (<usize>n) << 2;
  for (let r = 0; r < rows; r++) {
    const at = (<usize>r) << 2;
    const count = load<i32>(counts + at);
    // `kept` is written for rows that lost entries only; the others are solved as though it were not there
    const present = count < n ? kept : 0;
    if (count > 0) {
      const top = <f64>load<f32>(max + at);
      row(x, y, groups, n, height, width, present, top, load<f64>(gamma), min(load<f64>(param), MOST), scratch);
    } else {
      memory.fill(y, 0, stride);
    }
    if (present && groups) markAbsent(groups, present, n);
    x += stride;
    y += stride;
    if (groups) groups += stride;
    kept += n;
    gamma += gammaStep;
    param += paramStep;
  }
}

function markAbsent(groups: usize, kept: usize, n: i32): void {
  for (let i = 0; i < n; i++) if (!load<u8>(kept + i)) store<i32>(groups + ((<usize>i) << 2), -2);
}

// The cells that may have weight: their place in the grid, their place in the frame, their score v.
let cells: usize = 0;
let places: usize = 0;
let values: usize = 0;
let frame: usize = 0;

function row(
  x: usize, y: usize, groups: usize, n: i32, height: i32, width: i32, kept: usize,
  top: f64, gamma: f64, lambda: f64, scratch: usize,
): void {
  // a flow from cell to cell along a snake through the grid carries n / 4 of the scores' range at most: half that is
  // allowed, for the rounding of the bound
  const unit = gamma * lambda;
  const near = <f64>n * (top - <f64>load<f32>(x)) <= 2 * unit;
  if (near && !kept && lambda > 0 && allAtLeast(x, n, <f32>(top - (2 * unit) / <f64>n))) {
    fill(y, 0, n, reinterpret<i32>(<f32>(1 / <f64>n)));
    if (groups) memory.fill(groups, 0, (<usize>n) << 2);
    return;
  }
  const room = <usize>n;
  const work = scratch + room * PIECE;
  values = work + room * PIECE;
  cells = values + room * 8;
  places = cells + room * 4;
  const network = places + room * 4;
  frame = network + room * NODE_BYTES;
  // with t the threshold of sparsemax of all scores: tau >= t - 4 lambda, and nothing rises by more than 4 lambda
  const level = kept ? -1 : sparsemaxBound(x, n, top, gamma, 2) - 1e-6;
  const lowest = scoreAt(top, gamma, level - 8 * lambda);
  const inverse = min(1 / gamma, MOST);
  // the greatest score loses 4 lambda at most
  startRow(scratch, -1 - 4 * lambda - 1e-12 * (1 + lambda));
  layFrame(height, width, kept);
  const enough = !kept && n >= MANY && fits(unit, lambda) ? n >> 3 : n;
  let candidates = collect(x, n, width, kept, lowest, top, inverse, enough);
  if (candidates > enough) {
    thin(x, y, height, width, top, unit, lambda, level, enough, network, work);
    layFrame(height, width, kept);
    candidates = collect(y, n, width, kept, lowest, top, inverse, n);
  }
  memory.fill(y, 0, room << 2);
  if (groups) memory.fill(groups, 0xff, room << 2);
  if (lambda > 0) {
    boundThreshold(candidates, width, lambda, work);
    const count = screen(candidates, width, lambda, work);
    layOut(network, count);
    solveParts(count, width + 2, lambda, work);
  } else {
    layOut(network, candidates);
    for (let k: usize = 0; k < <usize>candidates; k++) {
      store<u32>(order + (k << 2), <u32>(nodes + (k << 6)));
      place(load<f64>(values + (k << 3)), <i32>k, 1);
    }
  }
  write(y, groups, threshold(work));
}

function allAtLeast(x: usize, n: i32, least: f32): bool {
  let i = 0;
  for (; i + BLOCK <= n; i += BLOCK) if (atLeast(x + ((<usize>i) << 2), least) != 0xffff) return false;
  for (; i < n; i++) if (load<f32>(x + ((<usize>i) << 2)) < least) return false;
  return true;
}

/** The grid in a frame of absent cells, no cell a candidate yet. */
function layFrame(height: i32, width: i32, kept: usize): void {
  const across = width + 2;
  fillInts(frame, across, ABSENT);
  let p = frame + ((<usize>across) << 2);
  for (let i = 0; i < height; i++) {
    store<i32>(p, ABSENT);
    p += 4;
    if (kept) {
      for (let j = 0; j < width; j++) store<i32>(p + ((<usize>j) << 2), load<u8>(kept + j) ? LIGHT : ABSENT);
      kept += width;
    } else {
      memory.fill(p, 0xff, (<usize>width) << 2);
    }
    p += (<usize>width) << 2;
    store<i32>(p, ABSENT);
    p += 4;
  }
  fillInts(p, across, ABSENT);
}

function fillInts(p: usize, count: i32, value: i32): void {
  for (let i = 0; i < count; i++) store<i32>(p + ((<usize>i) << 2), value);
}

/** Lists the kept cells with score >= lowest and numbers them in the frame; gives up when there are more than `most`. */
function collect(
  x: usize, n: i32, width: i32, kept: usize, lowest: f32, top: f64, inverse: f64, most: i32,
): i32 {
  let count = 0;
  // of the line that cells are in: where the next one begins, and what its places are ahead of its cells
  let next = width;
  let ahead = width + 3;
  for (let i = 0; i < n && count <= most; i += BLOCK) {
    const p = x + ((<usize>i) << 2);
    let bits: u32 = 0;
    if (i + BLOCK <= n) {
      bits = atLeast(p, lowest);
    } else {
      for (let j = 0; i + j < n; j++) bits |= <u32>(load<f32>(p + ((<usize>j) << 2)) >= lowest) << j;
    }
    for (; bits; bits &= bits - 1) {
      const cell = i + ctz(bits);
      if (kept && !load<u8>(kept + cell)) continue;
      while (cell >= next) {
        next += width;
        ahead += 2;
      }
      const at = cell + ahead;
      store<i32>(cells + ((<usize>count) << 2), cell);
      store<i32>(places + ((<usize>count) << 2), at);
      store<f64>(values + ((<usize>count) << 3), (<f64>load<f32>(x + ((<usize>cell) << 2)) - top) * inverse);
      store<i32>(frame + ((<usize>at) << 2), count);
      count++;
    }
  }
  return count;
}

function framed(place: i32): i32 {
  return load<i32>(frame + ((<usize>place) << 2));
}

/** How many neighbours are in a state. */
function neighboursIn(state: i32, at: i32, across: i32): i32 {
  return (
    i32(framed(at - 1) == state) + i32(framed(at + 1) == state) +
    i32(framed(at - across) == state) + i32(framed(at + across) == state)
  );
}

/** Directions: left, right, above, below. */
function neighbourPlace(place: i32, d: i32, across: i32): i32 {
  return place + (d < 2 ? 2 * d - 1 : (2 * d - 5) * across);
}

/**
 * Raises the bound of tau. Cells cut off from the others, as if all of these were lower, have no greater z, and the mean
 * of their z is that of their scores less lambda times the edges cut, over their number. Their sum of [z - tau]_+ is at
 * least that of as many cells at the mean, so tau is at least the threshold of such means: here of runs along a line
 * whose scores differ by lambda at most from the first.
 */
function boundThreshold(candidates: i32, width: i32, lambda: f64, work: usize): void {
  for (let k = 0; k < candidates; ) {
    const from = k;
    const base = load<f64>(values + ((<usize>k) << 3));
    let at = load<i32>(places + ((<usize>k) << 2));
    let sum = 0.0;
    let edges = 2;
    while (true) {
      edges += 2 - neighboursIn(ABSENT, at, width + 2);
      k++;
      at++;
      if (k == candidates || load<i32>(places + ((<usize>k) << 2)) != at) break;
      const value = load<f64>(values + ((<usize>k) << 3)) - base;
      if (abs(value) > lambda) break;
      sum += value;
    }
    place(base + (sum - lambda * <f64>edges) / <f64>(k - from), from, k - from);
    settle(work);
  }
  raiseBound(work);
}

/**
 * Takes out candidates that cannot reach the bound, each time looking again at the neighbours of those taken out, and
 * closes up the lists. Returns how many stay.
 */
function screen(candidates: i32, width: i32, lambda: f64, stack: usize): i32 {
  const across = width + 2;
  for (let k = 0; k < candidates; k++) {
    const at = load<i32>(places + ((<usize>k) << 2));
    if (framed(at) < 0 || !light(at, across, lambda)) continue;
    store<i32>(frame + ((<usize>at) << 2), LIGHT);
    store<i32>(stack, at);
    for (let depth = 1; depth > 0; ) {
      depth--;
      const from = load<i32>(stack + ((<usize>depth) << 2));
      for (let d = 0; d < 4; d++) {
        const next = neighbourPlace(from, d, across);
        if (framed(next) < 0 || !light(next, across, lambda)) continue;
        store<i32>(frame + ((<usize>next) << 2), LIGHT);
        store<i32>(stack + ((<usize>depth) << 2), next);
        depth++;
      }
    }
  }
  let nodes = 0;
  for (let k = 0; k < candidates; k++) {
    const at = load<i32>(places + ((<usize>k) << 2));
    if (framed(at) == LIGHT) continue;
    store<i32>(frame + ((<usize>at) << 2), nodes);
    store<i32>(places + ((<usize>nodes) << 2), at);
    store<i32>(cells + ((<usize>nodes) << 2), load<i32>(cells + ((<usize>k) << 2)));
    store<f64>(values + ((<usize>nodes) << 3), load<f64>(values + ((<usize>k) << 3)));
    nodes++;
  }
  return nodes;
}

/** Whether a candidate's upper bound does not exceed the bound of tau. */
function light(at: i32, across: i32, lambda: f64): bool {
  const net = most(at - 1) + most(at + 1) + most(at - across) + most(at + across);
  return load<f64>(values + ((<usize>framed(at)) << 3)) + lambda * <f64>net <= bound;
}

/** What the edge to a neighbour adds at most, in units of lambda. */
function most(at: i32): i32 {
  const state = framed(at);
  return i32(state >= 0) - i32(state == LIGHT);
}

// For the cells of a part, as they are found: what they have to pass on (f64), their place (i32), where they were found
// from (the address of that record, u32).
const STEP: usize = 16;

/** Places the groups of the candidates that stay, part by part. */
function solveParts(count: i32, across: i32, lambda: f64, work: usize): void {
  let tail = order;
  for (let seed = 0; seed < count; seed++) {
    let at = load<i32>(places + ((<usize>seed) << 2));
    if (framed(at) < 0) continue;
    const begin = tail;
    find(at, begin, begin, spare);
    tail += 4;
    const base = load<f64>(values + ((<usize>seed) << 3));
    let sum = 0.0;
    let record = spare;
    for (let head = begin; head < tail; head += 4) {
      at = load<i32>(record, 8);
      tail = find(at - 1, begin, tail, record);
      tail = find(at + 1, begin, tail, record);
      tail = find(at - across, begin, tail, record);
      tail = find(at + across, begin, tail, record);
      const score = tilted(nodeNumber(head), at, across, lambda);
      store<f64>(record, score);
      sum += score - base;
      record += STEP;
    }
    const size = <i32>((tail - begin) >> 2);
    const mean = base + sum / <f64>size;
    // a part whose mean lies below the bound only has to show that all of it does
    if (flowsOff(record, max(mean, bound), lambda * (1 - 1e-9))) {
      place(mean, <i32>((begin - order) >> 2), size);
      settle(work);
      continue;
    }
    record = spare;
    for (let p = begin; p < tail; p += 4) {
      const k = nodeNumber(p);
      at = load<i32>(record, 8);
      record += STEP;
      store<f64>(scores + ((<usize>k) << 3), tilted(k, at, across, lambda));
      for (let d = 0; d < 4; d++) joinNode(k, d, FOUND - framed(neighbourPlace(at, d, across)));
    }
    cutApart(begin, tail, lambda, work);
  }
}

function nodeNumber(p: usize): i32 {
  return <i32>((<usize>load<u32>(p) - nodes) >> 6);
}

/** The score of candidate k, less lambda for each neighbour that weighs nothing. */
function tilted(k: i32, at: i32, across: i32, lambda: f64): f64 {
  return load<f64>(values + ((<usize>k) << 3)) - lambda * <f64>neighboursIn(LIGHT, at, across);
}

/** Puts the candidate at a place, if there is one not yet found, at the tail; returns the new tail. */
function find(at: i32, begin: usize, tail: usize, parent: usize): usize {
  const k = framed(at);
  if (k < 0) return tail;
  store<i32>(frame + ((<usize>at) << 2), FOUND - k);
  store<u32>(tail, <u32>(nodes + ((<usize>k) << 6)));
  const record = spare + ((tail - begin) << 2);
  store<i32>(record, at, 8);
  store<u32>(record, <u32>parent, 12);
  return tail + 4;
}

/**
 * Whether no cell of a part keeps more than `level` when cells, last found first, pass on what they have above it, or
 * take what they have below, over edges that carry `most`. Then no value of the prox is above `level`.
 */
function flowsOff(end: usize, level: f64, most: f64): bool {
  let full = false;
  for (let record = end - STEP; record > spare; record -= STEP) {
    let flow = load<f64>(record) - level;
    if (!(flow <= most)) return false;
    if (flow < -most) {
      flow = -most;
      full = true;
    }
    const parent = <usize>load<u32>(record, 12);
    store<f64>(parent, load<f64>(parent) + flow);
  }
  // with no edge full, what is left is the sum of all, for which the mean stands
  return !full || load<f64>(spare) <= level;
}

function write(y: usize, groups: usize, tau: f64): void {
  let id = 0;
  const end = pieces + ((<usize>pieceCount) << 4);
  for (let piece = pieces; piece < end; piece += PIECE) {
    const weight = <f32>(level(piece) - crest - tau);
    if (!(weight > 0)) continue;
    const start = order + ((<usize>first(piece)) << 2);
    const stop = start + ((<usize>shape(piece)) << 2);
    for (let p = start; p < stop; p += 4) {
      const k = (<usize>load<u32>(p) - nodes) >> 6;
      const o = (<usize>load<i32>(cells + (k << 2))) << 2;
      store<f32>(y + o, weight);
      if (groups) store<i32>(groups + o, id);
    }
    id++;
  }
}

/**
 * With g = dy - mean of dy on the support and m_G the mean of g over a group: dx = m_G / gamma, dlambda = sum over G of
 * m_G times the sum over the edges that leave G of sign(z there - z_G), where a cell of weight 0 is lower, and
 * dgamma = -(<g, y> - lambda dlambda) / gamma.
 */
export function pullback(
  y: usize, groups: usize, dy: usize, dx: usize, rows: i32, n: i32,
  gamma: usize, gammaStep: i32, param: usize, paramStep: i32, dgamma: usize, dparam: usize, scratch: usize,
  height: i32, width: i32,
): void {
  const stride = (<usize>n) << 2;
  for (let r = 0; r < rows; r++) {
    memory.fill(dx, 0, stride);
    let slope = 0.0;
    let product = 0.0;
    const inverse = 1 / load<f64>(gamma);
    const count = groupCount(groups, n);
    // of a single group m_G = 0
    if (count > 1) {
      const end = scratch + ((<usize>listSupport(y, n, scratch)) << 2);
      // by id: the sum of the cotangent, then m_G (f64), and the number of cells (i32)
      const table = (end + 15) & ~15;
      const tableEnd = table + ((<usize>count) << 4);
      memory.fill(table, 0, tableEnd - table);
      let total = 0.0;
      for (let p = scratch; p < end; p += 4) {
        const o = (<usize>load<i32>(p)) << 2;
        const entry = table + ((<usize>load<i32>(groups + o)) << 4);
        const cotangent = <f64>load<f32>(dy + o);
        total += cotangent;
        store<f64>(entry, load<f64>(entry) + cotangent);
        store<i32>(entry, load<i32>(entry, 8) + 1, 8);
      }
      const mean = total / <f64>((end - scratch) >> 2);
      for (let entry = table; entry < tableEnd; entry += 16) {
        store<f64>(entry, load<f64>(entry) / <f64>load<i32>(entry, 8) - mean);
      }
      const line = (<usize>width) << 2;
      // where the line of a cell ends
      let edge = line;
      for (let p = scratch; p < end; p += 4) {
        const o = (<usize>load<i32>(p)) << 2;
        while (o >= edge) edge += line;
        const m = load<f64>(table + ((<usize>load<i32>(groups + o)) << 4));
        store<f32>(dx + o, <f32>(m * inverse));
        const own = load<f32>(y + o);
        let steps = 0;
        if (o + line > edge) steps += step(y, groups, own, o - 4);
        if (o + 4 < edge) steps += step(y, groups, own, o + 4);
        if (o >= line) steps += step(y, groups, own, o - line);
        if (o + line < stride) steps += step(y, groups, own, o + line);
        slope += m * <f64>steps;
        product += m * <f64>own;
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

/** The greatest id and one; no id is below -2. */
function groupCount(groups: usize, n: i32): i32 {
  let most = i32x4.splat(-1);
  let i = 0;
  for (; i + 4 <= n; i += 4) most = i32x4.max_s(most, v128.load(groups + ((<usize>i) << 2)));
  let count = max(
    max(i32x4.extract_lane(most, 0), i32x4.extract_lane(most, 1)),
    max(i32x4.extract_lane(most, 2), i32x4.extract_lane(most, 3)),
  );
  for (; i < n; i++) count = max(count, load<i32>(groups + ((<usize>i) << 2)));
  return count + 1;
}

/** sign(weight at o - own), 0 where no cell is. */
function step(y: usize, groups: usize, own: f32, o: usize): i32 {
  if (load<i32>(groups + o) == -2) return 0;
  const other = load<f32>(y + o);
  return i32(other > own) - i32(other < own);
}

/** The cells with positive weight. */
function listSupport(y: usize, n: i32, list: usize): i32 {
  const zeros = f32x4.splat(0);
  let count = 0;
  for (let i = 0; i < n; i += BLOCK) {
    const at = (<usize>i) << 2;
    let bits: u32 = 0;
    if (i + BLOCK <= n) {
      bits = maskOf(
        f32x4.gt(v128.load(y + at), zeros),
        f32x4.gt(v128.load(y + at, 16), zeros),
        f32x4.gt(v128.load(y + at, 32), zeros),
        f32x4.gt(v128.load(y + at, 48), zeros),
      );
    } else {
      for (let j = 0; i + j < n; j++) bits |= <u32>(load<f32>(y + at + ((<usize>j) << 2)) > 0) << j;
    }
    for (; bits; bits &= bits - 1) {
      store<i32>(list + ((<usize>count) << 2), i + ctz(bits));
      count++;
    }
  }
  return count;
}
