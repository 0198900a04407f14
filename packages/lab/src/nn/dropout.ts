/** Random zeroing in training. */
import { makeJaxpr, numpy as np, random, tree } from "@jax-js/jax";
import type { Arrays } from "fenchel/jax";

/** Ones with probability 1 - rate, zeros elsewhere. Owns the key. */
export function keepMask(key: np.Array, rate: number, shape: number[]): np.Array {
  return random.bernoulli(key, 1 - rate, shape).astype(np.float32);
}

/** Two keys of one. Owns the key. */
export function splitKey(key: np.Array): [np.Array, np.Array] {
  const pair = random.split(key, 2);
  return [pair.ref.slice(0), pair.slice(1)];
}

/** A place of a model where a share of what comes by is zeroed. */
export interface DropoutSite {
  /** Which of so many draws it has for its own. */
  readonly draw: number;
  readonly of: number;
  readonly rate: number;
  readonly shape: number[];
}

/** Borrowed by the model. */
export interface DropoutConfig {
  /** Share of the features zeroed. */
  readonly features: number;
  /** Share of the target words that the decoder does not get to read, so that it must look at the source. */
  readonly words: number;
  /** What values of a place are multiplied by, an array of its shape: 0, or 1 / (1 - rate) so that the mean stays. The caller's. */
  readonly mask: (place: DropoutSite) => np.Array;
}

/** Zeroes a share of an array, which it owns; `shape`: one draw for every entry of it. */
export type DropoutFn = (values: np.Array, shape?: number[]) => np.Array;

const none: DropoutFn = (values) => values;

/** Ways to zero each of these shares, with draws of their own; each is for one use. */
export function dropoutFns(noise: DropoutConfig | null, rates: readonly number[]): DropoutFn[] {
  return rates.map((rate, draw): DropoutFn => {
    if (noise === null || rate === 0) return none;
    return (values, shape = values.shape) => values.mul(noise.mask({ draw, of: rates.length, rate, shape }));
  });
}

/** The places of a program in the order in which it comes by; arguments are borrowed, and the program owns what it is given. */
export function dropoutSites<A extends Arrays[]>(
  program: (mask: DropoutConfig["mask"], ...args: A) => Arrays,
  args: A,
): DropoutSite[] {
  const places: DropoutSite[] = [];
  const { jaxpr } = makeJaxpr((...inputs: A) => {
    const mask: DropoutConfig["mask"] = (place) => {
      places.push(place);
      return np.ones(place.shape);
    };
    return tree.leaves(program(mask, ...inputs) as never);
  })(...(args as never));
  jaxpr.dispose();
  return places;
}

/** The masks of places, drawn with a key, which it owns. */
export function dropoutMasks(places: readonly DropoutSite[], key: np.Array): np.Array[] {
  const keys = new Map<number, np.Array>();
  const masks = places.map(({ draw, of, rate, shape }) => {
    const split = keys.get(of) ?? random.split(key.ref, of);
    keys.set(of, split);
    return keepMask(split.ref.slice(draw), rate, shape).mul(1 / (1 - rate));
  });
  tree.dispose([...keys.values(), key]);
  return masks;
}
