/** Training and decoding of the encoder-decoder on pairs of sentences. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { init, numpy as np, tree } from "@jax-js/jax";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { loadCompilerMessages, type SentencePair, type TranslationData } from "../../src/data/compiler-messages.ts";
import { compileTranslator } from "../../src/models/compiled-translator.ts";
import { encoderDecoderShapes, type EncoderDecoderParameters } from "../../src/models/encoder-decoder.ts";
import { initialTensors, toArrays, zerosLike } from "../../src/models/parameters.ts";
import { uniformNumbers } from "../../src/models/random-numbers.ts";
import { RunError } from "../../src/runs/run-error.ts";
import { adam, type AdamState } from "../../src/training/adam.ts";
import { pairArrays, planSentences, type EncodedPair } from "../../src/training/sentence-batches.ts";
import { fittingPairs, knowsAll, trainTranslation } from "../../src/training/train-translation.ts";
import { copiedWords, exactMatches, scoresOfGiven } from "../../src/training/translation-scores.ts";

beforeAll(async () => {
  await init("wasm");
});

const folder = mkdtempSync(join(tmpdir(), "translation-"));
afterAll(() => rmSync(folder, { recursive: true }));

const whole = loadCompilerMessages({ source: "es", target: "en" });

/** Twenty short pairs to learn by heart, judged on themselves. */
function smallData(): TranslationData {
  const twenty = fittingPairs(whole.train, 6).slice(0, 20);
  return { ...whole, train: twenty, dev: twenty, test: twenty };
}

const small = {
  batchSize: 10,
  longest: 6,
  minCount: 1,
  embeddingSize: 24,
  hiddenSize: 24,
  dropout: 0,
  wordDropout: 0,
  learningRate: 0.02,
};

describe("training", () => {
  it("learns twenty sentences by heart, and translates them", async () => {
    const data = smallData();
    const losses: number[] = [];
    const translator = await trainTranslation(
      data,
      { ...small, epochs: 60, patience: 60 },
      {
        onEpoch: ({ trainLoss }) => losses.push(trainLoss),
      },
    );
    expect(losses[0]!).toBeGreaterThan(3);
    expect(losses.at(-1)!).toBeLessThan(0.1);
    const scores = await translator.evaluate(data.test);
    expect(scores).toMatchObject({ sentences: 20, tokenAccuracy: 1, exactMatches: 1 });
    expect(scores.loss).toBeCloseTo(translator.epochs[translator.bestEpoch - 1]!.devLoss, 5);
    const [pair] = data.test;
    const [translated] = await translator.translate([pair!.sourceTokens]);
    const { words, ended, scores: rows, weights } = translated!;
    expect(Array.from(words, (word) => translator.target.word(word))).toEqual(pair!.targetTokens);
    expect(ended).toBe(true);
    // One row a word and one for the end, over the source.
    expect(rows).toHaveLength(words.length + 1);
    for (const row of weights) {
      expect(row).toHaveLength(pair!.sourceTokens.length);
      expect(row.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 5);
    }
    await expect(translator.translate([[], ["a"]])).rejects.toThrow(/sentences\[0\] has 0 tokens: 1 to 6/);
    expect(knowsAll(translator.source, pair!.sourceTokens)).toBe(true);
    expect(knowsAll(translator.source, ["\u0000"])).toBe(false);
    translator.dispose();
  });

  it("resumes where it was, and refuses another run's folder", async () => {
    const data = smallData();
    const settings = { ...small, epochs: 3, dropout: 0.2, wordDropout: 0.2 };
    const straight = await trainTranslation(data, settings);
    const path = join(folder, "resumed");
    const stop = new Error("stopped");
    const interrupted = trainTranslation(data, settings, {
      folder: path,
      onEpoch: ({ epoch }) => {
        if (epoch === 2) throw stop;
      },
    });
    await expect(interrupted).rejects.toBe(stop);
    const resumed = await trainTranslation(data, settings, { folder: path });
    const losses = ({ epochs }: typeof resumed) => epochs.map(({ devLoss, trainLoss }) => [devLoss, trainLoss]);
    expect(losses(resumed)).toEqual(losses(straight));
    await expect(trainTranslation(data, { ...settings, seed: 2 }, { folder: path })).rejects.toThrow(RunError);
    straight.dispose();
    resumed.dispose();
  });

  it.each<[object, RegExp]>([
    [{ mapping: "hardmax" }, /mapping is "hardmax": it must be one of softmax/],
    [{ epochs: 0 }, /epochs is 0: a whole number from 1/],
    [{ dropout: 1 }, /dropout is 1: a number from 0 to below 1/],
    [{ learningRate: Infinity }, /learningRate is Infinity/],
    [{ seed: -1 }, /seed is -1/],
  ])("refuses %o", async (changed, message) => {
    await expect(trainTranslation(smallData(), { ...small, ...changed })).rejects.toThrow(message);
  });

  it("needs a sentence that fits", async () => {
    const long = whole.train.find(({ sourceTokens }) => sourceTokens.length > 20);
    const data = { ...smallData(), dev: [long!] };
    await expect(trainTranslation(data, small)).rejects.toThrow(/data\.dev holds no pair of at most 6 tokens/);
  });
});

describe("batches of sentences", () => {
  const uniform = uniformNumbers(6);
  const pairs = Array.from({ length: 50 }, (): EncodedPair => {
    const words = () =>
      Int32Array.from({ length: 1 + Math.floor(20 * uniform()) }, () => 2 + Math.floor(9 * uniform()));
    return { source: words(), target: words() };
  });

  it.each([null, uniformNumbers(3)])("hold every pair once, in few lengths", (order) => {
    const plans = planSentences(pairs, 8, order);
    expect(plans.flatMap((plan) => plan.pairs).sort((a, b) => a - b)).toEqual(pairs.map((_, i) => i));
    for (const { pairs: members, length } of plans) {
      expect(members.length).toBeLessThanOrEqual(8);
      expect(length % 8).toBe(0);
      for (const i of members) {
        expect(Math.max(pairs[i]!.source.length, pairs[i]!.target.length + 1)).toBeLessThanOrEqual(length);
      }
    }
  });

  it("read one word behind what they write", () => {
    const { source, inputs, outputs, counted } = pairArrays(
      [{ source: Int32Array.of(5, 6), target: Int32Array.of(7, 8, 9) }],
      { pairs: [0], length: 5 },
      2,
    );
    const none = [0, 0, 0, 0, 0];
    expect(source.words.js()).toEqual([[5, 6, 0, 0, 0], none]);
    expect(source.mask.js()).toEqual([[1, 1, 0, 0, 0], none]);
    expect(inputs.js()).toEqual([[0, 7, 8, 9, 0], none]);
    expect(outputs.js()).toEqual([[7, 8, 9, 0, 0], none]);
    expect(counted.js()).toEqual([[1, 1, 1, 1, 0], none]);
  });
});

describe("figures of a translation", () => {
  const pair: SentencePair = {
    id: "x",
    source: "",
    target: "",
    sourceTokens: ["el", "modificador", ' "{0}" ', "no", "async", "no", "."],
    targetTokens: ["the", " '{0}' ", "modifier", "async", "no", "."],
  };

  it("know which words are copied", () => {
    // "no" stands twice in the source, and signs say nothing.
    expect(copiedWords(pair)).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  it("count words, alignments and sentences", () => {
    const row = (at: number) => Float32Array.from({ length: 7 }, (_, j) => (j === at ? 0.7 : 0.05));
    const target = Int32Array.of(2, 3, 4);
    const given = {
      chosen: Int32Array.of(2, 3, 9, 0),
      losses: Float32Array.of(1, 2, 3, 2),
      scores: [],
      weights: [row(0), row(2), row(1), row(0), row(0), row(6)],
    };
    const scores = scoresOfGiven([pair], [{ source: new Int32Array(7), target }], [given]);
    expect(scores).toEqual({ loss: 2, tokenAccuracy: 0.75, copyAlignment: 0.5, copies: 2 });
    const translation = (words: number[], ended: boolean) => ({
      words: Int32Array.from(words),
      ended,
      scores: [],
      weights: [],
    });
    const references = [target, target, target, target];
    const written = [
      [2, 3, 4],
      [2, 3],
      [2, 3, 5],
      [2, 3, 4],
    ].map((words, i) => translation(words, i < 3));
    expect(exactMatches(references, written)).toBe(0.25);
  });
});

it.each(["softmax", "fusedmax"])("memory is flat over 100 training steps with %s", async (mapping) => {
  const uniform = uniformNumbers(4);
  const sizes = { sourceVocabulary: 60, targetVocabulary: 50, embedding: 8, hidden: 8 };
  const words = (count: number, most: number) =>
    Int32Array.from({ length: count }, () => 2 + Math.floor(most * uniform()));
  const pairs = Array.from({ length: 4 }, (_, i): EncodedPair => ({ source: words(4 - i, 50), target: words(3, 40) }));
  const parameters = toArrays<EncoderDecoderParameters>(initialTensors(encoderDecoderShapes(sizes), 1));
  let state: AdamState<EncoderDecoderParameters> = {
    parameters,
    first: zerosLike(parameters),
    second: zerosLike(parameters),
  };
  const model = compileTranslator({ mapping, mappingOptions: {}, dropout: 0.3, wordDropout: 0.3 });
  const optimiser = adam();
  let step = 0;
  const train = async (steps: number) => {
    for (let i = 0; i < steps; i++) {
      const key = np.array(new Uint32Array([1, step]));
      const batch = pairArrays(pairs, { pairs: [0, 1, 2, 3], length: 4 }, 4);
      const [loss, gradient] = await model.gradient(tree.ref(state.parameters), batch, key);
      await loss.data();
      state = optimiser.update(state, gradient, ++step, 1e-3);
      for (const array of tree.leaves(state)) await (array as np.Array).blockUntilReady();
    }
  };
  await train(20);
  // The engine's arrays live in one WebAssembly memory: were a batch or a gradient leaked each step, it would have to grow.
  const grow = vi.spyOn(WebAssembly.Memory.prototype, "grow");
  await train(100);
  expect(grow).not.toHaveBeenCalled();
  grow.mockRestore();
  for (const array of tree.leaves(state)) expect((array as np.Array).refCount).toBe(1);
  tree.dispose(state);
  model.dispose();
  optimiser.dispose();
});
