/** The two curves over t of a mapping on two scores [t, 0]: max_Omega and the first weight. */
import { entryOf, optionsOf, type Values } from "../../core/mappings.ts";

export const T_RANGE = 4;
const POINTS = 241;

export interface Curves {
  readonly t: Float64Array;
  readonly max: Float64Array;
  /** The first weight. */
  readonly weight: Float32Array;
}

/** max_Omega([t, 0]) and Pi_Omega([t, 0])_1 at the given t, or over the whole range. */
export function curvesOf(name: string, values: Values, at?: readonly number[]): Curves {
  const t =
    at === undefined
      ? Float64Array.from({ length: POINTS }, (_, i) => -T_RANGE + (2 * T_RANGE * i) / (POINTS - 1))
      : Float64Array.from(at);
  const { mapping } = entryOf(name);
  const scores = new Float32Array(2 * t.length);
  t.forEach((value, i) => (scores[2 * i] = value));
  const options = { ...optionsOf(name, values, 2), shape: [t.length, 2] };
  const weights = mapping(scores, options);
  return { t, max: mapping.max(scores, options), weight: Float32Array.from(t, (_, i) => weights[2 * i]!) };
}
