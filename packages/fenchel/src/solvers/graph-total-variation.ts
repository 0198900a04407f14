/** The mapping of |y|^2 / 2 + lambda TV(y) on any graph: which entries matter, and the exact prox on those by cuts. */
import type { Graph } from "./graph.ts";
import { makeNetwork, routeAlongTree, routeExcess, type Network } from "./max-flow.ts";
import { simplexThreshold } from "./simplex.ts";

/** Entries of a row on a graph, and a dual solution. Reused from row to row. */
interface Memory {
  /** Kept entry that stands at a node, or -1. */
  readonly entryAt: Int32Array;
  /** When an entry was found to weigh nothing; entries that stay come after all others. */
  readonly removedAt: Int32Array;
  readonly stack: Int32Array;
  /** Bounds of an entry's value in the prox. */
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  /** The score at a node. */
  readonly scores: Float64Array;
  /** Parts still to be cut: begin, end; and above what value none of them is. */
  readonly pending: Int32Array;
  readonly ceilings: Float64Array;
  readonly network: Network;
}

function makeMemory(nodes: number, arcs: number): Memory {
  return {
    entryAt: new Int32Array(nodes),
    removedAt: new Int32Array(nodes),
    stack: new Int32Array(nodes),
    lower: new Float64Array(nodes),
    upper: new Float64Array(nodes),
    scores: new Float64Array(nodes),
    pending: new Int32Array(2 * nodes),
    ceilings: new Float64Array(nodes),
    network: makeNetwork(nodes, arcs),
  };
}

let memory = makeMemory(0, 0);

/** A row of scores on a graph: `positions` says at which node each of its `count` entries stands. */
export interface GraphRow {
  readonly scores: Float64Array;
  readonly positions: Int32Array;
  readonly count: number;
  /** The scores, and lambda, are in units of it; the weights sum to 1 all the same. */
  readonly scale: number;
}

function locate(graph: Graph, row: GraphRow): void {
  const arcs = graph.heads.length;
  const room = memory.entryAt.length;
  const arcRoom = memory.network.flows.length;
  if (room < graph.nodes || arcRoom < arcs) {
    memory = makeMemory(
      graph.nodes > room ? Math.max(graph.nodes, 2 * room) : room,
      arcs > arcRoom ? Math.max(arcs, 2 * arcRoom) : arcRoom,
    );
  }
  memory.entryAt.fill(-1, 0, graph.nodes);
  for (let i = 0; i < row.count; i++) memory.entryAt[row.positions[i]!] = i;
}

/** Calls `visit` for every edge between kept entries i < j (as entries), with its strength. */
export function forEachEdge(
  graph: Graph,
  row: GraphRow,
  visit: (i: number, j: number, strength: number) => void,
): void {
  locate(graph, row);
  const { starts, heads, strengths } = graph;
  const { entryAt } = memory;
  for (let i = 0; i < row.count; i++) {
    const node = row.positions[i]!;
    for (let a = starts[node]!; a < starts[node + 1]!; a++) {
      const j = entryAt[heads[a]!]!;
      if (j > i) visit(i, j, strengths[a]!);
    }
  }
}

/** sum of strength |y_i - y_j| over the edges between kept entries. */
export function graphTotalVariation(graph: Graph, row: GraphRow, y: Float64Array): number {
  let sum = 0;
  forEachEdge(graph, row, (i, j, strength) => {
    sum += strength * Math.abs(y[i]! - y[j]!);
  });
  return sum;
}

/**
 * Finds entries that weigh nothing whatever the rest does, and returns a lower bound of the threshold tau. The prox
 * moves an entry by at most lambda times the strengths of its edges, so tau is at least the threshold of the lower
 * bounds, and an entry whose upper bound does not exceed that weighs 0. Each of its neighbours then only loses to it:
 * the edge becomes a constant in the neighbour's score, which lowers the neighbour's upper bound, too, and separates
 * the graph. Most entries of a sparse row go this way, and scores far below all others never enter a sum. The threshold
 * is lowered by the noise of an upper bound and of a cut: of entries that tie with it some are to stay.
 */
function screen(graph: Graph, row: GraphRow, lambda: number): number {
  const { starts, heads, strengths } = graph;
  const { positions, count, scores: v } = row;
  const { entryAt, removedAt, stack, lower, upper } = memory;
  let farthest = 0;
  let longest = 0;
  for (let i = 0; i < count; i++) {
    const node = positions[i]!;
    const begin = starts[node]!;
    const end = starts[node + 1]!;
    let degree = graph.degrees[node]!;
    if (count < graph.nodes) {
      degree = 0;
      for (let a = begin; a < end; a++) if (entryAt[heads[a]!]! >= 0) degree += strengths[a]!;
    }
    const most = lambda * degree;
    lower[i] = v[i]! - most;
    upper[i] = v[i]! + most;
    farthest = Math.max(farthest, most);
    longest = Math.max(longest, end - begin);
    removedAt[i] = count;
  }
  const bound = simplexThreshold(lower, count, row.scale);
  const noise = Number.EPSILON * (16 * Math.sqrt(count) + longest);
  const threshold = bound - noise * (farthest - bound);
  // In the order in which they are found, each looked at once.
  let removed = 0;
  for (let i = 0; i < count; i++) {
    if (upper[i]! > threshold) continue;
    removedAt[i] = removed;
    stack[removed++] = i;
  }
  for (let next = 0; next < removed; next++) {
    const node = positions[stack[next]!]!;
    for (let a = starts[node]!; a < starts[node + 1]!; a++) {
      const j = entryAt[heads[a]!]!;
      if (j < 0 || removedAt[j]! < count) continue;
      upper[j] = upper[j]! - 2 * lambda * strengths[a]!;
      if (upper[j]! > threshold) continue;
      removedAt[j] = removed;
      stack[removed++] = j;
    }
  }
  return threshold;
}

/** Puts the entries that stay into one part; edges to the others are full, and lower their scores for good. */
function startFlows(graph: Graph, row: GraphRow, lambda: number): number {
  const { starts, heads, strengths } = graph;
  const { positions, count, scores: v } = row;
  const { entryAt, removedAt, scores, network } = memory;
  const { capacities, flows, parts, order } = network;
  parts.fill(-1, 0, graph.nodes);
  let nodes = 0;
  for (let i = 0; i < count; i++) {
    if (removedAt[i]! < count) continue;
    const node = positions[i]!;
    order[nodes++] = node;
    parts[node] = 0;
    scores[node] = v[i]!;
    for (let a = starts[node]!; a < starts[node + 1]!; a++) {
      const j = entryAt[heads[a]!]!;
      const capacity = lambda * strengths[a]!;
      capacities[a] = capacity;
      flows[a] = j >= 0 && removedAt[j]! < count ? capacity : 0;
    }
  }
  return nodes;
}

let nextPart = 0;
let pendingParts = 0;

/** Reorders order[begin .. end - 1] into connected parts, breadth first, with fresh names, and puts each on the stack. */
function pushConnectedParts(graph: Graph, begin: number, end: number, ceiling: number): void {
  const { starts, heads, mates } = graph;
  const { pending, ceilings, network } = memory;
  const { parts, parentArcs, order, queue } = network;
  let tail = 0;
  const old = parts[order[begin]!]!;
  for (let k = begin; k < end; k++) {
    const seed = order[k]!;
    if (parts[seed] !== old) continue;
    const part = nextPart++;
    const first = tail;
    parts[seed] = part;
    parentArcs[seed] = -1;
    queue[tail++] = seed;
    for (let head = first; head < tail; head++) {
      const i = queue[head]!;
      for (let a = starts[i]!; a < starts[i + 1]!; a++) {
        const j = heads[a]!;
        if (parts[j] === old) {
          parts[j] = part;
          parentArcs[j] = mates[a]!;
          queue[tail++] = j;
        }
      }
    }
    pending[2 * pendingParts] = begin + first;
    pending[2 * pendingParts + 1] = begin + tail;
    ceilings[pendingParts] = ceiling;
    pendingParts += 1;
  }
  order.set(queue.subarray(0, tail), begin);
}

/** Mean over a part of score minus the flow that leaves the part: the value of all of it, should it hold together. */
function meanOfPart(graph: Graph, begin: number, end: number): number {
  const { starts, heads } = graph;
  const { scores, network } = memory;
  const { flows, parts, order, excess } = network;
  const part = parts[order[begin]!]!;
  let base = 0;
  let sum = 0;
  for (let k = begin; k < end; k++) {
    const i = order[k]!;
    let left = scores[i]!;
    for (let a = starts[i]!; a < starts[i + 1]!; a++) if (parts[heads[a]!] !== part) left -= flows[a]!;
    excess[i] = left;
    if (k === begin) base = left;
    // Relative to the first: a sum of small numbers.
    sum += left - base;
  }
  const mean = base + sum / (end - begin);
  let rest = 0;
  for (let k = begin; k < end; k++) rest += excess[order[k]!]! - mean;
  return mean + rest / (end - begin);
}

/** The largest excess that `setExcess` found. */
let mostExcess = 0;

/** excess = score - level - all flow out; returns the size of the numbers that went into it. */
function setExcess(graph: Graph, begin: number, end: number, level: number): number {
  const { starts } = graph;
  const { scores, network } = memory;
  const { flows, order, excess } = network;
  let scale = 0;
  mostExcess = 0;
  for (let k = begin; k < end; k++) {
    const i = order[k]!;
    let left = scores[i]! - level;
    let size = Math.abs(scores[i]!) + Math.abs(level);
    for (let a = starts[i]!; a < starts[i + 1]!; a++) {
      left -= flows[a]!;
      size += Math.abs(flows[a]!);
    }
    excess[i] = left;
    if (left > mostExcess) mostExcess = left;
    if (size > scale) scale = size;
  }
  return scale;
}

/** Puts the nodes of a part that lie above the level first; returns where the others begin. */
function separate(begin: number, end: number): number {
  const { order, labels, queue, parts } = memory.network;
  const far = end - begin;
  let above = begin;
  let below = 0;
  for (let k = begin; k < end; k++) {
    const i = order[k]!;
    if (labels[i]! < far) queue[below++] = i;
    else order[above++] = i;
  }
  const part = nextPart++;
  for (let b = 0; b < below; b++) {
    order[above + b] = queue[b]!;
    parts[queue[b]!] = part;
  }
  return above;
}

/**
 * The prox on the graph by divide and conquer. A part that held together would have its mean as its value; the nodes
 * above that value in the prox are one side of a minimum cut: they cannot pass on all of their excess to the nodes
 * below. No cut: the part is a group, all excess has been passed on, and the flows are a dual solution. Otherwise the
 * edges across the cut are full, both sides fall into connected parts and are cut in turn, upper sides first; what
 * proves to lie below the threshold of the simplex is left alone, its value -Infinity, its entries in no group.
 * At most one cut a group. `total` is what the weights sum to. (Hochbaum 2001; Chambolle and Darbon 2009.)
 */
function solveParts(
  graph: Graph,
  nodes: number,
  total: number,
  threshold: number,
  z: Float64Array,
  groups: Int32Array,
): void {
  const { entryAt, pending, ceilings, network } = memory;
  const { order, excess } = network;
  nextPart = 1;
  pendingParts = 0;
  pushConnectedParts(graph, 0, nodes, Infinity);
  let floor = threshold;
  let mass = 0;
  let settled = 0;
  for (let group = 0; pendingParts > 0;) {
    pendingParts -= 1;
    const begin = pending[2 * pendingParts]!;
    const end = pending[2 * pendingParts + 1]!;
    const ceiling = ceilings[pendingParts]!;
    if (ceiling <= floor) continue;
    const mean = meanOfPart(graph, begin, end);
    // A part whose mean lies below the threshold only has to show which of its nodes lie above.
    const level = Math.max(mean, floor);
    const size = end - begin;
    let middle = begin;
    const tolerance = 4 * Number.EPSILON * setExcess(graph, begin, end, level);
    if (size > 1 && mostExcess > tolerance) {
      routeAlongTree(graph, network, begin, end);
      routeExcess(graph, network, begin, end, tolerance);
      const noise = tolerance + 4 * Number.EPSILON * setExcess(graph, begin, end, level);
      middle = separate(begin, end);
      let gain = 0;
      for (let k = begin; k < middle; k++) gain += excess[order[k]!]!;
      // A cut that gains no more than rounding is none.
      if (!(gain > noise * Math.sqrt(size))) middle = begin;
    }
    if (middle > begin && middle < end) {
      if (level === mean) pushConnectedParts(graph, middle, end, level);
      pushConnectedParts(graph, begin, middle, ceiling);
    } else if (level === mean) {
      for (let k = begin; k < end; k++) {
        const i = entryAt[order[k]!]!;
        z[i] = mean;
        groups[i] = group;
      }
      group += 1;
      // tau of the whole row is at least the threshold of any of its entries.
      mass += size * mean;
      settled += size;
      floor = Math.max(floor, (mass - total) / settled);
    }
  }
}

/**
 * The mapping of |y|^2 / 2 + lambda sum strength_e |y_i - y_j| for lambda > 0, as its prox: z = the exact prox at every
 * entry that the simplex keeps, -Infinity where it is known to keep none, so that [scale z - tau]_+ with sum 1 are the
 * weights; and the groups, connected sets of equal value, by id; -1 at -Infinity.
 */
export function graphTotalVariationProx(
  graph: Graph,
  row: GraphRow,
  lambda: number,
  z: Float64Array,
  groups: Int32Array,
): void {
  locate(graph, row);
  const threshold = screen(graph, row, lambda);
  z.fill(-Infinity, 0, row.count);
  groups.fill(-1, 0, row.count);
  solveParts(graph, startFlows(graph, row, lambda), 1 / row.scale, threshold, z, groups);
}

let unusedGroups = new Int32Array(0);

/**
 * out = v - D^T u for the dual solution u, |u_e| <= lambda strength_e, that the prox leaves behind: for every such u,
 * sup over the simplex of <y, v> - |y|^2 / 2 - lambda TV(y) is at most that of <y, out> - |y|^2 / 2. One number an edge,
 * taken from its one end and given to the other, cut to its range: the bound holds whatever the solver did.
 */
export function subtractDual(graph: Graph, row: GraphRow, lambda: number, out: Float64Array): void {
  if (unusedGroups.length < row.count) unusedGroups = new Int32Array(Math.max(row.count, 2 * unusedGroups.length));
  graphTotalVariationProx(graph, row, lambda, out, unusedGroups);
  const { entryAt, removedAt, network } = memory;
  const { positions, count, scores: v } = row;
  for (let i = 0; i < count; i++) out[i] = v[i]!;
  for (let i = 0; i < count; i++) {
    const position = positions[i]!;
    for (let a = graph.starts[position]!; a < graph.starts[position + 1]!; a++) {
      const j = entryAt[graph.heads[a]!]!;
      if (j <= i) continue;
      const limit = lambda * graph.strengths[a]!;
      // Towards an entry without weight the edge is full; of two, towards the one found first.
      let flow = removedAt[i]! > removedAt[j]! ? limit : -limit;
      if (removedAt[i] === removedAt[j]) flow = Math.min(Math.max(network.flows[a]!, -limit), limit);
      out[i] = out[i]! - flow;
      out[j] = out[j]! + flow;
    }
  }
}
