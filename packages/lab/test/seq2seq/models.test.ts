import { init, nn, numpy as np, tree } from "@jax-js/jax";
import { attender, type Attend } from "fenchel/jax";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { encoderDecoder, type EncoderDecoderParameters } from "../../src/models/encoder-decoder.ts";
import { initialTensors, toArrays, type NamedArrays } from "../../src/models/parameters.ts";
import { pairArrays, planPairs, type PairArrays } from "../../src/seq2seq/batches.ts";
import { beamSearch } from "../../src/seq2seq/beam.ts";
import { compileSequenceModel } from "../../src/seq2seq/compiled.ts";
import { copyingHead } from "../../src/seq2seq/copying.ts";
import { flatSentences, sentenceAt } from "../../src/seq2seq/flat-sentences.ts";
import { judgeGiven } from "../../src/seq2seq/given.ts";
import { looker } from "../../src/seq2seq/look.ts";
import type { SequenceModel } from "../../src/seq2seq/model.ts";
import { wordLosses } from "../../src/seq2seq/output.ts";
import { recurrentModel } from "../../src/seq2seq/recurrent.ts";
import { transformerModel } from "../../src/seq2seq/transformer.ts";
import { positions, toyMechanism, toyPairs, toySentences, trainToy, TOY_WORDS, type Trained } from "./support/toy.ts";

beforeAll(async () => {
  await init("wasm");
});

const numbers = async (array: np.Array) => Array.from((await array.data()) as ArrayLike<number>);

const recurrent = (inputFeeding = false) => recurrentModel({ embedding: 12, hidden: 16, inputFeeding });
const transformer = (mapped: "last" | "source" | "all", layers = 2) =>
  transformerModel({ features: 16, layers, heads: 2, inner: 32, mapped });

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
    const [first, second] = await numbers(wordLosses(scores(), np.array([2, 0], { dtype: np.int32 })));
    expect(first).toBeCloseTo(-logs[0]![2]!, 6);
    expect(second).toBeCloseTo(-logs[1]![0]!, 6);
  });

  it("with smoothing shares it with all words", async () => {
    const [first] = await numbers(wordLosses(scores(), np.array([2, 0], { dtype: np.int32 }), 0.3));
    const mean = logs[0]!.reduce((sum, log) => sum - log / 3, 0);
    expect(first).toBeCloseTo(0.7 * -logs[0]![2]! + 0.3 * mean, 6);
  });
});

describe("the recurrent model", () => {
  it("reads as the encoder-decoder of whole programs", async () => {
    const mechanism = toyMechanism("sparsemax");
    const design = recurrent()({ source: TOY_WORDS, target: TOY_WORDS, joint: false }, mechanism);
    const parameters = toArrays(initialTensors(design.shapes, 4));
    const [plan] = planPairs(toyPairs, positions);
    const { source, inputs } = pairArrays(toyPairs, plan!, mechanism);
    const attention = attender("sparsemax");
    const own = attention.jit((attend: Attend, all: NamedArrays, batch: Pick<PairArrays, "source" | "inputs">) => {
      const { features, weights } = design.read(attend, all, batch.source, batch.inputs, null);
      const logits = np.matmul(features, np.transpose(all["targetEmbedding"]!.ref)).add(all["outputBias"]!.ref);
      tree.dispose([all, batch]);
      return { logits, weights };
    });
    const other = attention.jit((attend: Attend, all: NamedArrays, words: np.Array, mask: np.Array, given: np.Array) =>
      encoderDecoder(attend, all as EncoderDecoderParameters, { words, mask }, given),
    );
    const expected = await other(tree.ref(parameters), source.words.ref, source.sight.mask.ref, inputs.ref);
    const found = await own(parameters, { source, inputs });
    const [ours, theirs] = [await numbers(found.logits), await numbers(expected.logits)];
    expect(ours).toHaveLength(theirs.length);
    expect(Math.max(...ours.map((x, i) => Math.abs(x - theirs[i]!)))).toBeLessThan(1e-5);
    const [seen, wanted] = [await numbers(found.weights), await numbers(expected.weights)];
    expect(Math.max(...seen.map((x, i) => Math.abs(x - wanted[i]!)))).toBeLessThan(1e-5);
  });

  it("with input feeding takes only mappings in closed form", () => {
    const design = recurrent(true)({ source: 5, target: 5, joint: true }, toyMechanism("softmax"));
    expect(() =>
      compileSequenceModel(design, toyMechanism("fusedmax"), { dropout: 0, wordDropout: 0, smoothing: 0 }),
    ).toThrow('mapping is "fusedmax": with input feeding');
  });
});

describe("the transformer", () => {
  it("follows its formula", async () => {
    const mechanism = toyMechanism("softmax");
    const [d, heads] = [8, 2];
    const sizes = { features: d, layers: 1, heads, inner: 6, mapped: "last" } as const;
    const design = transformerModel(sizes)({ source: 6, target: 6, joint: false }, mechanism);
    const tensors = initialTensors(design.shapes, 9);
    let shift = 0;
    // Gains, shifts and biases begin at 0, where mistakes would hide.
    for (const [name, { values }] of Object.entries(tensors)) {
      if (/Gain|Shift|Bias$/.test(name)) values.forEach((_, i) => (values[i] = 0.1 * Math.sin(++shift)));
    }
    const of = (name: string) => tensors[name]!.values;
    type Rows = number[][];
    const line = (name: string, rows: Rows): Rows =>
      rows.map((x) => {
        const bias = Array.from(of(`${name}Bias`));
        return bias.map((start, o) => x.reduce((sum, value, i) => sum + value * of(name)[i * bias.length + o]!, start));
      });
    const norm = (name: string, rows: Rows): Rows =>
      rows.map((x) => {
        const mean = x.reduce((sum, value) => sum + value / d, 0);
        const variance = x.reduce((sum, value) => sum + (value - mean) ** 2 / d, 0);
        const gain = (i: number) => 1 + of(`${name}Gain`)[i]!;
        return x.map((value, i) => ((value - mean) / Math.sqrt(variance + 1e-5)) * gain(i) + of(`${name}Shift`)[i]!);
      });
    const plus = (a: Rows, b: Rows): Rows => a.map((row, r) => row.map((value, i) => value + b[r]![i]!));
    const start = (table: string, words: readonly number[]): Rows =>
      words.map((word, place) =>
        Array.from({ length: d }, (_, i) => {
          const angle = place / 10_000 ** ((i - (i % 2)) / d);
          return of(table)[word * d + i]! * Math.sqrt(d) + (i % 2 === 0 ? Math.sin(angle) : Math.cos(angle));
        }),
      );
    const attend = (name: string, asking: Rows, read: Rows, sees: (query: number, key: number) => boolean): Rows => {
      const queries = line(`${name}Query`, asking);
      const both = line(`${name}KeyValue`, read);
      const each = d / heads;
      const contexts = queries.map((query, q) => {
        const context = Array.from({ length: d }, () => 0);
        for (let head = 0; head < heads; head++) {
          const at = Array.from({ length: each }, (_, i) => head * each + i);
          const powers = both.map((row, k) => {
            const score = at.reduce((sum, i) => sum + query[i]! * row[i]!, 0) / Math.sqrt(each);
            return sees(q, k) ? Math.exp(score) : 0;
          });
          const total = powers.reduce((sum, power) => sum + power, 0);
          for (const i of at) context[i] = both.reduce((sum, row, k) => sum + (powers[k]! / total) * row[d + i]!, 0);
        }
        return context;
      });
      return line(`${name}Out`, contexts);
    };
    const forward = (name: string, rows: Rows): Rows =>
      line(
        `${name}Out`,
        line(`${name}In`, norm(name, rows)).map((row) => row.map((value) => Math.max(0, value))),
      );
    const words = [3, 5, 2];
    let x = start("sourceEmbedding", words);
    const read = norm("encoder0Self", x);
    x = plus(
      x,
      attend("encoder0Self", read, read, () => true),
    );
    x = plus(x, forward("encoder0Inner", x));
    const encoded = norm("encoderEnd", x);
    let y = start("targetEmbedding", [0, 4]);
    const own = norm("decoder0Self", y);
    y = plus(
      y,
      attend("decoder0Self", own, own, (query, key) => key <= query),
    );
    y = plus(
      y,
      attend("decoder0Source", norm("decoder0Source", y), encoded, () => true),
    );
    y = plus(y, forward("decoder0Inner", y));
    const expected = norm("decoderEnd", y).flat();

    // One more position on either side than there are words: padding has no influence.
    const one = { source: flatSentences([Int32Array.from(words)]), target: flatSentences([Int32Array.of(4)]) };
    const { source, inputs } = pairArrays(one, { pairs: [0], rows: 1, source: 4, target: 3 }, mechanism);
    const program = attender("softmax").jit(
      (given: Attend, all: NamedArrays, batch: Pick<PairArrays, "source" | "inputs">) => {
        const { features, weights } = design.read(given, all, batch.source, batch.inputs, null);
        tree.dispose([all, batch, weights]);
        return features;
      },
    );
    const found = await numbers(await program(toArrays(tensors), { source, inputs }));
    expected.forEach((value, i) => expect(found[i]).toBeCloseTo(value, 5));
  });

  it("wants features for its heads", () => {
    expect(() => transformerModel({ features: 6, layers: 1, heads: 2, inner: 4, mapped: "last" })).toThrow(
      "features is 6: a multiple of twice the heads (4) is needed",
    );
  });
});

/** Softmax outside of programs. */
const eager: Attend = (scores, options) => {
  const mask = options?.mask;
  return nn.softmax(mask === undefined ? scores : np.where(np.greater(mask, 0), scores, -1e9), -1);
};

describe("combined attention", () => {
  it("adds what the density's regression says to the weights", async () => {
    const mechanism = toyMechanism("softmax", {}, 1);
    const two = {
      source: flatSentences([Int32Array.of(3, 4, 5), Int32Array.of(6)]),
      target: flatSentences([new Int32Array(0), new Int32Array(0)]),
    };
    const { source } = pairArrays(two, { pairs: [0, 1], rows: 2, source: 4, target: 4 }, mechanism);
    const { combinedAttention } = await import("fenchel/jax");
    const scores = np.array([[[0.4, 1.2, -0.3, 9]], [[0.7, 9, 9, 9]]]);
    const { weights, effective } = looker(eager, mechanism, source.sight)(scores);
    const values = np.array([
      [[1], [2], [4], [0]],
      [[3], [0], [0], [0]],
    ]);
    const context = await numbers(np.matmul(effective, values.ref));
    const { regression, coordinates } = source.sight;
    const density = { alpha: 1, basis: mechanism.density!.basis, variance: 1e-4 };
    const expected = await numbers(
      combinedAttention(values, weights.reshape([2, 4]), {
        ...density,
        regression: regression!,
        coordinates: coordinates!,
      }),
    );
    context.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 4));
  });
});

let held: Trained | null = null;
afterEach(() => {
  held?.model.dispose();
  if (held !== null) tree.dispose(held.parameters);
  held = null;
});

const decoding = { rows: 8, lengthPenalty: 0, mostWords: () => 9, unknowns: false };

/** What must hold for any trained model: it has learnt the toy, one beam is greedy, more beams find nothing worse. */
async function expectLearnt(trained: Trained): Promise<void> {
  held = trained;
  const { model, parameters } = trained;
  const { loss, accuracy } = await judgeGiven(model, parameters, toyPairs, positions);
  expect(accuracy).toBeGreaterThan(0.95);
  expect(loss).toBeLessThan(0.25);
  const greedy = await beamSearch(model, parameters, toyPairs.source, { ...decoding, beams: 1 });
  const wide = await beamSearch(model, parameters, toyPairs.source, { ...decoding, beams: 3 });
  const right = greedy.filter(({ ids }, i) => ids.join() === toySentences[i]!.toReversed().join());
  expect(right.length).toBeGreaterThanOrEqual(22);
  wide.forEach(({ logProbability }, i) =>
    expect(logProbability).toBeGreaterThanOrEqual(greedy[i]!.logProbability - 1e-4),
  );
  for (const [i, { weights, ended, ids }] of greedy.entries()) {
    expect(weights).toHaveLength(ids.length + Number(ended));
    for (const row of weights) {
      expect(row).toHaveLength(toySentences[i]!.length);
      expect(row.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 4);
    }
  }
  // Given what greedy search wrote, word for word, each was the most probable, and the probabilities are those of the search.
  const own = { source: toyPairs.source, target: flatSentences(greedy.map(({ ids }) => ids)) };
  await judgeGiven(model, parameters, own, positions, {
    see: ({ chosen, losses }, index) => {
      const { ids, ended, logProbability } = greedy[index]!;
      expect(Array.from(chosen.slice(0, ids.length))).toEqual(Array.from(ids));
      if (ended) expect(-losses.reduce((sum, one) => sum + one, 0)).toBeCloseTo(logProbability, 2);
      expect(sentenceAt(own.target, index)).toEqual(ids);
    },
  });
}

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
    await expectLearnt(await trainToy(recurrent(), mechanism, 160));
  });

  it("with input feeding and one vocabulary", async () => {
    await expectLearnt(await trainToy(recurrent(true), toyMechanism("sparsemax"), 160, { joint: true }));
  });

  it.each([
    ["fusedmax in the last layer", "last", toyMechanism("fusedmax", { lambda: 0.05 })],
    ["sparsemax everywhere", "all", toyMechanism("sparsemax")],
    ["combined softmax over the source", "source", toyMechanism("softmax", {}, 1)],
  ] as const)("by the transformer with %s", async (_, mapped, mechanism) => {
    await expectLearnt(await trainToy(transformer(mapped, mapped === "all" ? 1 : 2), mechanism, 200));
  });
});

describe("copying", () => {
  it.each([
    ["recurrent", recurrent(), 160],
    ["transformer", transformer("last"), 300],
  ] as const)("lets the %s model learn the toy, too", async (_, maker, steps) => {
    await expectLearnt(await trainToy(maker, toyMechanism("sparsemax"), steps, { joint: true, copying: true }));
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
    const losses = await numbers(copyingHead.losses(parameters, reading(), source, outputs(), 0));
    expect(losses[0]).toBeCloseTo(-Math.log(probabilities[0]![3]!), 5);
    expect(losses[1]).toBeCloseTo(-Math.log(probabilities[1]![0]!), 5);
    const seen = copyingHead.sourceOf(parameters, source);
    const { scores, total } = copyingHead.scores(parameters, reading(), seen);
    const found = await numbers(scores);
    probabilities.flat().forEach((p, i) => expect(found[i]).toBeCloseTo(Math.log(p), 5));
    expect(await numbers(total)).toEqual([0, 0]);
    tree.dispose([parameters, source, seen]);
  });
});

describe("decoding", () => {
  it("takes empty sources and stops at the most words", async () => {
    const mechanism = toyMechanism("softmax");
    held = await trainToy(recurrent(), mechanism, 1);
    const sources = flatSentences([new Int32Array(0), Int32Array.of(3, 4), Int32Array.of(5)]);
    const written = await beamSearch(held.model, held.parameters, sources, {
      ...decoding,
      beams: 2,
      mostWords: (length) => length,
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
    held = await trainToy(recurrent(), mechanism, 1);
    const { model } = held;
    // A bias that makes the unknown word the likeliest.
    const bias = held.parameters["outputBias"]!;
    const parameters = { ...held.parameters, outputBias: np.array([-9, 50, 0, 0, 0, 0, 0, 0]) };
    const without = await beamSearch(model, parameters, toyPairs.source, { ...decoding, beams: 2 });
    expect(without.flatMap(({ ids }) => Array.from(ids))).not.toContain(1);
    const withThem = await beamSearch(model, parameters, toyPairs.source, { ...decoding, beams: 2, unknowns: true });
    expect(new Set(withThem.flatMap(({ ids }) => Array.from(ids)))).toEqual(new Set([1]));
    bias.dispose();
    held = { model, parameters };
  });

  it("prefers longer sequences with a length penalty", async () => {
    held = await trainToy(recurrent(), toyMechanism("softmax"), 20);
    const length = async (lengthPenalty: number) => {
      const written = await beamSearch(held!.model, held!.parameters, toyPairs.source, {
        ...decoding,
        beams: 4,
        lengthPenalty,
      });
      return written.reduce((sum, { ids }) => sum + ids.length, 0);
    };
    expect(await length(4)).toBeGreaterThan(await length(0));
  });
});

describe("vocabularies of one word", () => {
  it.each([
    ["recurrent", recurrent()],
    ["transformer", transformer("last", 1)],
  ])("do for the %s model", async (_, maker) => {
    const mechanism = toyMechanism("sparsemax");
    const design: SequenceModel = maker({ source: 3, target: 3, joint: false }, mechanism);
    const model = compileSequenceModel(design, mechanism, { dropout: 0.2, wordDropout: 0.1, smoothing: 0.1 });
    const parameters = toArrays(initialTensors(design.shapes, 1));
    const pairs = { source: flatSentences([Int32Array.of(2, 2)]), target: flatSentences([Int32Array.of(2)]) };
    const [plan] = planPairs(pairs, 16);
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
