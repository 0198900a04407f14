/** Parameters between the engine's arrays and typed arrays with names and shapes. */
import { numpy as np } from "@jax-js/jax";
import type { Tensor } from "../base/safetensors.ts";
import { foldIn, normalNumbers, uniformNumbers } from "../base/rng.ts";

/** A flat record of arrays. */
export type NamedArrays = { readonly [name: string]: np.Array };
export type NamedTensors = Readonly<Record<string, Tensor>>;

/** The shape of every parameter, and the deviation of its normal start (0: zeros). */
export type ParameterShapes = Readonly<
  Record<string, { readonly shape: readonly number[]; readonly deviation: number }>
>;

/** Initial values from a seed: every parameter has random numbers of its own, whatever others there are. */
export function initialTensors<S extends ParameterShapes>(shapes: S, seed: number): Record<keyof S & string, Tensor> {
  const tensors = Object.entries(shapes).map(([name, { shape, deviation }]) => {
    const normal = normalNumbers(uniformNumbers(foldIn(seed, name)));
    const values = new Float32Array(shape.reduce((product, extent) => product * extent, 1));
    if (deviation !== 0) for (let i = 0; i < values.length; i++) values[i] = deviation * normal();
    return [name, { shape, values }];
  });
  return Object.fromEntries(tensors) as Record<keyof S & string, Tensor>;
}

/** New arrays with these values. */
export function toArrays<P extends NamedArrays>(tensors: NamedTensors): P {
  const arrays = Object.entries(tensors).map(([name, { shape, values }]) => [
    name,
    np.array(values, { shape: [...shape] }),
  ]);
  return Object.fromEntries(arrays) as P;
}

/** The values of arrays, which stay the caller's. */
export async function toTensors(arrays: NamedArrays): Promise<NamedTensors> {
  const tensors: [string, Tensor][] = [];
  for (const [name, array] of Object.entries(arrays)) {
    const values = (await array.ref.data()) as Float32Array<ArrayBuffer>;
    tensors.push([name, { shape: array.shape, values }]);
  }
  return Object.fromEntries(tensors);
}

/** Arrays of zeros in the shapes of others, which stay the caller's. */
export function zerosLike<P extends NamedArrays>(arrays: P): P {
  return Object.fromEntries(Object.entries(arrays).map(([name, { shape }]) => [name, np.zeros(shape)])) as P;
}
