/** The gated recurrent unit: its formula, and two networks side by side. */
import { init, numpy as np, tree } from "@jax-js/jax";
import { beforeAll, describe, expect, it } from "vitest";
import { gruStep } from "../../src/nn/gru.ts";
import { normalNumbers, uniformNumbers } from "../../src/base/rng.ts";

beforeAll(async () => {
  await init("wasm");
});

describe("a gated recurrent unit", () => {
  it("follows its formula", () => {
    const [x, h, u] = [[0.3, -0.2, 0.8], [0.5], [0.7, -0.4, 1.1]] as const;
    const sigmoid = (t: number) => 1 / (1 + Math.exp(-t));
    const reset = sigmoid(x[0] + u[0] * h[0]);
    const keep = sigmoid(x[1] + u[1] * h[0]);
    const fresh = Math.tanh(x[2] + reset * u[2] * h[0]);
    const next = gruStep(np.array([[...x]]), np.array([[...h]]), np.array([[...u]]));
    expect(next.item()).toBeCloseTo((1 - keep) * fresh + keep * h[0], 6);
  });

  it("runs two networks side by side", () => {
    const normal = normalNumbers(uniformNumbers(1));
    const random = (shape: number[]) => {
      const size = shape.reduce((product, n) => product * n, 1);
      return np.array(Float32Array.from({ length: size }, normal), { shape });
    };
    const [input, state, recurrent] = [random([2, 3, 12]), random([2, 3, 4]), random([2, 4, 12])];
    const both = gruStep(input.ref, state.ref, recurrent.ref).js() as number[][][];
    for (const i of [0, 1]) {
      const alone = gruStep(input.ref.slice(i), state.ref.slice(i), recurrent.ref.slice(i)).js() as number[][];
      alone.forEach((row, b) => row.forEach((value, k) => expect(both[i]![b]![k]).toBeCloseTo(value, 5)));
    }
    tree.dispose([input, state, recurrent]);
  });
});
