/** Maximum flow inside one part of a network, by push and relabel: decides which nodes lie above a level. */
import type { Graph } from "./graph.ts";

/** Flows along the arcs of a graph, and working memory for its nodes, reused from row to row. */
export interface Network {
  readonly capacities: Float64Array;
  /** Flow along an arc, at most its capacity; the opposite of its mate's where both ends are in a part. */
  readonly flows: Float64Array;
  /** Which part a node belongs to, or -1; only arcs inside a part carry flow that can change. */
  readonly parts: Int32Array;
  /** The arc from a node to the one from which its part's search found it; -1 at the first. */
  readonly parentArcs: Int32Array;
  /** The nodes, those of a part side by side. */
  readonly order: Int32Array;
  /** What a node has to give (positive) or still takes (negative). */
  readonly excess: Float64Array;
  /** Lower bound on a node's distance to one that takes; the part's size where there is no way. */
  readonly labels: Int32Array;
  readonly queue: Int32Array;
  readonly queued: Uint8Array;
  readonly current: Int32Array;
}

/** A network with room for `nodes` and `arcs`. */
export function makeNetwork(nodes: number, arcs: number): Network {
  const ints = () => new Int32Array(nodes);
  return {
    capacities: new Float64Array(arcs),
    flows: new Float64Array(arcs),
    parts: ints(),
    parentArcs: ints(),
    order: ints(),
    excess: new Float64Array(nodes),
    labels: ints(),
    queue: ints(),
    queued: new Uint8Array(nodes),
    current: ints(),
  };
}

/**
 * Moves what nodes give or take to their parents in a search tree, as far as there is room, in reverse of the order in
 * which the search found them. It settles a part whose edges bind nowhere, however far the flow has to go: O(n).
 */
export function routeAlongTree(graph: Graph, network: Network, begin: number, end: number): void {
  const { heads, mates } = graph;
  const { capacities, flows, parentArcs, order, excess } = network;
  for (let k = end - 1; k > begin; k--) {
    const i = order[k]!;
    const a = parentArcs[i]!;
    const capacity = capacities[a]!;
    const before = flows[a]!;
    const left = excess[i]!;
    const after = Math.min(Math.max(before + left, -capacity), capacity);
    const full = after === capacity || after === -capacity;
    const amount = full ? after - before : left;
    flows[a] = after;
    flows[mates[a]!] = -after;
    excess[i] = left - amount;
    excess[heads[a]!] = excess[heads[a]!]! + amount;
  }
}

/** Sets every label of a part to the exact distance, by breadth-first search backwards from the nodes that take. */
function relabelAll(graph: Graph, network: Network, begin: number, end: number, tolerance: number): void {
  const { starts, heads } = graph;
  const { capacities, flows, parts, order, excess, labels, queue, current } = network;
  const far = end - begin;
  let tail = 0;
  for (let k = begin; k < end; k++) {
    const i = order[k]!;
    current[i] = starts[i]!;
    if (excess[i]! < -tolerance) {
      labels[i] = 0;
      queue[tail++] = i;
    } else labels[i] = far;
  }
  for (let head = 0; head < tail; head++) {
    const j = queue[head]!;
    const part = parts[j]!;
    const label = labels[j]! + 1;
    for (let a = starts[j]!; a < starts[j + 1]!; a++) {
      const i = heads[a]!;
      // The mate of this arc has room: capacity - flow of the mate = capacity + flow of the arc.
      if (parts[i] === part && labels[i] === far && flows[a]! > -capacities[a]!) {
        labels[i] = label;
        queue[tail++] = i;
      }
    }
  }
}

/**
 * Moves excess to where it is taken, along arcs inside the part order[begin .. end - 1], from the flow that is there,
 * until no node with excess above `tolerance` can reach one that takes more than it. Then `labels` is below the part's
 * size exactly for the nodes that still reach one: arcs from the others to them are full, a minimum cut.
 * First in, first out, with exact labels afresh after as many relabels as there are nodes: O(n^3), in practice nearly
 * linear. The labels bound the work whatever the rounding. (Goldberg and Tarjan 1988; Cherkassky and Goldberg 1997.)
 */
export function routeExcess(graph: Graph, network: Network, begin: number, end: number, tolerance: number): void {
  const { starts, heads, mates } = graph;
  const { capacities, flows, parts, order, excess, labels, queue, queued, current } = network;
  const size = end - begin;
  const part = parts[order[begin]!]!;
  for (;;) {
    relabelAll(graph, network, begin, end, tolerance);
    // The queue is a ring of `size` places: no node stands in it twice.
    let head = 0;
    let length = 0;
    for (let k = begin; k < end; k++) {
      const i = order[k]!;
      const active = excess[i]! > tolerance && labels[i]! < size;
      queued[i] = Number(active);
      if (active) queue[length++] = i;
    }
    if (length === 0) return;
    let work = size;
    while (length > 0 && work > 0) {
      const i = queue[head]!;
      head = head + 1 === size ? 0 : head + 1;
      length -= 1;
      queued[i] = 0;
      const stop = starts[i + 1]!;
      let left = excess[i]!;
      let a = current[i]!;
      while (left > tolerance && labels[i]! < size) {
        if (a === stop) {
          let lowest = size - 1;
          for (a = starts[i]!; a < stop; a++) {
            const j = heads[a]!;
            if (parts[j] === part && labels[j]! < lowest && flows[a]! < capacities[a]!) lowest = labels[j]!;
          }
          labels[i] = lowest + 1;
          a = starts[i]!;
          work -= 1;
          continue;
        }
        const j = heads[a]!;
        const capacity = capacities[a]!;
        const flow = flows[a]!;
        if (parts[j] === part && labels[i] === labels[j]! + 1 && flow < capacity) {
          const room = capacity - flow;
          const amount = Math.min(left, room);
          const after = amount === room ? capacity : Math.min(flow + amount, capacity);
          flows[a] = after;
          flows[mates[a]!] = -after;
          left -= amount;
          excess[j] = excess[j]! + amount;
          if (queued[j] === 0 && excess[j]! > tolerance) {
            queued[j] = 1;
            const place = head + length;
            queue[place < size ? place : place - size] = j;
            length += 1;
          }
          if (left <= tolerance) break;
        }
        a += 1;
      }
      excess[i] = left;
      current[i] = a;
    }
  }
}
