/** The page's forward pass against fenchel-lab's classifier on the engine, with the shipped bytes as parameters. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { init, numpy as np } from "@jax-js/jax";
import { attender } from "fenchel/jax";
import { beforeAll, describe, expect, test } from "vitest";
import { textClassifier, type TextClassifierParameters } from "../../../packages/lab/src/tasks/spam/model.ts";
import { evaluate } from "../src/core/evaluate.ts";
import { defaultValues } from "../src/core/mappings.ts";
import { samples } from "../src/views/text/samples.ts";
import { judge, parseSpamModel, readText, readWords, type SpamManifest } from "../src/views/text/spam-model.ts";

const folder = fileURLToPath(new URL("../public/models/", import.meta.url));
const manifest = JSON.parse(readFileSync(`${folder}spam.json`, "utf8")) as SpamManifest;
const bytesOf = (file: string) => new Uint8Array(readFileSync(folder + file)).buffer;

beforeAll(async () => {
  await init("wasm");
});

describe.each(Object.keys(manifest.models))("%s", (name) => {
  const { file, options } = manifest.models[name]!;
  const model = parseSpamModel(bytesOf(file), manifest);

  test("the same attention and probabilities as the engine's", async () => {
    const { ids } = readText(samples[0]!.text, manifest);
    const e = manifest.embedding;
    const rows = manifest.words.length + 2;
    const array = (values: Float32Array, ...shape: number[]) => np.array(values.slice()).reshape(shape);
    const labels = manifest.labels.length;
    const embedding = Float32Array.from(model.embedding, (byte, i) => byte * model.scales[Math.floor(i / e)]!);
    const parameters: TextClassifierParameters = {
      embedding: array(embedding, rows, e),
      context: array(model.context, 3 * e, e),
      contextBias: array(model.contextBias, e),
      attention: array(model.attention, e, manifest.hidden),
      attentionBias: array(model.attentionBias, manifest.hidden),
      attentionVector: array(model.attentionVector, manifest.hidden),
      evidence: array(model.evidence, e, labels),
      evidenceBias: array(model.evidenceBias, labels),
    };
    const program = attender(name, options).jit(
      (attend, given: TextClassifierParameters, words: np.Array, mask: np.Array) => {
        const { logits, evenLogits, weights } = textClassifier(attend, given, { words, mask });
        evenLogits.dispose();
        return { logits, weights };
      },
    );
    const words = np.array(ids, { shape: [1, ids.length], dtype: np.int32 });
    const mask = np.ones([1, ids.length]);
    const { logits, weights } = await program(parameters, words, mask);
    const [engineLogits, engineWeights] = [await logits.data(), await weights.data()];
    const reading = readWords(model, ids);
    const own = evaluate(name, reading.scores, { ...defaultValues, ...options });
    Float32Array.from(engineWeights as Float32Array).forEach((weight, i) =>
      expect(own.weights[i]!).toBeCloseTo(weight, 5),
    );
    const probability = 1 / (1 + Math.exp(engineLogits[0]! - engineLogits[1]!));
    expect(judge(model, reading, own.weights)[1]!).toBeCloseTo(probability, 5);
    program.dispose();
  });

  test("invented mail is told apart", () => {
    const spamOf = (text: string) => {
      const reading = readWords(model, readText(text, manifest).ids);
      return judge(model, reading, evaluate(name, reading.scores, { ...defaultValues, ...options }).weights)[1]!;
    };
    expect(spamOf(samples[0]!.text)).toBeGreaterThan(0.5);
    expect(spamOf(samples[1]!.text)).toBeLessThan(0.5);
  });

  test("a file cut short is refused", () => {
    expect(() => parseSpamModel(bytesOf(file).slice(0, 1000), manifest)).toThrow(RangeError);
  });
});

test("all models together stay below 700 KB", () => {
  const files = ["spam.json", ...Object.values(manifest.models).map(({ file }) => file)];
  const total = files.reduce((sum, file) => sum + readFileSync(folder + file).length, 0);
  expect(total).toBeLessThan(700_000);
});
