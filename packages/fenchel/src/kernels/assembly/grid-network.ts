// The exact prox of lambda TV on part of a grid, by divide and conquer over minimum cuts (Hochbaum 2001; Chambolle and
// Darbon 2009).
//
// A part that held together would have its mean as its value. The nodes above that value are one side of a minimum cut:
// they cannot pass on all of their excess to the nodes below, over edges that carry lambda at most. No cut: the part is
// a group. Otherwise the edges across the cut stay full and both sides fall into connected parts, upper ones first; what
// proves to lie below the threshold of the simplex is dropped. At most one cut a group.

import { bound, place, settle } from "./levels";

/** Bytes a node. */
export const NODE_BYTES: usize = 112;

// Of each node: its four neighbours left, right, above, below (i32, -1 for none), the flow to each (f64), its score less
// lambda for each neighbour that weighs nothing (f64).
export let neighbours: usize = 0;
let flows: usize = 0;
export let scores: usize = 0;
// What it has to give (positive) or still takes (negative) (f64); the part it belongs to; the arc to the node from which
// its part's search found it, or -1; a lower bound of its distance to a node that takes; whether it is in the queue; the
// next arc to try (i32 each).
let excesses: usize = 0;
let parts: usize = 0;
let parents: usize = 0;
let labels: usize = 0;
let queued: usize = 0;
let arcs: usize = 0;
// The nodes, those of a part side by side; a queue of nodes (i32 each).
export let order: usize = 0;
let queue: usize = 0;
// Parts still to be cut: begin, end (i32), and the value none of them exceeds (f64).
let pending: usize = 0;
let pendingCount: i32 = 0;
let nextPart: i32 = 0;
let capacity: f64 = 0;

const ROUNDING: f64 = 4 * 2.220446049250313e-16;

/** Lays out room for `nodes` nodes at `at`. */
export function layOut(at: usize, nodes: i32): void {
  const n = <usize>nodes;
  flows = at;
  scores = flows + 32 * n;
  excesses = scores + 8 * n;
  pending = excesses + 8 * n;
  neighbours = pending + 16 * n;
  parts = neighbours + 16 * n;
  parents = parts + 4 * n;
  labels = parents + 4 * n;
  queued = labels + 4 * n;
  arcs = queued + 4 * n;
  order = arcs + 4 * n;
  queue = order + 4 * n;
}

function int(array: usize, i: i32): i32 {
  return load<i32>(array + ((<usize>i) << 2));
}

function setInt(array: usize, i: i32, value: i32): void {
  store<i32>(array + ((<usize>i) << 2), value);
}

function float(array: usize, i: i32): f64 {
  return load<f64>(array + ((<usize>i) << 3));
}

function setFloat(array: usize, i: i32, value: f64): void {
  store<f64>(array + ((<usize>i) << 3), value);
}

/** Arc 4 i + d leads from node i to its neighbour d; its mate leads back. */
function setFlow(arc: i32, to: i32, flow: f64): void {
  setFloat(flows, arc, flow);
  setFloat(flows, (to << 2) | ((arc & 3) ^ 1), -flow);
}

/** Places every group of the prox that may have weight: its value, its place in `order`, its size. lambda > 0. */
export function solveNetwork(nodes: i32, lambda: f64, work: usize): void {
  capacity = lambda;
  memory.fill(flows, 0, (<usize>nodes) << 5);
  for (let i = 0; i < nodes; i++) {
    setInt(order, i, i);
    setInt(parts, i, 0);
  }
  nextPart = 1;
  pendingCount = 0;
  pushParts(0, nodes, Infinity);
  while (pendingCount > 0) {
    pendingCount -= 1;
    const record = pending + ((<usize>pendingCount) << 4);
    const ceiling = load<f64>(record);
    if (ceiling <= bound) continue;
    cutPart(load<i32>(record, 8), load<i32>(record, 12), ceiling);
    settle(work);
  }
}

function cutPart(begin: i32, end: i32, ceiling: f64): void {
  const size = end - begin;
  const mean = meanOf(begin, end);
  // a part whose mean lies below the threshold only has to show which of its nodes lie above
  const level = max(mean, bound);
  let middle = begin;
  if (size > 1) {
    const tolerance = ROUNDING * setExcesses(begin, end, level);
    routeAlongTree(begin, end);
    routeExcess(begin, end, tolerance);
    const noise = tolerance + ROUNDING * setExcesses(begin, end, level);
    middle = separate(begin, end);
    let gain = 0.0;
    for (let k = begin; k < middle; k++) gain += float(excesses, int(order, k));
    // a cut that gains no more than rounding is none
    if (!(gain > noise * sqrt(<f64>size))) middle = begin;
  }
  if (middle > begin && middle < end) {
    if (level == mean) pushParts(middle, end, level);
    pushParts(begin, middle, ceiling);
  } else if (level == mean) {
    place(mean, begin, size);
  }
}

/** Reorders a range into connected parts, breadth first, with fresh names, and puts each on the stack. */
function pushParts(begin: i32, end: i32, ceiling: f64): void {
  let tail = 0;
  const old = int(parts, int(order, begin));
  for (let k = begin; k < end; k++) {
    const seed = int(order, k);
    if (int(parts, seed) != old) continue;
    const part = nextPart++;
    const start = tail;
    setInt(parts, seed, part);
    setInt(parents, seed, -1);
    setInt(queue, tail++, seed);
    for (let head = start; head < tail; head++) {
      const i = int(queue, head);
      for (let d = 0; d < 4; d++) {
        const j = int(neighbours, (i << 2) | d);
        if (j >= 0 && int(parts, j) == old) {
          setInt(parts, j, part);
          setInt(parents, j, (j << 2) | (d ^ 1));
          setInt(queue, tail++, j);
        }
      }
    }
    const record = pending + ((<usize>pendingCount) << 4);
    store<f64>(record, ceiling);
    store<i32>(record, begin + start, 8);
    store<i32>(record, begin + tail, 12);
    pendingCount += 1;
  }
  memory.copy(order + ((<usize>begin) << 2), queue, (<usize>tail) << 2);
}

/** Mean over a part of score minus the flow that leaves the part. */
function meanOf(begin: i32, end: i32): f64 {
  const part = int(parts, int(order, begin));
  let base = 0.0;
  let sum = 0.0;
  for (let k = begin; k < end; k++) {
    const i = int(order, k);
    let left = float(scores, i);
    for (let d = 0; d < 4; d++) {
      const j = int(neighbours, (i << 2) | d);
      if (j >= 0 && int(parts, j) != part) left -= float(flows, (i << 2) | d);
    }
    if (k == begin) base = left;
    // relative to the first: a sum of small numbers
    sum += left - base;
  }
  return base + sum / <f64>(end - begin);
}

/** excess = score - level - all flow out; returns the size of the numbers that went into it. */
function setExcesses(begin: i32, end: i32, level: f64): f64 {
  let scale = 0.0;
  for (let k = begin; k < end; k++) {
    const i = int(order, k);
    const p = flows + ((<usize>i) << 5);
    const a = load<f64>(p);
    const b = load<f64>(p, 8);
    const c = load<f64>(p, 16);
    const d = load<f64>(p, 24);
    const s = float(scores, i);
    setFloat(excesses, i, s - level - (a + b) - (c + d));
    scale = max(scale, abs(s) + abs(level) + abs(a) + abs(b) + abs(c) + abs(d));
  }
  return scale;
}

/**
 * Moves what nodes give or take to their parents in a search tree, as far as there is room, last found first. It settles
 * a part whose edges bind nowhere.
 */
function routeAlongTree(begin: i32, end: i32): void {
  for (let k = end - 1; k > begin; k--) {
    const i = int(order, k);
    const arc = int(parents, i);
    const parent = int(neighbours, arc);
    const flow = float(flows, arc);
    const left = float(excesses, i);
    const after = min(max(flow + left, -capacity), capacity);
    const amount = abs(after) == capacity ? after - flow : left;
    setFlow(arc, parent, after);
    setFloat(excesses, i, left - amount);
    setFloat(excesses, parent, float(excesses, parent) + amount);
  }
}

/** Sets every label of a part to the exact distance to a node that takes, or the part's size where there is no way. */
function relabelAll(begin: i32, end: i32, tolerance: f64): void {
  const far = end - begin;
  const part = int(parts, int(order, begin));
  let tail = 0;
  for (let k = begin; k < end; k++) {
    const i = int(order, k);
    setInt(arcs, i, 0);
    if (float(excesses, i) < -tolerance) {
      setInt(labels, i, 0);
      setInt(queue, tail++, i);
    } else {
      setInt(labels, i, far);
    }
  }
  for (let head = 0; head < tail; head++) {
    const j = int(queue, head);
    const label = int(labels, j) + 1;
    for (let d = 0; d < 4; d++) {
      const arc = (j << 2) | d;
      const i = int(neighbours, arc);
      if (i >= 0 && int(parts, i) == part && int(labels, i) == far && float(flows, arc) > -capacity) {
        setInt(labels, i, label);
        setInt(queue, tail++, i);
      }
    }
  }
}

/**
 * Moves excess to where it is taken, until no node with excess above `tolerance` can reach one that takes more than it:
 * push and relabel, first in first out, exact labels afresh after as many relabels as there are nodes (Goldberg and
 * Tarjan 1988; Cherkassky and Goldberg 1997). Then labels are below the part's size exactly for the nodes that still
 * reach one, and the arcs from the others to them are full.
 */
function routeExcess(begin: i32, end: i32, tolerance: f64): void {
  const size = end - begin;
  const part = int(parts, int(order, begin));
  while (true) {
    relabelAll(begin, end, tolerance);
    // the queue is a ring of `size` places: no node stands in it twice
    let head = 0;
    let length = 0;
    for (let k = begin; k < end; k++) {
      const i = int(order, k);
      const active = i32(float(excesses, i) > tolerance) & i32(int(labels, i) < size);
      setInt(queued, i, active);
      if (active) setInt(queue, length++, i);
    }
    if (length == 0) return;
    for (let work = size; length > 0 && work > 0; ) {
      const i = int(queue, head);
      if (++head == size) head = 0;
      length -= 1;
      setInt(queued, i, 0);
      let left = float(excesses, i);
      let d = int(arcs, i);
      let label = int(labels, i);
      while (left > tolerance && label < size) {
        if (d == 4) {
          label = size;
          for (d = 0; d < 4; d++) {
            const arc = (i << 2) | d;
            const j = int(neighbours, arc);
            if (j >= 0 && int(parts, j) == part && float(flows, arc) < capacity) label = min(label, int(labels, j) + 1);
          }
          d = 0;
          work -= 1;
          continue;
        }
        const arc = (i << 2) | d;
        const j = int(neighbours, arc);
        if (j >= 0 && int(parts, j) == part && int(labels, j) + 1 == label) {
          const flow = float(flows, arc);
          const room = capacity - flow;
          if (room > 0) {
            const amount = min(left, room);
            setFlow(arc, j, left >= room ? capacity : min(flow + left, capacity));
            left -= amount;
            const taken = float(excesses, j) + amount;
            setFloat(excesses, j, taken);
            if (taken > tolerance && int(queued, j) == 0) {
              setInt(queued, j, 1);
              const place = head + length;
              setInt(queue, place < size ? place : place - size, j);
              length += 1;
            }
            if (left <= tolerance) break;
          }
        }
        d += 1;
      }
      setFloat(excesses, i, left);
      setInt(labels, i, label);
      setInt(arcs, i, d);
    }
  }
}

/** Puts the nodes of a part that lie above the level first; returns where the others, in a part of a new name, begin. */
function separate(begin: i32, end: i32): i32 {
  const far = end - begin;
  let above = begin;
  let below = 0;
  for (let k = begin; k < end; k++) {
    const i = int(order, k);
    if (int(labels, i) < far) setInt(queue, below++, i);
    else setInt(order, above++, i);
  }
  const part = nextPart++;
  for (let b = 0; b < below; b++) {
    const i = int(queue, b);
    setInt(order, above + b, i);
    setInt(parts, i, part);
  }
  return above;
}
