/** The encoder-decoder of whole programs and the recurrent unit in it: what it reads and writes, its gradients, its dropout. */
import { init, numpy as np, tree } from "@jax-js/jax";
import { beforeAll, describe, expect, it } from "vitest";
import { compileTranslator, type PairBatch } from "../../src/models/compiled-translator.ts";
import { encoderDecoderShapes, type EncoderDecoderParameters } from "../../src/models/encoder-decoder.ts";
import { gruStep } from "../../src/models/gru.ts";
import { initialTensors, toArrays, toTensors } from "../../src/models/parameters.ts";
import { derivedSeed, normalNumbers, uniformNumbers } from "../../src/models/random-numbers.ts";
import { pairArrays, type EncodedPair } from "../../src/training/sentence-batches.ts";

beforeAll(async () => {
  await init("wasm");
});

const sizes = { sourceVocabulary: 9, targetVocabulary: 8, embedding: 3, hidden: 4 };
const names = ["softmax", "sparsemax", "fusedmax"];

type Values = Record<string, Float32Array<ArrayBuffer>>;

function parameterValues(): Values {
  const tensors = initialTensors(encoderDecoderShapes(sizes), 5);
  const values: Values = Object.fromEntries(Object.entries(tensors).map(([name, { values: array }]) => [name, array]));
  // Steeper scores than at the start of training, so that sparse weights have zeros.
  values["attention"] = values["attention"]!.map((x) => 4 * x);
  const normal = normalNumbers(uniformNumbers(8));
  for (const name of Object.keys(values).filter((key) => key.endsWith("Bias"))) {
    values[name] = values[name]!.map(() => 0.3 * normal());
  }
  return values;
}

function arrays(values: Values): EncoderDecoderParameters {
  const shapes = encoderDecoderShapes(sizes);
  const tensors = Object.entries(values).map(([name, array]) => {
    return [name, { shape: shapes[name as keyof typeof shapes].shape, values: array }];
  });
  return toArrays(Object.fromEntries(tensors));
}

const pairs: EncodedPair[] = [
  { source: Int32Array.of(3, 7, 2, 5), target: Int32Array.of(4, 2, 6) },
  { source: Int32Array.of(8, 4), target: Int32Array.of(7) },
];

const batch = (length: number, rows = 2): PairBatch => pairArrays(pairs, { pairs: [0, 1], length }, rows);

const options = (mapping: string) => ({ mapping, mappingOptions: {}, dropout: 0, wordDropout: 0 });

describe("a gated recurrent unit", () => {
  it("follows its formula", () => {
    const [x, h, u] = [[0.3, -0.2, 0.8], [0.5], [0.7, -0.4, 1.1]] as const;
    const sigmoid = (t: number) => 1 / (1 + Math.exp(-t));
    const reset = sigmoid(x[0] + u[0] * h[0]);
    const keep = sigmoid(x[1] + u[1] * h[0]);
    const fresh = Math.tanh(x[2] + reset * u[2] * h[0]);
    const next = gruStep(np.array([[...x]]), np.array([[...h]]), np.array([[...u]]));
    expect(next.item()).toBeCloseTo((1 - keep) * fresh + keep * h[0], 6);
  });

  it("runs two networks side by side", () => {
    const normal = normalNumbers(uniformNumbers(1));
    const random = (shape: number[]) => {
      const size = shape.reduce((product, n) => product * n, 1);
      return np.array(Float32Array.from({ length: size }, normal), { shape });
    };
    const [input, state, recurrent] = [random([2, 3, 12]), random([2, 3, 4]), random([2, 4, 12])];
    const both = gruStep(input.ref, state.ref, recurrent.ref).js() as number[][][];
    for (const i of [0, 1]) {
      const alone = gruStep(input.ref.slice(i), state.ref.slice(i), recurrent.ref.slice(i)).js() as number[][];
      alone.forEach((row, b) => row.forEach((value, k) => expect(both[i]![b]![k]).toBeCloseTo(value, 5)));
    }
    tree.dispose([input, state, recurrent]);
  });
});

describe.each(names)("the encoder-decoder with %s", (mapping) => {
  it("gives one distribution over the source a target word, whatever the padding and the other rows", async () => {
    const model = compileTranslator(options(mapping));
    const predict = async (length: number, rows: number) => {
      const { scores, weights, chosen, losses } = await model.predict(arrays(parameterValues()), batch(length, rows));
      expect(scores.shape).toEqual([rows, length, length]);
      expect(chosen.shape).toEqual([rows, length]);
      tree.dispose([scores, chosen]);
      return { weights: weights.js() as number[][][], losses: losses.js() as number[][] };
    };
    const short = await predict(4, 2);
    const long = await predict(6, 3);
    pairs.forEach(({ source, target }, row) => {
      for (let t = 0; t <= target.length; t++) {
        const own = short.weights[row]![t]!;
        expect(own.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 5);
        own.slice(source.length).forEach((weight) => expect(weight).toBe(0));
        own.forEach((weight, j) => expect(long.weights[row]![t]![j]).toBeCloseTo(weight, 5));
        expect(long.losses[row]![t]).toBeCloseTo(short.losses[row]![t]!, 5);
      }
      short.losses[row]!.slice(target.length + 1).forEach((loss) => expect(loss).toBe(0));
    });
    model.dispose();
  });

  it("writes word by word what it says of a whole sentence", async () => {
    const model = compileTranslator(options(mapping));
    const whole = await model.predict(arrays(parameterValues()), batch(4));
    const scores = whole.scores.js() as number[][][];
    const weights = whole.weights.js() as number[][][];
    tree.dispose([whole.chosen, whole.losses]);
    const { source, ...unused } = batch(4);
    tree.dispose(unused);
    const { annotations, mask, state } = await model.encode(arrays(parameterValues()), source);
    let current = state;
    for (let t = 0; t < 3; t++) {
      const words = np.array(
        Int32Array.from(pairs, ({ target }) => (t === 0 ? 0 : (target[t - 1] ?? 0))),
        { shape: [2, 1] },
      );
      const encoded = { annotations: annotations.ref, mask: mask.ref, state: current };
      const written = await model.step(arrays(parameterValues()), encoded, words);
      current = written.state;
      const stepScores = written.scores.js() as number[][][];
      const stepWeights = written.weights.js() as number[][][];
      for (const row of t < 2 ? [0, 1] : [0]) {
        stepScores[row]![0]!.forEach((score, j) => expect(score).toBeCloseTo(scores[row]![t]![j]!, 4));
        stepWeights[row]![0]!.forEach((weight, j) => expect(weight).toBeCloseTo(weights[row]![t]![j]!, 4));
      }
      for (const word of await written.chosen.data()) expect(word).not.toBe(1);
    }
    tree.dispose([annotations, mask, current]);
    model.dispose();
  });

  it("has the gradient of its loss", async () => {
    const model = compileTranslator(options(mapping));
    const key = () => np.array(new Uint32Array([1, 2]));
    const lossOf = async (values: Values) => {
      const [loss, gradient] = await model.gradient(arrays(values), batch(4, 3), key());
      return { loss: loss.item() as number, gradient };
    };
    const found = await toTensors((await lossOf(parameterValues())).gradient);
    expect(Object.keys(found).sort()).toEqual(Object.keys(encoderDecoderShapes(sizes)).sort());
    for (const [name, { values: wanted }] of Object.entries(found)) {
      // The directional derivative along a random direction, by central differences.
      const normal = normalNumbers(uniformNumbers(derivedSeed(1, name)));
      const direction = wanted.map(normal);
      const step = 2e-3;
      const side = async (sign: number) => {
        const values = parameterValues();
        values[name] = values[name]!.map((x, i) => x + sign * step * direction[i]!);
        const { loss, gradient } = await lossOf(values);
        tree.dispose(gradient);
        return loss;
      };
      const expected = ((await side(1)) - (await side(-1))) / (2 * step);
      const product = wanted.reduce((sum, x, i) => sum + x * direction[i]!, 0);
      expect(Math.abs(product - expected), name).toBeLessThan(1e-3 + 0.01 * Math.abs(expected));
      expect(
        wanted.some((x) => x !== 0),
        name,
      ).toBe(true);
    }
    model.dispose();
  });
});

describe("dropout", () => {
  it("zeroes the same for the same key and other things for another", async () => {
    for (const rates of [
      { dropout: 0.5, wordDropout: 0 },
      { dropout: 0, wordDropout: 0.5 },
    ]) {
      const model = compileTranslator({ ...options("softmax"), ...rates });
      const loss = async (key: number) => {
        const [value, gradient] = await model.gradient(
          arrays(parameterValues()),
          batch(4),
          np.array(new Uint32Array([1, key])),
        );
        tree.dispose(gradient);
        return value.item() as number;
      };
      const losses = [await loss(1), await loss(2), await loss(3)];
      expect(await loss(1)).toBe(losses[0]);
      expect(new Set(losses).size).toBeGreaterThan(1);
      model.dispose();
    }
  });
});
