/** The text classifier: what it attends to, its gradients, its dropout and its loss. */
import { init, numpy as np, tree } from "@jax-js/jax";
import { beforeAll, describe, expect, it } from "vitest";
import { crossEntropy } from "../../src/nn/losses.ts";
import { compileClassifier } from "../../src/tasks/spam/classifier.ts";
import { initialTensors, toArrays, toTensors } from "../../src/nn/parameters.ts";
import { foldIn, normalNumbers, uniformNumbers } from "../../src/base/rng.ts";
import { textClassifierShapes, type TextClassifierParameters } from "../../src/tasks/spam/model.ts";

beforeAll(async () => {
  await init("wasm");
});

const sizes = { vocabulary: 20, embedding: 6, hidden: 8, labels: 2 };
const names = ["softmax", "sparsemax", "entmax", "fusedmax", "oscarmax"];

type Values = Record<string, Float32Array<ArrayBuffer>>;

function parameterValues(seed = 3): Values {
  const tensors = initialTensors(textClassifierShapes(sizes), seed);
  const values: Values = Object.fromEntries(Object.entries(tensors).map(([name, { values: array }]) => [name, array]));
  // Larger embeddings than at the start of training, so that scores differ and weights are sparse.
  values["embedding"] = values["embedding"]!.map((x) => 12 * x) as Float32Array<ArrayBuffer>;
  return values;
}

function arrays(values: Values): TextClassifierParameters {
  const shapes = textClassifierShapes(sizes);
  const tensors = Object.entries(values).map(([name, array]) => {
    return [name, { shape: shapes[name as keyof typeof shapes].shape, values: array }];
  });
  return toArrays(Object.fromEntries(tensors));
}

function batch(rows: readonly (readonly number[])[], length: number) {
  const words = new Int32Array(rows.length * length);
  const mask = new Float32Array(rows.length * length);
  rows.forEach((row, i) => {
    words.set(row, i * length);
    mask.fill(1, i * length, i * length + row.length);
  });
  const shape = [rows.length, length];
  return { words: np.array(words, { shape }), mask: np.array(mask, { shape }) };
}

const rows = [
  [3, 7, 2, 9, 4],
  [5, 5, 6],
  [11, 12, 13, 14, 15, 16, 17],
];

describe.each(names)("the text classifier with %s", (mapping) => {
  const compiled = (dropout = 0) => compileClassifier({ mapping, mappingOptions: {}, dropout, labelSmoothing: 0.1 });

  it("attends to words only, and does not see how far texts are padded", async () => {
    const model = compiled();
    const predict = async (length: number) => {
      const { logits, weights } = await model.predict(arrays(parameterValues()), batch(rows, length));
      return { logits: logits.js() as number[][], weights: weights.js() as number[][] };
    };
    const short = await predict(7);
    const long = await predict(12);
    rows.forEach((row, i) => {
      expect(short.weights[i]!.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
      short.weights[i]!.slice(row.length).forEach((weight) => expect(weight).toBe(0));
      long.weights[i]!.forEach((weight, k) => expect(weight).toBeCloseTo(short.weights[i]![k] ?? 0, 5));
      long.logits[i]!.forEach((logit, k) => expect(logit).toBeCloseTo(short.logits[i]![k]!, 4));
    });
    model.dispose();
  });

  it("has the gradient of its loss", async () => {
    const model = compiled();
    const labels = () => np.array(Int32Array.of(1, 0, 1));
    const counted = () => np.array(Float32Array.of(1, 1, 0));
    const key = () => np.array(new Uint32Array([1, 2]));
    const lossOf = async (values: Values) => {
      const [loss, gradient] = await model.gradient(arrays(values), batch(rows, 7), labels(), counted(), key());
      return { loss: loss.item(), gradient };
    };
    const { gradient } = await lossOf(parameterValues());
    const found = await toTensors(gradient);
    for (const [name, { values: wanted }] of Object.entries(found)) {
      // The directional derivative along a random direction, by central differences.
      const normal = normalNumbers(uniformNumbers(foldIn(1, name)));
      const direction = wanted.map(normal);
      const step = 1e-3;
      const side = async (sign: number) => {
        const values = parameterValues();
        values[name] = values[name]!.map((x, i) => x + sign * step * direction[i]!) as Float32Array<ArrayBuffer>;
        const { loss, gradient: unused } = await lossOf(values);
        tree.dispose(unused);
        return loss;
      };
      const expected = ((await side(1)) - (await side(-1))) / (2 * step);
      const product = wanted.reduce((sum, x, i) => sum + x * direction[i]!, 0);
      expect(Math.abs(product - expected), name).toBeLessThan(2e-3 + 0.02 * Math.abs(expected));
    }
    // A row that is not counted leaves no trace.
    const other = await model.gradient(
      arrays(parameterValues()),
      batch([rows[0]!, rows[1]!, [1]], 7),
      labels(),
      counted(),
      key(),
    );
    expect(other[0].item()).toBeCloseTo((await lossOf(parameterValues())).loss, 6);
    model.dispose();
  });

  it("drops the same words for the same key and others for another", async () => {
    const model = compiled(0.5);
    const loss = async (key: number) => {
      const [value, gradient] = await model.gradient(
        arrays(parameterValues()),
        batch(rows, 7),
        np.array(Int32Array.of(1, 0, 1)),
        np.ones([3]),
        np.array(new Uint32Array([1, key])),
      );
      tree.dispose(gradient);
      return value.item();
    };
    expect(await loss(1)).toBe(await loss(1));
    expect(await loss(1)).not.toBe(await loss(2));
    model.dispose();
  });
});

describe("crossEntropy", () => {
  it("is the mean of -sum wanted log p over the texts that count, with a share spread over all labels", () => {
    const logits = [
      [2, -1, 0.5],
      [0.1, 0.2, 0.3],
      [9, 9, 9],
    ];
    const labels = [0, 2, 1];
    for (const smoothing of [0, 0.1]) {
      const wanted = [0, 1].map((row) => {
        const total = Math.log(logits[row]!.reduce((sum, x) => sum + Math.exp(x), 0));
        return logits[row]!.reduce((sum, x, label) => {
          const share = (label === labels[row] ? 1 - smoothing : 0) + smoothing / 3;
          return sum - share * (x - total);
        }, 0);
      });
      const found = crossEntropy(np.array(logits), np.array(Int32Array.from(labels)), np.array([1, 1, 0]), smoothing);
      expect(found.item()).toBeCloseTo((wanted[0]! + wanted[1]!) / 2, 5);
    }
  });
});
