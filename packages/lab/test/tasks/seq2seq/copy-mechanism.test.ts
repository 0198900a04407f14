/** Words that are copied: what their probabilities are, and that models learn so. */
import { init, numpy as np, tree } from "@jax-js/jax";
import { beforeAll, describe, expect, it } from "vitest";
import { pointerHead } from "../../../src/tasks/seq2seq/copy-mechanism.ts";
import { expectLearnt, heldForTest, recurrent, transformer } from "./support/learnt.ts";
import { numbers } from "./support/numbers.ts";
import { toyMechanism, trainToy } from "./support/toy.ts";

beforeAll(async () => {
  await init("wasm");
});

const hold = heldForTest();

describe("copyMechanism", () => {
  it.each([
    ["recurrent", recurrent(), 160],
    ["transformer", transformer("last-cross"), 300],
  ] as const)("lets the %s model learn the toy, too", async (_, maker, steps) => {
    await expectLearnt(
      hold(await trainToy(maker, toyMechanism("sparsemax"), steps, { joint: true, copyMechanism: true })),
    );
  });

  it("mixes the vocabulary's probabilities with the weights of the source's words", async () => {
    const parameters = {
      targetEmbedding: np.array([[1], [0], [-1], [2]]),
      outputBias: np.array([0, 0.5, 0, -0.25]),
      copyGate: np.array([[0.7]]),
      copyGateBias: np.array([-0.2]),
    };
    // One sentence, two words written; the source has the word 3 twice.
    const reading = () => ({
      features: np.array([[[0.4], [-1.5]]]),
      weights: np.array([
        [
          [0.2, 0.5, 0.3],
          [0, 1, 0],
        ],
      ]),
    });
    const source = np.array([[3, 2, 3]], { dtype: np.int32 });
    const outputs = () => np.array([[3, 0]], { dtype: np.int32 });
    const probabilities = [0.4, -1.5].map((feature, t) => {
      const exps = [1, 0, -1, 2].map((e, w) => Math.exp(feature * e + [0, 0.5, 0, -0.25][w]!));
      const total = exps.reduce((sum, value) => sum + value, 0);
      const gate = 1 / (1 + Math.exp(-(0.7 * feature - 0.2)));
      const copied = t === 0 ? [0, 0, 0.5, 0.5] : [0, 0, 1, 0];
      return exps.map((value, w) => ((1 - gate) * value) / total + gate * copied[w]!);
    });
    const losses = await numbers(pointerHead.losses(parameters, reading(), source, outputs(), 0));
    expect(losses[0]).toBeCloseTo(-Math.log(probabilities[0]![3]!), 5);
    expect(losses[1]).toBeCloseTo(-Math.log(probabilities[1]![0]!), 5);
    const seen = pointerHead.sourceOf(parameters, source);
    const { scores, total } = pointerHead.scores(parameters, reading(), seen);
    const found = await numbers(scores);
    probabilities.flat().forEach((p, i) => expect(found[i]).toBeCloseTo(Math.log(p), 5));
    expect(await numbers(total)).toEqual([0, 0]);
    tree.dispose([parameters, source, seen]);
  });
});
