/** Training keeps no memory from step to step. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { init, numpy as np, tree } from "@jax-js/jax";
import { beforeAll, expect, it, vi } from "vitest";
import { compileClassifier } from "../../src/tasks/spam/classifier.ts";
import { initialTensors, toArrays, zerosLike } from "../../src/nn/parameters.ts";
import { uniformNumbers } from "../../src/base/rng.ts";
import { textClassifierShapes, type TextClassifierParameters } from "../../src/tasks/spam/model.ts";
import { adam, type AdamState } from "../../src/training/adam.ts";
import { textArrays, textSplit } from "../../src/tasks/text-classification.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

beforeAll(async () => {
  await init("wasm");
});

const sizes = { vocabulary: 400, embedding: 16, hidden: 8, labels: 2 };
const batchSize = 8;
const length = 64;

it.each(["softmax", "sparsemax", "fusedmax", "oscarmax"])(
  "memory is flat over 500 training steps with %s",
  async (mapping) => {
    const uniform = uniformNumbers(4);
    const texts = Array.from({ length: batchSize }, (_, i) => ({
      id: "",
      label: i % 2,
      words: Array<string>(length - i),
    }));
    const split = textSplit(texts, ({ length: words }) => {
      return Int32Array.from({ length: words }, () => 2 + Math.floor(300 * uniform()));
    });
    const plan = { texts: texts.map((_, i) => i), length };
    const parameters = toArrays<TextClassifierParameters>(initialTensors(textClassifierShapes(sizes), 1));
    let state: AdamState<TextClassifierParameters> = {
      parameters,
      first: zerosLike(parameters),
      second: zerosLike(parameters),
    };
    const model = compileClassifier({ mapping, mappingOptions: {}, dropout: 0.5, labelSmoothing: 0.1 });
    const optimiser = adam();
    let step = 0;
    const train = async (steps: number) => {
      for (let i = 0; i < steps; i++) {
        const { texts: batch, labels, counted } = textArrays(split, plan, batchSize);
        const key = np.array(new Uint32Array([1, step]));
        const [loss, gradient] = await model.gradient(tree.ref(state.parameters), batch, labels, counted, key);
        await loss.data();
        state = optimiser.update(state, gradient, ++step, 1e-3);
        for (const array of tree.leaves(state)) await (array as np.Array).blockUntilReady();
      }
    };
    await train(30);
    collectGarbage();
    const before = process.memoryUsage();
    // The engine's arrays live in one WebAssembly memory: were a batch or a gradient leaked each step, it would have to grow.
    const grow = vi.spyOn(WebAssembly.Memory.prototype, "grow");
    await train(500);
    expect(grow).not.toHaveBeenCalled();
    grow.mockRestore();
    collectGarbage();
    const after = process.memoryUsage();
    // 500 steps bring 500 batches: a thousand bytes kept of each would be half a megabyte.
    const grown = after.heapUsed + after.external - before.heapUsed - before.external;
    expect(grown / 2 ** 20).toBeLessThan(2);
    for (const array of tree.leaves(state)) expect((array as np.Array).refCount).toBe(1);
    tree.dispose(state);
    model.dispose();
    optimiser.dispose();
  },
);
