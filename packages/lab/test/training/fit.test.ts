/** Training: epochs, early stopping, averages, turns, and going on from a checkpoint. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { init, jit, numpy as np, valueAndGrad } from "@jax-js/jax";
import { beforeAll, describe, expect, it } from "vitest";
import { initialTensors } from "../../src/nn/parameters.ts";
import { RunError } from "../../src/base/run-error.ts";
import { readModel } from "../../src/training/run-dir.ts";
import { fit, median, type TrainConfig } from "../../src/training/fit.ts";
import { linearDecay } from "../../src/training/lr-schedule.ts";

beforeAll(async () => {
  await init("wasm");
});

type Parameters = { readonly slope: np.Array };
const shapes = { slope: { shape: [1], deviation: 1 } } as const;

/** Least squares of y = 3 x: a batch is one x. */
function fitting(change: Partial<TrainConfig<Parameters, number>> = {}): TrainConfig<Parameters, number> {
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
    evaluate: async ({ slope }) => {
      const [value] = (await slope.ref.data()) as Float32Array;
      return { loss: (value! - 3) ** 2, accuracy: 0 };
    },
    learningRate: linearDecay(0.2),
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
    const { epochs, bestEpoch } = await fit(fitting({ evaluate: async () => ({ loss: 1, accuracy: 0 }) }));
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

describe("a turn", () => {
  interface Numbers {
    readonly xs: readonly number[];
    readonly length: number;
  }

  /** The same least squares with batches that have a length. */
  const lengthy = (change: Partial<TrainConfig<Parameters, Numbers>>): TrainConfig<Parameters, Numbers> => {
    const { gradient, ...plain } = fitting();
    return {
      ...plain,
      epochs: 2,
      batches: () => [[1], [2], [-1, 0.5]].map((xs) => ({ xs, length: xs.length })),
      count: ({ xs }) => xs.length,
      gradient: (parameters, { xs }, key) => gradient(parameters, xs[0]!, key),
      ...change,
    };
  };

  it("runs every step, and is told which batches have arrays of one shape", async () => {
    const told: string[] = [];
    const { best, epochs } = await fit(
      lengthy({
        async schedule(step, shape) {
          told.push(shape);
          await step();
          told.push("done");
        },
        onProgress: ({ step }) => step === 0 && told.push("epoch"),
      }),
    );
    const epoch = ["epoch", "length 1", "done", "length 1", "done", "length 2", "done"];
    expect(told).toEqual([...epoch, ...epoch]);
    expect(epochs.map(({ step }) => step)).toEqual([3, 6]);
    expect(best).toEqual((await fit(lengthy({}))).best);
  });

  it("is not part of the seconds of a step", async () => {
    const { secondsPerStep } = await fit(
      lengthy({
        async schedule(step) {
          await new Promise((resolve) => setTimeout(resolve, 60));
          await step();
        },
      }),
    );
    expect(secondsPerStep).toBeLessThan(0.06);
  });

  it("that is refused ends training and frees the parameters", async () => {
    let slope: np.Array | undefined;
    let steps = 0;
    const refused = lengthy({
      async schedule(step) {
        if (++steps > 3) throw new Error("time is up");
        await step();
      },
      // What the first epoch ends with is what the second begins with.
      evaluate: async (parameters) => {
        slope = parameters.slope;
        return { loss: 1, accuracy: 0 };
      },
    });
    await expect(fit(refused)).rejects.toThrow("time is up");
    expect([steps, slope!.refCount]).toEqual([4, 0]);
  });
});

describe("an average of the last epochs", () => {
  /** A slope that jumps between 2 and 4: only their mean is 3. */
  const jumping = (change: Partial<TrainConfig<Parameters, number>> = {}) =>
    fitting({
      epochs: 6,
      patience: 6,
      average: 2,
      batches: (epoch) => [epoch],
      initial: () => ({ slope: { shape: [1], values: Float32Array.of(2) } }),
      gradient: async ({ slope }, epoch, key) => {
        key.dispose();
        slope.dispose();
        return [np.zeros([]), { slope: np.array([epoch % 2 === 1 ? -1 : 1]) }];
      },
      optimizer: { beta1: 0, beta2: 0 },
      learningRate: () => 2,
      ...change,
    });

  it("is taken when it is better", async () => {
    const { best, averaged, epochs } = await fit(jumping());
    expect(epochs.map(({ devLoss }) => Math.round(devLoss))).toEqual([1, 1, 1, 1, 1, 1]);
    expect(best["slope"]!.values[0]).toBeCloseTo(3, 5);
    expect(averaged).toBe(true);
  });

  it("is not taken when it is worse, or when training stopped early", async () => {
    const { best, averaged } = await fit(jumping({ average: 3 }));
    // 2, 4 and 2 have a mean of 8 / 3, which is still better than 2 or 4; of one epoch there is no mean.
    expect([averaged, best["slope"]!.values[0]]).toEqual([true, expect.closeTo(8 / 3, 5)]);
    expect((await fit(jumping({ average: 1 }))).averaged).toBe(false);
    expect((await fit(jumping({ patience: 2 }))).averaged).toBe(false);
    const worse = await fit(fitting({ average: 30, patience: 40, learningRate: () => 0.2 }));
    expect(worse.averaged).toBe(false);
    expect(worse.best["slope"]!.values[0]).toBeCloseTo(3, 2);
  });

  it("is the same after a run was stopped and resumed", async () => {
    const folder = mkdtempSync(join(tmpdir(), "fenchel-average-"));
    try {
      let epoch = 0;
      const stop = jumping({ folder, onEpoch: () => (epoch += 1) === 5 && fail() });
      await expect(fit(stop)).rejects.toThrow("stopped");
      const { best, averaged } = await fit(jumping({ folder }));
      expect(averaged).toBe(true);
      expect(best["slope"]!.values[0]).toBeCloseTo(3, 5);
      expect(readModel(folder)["slope"]!.values[0]).toBeCloseTo(3, 5);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

function fail(): never {
  throw new Error("stopped");
}

it("median", () => {
  expect([median([3, 1, 2]), median([4, 1, 2, 3])]).toEqual([2, 2.5]);
});
