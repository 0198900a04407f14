/** The Jacobian of a mapping at some scores, row by row from pullbacks of unit cotangents: one batched call. */
import { entryOf, optionsOf, type Values } from "../../core/mappings.ts";

export interface Derivatives {
  readonly weights: Float32Array;
  readonly groups: Int32Array | null;
  /** d weights_i / d scores_j at i * n + j. */
  readonly jacobian: Float32Array;
  /** Pullback of the cotangent: gradients in the scores, gamma and the own parameter (null without one). */
  readonly pulled: Float32Array;
  readonly gamma: number;
  readonly own: { readonly name: string; readonly gradient: number } | null;
}

export function derivativesOf(
  name: string,
  scores: Float32Array,
  cotangent: Float32Array,
  values: Values,
): Derivatives {
  const { mapping, parameter } = entryOf(name);
  const n = scores.length;
  const options = optionsOf(name, values, n);
  const repeated = new Float32Array(n * n);
  const units = new Float32Array(n * n);
  for (let i = 0; i < n; i++) {
    repeated.set(scores, i * n);
    units[i * n + i] = 1;
  }
  const rows = mapping.vjp(repeated, { ...options, shape: [n, n] });
  const jacobian = rows.pullback(units).scores;
  const { weights, pullback } = mapping.vjp(scores, options);
  const gradients = pullback(cotangent) as Readonly<Record<string, unknown>>;
  const own = parameter === null || parameter.differentiable === false ? null : parameter.name;
  return {
    weights,
    groups: mapping.groups?.(scores, options) ?? null,
    jacobian,
    pulled: gradients["scores"] as Float32Array,
    gamma: gradients["gamma"] as number,
    own: own === null ? null : { name: own, gradient: gradients[own] as number },
  };
}
