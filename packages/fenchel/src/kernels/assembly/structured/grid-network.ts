// The exact prox of lambda TV on part of a grid, by divide and conquer over minimum cuts (Hochbaum 2001; Chambolle and
// Darbon 2009).
//
// A part that held together would have its mean as its value. The nodes above that value are one side of a minimum cut:
// they cannot pass on all of their excess to the nodes below, over edges that carry lambda at most. No cut: the part is
// a group. Otherwise the edges across the cut stay full, so they become constants in the scores at their ends, and both
// sides fall into connected parts, upper ones first; what proves to lie below the threshold of the simplex is dropped. At
// most one cut a group.
//
// A node is a record of 64 bytes, known by its address:
//    0  flow to its neighbours left, right, above, below (f64 each)
//   32  those neighbours (u32 each, 0 for none)
//   48  excess: what it has to give (positive) or still takes (negative) (f64)
//   56  label: a lower bound of its distance to a node that takes (i32)
//   60  the next direction to try; whether it is in the queue; the direction in which its part's search found it from
//       (4 for the first); whether that search has found it (u8 each)

import { bound, place, settle } from "./levels";

/** Bytes a node, with its score, its places in two lists and one part still to be cut. */
export const NODE_BYTES: usize = 96;
const NODE: usize = 64;

/** The first node; the others follow. */
export let nodes: usize = 0;
/** Of each node its score, less lambda for each neighbour that weighs nothing (f64). */
export let scores: usize = 0;
/** The nodes, those of a part side by side (u32 each). */
export let order: usize = 0;
let queue: usize = 0;
/** Between two calls of cutApart, room for 16 bytes a node. */
export let spare: usize = 0;
// Parts still to be cut: the value none of them exceeds (f64), begin, end as places in `order` (u32 each).
let pending: usize = 0;
let pendingEnd: usize = 0;
let capacity: f64 = 0;

const ROUNDING: f64 = 4 * 2.220446049250313e-16;
const FIRST: u8 = 4;

/** Lays out room for `count` nodes at `at`. */
export function layOut(at: usize, count: i32): void {
  const n = <usize>count;
  nodes = at;
  scores = nodes + NODE * n;
  pending = scores + 8 * n;
  order = pending + 16 * n;
  queue = order + 4 * n;
  spare = pending;
}

function neighbour(node: usize, d: usize): usize {
  return <usize>load<u32>(node + (d << 2), 32);
}

function excess(node: usize): f64 {
  return load<f64>(node, 48);
}

function setExcess(node: usize, value: f64): void {
  store<f64>(node, value, 48);
}

function label(node: usize): i32 {
  return load<i32>(node, 56);
}

function setLabel(node: usize, value: i32): void {
  store<i32>(node, value, 56);
}

function nodeAt(place: usize): usize {
  return <usize>load<u32>(place);
}

function scoreOf(node: usize): usize {
  return scores + ((node - nodes) >> 3);
}

/** Sets the flow from a node in direction d to `to`; directions 0 and 1, 2 and 3 are opposite. */
function setFlow(node: usize, d: usize, to: usize, flow: f64): void {
  store<f64>(node + (d << 3), flow);
  store<f64>(to + ((d ^ 1) << 3), -flow);
}

/** Sets the neighbour of node k in direction d to node `other`, none if negative, and the flow to it to 0. */
export function joinNode(k: i32, d: i32, other: i32): void {
  const node = nodes + ((<usize>k) << 6);
  store<f64>(node + ((<usize>d) << 3), 0);
  store<u32>(node + ((<usize>d) << 2), other < 0 ? 0 : <u32>(nodes + ((<usize>other) << 6)), 32);
}

/**
 * Places every group that may have weight of a connected part: its value, its place in `order`, its size. The neighbours
 * and scores of its nodes are set; lambda > 0.
 */
export function cutApart(begin: usize, end: usize, lambda: f64, work: usize): void {
  capacity = lambda;
  pendingEnd = pending;
  pushParts(begin, end, Infinity);
  while (pendingEnd > pending) {
    pendingEnd -= 16;
    const ceiling = load<f64>(pendingEnd);
    if (ceiling <= bound) continue;
    cutPart(<usize>load<u32>(pendingEnd, 8), <usize>load<u32>(pendingEnd, 12), ceiling);
    settle(work);
  }
}

function cutPart(begin: usize, end: usize, ceiling: f64): void {
  const size = <i32>((end - begin) >> 2);
  const mean = meanOf(begin, end);
  // a part whose mean lies below the threshold only has to show which of its nodes lie above
  const level = max(mean, bound);
  let middle = begin;
  if (size > 1) {
    const tolerance = ROUNDING * setExcesses(begin, end, level);
    routeAlongTree(begin, end);
    routeExcess(begin, end, tolerance);
    const noise = tolerance + ROUNDING * setExcesses(begin, end, level);
    let gain = 0.0;
    for (let p = begin; p < end; p += 4) if (label(nodeAt(p)) == size) gain += excess(nodeAt(p));
    // a cut that gains no more than rounding is none
    if (gain > noise * sqrt(<f64>size)) middle = separate(begin, end, size);
  }
  if (middle > begin && middle < end) {
    if (level == mean) pushParts(middle, end, level);
    pushParts(begin, middle, ceiling);
  } else if (level == mean) {
    place(mean, <i32>((begin - order) >> 2), size);
  }
}

/** Reorders a range into connected parts, breadth first, and puts each on the stack. */
function pushParts(begin: usize, end: usize, ceiling: f64): void {
  for (let p = begin; p < end; p += 4) store<u8>(nodeAt(p), 0, 63);
  let tail = queue;
  for (let p = begin; p < end; p += 4) {
    const seed = nodeAt(p);
    if (load<u8>(seed, 63)) continue;
    const start = tail;
    store<u8>(seed, FIRST, 62);
    store<u8>(seed, 1, 63);
    store<u32>(tail, <u32>seed);
    tail += 4;
    for (let head = start; head < tail; head += 4) {
      const node = nodeAt(head);
      for (let d: usize = 0; d < 4; d++) {
        const next = neighbour(node, d);
        if (next && !load<u8>(next, 63)) {
          store<u8>(next, <u8>(d ^ 1), 62);
          store<u8>(next, 1, 63);
          store<u32>(tail, <u32>next);
          tail += 4;
        }
      }
    }
    store<f64>(pendingEnd, ceiling);
    store<u32>(pendingEnd, <u32>(begin + (start - queue)), 8);
    store<u32>(pendingEnd, <u32>(begin + (tail - queue)), 12);
    pendingEnd += 16;
  }
  memory.copy(begin, queue, tail - queue);
}

function meanOf(begin: usize, end: usize): f64 {
  // relative to the first: a sum of small numbers
  const base = load<f64>(scoreOf(nodeAt(begin)));
  let sum = 0.0;
  for (let p = begin + 4; p < end; p += 4) sum += load<f64>(scoreOf(nodeAt(p))) - base;
  return base + sum / <f64>((end - begin) >> 2);
}

/** excess = score - level - all flow out; returns the size of the numbers that went into it. */
function setExcesses(begin: usize, end: usize, level: f64): f64 {
  let scale = 0.0;
  for (let p = begin; p < end; p += 4) {
    const node = nodeAt(p);
    const a = load<f64>(node);
    const b = load<f64>(node, 8);
    const c = load<f64>(node, 16);
    const d = load<f64>(node, 24);
    const s = load<f64>(scoreOf(node));
    setExcess(node, s - level - (a + b) - (c + d));
    scale = max(scale, abs(s) + abs(level) + abs(a) + abs(b) + abs(c) + abs(d));
  }
  return scale;
}

/**
 * Moves what nodes give or take to the nodes that the search found them from, as far as there is room, last found first.
 * It settles a part whose edges bind nowhere.
 */
function routeAlongTree(begin: usize, end: usize): void {
  for (let p = end - 4; p > begin; p -= 4) {
    const node = nodeAt(p);
    const d = <usize>load<u8>(node, 62);
    const parent = neighbour(node, d);
    const flow = load<f64>(node + (d << 3));
    const left = excess(node);
    const after = min(max(flow + left, -capacity), capacity);
    const amount = abs(after) == capacity ? after - flow : left;
    setFlow(node, d, parent, after);
    setExcess(node, left - amount);
    setExcess(parent, excess(parent) + amount);
  }
}

/**
 * Sets every label of a part to the exact distance to a node that takes, or the part's size where there is no way.
 */
function relabelAll(begin: usize, end: usize, tolerance: f64): void {
  const far = <i32>((end - begin) >> 2);
  let tail = queue;
  for (let p = begin; p < end; p += 4) {
    const node = nodeAt(p);
    store<u8>(node, 0, 60);
    if (excess(node) < -tolerance) {
      setLabel(node, 0);
      store<u32>(tail, <u32>node);
      tail += 4;
    } else {
      setLabel(node, far);
    }
  }
  for (let head = queue; head < tail; head += 4) {
    const node = nodeAt(head);
    const next = label(node) + 1;
    for (let d: usize = 0; d < 4; d++) {
      const other = neighbour(node, d);
      // the way back has room: capacity + flow
      if (other && label(other) == far && load<f64>(node + (d << 3)) > -capacity) {
        setLabel(other, next);
        store<u32>(tail, <u32>other);
        tail += 4;
      }
    }
  }
}

/**
 * Moves excess to where it is taken, until no node with excess above `tolerance` can reach one that takes more than it:
 * push and relabel, first in first out, exact labels afresh after a relabel for every fourth node (Goldberg and Tarjan
 * 1988; Cherkassky and Goldberg 1997). Then labels are below the part's size exactly for the nodes that still
 * reach one, and the edges from the others to them are full.
 */
function routeExcess(begin: usize, end: usize, tolerance: f64): void {
  const size = <i32>((end - begin) >> 2);
  // the queue is a ring of `size` places: no node stands in it twice
  const ring = queue + (end - begin);
  while (true) {
    relabelAll(begin, end, tolerance);
    let head = queue;
    let tail = queue;
    let length = 0;
    for (let p = begin; p < end; p += 4) {
      const node = nodeAt(p);
      const active = excess(node) > tolerance && label(node) < size;
      store<u8>(node, <u8>active, 61);
      if (active) {
        store<u32>(tail, <u32>node);
        tail += 4;
        length++;
      }
    }
    if (length == 0) return;
    if (tail == ring) tail = queue;
    for (let work = (size >> 2) + 1; length > 0 && work > 0; ) {
      const node = nodeAt(head);
      head += 4;
      if (head == ring) head = queue;
      length -= 1;
      store<u8>(node, 0, 61);
      let left = excess(node);
      let d = <usize>load<u8>(node, 60);
      let own = label(node);
      while (left > tolerance && own < size) {
        if (d == 4) {
          own = size;
          for (d = 0; d < 4; d++) {
            const other = neighbour(node, d);
            if (other && load<f64>(node + (d << 3)) < capacity) own = min(own, label(other) + 1);
          }
          d = 0;
          work -= 1;
          continue;
        }
        const other = neighbour(node, d);
        if (other && label(other) + 1 == own) {
          const flow = load<f64>(node + (d << 3));
          const room = capacity - flow;
          if (room > 0) {
            const amount = min(left, room);
            setFlow(node, d, other, left >= room ? capacity : min(flow + left, capacity));
            left -= amount;
            const taken = excess(other) + amount;
            setExcess(other, taken);
            if (taken > tolerance && !load<u8>(other, 61)) {
              store<u8>(other, 1, 61);
              store<u32>(tail, <u32>other);
              tail += 4;
              if (tail == ring) tail = queue;
              length += 1;
            }
            if (left <= tolerance) break;
          }
        }
        d += 1;
      }
      setExcess(node, left);
      setLabel(node, own);
      store<u8>(node, <u8>d, 60);
    }
  }
}

/**
 * Puts the nodes of a part that lie above the level first and takes the full edges to the others out of the network.
 * Returns where the others begin.
 */
function separate(begin: usize, end: usize, far: i32): usize {
  let above = begin;
  let below = queue;
  for (let p = begin; p < end; p += 4) {
    const node = nodeAt(p);
    if (label(node) < far) {
      store<u32>(below, <u32>node);
      below += 4;
      continue;
    }
    store<u32>(above, <u32>node);
    above += 4;
    for (let d: usize = 0; d < 4; d++) {
      const other = neighbour(node, d);
      if (!other || label(other) == far) continue;
      setFlow(node, d, other, 0);
      store<u32>(node + (d << 2), 0, 32);
      store<u32>(other + ((d ^ 1) << 2), 0, 32);
      store<f64>(scoreOf(node), load<f64>(scoreOf(node)) - capacity);
      store<f64>(scoreOf(other), load<f64>(scoreOf(other)) + capacity);
    }
  }
  memory.copy(above, queue, below - queue);
  return above;
}
