/** Adam. */
import { init, numpy as np } from "@jax-js/jax";
import { beforeAll, describe, expect, it } from "vitest";
import { adam, type AdamState } from "../../src/training/adam.ts";
import { normalNumbers, uniformNumbers } from "../../src/base/rng.ts";

beforeAll(async () => {
  await init("wasm");
});

/** Algorithm 1 of Kingma and Ba (2015), one number at a time, in float64. */
function published(start: number[], gradients: number[][], rate: number, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8) {
  const theta = [...start];
  const m = theta.map(() => 0);
  const v = theta.map(() => 0);
  gradients.forEach((gradient, index) => {
    const t = index + 1;
    for (let i = 0; i < theta.length; i++) {
      const g = gradient[i]!;
      m[i] = beta1 * m[i]! + (1 - beta1) * g;
      v[i] = beta2 * v[i]! + (1 - beta2) * g * g;
      const mHat = m[i]! / (1 - beta1 ** t);
      const vHat = v[i]! / (1 - beta2 ** t);
      theta[i] = theta[i]! - (rate * mHat) / (Math.sqrt(vHat) + epsilon);
    }
  });
  return theta;
}

type Pair = { readonly a: np.Array; readonly b: { readonly c: np.Array } };

const pair = (values: readonly number[]): Pair => ({
  a: np.array(values.slice(0, 3)),
  b: { c: np.array(values.slice(3)).reshape([1, 2]) },
});

describe("adam", () => {
  it("is the published update over 50 steps, on a tree", () => {
    const normal = normalNumbers(uniformNumbers(5));
    const start = Array.from({ length: 5 }, normal);
    const gradients = Array.from({ length: 50 }, () => Array.from({ length: 5 }, () => 0.3 * normal()));
    const optimiser = adam();
    const zeros = [0, 0, 0, 0, 0];
    let state: AdamState<Pair> = { parameters: pair(start), first: pair(zeros), second: pair(zeros) };
    gradients.forEach((gradient, step) => (state = optimiser.update(state, pair(gradient), step + 1, 0.01)));
    const found = [...state.parameters.a.dataSync(), ...state.parameters.b.c.dataSync()];
    published(start, gradients, 0.01).forEach((wanted, i) => expect(found[i]).toBeCloseTo(wanted, 5));
    optimiser.dispose();
  });

  it("moves every parameter by the learning rate in its first step, whatever the gradient's size", () => {
    const optimiser = adam();
    const { parameters } = optimiser.update(
      { parameters: [np.array([1, 1])], first: [np.zeros([2])], second: [np.zeros([2])] },
      [np.array([1e-3, -200])],
      1,
      0.5,
    );
    const [low, high] = parameters[0]!.js() as [number, number];
    expect(low).toBeCloseTo(0.5, 4);
    expect(high).toBeCloseTo(1.5, 4);
  });

  it("consumes state and gradients", () => {
    const optimiser = adam();
    const arrays = [1, 2, 3, 4].map((value) => np.array([value]));
    const [p, m, v, g] = arrays as [np.Array, np.Array, np.Array, np.Array];
    const { parameters, first, second } = optimiser.update({ parameters: [p], first: [m], second: [v] }, [g], 1, 0.1);
    for (const array of arrays) expect(array.refCount).toBe(0);
    for (const array of [parameters[0], first[0], second[0]]) expect(array!.refCount).toBe(1);
  });
});
