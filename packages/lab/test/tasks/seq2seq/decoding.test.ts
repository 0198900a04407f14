/** Beam search: where it stops, and what it writes. */
import { init, numpy as np } from "@jax-js/jax";
import { beforeAll, describe, expect, it } from "vitest";
import { beamSearch } from "../../../src/tasks/seq2seq/beam.ts";
import { raggedArray } from "../../../src/base/ragged.ts";
import { decoding, heldForTest, recurrent } from "./support/learnt.ts";
import { toyMechanism, toyPairs, trainToy } from "./support/toy.ts";

beforeAll(async () => {
  await init("wasm");
});

const hold = heldForTest();

describe("decoding", () => {
  it("takes empty sources and stops at the most words", async () => {
    const mechanism = toyMechanism("softmax");
    const { model, parameters } = hold(await trainToy(recurrent(), mechanism, 1));
    const sources = raggedArray([new Int32Array(0), Int32Array.of(3, 4), Int32Array.of(5)]);
    const written = await beamSearch(model, parameters, sources, {
      ...decoding,
      beams: 2,
      mostTokens: (length) => length,
    });
    expect(written[0]).toEqual({ ids: new Int32Array(0), ended: true, logProbability: 0, weights: [] });
    for (const [i, most] of [
      [1, 2],
      [2, 1],
    ] as const)
      expect(written[i]!.weights.length).toBeLessThanOrEqual(most);
  });

  it("never writes an unknown word unless it may", async () => {
    const mechanism = toyMechanism("softmax");
    const trained = await trainToy(recurrent(), mechanism, 1);
    trained.parameters["outputBias"]!.dispose();
    // A bias that makes the unknown word the likeliest.
    const outputBias = np.array([-9, 50, 0, 0, 0, 0, 0, 0]);
    const { model, parameters } = hold({ ...trained, parameters: { ...trained.parameters, outputBias } });
    const without = await beamSearch(model, parameters, toyPairs.source, { ...decoding, beams: 2 });
    expect(without.flatMap(({ ids }) => Array.from(ids))).not.toContain(1);
    const withThem = await beamSearch(model, parameters, toyPairs.source, { ...decoding, beams: 2, unknowns: true });
    expect(new Set(withThem.flatMap(({ ids }) => Array.from(ids)))).toEqual(new Set([1]));
  });

  it("prefers longer sequences with a length penalty", async () => {
    const { model, parameters } = hold(await trainToy(recurrent(), toyMechanism("softmax"), 20));
    const length = async (lengthPenalty: number) => {
      const written = await beamSearch(model, parameters, toyPairs.source, {
        ...decoding,
        beams: 4,
        lengthPenalty,
      });
      return written.reduce((sum, { ids }) => sum + ids.length, 0);
    };
    expect(await length(4)).toBeGreaterThan(await length(0));
  });
});
