import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { init, numpy as np } from "@jax-js/jax";
import type { Attend } from "fenchel/jax";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { uniformNumbers } from "../../src/base/rng.ts";
import { encode } from "fast-png";
import { withHiddenTest } from "../../src/compare/grid-search.ts";
import { RunError } from "../../src/base/run-error.ts";
import { loadRun } from "../../src/tasks/load-run.ts";
import { runTask } from "../../src/tasks/run-task.ts";
import { completeSettings } from "../../src/tasks/settings.ts";
import type { ExampleRun, RunConfig } from "../../src/tasks/task.ts";
import { allBatches, batchArrays, drawBatches } from "../../src/tasks/vqa/batches.ts";
import { checkGrid } from "../../src/tasks/vqa/classifier.ts";
import { questionWords } from "../../src/tasks/vqa/data.ts";
import { vqaFigures } from "../../src/tasks/vqa/figures.ts";
import { shapeScores, type VqaExample } from "../../src/tasks/vqa/predictions.ts";
import { segmentationMask } from "../../src/tasks/vqa/segmentation-mask.ts";
import { spatialAttention, spatialAttentions } from "../../src/tasks/vqa/spatial-attention.ts";
import { vqa } from "../../src/tasks/vqa/task.ts";
import { drawnData, SIZE, squarePicture } from "./drawn-pictures.ts";

const data = drawnData();
const settings = completeSettings(vqa.settings, {
  epochs: 10,
  patience: 10,
  batchSize: 8,
  questionsPerImage: 2,
  learningRate: 0.012,
  patchDropout: 0.1,
  grid: 8,
  embeddingSize: 16,
  hiddenSize: 16,
});

function configOf(mapping: string, options: Readonly<Record<string, number>> = {}): RunConfig {
  const choice = spatialAttentions.resolve({ mapping, options });
  return {
    task: "vqa",
    mapping,
    mappingOptions: choice.options,
    seed: 1,
    settings,
    dataChecksum: data.checksum,
  };
}

const folder = mkdtempSync(join(tmpdir(), "fenchel-vqa-"));
beforeAll(() => init("wasm"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("the mask of a shape", () => {
  it("holds the pixels that the shape covers by more than half", () => {
    const picture = squarePicture([0, 128, 128], { left: 3, top: 5, side: 4 });
    // Edges, three quarters and one quarter of the way from the ground to the shape.
    picture.set([61, 157, 157], 3 * (5 * SIZE + 7));
    picture.set([184, 216, 216], 3 * (6 * SIZE + 7));
    const mask = segmentationMask(picture);
    const inside = Array.from(mask.keys()).filter((pixel) => mask[pixel] === 1);
    const square = [5, 6, 7, 8].flatMap((y) => [3, 4, 5, 6].map((x) => y * SIZE + x));
    expect(inside).toEqual([...square, 5 * SIZE + 7].toSorted((a, b) => a - b));
  });

  it("finds a shape lighter than its ground as well as a darker one, and none where all is ground", () => {
    const white = squarePicture([255, 255, 255], { left: 0, top: 0, side: 5 });
    expect(segmentationMask(white).reduce((sum, one) => sum + one, 0)).toBe(25);
    expect(segmentationMask(new Uint8Array(48).fill(200)).includes(1)).toBe(false);
  });
});

describe("the data", () => {
  it("keep every picture and all its questions in one split", () => {
    const { train, dev, test } = data;
    expect([train.images.length, dev.images.length, test.images.length]).toEqual([144, 16, 40]);
    expect(data.counts).toEqual({ train: 288, dev: 32, test: 80 });
    const seen = new Set(train.images);
    expect(dev.images.some((image) => seen.has(image))).toBe(false);
    for (const { questions, images } of [train, dev, test]) {
      expect(questions.every(({ image }) => image < images.length)).toBe(true);
    }
    expect(withHiddenTest(data).test).toBe(dev);
  });

  it("make words of questions", () => {
    expect(questionWords("Is there a TEAL shape?")).toEqual(["is", "there", "a", "teal", "shape"]);
  });

  it("ask every question once when a split is read, whatever fits into a batch", () => {
    const { test } = data;
    for (const questionsPerImage of [1, 2, 3]) {
      const batches = allBatches(test, { batchSize: 7, questionsPerImage });
      const asked = batches.flatMap((batch) => batch.flatMap(({ questions }) => questions));
      expect(asked.toSorted((a, b) => a - b)).toEqual(test.questions.map((_, i) => i));
      expect(Math.max(...batches.map((batch) => batch.length))).toBe(7);
    }
  });

  it("show every picture once an epoch, with questions of its own", () => {
    const { train } = data;
    const batches = drawBatches(train, { batchSize: 10, questionsPerImage: 1 }, uniformNumbers(5)).flat();
    expect(batches.map(({ image }) => image).toSorted((a, b) => a - b)).toEqual(train.images.map((_, i) => i));
    for (const { image, questions } of batches) {
      expect(questions.map((index) => train.questions[index]!.image)).toEqual([image]);
    }
  });

  it("cut pictures into cells, row by row", async () => {
    const picture = squarePicture([245, 0, 0], { left: 2, top: 0, side: 1 });
    const part = { images: [picture], questions: [{ text: "", words: [1, 1], answer: 2, image: 0 }] };
    const shape = { batchSize: 1, questionsPerImage: 2, size: SIZE, grid: 8, words: 3 };
    const arrays = batchArrays(part, [{ image: 0, questions: [0] }], shape);
    const patches = (await arrays.patches.data()) as Float32Array;
    expect(arrays.patches.shape).toEqual([1, 8, 8, 12]);
    // Pixel (2, 0) is the first of the second cell; its green and blue are dark.
    const dark = Array.from(patches.keys()).filter((i) => patches[i] === 1);
    expect(dark).toEqual([13, 14]);
    expect(Array.from(await arrays.words.data())).toEqual([0, 2, 0, 0, 0, 0]);
    expect(Array.from(await arrays.answers.data())).toEqual([2, 0]);
    expect(Array.from(await arrays.counted.data())).toEqual([1, 0]);
  });
});

describe("attention", () => {
  it("has defaults, and refuses what it does not take", () => {
    const resolve = (mapping: string, options = {}) => spatialAttentions.resolve({ mapping, options });
    expect(vqa.mappings.map(({ mapping }) => mapping)).toEqual([...spatialAttentions.names, "softmax"]);
    expect(resolve("tvmax", { lambda: 0.2 }).options).toEqual({ gamma: 0.4, lambda: 0.2 });
    expect(resolve("continuous-softmax").options).toEqual({ gamma: 0.4, basis: 100 });
    expect(() => resolve("fusedmax")).toThrow(/fusedmax is not available for training; choose one of softmax/);
    expect(() => resolve("softmax", { lambda: 1 })).toThrow(/unknown option lambda for softmax/);
    expect(() => resolve("softmax", { gamma: 0 })).toThrow(/gamma/);
    expect(() => resolve("continuous-softmax", { basis: 50 })).toThrow(/basis is 50/);
    expect(() => resolve("constructor")).toThrow(/constructor/);
  });
});

describe.each(spatialAttentions.names)("%s", (mapping) => {
  it("learns what colour a square has and where it is", { timeout: 240_000 }, async () => {
    const result = await runTask(vqa, configOf(mapping, { gamma: 0.3 }), data, join(folder, mapping));
    const { accuracy, mass, recall, areaRatio, iou } = result.scores;
    expect(accuracy).toBeGreaterThanOrEqual(0.9);
    // A square takes a tenth of its picture.
    expect(mass).toBeGreaterThan(0.25);
    for (const share of [mass, recall, iou]) expect(share).toBeLessThanOrEqual(1);
    expect(areaRatio).toBeGreaterThan(0);
    const shown = result.examples;
    expect(shown.map(({ answer }) => answer).slice(-2)).toEqual(["yes", "no"]);
    for (const { weights, density } of shown) {
      expect(weights === null).toBe(mapping.startsWith("continuous"));
      expect(density === null).toBe(!mapping.startsWith("continuous"));
    }
  });

  it("has a finite gradient where all weight is on one cell", async () => {
    const resolved = spatialAttentions.resolve({ mapping, options: { gamma: 1e-3 } });
    const look = spatialAttention(resolved, { grid: 4, ridge: 0.01 });
    const gradient = look.attention.valueAndGrad((attend: Attend, scores: np.Array) => {
      const { weights, location, scale2 } = look.apply(attend, scores);
      location?.dispose();
      scale2?.dispose();
      return weights.mul(np.arange(16).astype(np.float32)).sum();
    });
    const scores = Float32Array.from({ length: 16 }, (_, cell) => (cell === 6 ? 1 : -1));
    const [value, slope] = await gradient(np.array(scores, { shape: [1, 16] }));
    const read = [...(await value.data()), ...(await slope.data())];
    expect(read.every(Number.isFinite)).toBe(true);
    gradient.dispose();
  });
});

describe("a run", () => {
  const short = { ...configOf("continuous-sparsemax"), settings: { ...settings, epochs: 3 } };

  it("goes on from its last checkpoint and ends with the same figures", { timeout: 240_000 }, async () => {
    const whole = await runTask(vqa, short, data, join(folder, "whole"));
    const cut = join(folder, "cut");
    const stop = ({ epoch }: { epoch: number }) => {
      if (epoch === 3) throw new Error("killed");
    };
    await expect(runTask(vqa, short, data, cut, { onProgress: stop })).rejects.toThrow("killed");
    const epochs: number[] = [];
    const resumed = await runTask(vqa, short, data, cut, { onProgress: ({ epoch }) => epochs.push(epoch) });
    expect(new Set(epochs)).toEqual(new Set([3]));
    expect(resumed.scores).toEqual(whole.scores);
    expect(resumed.examples).toEqual(whole.examples);
  });

  it("refuses a grid that does not divide the pictures in one line for the user", async () => {
    const odd = { ...short, settings: { ...settings, grid: 5 } };
    const refused = runTask(vqa, odd, data, join(folder, "odd"));
    await expect(refused).rejects.toThrow(RunError);
    await expect(refused).rejects.toThrow("--grid is 5: it must divide the images' 16 pixels, as 1, 2, 4, 8, 16 do");
    for (const grid of [0, -4, 0.5, 32, Number.NaN]) expect(() => checkGrid({ grid }, SIZE)).toThrow(RunError);
    for (const grid of [1, 16]) expect(() => checkGrid({ grid }, SIZE)).not.toThrow();
  });

  it("explains a question about a PNG of the right size", async () => {
    const run = await loadRun(join(folder, "whole"));
    const question = new TextEncoder().encode("what color is the shape?");
    const png = (size: number) => {
      const square = squarePicture([255, 0, 0], { left: 4, top: 4, side: 5 });
      return encode({ width: size, height: SIZE, data: square.subarray(0, 3 * size * SIZE), channels: 3, depth: 8 });
    };
    const input = (image: Uint8Array) => [{ id: "q", label: null, parts: [question, image] }];
    const split = run.task.encode(input(png(SIZE)), run.vocabulary, run.config.settings);
    const [example] = (await run.explain(split)) as VqaExample[];
    expect([example!.question, example!.answer]).toEqual(["what color is the shape?", null]);
    expect(vqa.explain(example!).answer).toMatch(/^\w+ [01]\.\d\d, \d+ % of the attention on the shape$/);
    expect(() => run.task.encode(input(png(8)), run.vocabulary, run.config.settings)).toThrow(
      "image is 8 x 16 pixels: 16 x 16 of 8 bits per channel are needed",
    );
    expect(() => run.task.encode(input(question), run.vocabulary, run.config.settings)).toThrow(/image: not a PNG/);
    run.dispose();
  });

  it.each(["tvmax", "continuous-sparsemax"])("of %s needs no more than one patch", async (mapping) => {
    const one = { ...configOf(mapping), settings: { ...settings, grid: 1, epochs: 1 } };
    const { scores } = await runTask(vqa, one, data, join(folder, `one-${mapping}`));
    expect(Object.values(scores).every(Number.isFinite)).toBe(true);
    if (!mapping.startsWith("continuous")) expect(scores["areaRatio"]).toBeGreaterThan(1);
  });
});

describe("figures of attention", () => {
  const mask = segmentationMask(squarePicture([0, 0, 0], { left: 4, top: 4, side: 8 }));

  it("know weights of cells: all on the square, and even over the picture", () => {
    const on = Float32Array.from({ length: 16 }, (_, cell) => ([5, 6, 9, 10].includes(cell) ? 0.25 : 0));
    expect(shapeScores(on, mask, { grid: 4, share: 1 })).toEqual({ mass: 1, areaRatio: 1, recall: 1, iou: 1 });
    const even = new Float32Array(16).fill(1 / 16);
    expect(shapeScores(even, mask, { grid: 4, share: 1 })).toEqual({ mass: 0.25, areaRatio: 4, recall: 1, iou: 0.25 });
  });

  it("know densities: the circle around the square, and one within it", () => {
    // The support of a truncated paraboloid of scale s^2 I has the radius r with r^4 = 4 s^2 / pi.
    const round = (radius: number) => {
      const s2 = (Math.PI * radius ** 4) / 4;
      return { alpha: 2, location: [0.5, 0.5], scale2: [s2, 0, 0, s2] };
    };
    const options = { grid: 4, share: 1 };
    const around = shapeScores(round(Math.sqrt(1 / 8) + 1e-3), mask, options);
    expect(around.recall).toBeCloseTo(1, 1);
    expect(around.areaRatio).toBeCloseTo(Math.PI / 2, 1);
    const within = shapeScores(round(0.24), mask, options);
    expect(within.mass).toBe(1);
    expect(within.recall).toBeCloseTo((Math.PI * 0.24 ** 2) / 0.25, 2);
  });
});

describe("the pictures", () => {
  const shown: VqaExample = {
    question: `is <script>alert("x")</script> there?`,
    answer: "yes",
    prediction: "<b>no</b>",
    probability: 0.75,
    size: SIZE,
    image: "AAAA",
    grid: 2,
    weights: [0, 0.5, 0.5, 0],
    density: null,
    mass: 0.5,
  };
  const dense = { ...shown, weights: null, density: { alpha: 2, location: [0.5, 0.5], scale2: [0.01, 0, 0, 0.01] } };
  const normal = { ...dense, density: { ...dense.density, alpha: 1 } };
  const result = (mapping: string, question: VqaExample): ExampleRun<VqaExample> => ({
    config: configOf(mapping),
    examples: [question],
  });
  const page = vqaFigures([
    result("softmax", shown),
    result("tvmax", shown),
    result("continuous-sparsemax", dense),
    result("continuous-softmax", normal),
  ])!.source;

  it("escape what comes from data", () => {
    expect(page).not.toContain("<script");
    expect(page).not.toContain("<b>no");
    expect(page).toContain("&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;");
  });

  it("leave cells without weight clear and draw a support as a closed line", () => {
    const plates = page.split("<figure>").slice(2);
    expect(plates.map((plate) => plate.match(/<rect/g)?.length ?? 0)).toEqual([2, 2, 0, 1]);
    expect(plates.map((plate) => /class="support"/.test(plate))).toEqual([false, true, true, false]);
    expect(plates.map((plate) => /class="most"/.test(plate))).toEqual([true, false, false, true]);
    // r^4 = 4 * 0.01 / pi, in pixels.
    const radius = /class="support"[^>]* rx="([\d.]+)"/.exec(plates[2]!)?.[1];
    expect(Number(radius)).toBeCloseTo(SIZE * ((4 * 0.01) / Math.PI) ** 0.25, 1);
  });

  it("are none where no run shows a question", () => {
    expect(vqaFigures([{ ...result("softmax", shown), examples: [] }])).toBeNull();
  });
});
