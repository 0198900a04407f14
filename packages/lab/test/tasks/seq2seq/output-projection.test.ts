/** The loss of words, plain and smoothed. */
import { init, numpy as np } from "@jax-js/jax";
import { beforeAll, describe, expect, it } from "vitest";
import { tokenCrossEntropy } from "../../../src/tasks/seq2seq/output-projection.ts";
import { numbers } from "./support/numbers.ts";

beforeAll(async () => {
  await init("wasm");
});

describe("the loss of words", () => {
  const scores = () =>
    np.array([
      [0.3, -1, 2],
      [0.5, 0.25, -0.75],
    ]);
  const logs = [
    [0.3, -1, 2],
    [0.5, 0.25, -0.75],
  ].map((row) => {
    const total = Math.log(row.reduce((sum, x) => sum + Math.exp(x), 0));
    return row.map((x) => x - total);
  });

  it("is -log of the word's probability", async () => {
    const [first, second] = await numbers(tokenCrossEntropy(scores(), np.array([2, 0], { dtype: np.int32 })));
    expect(first).toBeCloseTo(-logs[0]![2]!, 6);
    expect(second).toBeCloseTo(-logs[1]![0]!, 6);
  });

  it("with smoothing shares it with all words", async () => {
    const [first] = await numbers(tokenCrossEntropy(scores(), np.array([2, 0], { dtype: np.int32 }), 0.3));
    const mean = logs[0]!.reduce((sum, log) => sum - log / 3, 0);
    expect(first).toBeCloseTo(0.7 * -logs[0]![2]! + 0.3 * mean, 6);
  });
});
