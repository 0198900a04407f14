/** Sequence models and combined attention follow their formulas. */
import { init, nn, numpy as np, tree } from "@jax-js/jax";
import { attender, combinedAttention, type Attend } from "fenchel/jax";
import { beforeAll, describe, expect, it } from "vitest";
import { initialTensors, toArrays, type NamedArrays } from "../../../src/nn/parameters.ts";
import { pairArrays, type PairArrays } from "../../../src/tasks/seq2seq/batches.ts";
import { compileSequenceModel } from "../../../src/tasks/seq2seq/compiled.ts";
import { raggedArray } from "../../../src/base/ragged.ts";
import { makeAttention } from "../../../src/tasks/seq2seq/cross-attention.ts";
import { transformerModel } from "../../../src/tasks/seq2seq/transformer.ts";
import { recurrent } from "./support/learnt.ts";
import { numbers } from "./support/numbers.ts";
import { toyMechanism } from "./support/toy.ts";

beforeAll(async () => {
  await init("wasm");
});

describe("the recurrent model", () => {
  it("with input feeding takes only mappings in closed form", () => {
    const design = recurrent(true)({ source: 5, target: 5, joint: true }, toyMechanism("softmax"));
    expect(() =>
      compileSequenceModel(design, toyMechanism("fusedmax"), { dropout: 0, tokenDropout: 0, labelSmoothing: 0 }),
    ).toThrow('mapping is "fusedmax": with input feeding');
  });
});

describe("the transformer", () => {
  it("follows its formula", async () => {
    const mechanism = toyMechanism("softmax");
    const [d, heads] = [8, 2];
    const sizes = { features: d, layers: 1, heads, inner: 6, scope: "last-cross" } as const;
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
    const one = { source: raggedArray([Int32Array.from(words)]), target: raggedArray([Int32Array.of(4)]) };
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
    expect(() => transformerModel({ features: 6, layers: 1, heads: 2, inner: 4, scope: "last-cross" })).toThrow(
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
      source: raggedArray([Int32Array.of(3, 4, 5), Int32Array.of(6)]),
      target: raggedArray([new Int32Array(0), new Int32Array(0)]),
    };
    const { source } = pairArrays(two, { pairs: [0, 1], rows: 2, source: 4, target: 4 }, mechanism);
    const scores = np.array([[[0.4, 1.2, -0.3, 9]], [[0.7, 9, 9, 9]]]);
    const { weights, effective } = makeAttention(eager, mechanism, source.sight)(scores);
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
