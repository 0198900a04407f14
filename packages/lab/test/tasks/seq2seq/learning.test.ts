/** Sequence models learn a toy with every kind of attention, and do with vocabularies of one word. */
import { init, numpy as np, tree } from "@jax-js/jax";
import { beforeAll, describe, expect, it } from "vitest";
import { initialTensors, toArrays } from "../../../src/nn/parameters.ts";
import { pairArrays, batchPairs } from "../../../src/tasks/seq2seq/batches.ts";
import { beamSearch } from "../../../src/tasks/seq2seq/beam.ts";
import { compileSequenceModel } from "../../../src/tasks/seq2seq/compiled.ts";
import { raggedArray } from "../../../src/base/ragged.ts";
import type { SequenceModel } from "../../../src/tasks/seq2seq/model.ts";
import { decoding, expectLearnt, heldForTest, recurrent, transformer } from "./support/learnt.ts";
import { toyMechanism, trainToy } from "./support/toy.ts";

beforeAll(async () => {
  await init("wasm");
});

const hold = heldForTest();

describe("a toy is learnt", () => {
  it.each([
    ["softmax", toyMechanism("softmax")],
    ["sparsemax", toyMechanism("sparsemax")],
    ["entmax", toyMechanism("entmax", { alpha: 1.5 })],
    ["fusedmax", toyMechanism("fusedmax", { lambda: 0.1 })],
    ["oscarmax", toyMechanism("oscarmax", { lambda: 0.01 })],
    ["combined softmax", toyMechanism("softmax", {}, 1)],
    ["combined sparsemax", toyMechanism("sparsemax", {}, 2)],
  ])("by the recurrent model with %s", async (_, mechanism) => {
    await expectLearnt(hold(await trainToy(recurrent(), mechanism, 160)));
  });

  it("with input feeding and one vocabulary", async () => {
    await expectLearnt(hold(await trainToy(recurrent(true), toyMechanism("sparsemax"), 160, { joint: true })));
  });

  it.each([
    ["fusedmax in the last layer", "last-cross", toyMechanism("fusedmax", { lambda: 0.05 })],
    ["sparsemax everywhere", "all", toyMechanism("sparsemax")],
    ["combined softmax over the source", "all-cross", toyMechanism("softmax", {}, 1)],
  ] as const)("by the transformer with %s", async (_, scope, mechanism) => {
    await expectLearnt(hold(await trainToy(transformer(scope, scope === "all" ? 1 : 2), mechanism, 200)));
  });
});

describe("vocabularies of one word", () => {
  it.each([
    ["recurrent", recurrent()],
    ["transformer", transformer("last-cross", 1)],
  ])("do for the %s model", async (_, maker) => {
    const mechanism = toyMechanism("sparsemax");
    const design: SequenceModel = maker({ source: 3, target: 3, joint: false }, mechanism);
    const model = compileSequenceModel(design, mechanism, { dropout: 0.2, tokenDropout: 0.1, labelSmoothing: 0.1 });
    const parameters = toArrays(initialTensors(design.shapes, 1));
    const pairs = { source: raggedArray([Int32Array.of(2, 2)]), target: raggedArray([Int32Array.of(2)]) };
    const [plan] = batchPairs(pairs, 16);
    const [loss, gradient] = await model.gradient(
      tree.ref(parameters),
      pairArrays(pairs, plan!, mechanism),
      np.array(new Uint32Array([1, 2])),
    );
    expect(Number.isFinite(loss.item())).toBe(true);
    tree.dispose(gradient);
    const [written] = await beamSearch(model, parameters, pairs.source, { ...decoding, beams: 3 });
    expect(Array.from(written!.ids).every((id) => id === 2)).toBe(true);
    model.dispose();
    tree.dispose(parameters);
  });
});
