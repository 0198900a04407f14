/** Means over groups inside a program: the Jacobian of the structured proxes. */
import { numpy as np, vjp } from "@jax-js/jax";
import type { HostSolution } from "../transform/mapping.ts";
import { orOne } from "../transform/scores.ts";

/** Up to this length comparing all pairs is faster than scattering into groups (measured on the wasm device). */
const LONGEST_COMPARED = 96;

type Groups = Required<Pick<HostSolution, "groups" | "share">>;

/** sum_j [g_i = g_j] share_j t_j, one fused kernel. Entries in no group have share 0, and so 0 of each other. */
function byComparison(values: np.Array, { groups, share }: Groups): np.Array {
  const { shape } = values;
  const n = shape[shape.length - 1]!;
  const outer = shape.slice(0, -1);
  const together = np.equal(groups.ref.reshape([...outer, n, 1]), groups.reshape([...outer, 1, n]));
  const parts = values.mul(share).reshape([...outer, 1, n]);
  return np.where(together, parts, 0).sum(-1);
}

/** The same by adding into the groups and reading back: the pullback of a gather is a scatter that adds. */
function byScatter(values: np.Array, { groups, share }: Groups): np.Array {
  const { shape, size } = values;
  const n = shape[shape.length - 1]!;
  const rows = size / n;
  const starts = np.arange(0, rows).mul(n).reshape([rows, 1]);
  const slots = np.maximum(groups, 0).reshape([rows, n]).add(starts).reshape([size]).add(0);
  const flatShare = share.reshape([size]);
  const positive = np.where(np.greater(flatShare.ref, 0), 1, 0);
  const [unused, scatter] = vjp((table: np.Array) => table.slice(slots.ref), [np.zeros([size])]);
  unused.dispose();
  // Scatter wants a computed array, not a view of one: here and, going back, below, the product comes last.
  const [sums] = scatter(values.reshape([size]).mul(flatShare));
  scatter.dispose();
  return sums!.slice(slots).mul(positive).reshape(shape);
}

/** Means of `values` over the groups, 0 for entries in no group. Symmetric and idempotent. Owns its arguments. */
function groupMeans(values: np.Array, groups: Groups): np.Array {
  const n = values.shape[values.shape.length - 1]!;
  return n <= LONGEST_COMPARED ? byComparison(values, groups) : byScatter(values, groups);
}

/**
 * J t at gamma = 1 for y = P(prox(x)): means over the groups, less the mean over the support. Both factors are symmetric
 * projectors that commute, so this is its own transpose. Owns its arguments.
 */
export function structuredProduct(tangent: np.Array, { groups, share }: Groups): np.Array {
  const support = np.greater(share.ref, 0);
  const size = orOne(np.where(support.ref, 1, 0).sum(-1, { keepdims: true }));
  const mean = np.where(support.ref, tangent.ref, 0).sum(-1, { keepdims: true }).div(size);
  return np.where(support, groupMeans(tangent, { groups, share }).sub(mean), 0);
}
