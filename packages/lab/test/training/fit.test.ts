import { init, jit, numpy as np, valueAndGrad } from "@jax-js/jax";
import { beforeAll, describe, expect, it } from "vitest";
import { initialTensors } from "../../src/models/parameters.ts";
import { RunError } from "../../src/runs/run-error.ts";
import { fallingRate, fit, median, type Fitting } from "../../src/training/fit.ts";

beforeAll(async () => {
  await init("wasm");
});

type Parameters = { readonly slope: np.Array };
const shapes = { slope: { shape: [1], deviation: 1 } } as const;

/** Least squares of y = 3 x: a batch is one x. */
function fitting(change: Partial<Fitting<Parameters, number>> = {}): Fitting<Parameters, number> {
  const gradient = jit(
    valueAndGrad(({ slope }: Parameters, x: np.Array) => np.square(slope.mul(x.ref).sub(x.mul(3))).sum()),
  );
  return {
    seed: 1,
    epochs: 40,
    patience: 3,
    shapes,
    initial: () => initialTensors(shapes, 1),
    batches: () => [1, 2, -1],
    count: () => 1,
    gradient: async (parameters, x, key) => {
      key.dispose();
      return gradient(parameters, np.array([x])) as [np.Array, Parameters];
    },
    judge: async ({ slope }) => {
      const [value] = (await slope.ref.data()) as Float32Array;
      return { loss: (value! - 3) ** 2, accuracy: 0 };
    },
    learningRate: fallingRate(0.2),
    ...change,
  };
}

describe("fit", () => {
  it("learns, and keeps the epoch with the lowest dev loss", async () => {
    const { best, bestEpoch, epochs } = await fit(fitting());
    expect(best["slope"]!.values[0]).toBeCloseTo(3, 2);
    const losses = epochs.map(({ devLoss }) => devLoss);
    expect(losses[bestEpoch - 1]).toBe(Math.min(...losses));
    expect(epochs.at(-1)!.step).toBe(3 * epochs.length);
  });

  it("stops when the dev loss no longer falls", async () => {
    const { epochs, bestEpoch } = await fit(fitting({ judge: async () => ({ loss: 1, accuracy: 0 }) }));
    expect([epochs.length, bestEpoch]).toEqual([4, 1]);
  });

  it("says so when it diverges", async () => {
    const diverging = fitting({
      gradient: async (parameters, _, key) => {
        key.dispose();
        return [np.array([Number.NaN]).sum(), parameters];
      },
    });
    await expect(fit(diverging)).rejects.toThrow(RunError);
    await expect(fit(diverging)).rejects.toThrow("training diverged: the loss at step 1 is NaN");
  });
});

describe("fallingRate", () => {
  it("falls in a line to a twentieth", () => {
    const rate = fallingRate(0.8);
    expect(rate(1, 100)).toBe(0.8);
    expect(rate(51, 100)).toBeCloseTo((0.8 + 0.04) / 2, 12);
    expect(rate(101, 100)).toBeCloseTo(0.04, 12);
  });
});

it("median", () => {
  expect([median([3, 1, 2]), median([4, 1, 2, 3])]).toEqual([2, 2.5]);
});
