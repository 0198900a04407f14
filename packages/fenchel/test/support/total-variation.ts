/** Total variation on graphs by other means than the library's cuts: an iterative oracle, and what groups must be. */
import { sparsemax } from "../../src/index.ts";

export type Edge = readonly [number, number];

/** The edges of a row-major grid. */
export function gridEdges(height: number, width: number): Edge[] {
  const edges: Edge[] = [];
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const i = row * width + column;
      if (column + 1 < width) edges.push([i, i + 1]);
      if (row + 1 < height) edges.push([i, i + width]);
    }
  }
  return edges;
}

/**
 * sparsemax of the prox, by coordinate descent on the dual |v - D^T u|^2 / 2 over |u_e| <= lambda strength_e, which
 * converges linearly.
 */
export function byCoordinateDescent(
  scores: readonly number[],
  edges: readonly Edge[],
  limits: readonly number[],
  sweeps: number,
): number[] {
  const z = [...scores];
  const dual = edges.map(() => 0);
  for (let sweep = 0; sweep < sweeps; sweep++) {
    edges.forEach(([i, j], e) => {
      const wanted = Math.min(Math.max(dual[e]! + (z[i]! - z[j]!) / 2, -limits[e]!), limits[e]!);
      z[i]! -= wanted - dual[e]!;
      z[j]! += wanted - dual[e]!;
      dual[e] = wanted;
    });
  }
  return sparsemax(z);
}

/** Connected components of equal positive weight (to `slack`), named by their first entry; -1 where the weight is 0. */
export function componentsOf(weights: ArrayLike<number>, edges: readonly Edge[], slack: number): number[] {
  const names = Array.from(weights, (weight, i) => (weight > 0 ? i : -1));
  for (let changed = true; changed;) {
    changed = false;
    for (const [i, j] of edges) {
      if (names[i]! < 0 || names[j]! < 0 || names[i] === names[j]) continue;
      if (Math.abs(weights[i]! - weights[j]!) > slack) continue;
      names[i] = names[j] = Math.min(names[i]!, names[j]!);
      changed = true;
    }
  }
  return names;
}

/** Group ids renamed by the first entry of each group, so that two namings of the same groups are equal. */
export function firstOfGroup(groups: ArrayLike<number>): number[] {
  const ids = Array.from(groups);
  return ids.map((id) => (id < 0 ? id : ids.indexOf(id)));
}
