/** One mapping on one row of scores, with everything that the page shows of it. All numbers come from the library. */
import { entryOf, optionsOf, type Values } from "./mappings.ts";

export interface Evaluation {
  readonly name: string;
  readonly weights: Float32Array;
  /** The solver's groups, or null for a mapping that has none. */
  readonly groups: Int32Array | null;
  readonly max: number;
  /** Shannon entropy of the weights in nats. */
  readonly entropy: number;
  /** Positive weights. */
  readonly support: number;
  readonly gap: number;
  /** The library's message when it refused the options; nothing else holds then. */
  readonly error: string | null;
}

export function evaluate(name: string, scores: Float32Array, values: Values): Evaluation {
  const { mapping } = entryOf(name);
  const empty = { name, weights: new Float32Array(0), groups: null, max: -Infinity, entropy: 0, support: 0, gap: 0 };
  if (scores.length === 0) return { ...empty, error: null };
  try {
    const options = optionsOf(name, values, scores.length);
    const weights = mapping(scores, options);
    return {
      name,
      weights,
      groups: mapping.groups?.(scores, options) ?? null,
      max: mapping.max(scores, options)[0]!,
      entropy: entropyOf(weights),
      support: weights.reduce((count, weight) => (weight > 0 ? count + 1 : count), 0),
      gap: mapping.gap(scores, weights, options)[0]!,
      error: null,
    };
  } catch (error) {
    return { ...empty, error: error instanceof Error ? error.message : String(error) };
  }
}

/** -sum y log y, in nats. */
export function entropyOf(weights: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < weights.length; i++) if (weights[i]! > 0) sum -= weights[i]! * Math.log(weights[i]!);
  return sum;
}

/** For each entry: the index of its group among those of two or more members, by first member; -1 for the others. */
export function sharedGroups(groups: ArrayLike<number> | null, n: number): Int32Array {
  const result = new Int32Array(n).fill(-1);
  if (groups === null) return result;
  const sizes = new Map<number, number>();
  for (let i = 0; i < n; i++) if (groups[i]! >= 0) sizes.set(groups[i]!, (sizes.get(groups[i]!) ?? 0) + 1);
  const order = new Map<number, number>();
  for (let i = 0; i < n; i++) {
    const id = groups[i]!;
    if (id < 0 || sizes.get(id)! < 2) continue;
    if (!order.has(id)) order.set(id, order.size);
    result[i] = order.get(id)!;
  }
  return result;
}
