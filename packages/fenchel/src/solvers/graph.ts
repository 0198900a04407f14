/** Undirected weighted graphs over the entries of a row, as structured mappings read them from their options. */
import { checkLength, entryError, isArrayLike, show, valueError } from "../core/arguments.ts";

/** Every edge as two arcs: those leaving node i are `starts[i] .. starts[i + 1] - 1`. */
export interface Graph {
  readonly nodes: number;
  readonly starts: Int32Array;
  /** Where an arc ends. */
  readonly heads: Int32Array;
  /** The arc of the same edge in the other direction. */
  readonly mates: Int32Array;
  /** The edge's weight, in units of `unit`. */
  readonly strengths: Float64Array;
  /** The sum of a node's strengths. */
  readonly degrees: Float64Array;
  /** 1, or where weights are huge the power of two that brings the largest down to 1. */
  readonly unit: number;
  /** [height, width] when the graph is a grid. */
  readonly grid?: readonly [number, number];
}

/**
 * Pairs of positions along the axis, the same flat in an Int32Array, or [sources, targets]. Two pairs that could be two
 * sources and two targets are refused: give the former flat, the latter as Int32Arrays.
 */
export type Edges =
  | readonly (readonly [number, number])[]
  | Int32Array
  | readonly [sources: ArrayLike<number>, targets: ArrayLike<number>];

/** The graph of `count` edges ends[2 e], ends[2 e + 1], without those of strength 0, which hold nothing together. */
function graphOf(nodes: number, ends: Int32Array, count: number, strengthOf: (edge: number) => number): Graph {
  const starts = new Int32Array(nodes + 1);
  for (let e = 0; e < count; e++) {
    if (strengthOf(e) === 0) continue;
    starts[ends[2 * e]! + 1]! += 1;
    starts[ends[2 * e + 1]! + 1]! += 1;
  }
  for (let i = 0; i < nodes; i++) starts[i + 1]! += starts[i]!;
  const arcs = starts[nodes]!;
  const heads = new Int32Array(arcs);
  const mates = new Int32Array(arcs);
  const strengths = new Float64Array(arcs);
  const next = starts.slice(0, nodes);
  for (let e = 0; e < count; e++) {
    const strength = strengthOf(e);
    if (strength === 0) continue;
    const from = ends[2 * e]!;
    const to = ends[2 * e + 1]!;
    const out = next[from]!++;
    const back = next[to]!++;
    heads[out] = to;
    heads[back] = from;
    mates[out] = back;
    mates[back] = out;
    strengths[out] = strength;
    strengths[back] = strength;
  }
  const unit = unitOf(strengths);
  const degrees = new Float64Array(nodes);
  for (let i = 0; i < nodes; i++) {
    for (let a = starts[i]!; a < starts[i + 1]!; a++) {
      strengths[a] = strengths[a]! / unit;
      degrees[i] = degrees[i]! + strengths[a]!;
    }
  }
  return { nodes, starts, heads, mates, strengths, degrees, unit };
}

/** Strengths up to here add up, and go with any lambda, as they are. */
const moderate = 2 ** 30;

function unitOf(strengths: Float64Array): number {
  let most = 0;
  for (let a = 0; a < strengths.length; a++) most = Math.max(most, strengths[a]!);
  return most > moderate ? 2 ** Math.floor(Math.log2(most)) : 1;
}

function checkEnd(edge: number, ends: readonly unknown[], end: unknown, nodes: number): void {
  if (Number.isInteger(end) && (end as number) >= 0 && (end as number) < nodes) return;
  throw new RangeError(`edges[${edge}] is [${ends.join(", ")}]: both ends must be integers from 0 to ${nodes - 1}`);
}

type Columns = readonly [sources: ArrayLike<number>, targets: ArrayLike<number>];

/** `edges` when they are [sources, targets], null when they are pairs. Throws where they might as well be the other. */
function columnsOf(edges: ArrayLike<unknown>, weights: unknown): Columns | null {
  const [sources, targets] = [edges[0], edges[1]];
  if (edges.length !== 2 || !isArrayLike(sources) || !isArrayLike(targets)) return null;
  if (sources.length !== targets.length) {
    const counts = `${sources.length} sources and ${targets.length} targets`;
    throw new RangeError(`edges has ${counts}: as many of both, or pairs of positions, are needed`);
  }
  const columns = [sources, targets] as const;
  if (sources.length !== 2 || (ArrayBuffer.isView(sources) && ArrayBuffer.isView(targets))) return columns;
  const [a, b, c, d] = [sources[0], sources[1], targets[0], targets[1]];
  // One of the two has an edge from an entry to itself, or both are the same edges.
  if (a === c || b === d || b === c || (a === d && weights === undefined)) return null;
  if (a === b || c === d) return columns;
  throw new TypeError(
    `edges is [[${a}, ${b}], [${c}, ${d}]]: two pairs, or two sources and two targets? Give pairs flat, as ` +
      `Int32Array.of(${a}, ${b}, ${c}, ${d}), sources and targets as [Int32Array.of(${a}, ${b}), Int32Array.of(${c}, ${d})]`,
  );
}

/** The graph of an edge list over `nodes` entries and, when given, one weight an edge; parallel edges add up. */
export function graphFromEdges(nodes: number, edges: unknown, weights: unknown): Graph {
  if (!isArrayLike(edges)) {
    const wanted = "a list of pairs of positions, a flat Int32Array of them, or [sources, targets] is needed";
    throw valueError("edges", edges, wanted, "type");
  }
  const flat = ArrayBuffer.isView(edges);
  if (flat && edges.length % 2 !== 0) {
    throw new RangeError(`edges has ${edges.length} entries: a flat list needs an even number, two an edge`);
  }
  const columns = flat ? null : columnsOf(edges, weights);
  const count = flat ? edges.length / 2 : columns !== null ? columns[0].length : edges.length;
  const ends = new Int32Array(2 * count);
  for (let e = 0; e < count; e++) {
    const pair: unknown = flat
      ? [edges[2 * e], edges[2 * e + 1]]
      : columns !== null
        ? [columns[0][e], columns[1][e]]
        : edges[e];
    if (!isArrayLike(pair) || pair.length !== 2) {
      throw new TypeError(`edges[${e}] is ${show(pair)}: a pair of positions is needed`);
    }
    const both = [pair[0], pair[1]];
    for (const end of both) checkEnd(e, both, end, nodes);
    if (both[0] === both[1]) {
      throw new RangeError(`edges[${e}] is [${both.join(", ")}]: an edge must join two different entries`);
    }
    ends[2 * e] = both[0]!;
    ends[2 * e + 1] = both[1]!;
  }
  if (weights === undefined) return graphOf(nodes, ends, count, () => 1);
  checkLength("weights", weights, count, "one an edge");
  const given = weights as ArrayLike<number>;
  for (let e = 0; e < count; e++) {
    const weight = given[e]!;
    if (!(typeof weight === "number" && weight >= 0 && weight < Infinity)) {
      throw entryError("weights", e, weight, "a finite number of 0 or more is needed");
    }
  }
  return graphOf(nodes, ends, count, (edge) => given[edge]!);
}

let lastGrid: { readonly width: number; readonly graph: Graph } | null = null;

/** The graph of a row-major grid of `nodes` entries: every entry and its neighbours above, below, left and right. */
export function graphFromGrid(nodes: number, grid: unknown): Graph {
  if (!isArrayLike(grid) || grid.length !== 2) {
    throw valueError("grid", grid, "[height, width] is needed", "type");
  }
  const height = grid[0]!;
  const width = grid[1]!;
  for (let d = 0; d < 2; d++) {
    if (!Number.isInteger(grid[d]) || grid[d]! < 0) {
      throw entryError("grid", d, grid[d], "height and width must be integers of 0 or more");
    }
  }
  if (height * width !== nodes) {
    throw new RangeError(`grid [${height}, ${width}] has ${height * width} entries but a row has ${nodes}`);
  }
  // One grid serves call after call.
  if (lastGrid !== null && lastGrid.width === width && lastGrid.graph.nodes === nodes) return lastGrid.graph;
  const ends = new Int32Array(4 * nodes);
  let count = 0;
  const join = (i: number, j: number) => {
    ends[2 * count] = i;
    ends[2 * count + 1] = j;
    count += 1;
  };
  for (let i = 0; i < nodes; i++) {
    if ((i + 1) % width !== 0) join(i, i + 1);
    if (i + width < nodes) join(i, i + width);
  }
  const graph: Graph = { ...graphOf(nodes, ends, count, () => 1), grid: [height, width] };
  lastGrid = { width, graph };
  return graph;
}
