/** The mapping of |y|^2 / 2 + lambda TV(y) on any graph: which entries matter, and the exact prox on those by cuts. */
import type { Graph } from "./graph.ts";
import { makeNetwork, routeAlongTree, routeExcess, type Network } from "./max-flow.ts";
import { simplexThreshold } from "./simplex.ts";

/** Entries of a row on a graph, and a dual solution. Reused from row to row. */
interface Memory {
  /** Kept entry that stands at a position, or -1. */
  readonly entryAt: Int32Array;
  /** The node of an entry in the network, or -1. */
  readonly nodeOf: Int32Array;
  /** When an entry was found to weigh nothing; entries that stay come after all others. */
  readonly removedAt: Int32Array;
  readonly stack: Int32Array;
  /** Bounds of an entry's value in the prox. */
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  /** Nodes: the entry, its score and its value in the prox. */
  readonly entryOf: Int32Array;
  readonly scores: Float64Array;
  readonly values: Float64Array;
  /** Parts still to be cut: begin, end; and above what value none of them is. */
  readonly pending: Int32Array;
  readonly ceilings: Float64Array;
  /** Arc of the network for an arc of the graph. */
  readonly arcOf: Int32Array;
  readonly graphArc: Int32Array;
  readonly network: Network;
}

function makeMemory(nodes: number, arcs: number): Memory {
  const ints = () => new Int32Array(nodes);
  const floats = () => new Float64Array(nodes);
  return {
    entryAt: ints(),
    nodeOf: ints(),
    removedAt: ints(),
    stack: ints(),
    lower: floats(),
    upper: floats(),
    entryOf: ints(),
    scores: floats(),
    values: floats(),
    pending: new Int32Array(2 * nodes),
    ceilings: floats(),
    arcOf: new Int32Array(arcs),
    graphArc: new Int32Array(arcs),
    network: makeNetwork(nodes, arcs),
  };
}

let memory = makeMemory(0, 0);

/** A row of scores on a graph: `positions` says at which node each of its `count` entries stands. */
export interface GraphRow {
  readonly scores: Float64Array;
  readonly positions: Int32Array;
  readonly count: number;
}

function locate(graph: Graph, row: GraphRow): void {
  const arcs = graph.heads.length;
  const room = memory.entryAt.length;
  const arcRoom = memory.arcOf.length;
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
 * the graph. Most entries of a sparse row go this way, and scores far below all others never enter a sum.
 */
function screen(graph: Graph, row: GraphRow, lambda: number): number {
  const { starts, heads, strengths } = graph;
  const { positions, count, scores: v } = row;
  const { entryAt, removedAt, stack, lower, upper } = memory;
  for (let i = 0; i < count; i++) {
    const node = positions[i]!;
    let degree = 0;
    for (let a = starts[node]!; a < starts[node + 1]!; a++) if (entryAt[heads[a]!]! >= 0) degree += strengths[a]!;
    lower[i] = v[i]! - lambda * degree;
    upper[i] = v[i]! + lambda * degree;
    removedAt[i] = count;
  }
  const threshold = simplexThreshold(lower, count);
  let removed = 0;
  let top = 0;
  const remove = (i: number) => {
    removedAt[i] = removed++;
    stack[top++] = i;
  };
  for (let i = 0; i < count; i++) if (upper[i]! <= threshold) remove(i);
  while (top > 0) {
    top -= 1;
    const node = positions[stack[top]!]!;
    for (let a = starts[node]!; a < starts[node + 1]!; a++) {
      const j = entryAt[heads[a]!]!;
      if (j < 0 || removedAt[j]! < count) continue;
      upper[j] = upper[j]! - 2 * lambda * strengths[a]!;
      if (upper[j]! <= threshold) remove(j);
    }
  }
  return threshold;
}

/** Makes the network of the entries that stay: edges to the others are constants in their scores. */
function buildNetwork(graph: Graph, row: GraphRow, lambda: number): void {
  const { entryAt, nodeOf, removedAt, entryOf, scores, arcOf, graphArc, network } = memory;
  const { positions, count, scores: v } = row;
  let nodes = 0;
  for (let i = 0; i < count; i++) {
    const stays = removedAt[i] === count;
    nodeOf[i] = stays ? nodes : -1;
    if (stays) entryOf[nodes++] = i;
  }
  let arcs = 0;
  for (let node = 0; node < nodes; node++) {
    const i = entryOf[node]!;
    const position = positions[i]!;
    network.starts[node] = arcs;
    let lost = 0;
    for (let a = graph.starts[position]!; a < graph.starts[position + 1]!; a++) {
      const j = entryAt[graph.heads[a]!]!;
      if (j < 0) continue;
      if (removedAt[j]! < count) {
        lost += graph.strengths[a]!;
        continue;
      }
      network.heads[arcs] = nodeOf[j]!;
      network.capacities[arcs] = lambda * graph.strengths[a]!;
      network.flows[arcs] = 0;
      graphArc[arcs] = a;
      arcOf[a] = arcs;
      arcs += 1;
    }
    scores[node] = v[i]! - lambda * lost;
  }
  network.starts[nodes] = arcs;
  network.nodes = nodes;
  for (let a = 0; a < arcs; a++) network.mates[a] = arcOf[graph.mates[graphArc[a]!]!]!;
}

let nextPart = 0;
let pendingParts = 0;

/** Reorders order[begin .. end - 1] into connected parts, breadth first, with fresh names, and puts each on the stack. */
function pushConnectedParts(network: Network, begin: number, end: number, ceiling: number): void {
  const { starts, heads, mates, parts, parentArcs, order, queue } = network;
  const { pending, ceilings } = memory;
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
function meanOfPart(network: Network, begin: number, end: number): number {
  const { starts, heads, flows, parts, order, excess } = network;
  const { scores } = memory;
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

/** excess = score - level - all flow out; returns the size of the numbers that went into it. */
function setExcess(network: Network, begin: number, end: number, level: number): number {
  const { starts, flows, order, excess } = network;
  const { scores } = memory;
  let scale = 0;
  for (let k = begin; k < end; k++) {
    const i = order[k]!;
    let left = scores[i]! - level;
    let size = Math.abs(scores[i]!) + Math.abs(level);
    for (let a = starts[i]!; a < starts[i + 1]!; a++) {
      left -= flows[a]!;
      size += Math.abs(flows[a]!);
    }
    excess[i] = left;
    if (size > scale) scale = size;
  }
  return scale;
}

/** Puts the nodes of a part that lie above the level first; returns where the others begin. */
function separate(network: Network, begin: number, end: number): number {
  const { order, labels, queue, parts } = network;
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
 * The prox on the network by divide and conquer. A part that held together would have its mean as its value; the nodes
 * above that value in the prox are one side of a minimum cut: they cannot pass on all of their excess to the nodes
 * below. No cut: the part is a group, all excess has been passed on, and the flows are a dual solution. Otherwise the
 * edges across the cut are full, both sides fall into connected parts and are cut in turn, upper sides first; what
 * proves to lie below the threshold of the simplex is left alone, its value -Infinity, its entries in no group.
 * At most one cut a group. (Hochbaum 2001; Chambolle and Darbon 2009.)
 */
function solveNetwork(threshold: number, groups: Int32Array): void {
  const { entryOf, values, pending, ceilings, network } = memory;
  const { nodes, order, parts, excess } = network;
  values.fill(-Infinity, 0, nodes);
  for (let i = 0; i < nodes; i++) {
    order[i] = i;
    parts[i] = 0;
    groups[entryOf[i]!] = -1;
  }
  nextPart = 1;
  pendingParts = 0;
  pushConnectedParts(network, 0, nodes, Infinity);
  let floor = threshold;
  let mass = 0;
  let settled = 0;
  for (let group = 0; pendingParts > 0;) {
    pendingParts -= 1;
    const begin = pending[2 * pendingParts]!;
    const end = pending[2 * pendingParts + 1]!;
    const ceiling = ceilings[pendingParts]!;
    if (ceiling <= floor) continue;
    const mean = meanOfPart(network, begin, end);
    // A part whose mean lies below the threshold only has to show which of its nodes lie above.
    const level = Math.max(mean, floor);
    const size = end - begin;
    let middle = begin;
    if (size > 1) {
      const tolerance = 4 * Number.EPSILON * setExcess(network, begin, end, level);
      routeAlongTree(network, begin, end);
      routeExcess(network, begin, end, tolerance);
      const noise = tolerance + 4 * Number.EPSILON * setExcess(network, begin, end, level);
      middle = separate(network, begin, end);
      let gain = 0;
      for (let k = begin; k < middle; k++) gain += excess[order[k]!]!;
      // A cut that gains no more than rounding is none.
      if (!(gain > noise * Math.sqrt(size))) middle = begin;
    }
    if (middle > begin && middle < end) {
      if (level === mean) pushConnectedParts(network, middle, end, level);
      pushConnectedParts(network, begin, middle, ceiling);
    } else if (level === mean) {
      for (let k = begin; k < end; k++) {
        values[order[k]!] = mean;
        groups[entryOf[order[k]!]!] = group;
      }
      group += 1;
      // tau of the whole row is at least the threshold of any of its entries.
      mass += size * mean;
      settled += size;
      floor = Math.max(floor, (mass - 1) / settled);
    }
  }
}

/**
 * The mapping of |y|^2 / 2 + lambda sum strength_e |y_i - y_j| for lambda > 0, as its prox: z = the exact prox at every
 * entry that the simplex keeps, -Infinity where it is known to keep none, so that [z - tau]_+ with sum 1 are the
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
  buildNetwork(graph, row, lambda);
  solveNetwork(threshold, groups);
  const { entryOf, values, network } = memory;
  for (let node = 0; node < network.nodes; node++) z[entryOf[node]!] = values[node]!;
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
  const { entryAt, nodeOf, removedAt, arcOf, network } = memory;
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
      if (nodeOf[i]! >= 0 && nodeOf[j]! >= 0) flow = Math.min(Math.max(network.flows[arcOf[a]!]!, -limit), limit);
      out[i] = out[i]! - flow;
      out[j] = out[j]! + flow;
    }
  }
}
