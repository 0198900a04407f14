/** Random zeroing in training. */
import { numpy as np, random } from "@jax-js/jax";

/** Borrowed by the model. */
export interface Noise {
  readonly key: np.Array;
  /** Share of the features zeroed. */
  readonly features: number;
  /** Share of the target words that the decoder does not get to read, so that it must look at the source. */
  readonly words: number;
}

/** Zeroes a share of an array, which it owns, and scales the rest so that the mean stays; `shape`: one draw for every entry of it. */
export type Drop = (values: np.Array, shape?: number[]) => np.Array;

const none: Drop = (values) => values;

/** Ways to zero each of these shares, with draws of their own; each is for one use. Borrows the key. */
export function drops(key: np.Array | null, rates: readonly number[]): Drop[] {
  if (key === null) return rates.map(() => none);
  const keys = random.split(key.ref, rates.length);
  const all = rates.map((rate, i): Drop => {
    if (rate === 0) return none;
    const own = keys.ref.slice(i);
    return (values, shape = values.shape) => {
      const kept = random.bernoulli(own, 1 - rate, shape).astype(np.float32);
      return values.mul(kept.mul(1 / (1 - rate)));
    };
  });
  keys.dispose();
  return all;
}
