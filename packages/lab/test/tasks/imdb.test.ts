/** The study of reviews: its data, its choices, its runs, its figures and pictures. */
import { init } from "@jax-js/jax";
import { regressionArray } from "fenchel/jax";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DataError } from "../../src/base/data-error.ts";
import { rowAt, rowCount, rowLength } from "../../src/base/ragged.ts";
import { uniformNumbers } from "../../src/base/rng.ts";
import { withHiddenTest } from "../../src/compare/grid-search.ts";
import { intervalOf } from "../../src/figures/density-1d.ts";
import { regressionRows } from "../../src/nn/regression-rows.ts";
import type { AttentionSpec } from "../../src/tasks/attention.ts";
import { devSplit } from "../../src/tasks/imdb/holdout.ts";
import type { ReviewSplit, ReviewVocabulary } from "../../src/tasks/imdb/data.ts";
import { logCountRatios } from "../../src/tasks/imdb/nb-features.ts";
import { reviewScores, type ReviewExample } from "../../src/tasks/imdb/predictions.ts";
import { reviewAttention } from "../../src/tasks/imdb/review-task.ts";
import { imdb, reviewWords } from "../../src/tasks/imdb/task.ts";
import { loadRun } from "../../src/tasks/load-run.ts";
import { runTask } from "../../src/tasks/run-task.ts";
import { completeSettings } from "../../src/tasks/settings.ts";
import type { ExampleRun, RunConfig, RunResult, TaskData } from "../../src/tasks/task.ts";

const root = mkdtempSync(join(tmpdir(), "fenchel-"));
afterAll(() => rmSync(root, { recursive: true }));

const FILLERS = ["the", "film", "was", "seen", "on", "a", "train", "with", "two", "friends"];
const SIGNS = { 0: ["dull", "awful"], 1: ["bright", "lovely"] } as const;

/** Reviews in which every fifth word tells the label, wherever one looks; numbers far apart, so that each is a run of its own. */
function toyReviews(count: number, seed: number): string[] {
  const uniform = uniformNumbers(seed);
  const any = (words: readonly string[]) => words[Math.floor(uniform() * words.length)]!;
  return Array.from({ length: count }, (_, i) => {
    const label = (i % 2) as 0 | 1;
    const length = 5 + Math.floor(uniform() * 30);
    const words = Array.from({ length }, (_, at) => any(at % 5 === i % 5 ? SIGNS[label] : FILLERS));
    return [label, label === 1 ? 9 : 2, `${label === 1 ? "pos" : "neg"}/${100 * i}`, words.join(" ")].join("\t");
  });
}

/** A data folder with these rows. */
function dataFolder(name: string, train: readonly string[], test: readonly string[]): string {
  const folder = join(root, name);
  mkdirSync(join(folder, "classification"), { recursive: true });
  for (const [split, rows] of Object.entries({ train, test })) {
    const table = gzipSync(["label\trating\tid\ttext", ...rows].join("\n") + "\n");
    writeFileSync(join(folder, "classification", `imdb_${split}.tsv.gz`), table);
  }
  return folder;
}

const settings = completeSettings(imdb.settings, {
  epochs: 3,
  patience: 3,
  batchSize: 16,
  learningRate: 0.02,
  maxLength: 48,
  vocabularySize: 100,
  bigramVocabularySize: 20,
  embeddingSize: 8,
  hiddenSize: 4,
  tokenDropout: 0.1,
  dropout: 0.1,
});

type ReviewData = TaskData<ReviewVocabulary, ReviewSplit>;

function configOf(spec: AttentionSpec, data: ReviewData, change: Partial<RunConfig> = {}): RunConfig {
  const { name: mapping, options } = reviewAttention.resolve(spec);
  const { checksum: dataChecksum } = data;
  return { task: imdb.name, mapping, mappingOptions: options, seed: 1, settings, dataChecksum, ...change };
}

let runs = 0;
const runFolder = (): string => join(root, `run-${runs++}`);

const run = (spec: AttentionSpec, data: ReviewData) => runTask(imdb, configOf(spec, data), data, runFolder());

let toy: ReviewData;
beforeAll(async () => {
  await init("wasm");
  toy = await imdb.data(dataFolder("toy", toyReviews(240, 1), toyReviews(80, 2)), settings);
});

describe("reviews", () => {
  it("become words without the page's line breaks", () => {
    expect(reviewWords("Not bad!<br /><br />I'd say 7/10.")).toEqual([
      "not",
      "bad",
      "!",
      "i'd",
      "say",
      "7",
      "/",
      "10",
      ".",
    ]);
  });

  it("keep those of one film together when a tenth is kept back", () => {
    const ids = Array.from({ length: 2000 }, (_, i) => `${i % 2 === 0 ? "pos" : "neg"}/${i >> 1}`);
    const { train, dev } = devSplit(ids);
    expect([...train, ...dev].toSorted((a, b) => a - b)).toEqual(ids.map((_, i) => i));
    expect(dev.length).toBe(200);
    const runOf = (i: number) => ids[i]!.replace(/\d+$/, (number) => String(Math.floor(Number(number) / 50)));
    const kept = new Set(dev.map(runOf));
    expect(train.filter((i) => kept.has(runOf(i)))).toEqual([]);
    expect(devSplit(ids)).toEqual({ train, dev });
  });

  it("are numbers that stand for their words and common bigrams", () => {
    const { vocabulary, train } = toy;
    expect(vocabulary.words.words).toHaveLength(FILLERS.length + 4);
    expect(vocabulary.bigrams).toHaveLength(20);
    expect(rowCount(train.words)).toBe(toy.counts.train);
    const seen = new Map<number, string>();
    for (let text = 0; text < toy.counts.train; text++) {
      const words = rowAt(train.words, text);
      const numbers = train.bigrams.subarray(train.words.starts[text]!, train.words.starts[text + 1]!);
      expect(numbers[0]).toBe(0);
      for (let i = 1; i < words.length; i++) {
        if (numbers[i] === 0) continue;
        const bigram = `${words[i - 1]} ${words[i]}`;
        expect(seen.get(numbers[i]!) ?? bigram).toBe(bigram);
        seen.set(numbers[i]!, bigram);
      }
    }
    expect(seen.size).toBe(20);
  });

  it("show the same few of the test set, and none when options are selected", () => {
    expect(toy.examples!.shown!.map(({ label }) => label)).toEqual([1, 1, 0, 0]);
    const hidden = withHiddenTest(toy);
    expect([hidden.examples, hidden.test, hidden.counts.test]).toEqual([null, toy.dev, toy.counts.dev]);
    expect(hidden.checksum).not.toBe(toy.checksum);
  });

  it("must be more than a handful", async () => {
    const few = dataFolder("few", toyReviews(2, 1), toyReviews(2, 2));
    await expect(imdb.data(few, settings)).rejects.toThrow(DataError);
  });
});

describe("attention", () => {
  it("has defaults", () => {
    const resolve = (mapping: string) => reviewAttention.resolve({ mapping, options: {} }).options;
    expect(resolve("continuous-softmax")).toEqual({ basis: 64 });
    expect(resolve("combined-sparsemax")).toEqual({ gamma: 0.5, basis: 64 });
    expect(resolve("fusedmax")).toEqual({ gamma: 0.5, lambda: 0.03 });
    expect(imdb.mappings).toHaveLength(14);
    for (const spec of imdb.mappings) expect(() => reviewAttention.resolve(spec)).not.toThrow();
  });

  it("is refused in a line that names what is wrong", () => {
    const resolve = (mapping: string, options: AttentionSpec["options"]) => () =>
      reviewAttention.resolve({ mapping, options });
    expect(resolve("sparsmax", {})).toThrow("sparsmax is not available for training; choose one of softmax, sparsemax");
    expect(resolve("softmax", { basis: 64 })).toThrow("unknown option basis for softmax; available: gamma");
    expect(resolve("continuous-softmax", { gamma: 1 })).toThrow(
      "unknown option gamma for continuous-softmax; available: basis",
    );
    expect(resolve("combined-softmax", { basis: 7 })).toThrow("basis is 7: a multiple of 2 up to 1024 is needed");
    expect(resolve("softmax", { gamma: 0 })).toThrow("gamma");
  });

  it("has the paper's basis: centres from 0 to 1, twice", () => {
    const { basis } = reviewAttention.resolve({ mapping: "continuous-sparsemax", options: { basis: 6 } }).density!;
    expect(Array.from(basis.centres)).toEqual([0, 0.5, 1, 0, 0.5, 1]);
    expect(Array.from(basis.widths)).toEqual([0.1, 0.1, 0.1, 0.5, 0.5, 0.5]);
  });
});

describe("what is known of a text before training", () => {
  it("is how much more often a word is in reviews of one label", () => {
    // Word 2 is in both positive texts, word 3 in the negative one, word 4 in one of each.
    const texts = [
      [2, 2, 4],
      [3, 4, 1],
      [2, 0],
    ];
    const ratios = logCountRatios(texts, [1, 0, 1], 5, 2);
    // Smoothed counts: 3, 1, 2 of 6 and 1, 2, 2 of 5.
    const expected = [0, 0, Math.log(3 / 6 / (1 / 5)), Math.log(1 / 6 / (2 / 5)), Math.log(2 / 6 / (2 / 5))];
    expected.forEach((ratio, word) => expect(ratios[word]).toBeCloseTo(ratio, 6));
  });

  it("is the regression that fenchel/jax gives for a text of its length", async () => {
    const { basis } = reviewAttention.resolve({ mapping: "continuous-softmax", options: { basis: 6 } }).density!;
    const lengths = Int32Array.of(3, 0, 5, 3);
    const ours = await regressionRows(basis, { ridge: 0.01, padding: 0.5 })(lengths, 5).data();
    expect(ours).toEqual(await regressionArray(basis, lengths, 5, { ridge: 0.01, padding: 0.5 }).data());
    expect(Math.max(...(ours as Float32Array))).toBeGreaterThan(0);
  });
});

describe("training", () => {
  const mechanisms = [
    { mapping: "softmax", options: {} },
    { mapping: "sparsemax", options: {} },
    { mapping: "fusedmax", options: {} },
    ...["continuous-softmax", "continuous-sparsemax", "combined-softmax", "combined-sparsemax"].map((mapping) => ({
      mapping,
      options: { basis: 8 },
    })),
  ];
  const results: RunResult<ReviewExample>[] = [];

  it.each(mechanisms)("learns the toy with $mapping", async (choice) => {
    const result = await run(choice, toy);
    results.push(result);
    const { scores } = result;
    expect(scores["accuracy"]).toBeGreaterThan(0.95);
    const discrete = !choice.mapping.startsWith("continuous");
    const density = choice.mapping.includes("-");
    expect(["sparsity", "supportSize", "entropy"].every((key) => key in scores)).toBe(discrete);
    expect(["interval", "location", "deviation"].every((key) => key in scores)).toBe(density);
    for (const value of Object.values(scores)) expect(Number.isFinite(value)).toBe(true);
    for (const key of Object.keys(scores)) expect(imdb.metrics.map((metric) => metric.key)).toContain(key);
    for (const { words, weights, density: read } of result.examples) {
      expect(weights?.length ?? words.length).toBe(words.length);
      if (weights !== null) expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 4);
      expect(read !== null).toBe(density);
    }
  });

  it("draws a picture of every shown review for every choice", () => {
    const { source } = imdb.figures(results)!;
    expect(source.match(/<table/g)).toHaveLength(4);
    expect(source.match(/<svg/g)).toHaveLength(4 * mechanisms.length);
    expect(source.match(/class="curve"/g)).toHaveLength(4 * 4);
    expect(source.match(/class="stems"/g)).toHaveLength(4 * 5);
    expect(source).not.toMatch(/NaN|undefined|Infinity/);
  });

  it("goes on from its checkpoint and ends with the figures of an undisturbed run", async () => {
    const choice = { mapping: "combined-sparsemax", options: { basis: 8 } };
    const whole = await run(choice, toy);
    const folder = runFolder();
    const killed = runTask(imdb, configOf(choice, toy), toy, folder, {
      onProgress: ({ epoch }) => {
        if (epoch === 2) throw new Error("killed");
      },
    });
    await expect(killed).rejects.toThrow("killed");
    const resumed = await runTask(imdb, configOf(choice, toy), toy, folder);
    const timeless = ({ scores, examples: shown, epochs }: RunResult) => {
      return { scores, shown, epochs: epochs.map((epoch) => ({ ...epoch, secondsPerStep: 0 })) };
    };
    expect(timeless(resumed)).toEqual(timeless(whole));
  });

  it("begins with the parameters of another run, where they are the model's", async () => {
    const from = runFolder();
    await runTask(imdb, configOf({ mapping: "softmax", options: {} }, toy), toy, from);
    const settled = { ...settings, epochs: 1, learningRate: 1e-6 };
    const config = configOf({ mapping: "continuous-softmax", options: { basis: 8 } }, toy, { settings: settled });
    const cold = await runTask(imdb, config, toy, runFolder());
    const warm = await runTask(imdb, { ...config, startedFrom: "digest" }, toy, runFolder(), { from });
    expect(cold.scores["loss"]).toBeGreaterThan(0.5);
    expect(warm.scores["loss"]).toBeLessThan(0.4);
  });

  it("explains a review that a user gives", async () => {
    const folder = runFolder();
    await runTask(imdb, configOf({ mapping: "combined-sparsemax", options: { basis: 8 } }, toy), toy, folder);
    const loaded = await loadRun(folder);
    const parts = [new TextEncoder().encode("A lovely, bright film<br />")];
    const split = loaded.task.encode([{ id: "text", label: null, parts }], loaded.vocabulary, loaded.config.settings);
    const [example] = (await loaded.explain(split)) as ReviewExample[];
    loaded.dispose();
    const { answer, text } = imdb.explain(example!);
    expect([answer, text!.words]).toEqual(["positive", ["a", "lovely", ",", "bright", "film"]]);
    expect(text!.weights).toHaveLength(5);
    expect(imdb.figures([{ config: loaded.config, examples: [example!] }])!.source).not.toContain("labelled");
  });

  it.each(["softmax", "continuous-softmax", "continuous-sparsemax", "combined-sparsemax"])(
    "reads one word, none and five thousand with %s",
    async (mapping) => {
      const odd = [
        ["1", "9", "pos/1", "lovely"],
        ["0", "2", "neg/1", "<br />"],
        ["1", "9", "pos/2", Array<string>(5000).fill("bright").join(" ")],
      ].map((row) => row.join("\t"));
      const folder = dataFolder(`odd-${mapping}`, [...toyReviews(120, 3), ...odd], [...odd, ...toyReviews(20, 4)]);
      const data = await imdb.data(folder, settings);
      expect([0, 1, 2].map((i) => rowLength(data.test.words, i))).toEqual([1, 0, 48]);
      const { scores, epochs } = await run({ mapping, options: {} }, data);
      for (const value of Object.values(scores)) expect(Number.isFinite(value)).toBe(true);
      for (const { trainLoss, devLoss } of epochs) expect(Number.isFinite(trainLoss + devLoss)).toBe(true);
    },
  );
});

describe("a vocabulary of one word", () => {
  it("leaves what is unknown, and still gives figures", async () => {
    const folder = dataFolder("one-word", toyReviews(60, 5), toyReviews(20, 6));
    const data = await imdb.data(folder, { ...settings, vocabularySize: 1 });
    expect(data.vocabulary.words.words).toHaveLength(1);
    const { scores } = await run({ mapping: "combined-sparsemax", options: { basis: 8 } }, data);
    for (const [key, value] of Object.entries(scores)) expect([key, Number.isFinite(value)]).toEqual([key, true]);
  });
});

describe("figures", () => {
  it("tell the share of the text that a density reaches", () => {
    // Half-width (3/2 scale2)^(1/3) = 0.25.
    const scale2 = (2 / 3) * 0.25 ** 3;
    const read = { words: 5, probability: 0.9, loss: 0.1, right: true, weights: null };
    const inside = { ...read, density: { alpha: 2, location: 0.5, scale2 } } as const;
    const outside = { ...read, density: { alpha: 2, location: 0, scale2 } } as const;
    expect(intervalOf(inside.density).low).toBeCloseTo(0.25, 12);
    expect(intervalOf(inside.density).deviation).toBeCloseTo(0.25 / Math.sqrt(5), 12);
    expect(reviewScores([inside])["interval"]).toBeCloseTo(0.5, 12);
    expect(reviewScores([inside, outside])["interval"]).toBeCloseTo(0.375, 12);
    const everywhere = { ...read, density: { alpha: 1, location: 0.5, scale2 } } as const;
    expect(reviewScores([everywhere])["interval"]).toBe(1);
  });
});

describe("pictures", () => {
  const result = (
    mapping: string,
    options: AttentionSpec["options"],
    shown: Partial<ReviewExample>,
  ): ExampleRun<ReviewExample> => ({
    config: {
      task: "imdb",
      mapping,
      mappingOptions: options,
      seed: 1,
      settings,
      dataChecksum: "",
    },
    examples: [{ id: "pos/1", label: 1, words: ["a", "b"], probability: 0.9, weights: null, density: null, ...shown }],
  });
  const density = { alpha: 2, location: 0.5, scale2: 0.02 } as const;

  it("let no text become an element", () => {
    const words = ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "&amp;"];
    const { source } = imdb.figures([
      result("continuous-sparsemax", { basis: 64 }, { id: "<b>", words, density }),
      result("combined-sparsemax", { basis: 64, gamma: 2 }, { id: "<b>", words, weights: [0.5, 0, 0.5], density }),
    ])!;
    expect(source).not.toMatch(/<script|<img|<b>(?!positive)/);
    expect(source).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
    expect(source).toContain("&amp;amp;");
  });

  it("draw one basis of each mapping, that of 64 functions", () => {
    const of = (basis: number, location: number) =>
      result("continuous-sparsemax", { basis }, { density: { ...density, location } });
    const { source } = imdb.figures([of(32, 0.3), of(64, 0.5), of(128, 0.7)])!;
    expect(source.match(/<svg/g)).toHaveLength(1);
    expect(source).toContain("density around 50\u00a0%");
  });

  it("fill no word outside of an interval", () => {
    const words = Array.from({ length: 20 }, (_, i) => `w${i}`);
    const { source } = imdb.figures([result("continuous-sparsemax", { basis: 64 }, { words, density })])!;
    const cell = source.slice(source.indexOf('<td class="words'));
    const filled = Array.from(cell.matchAll(/<mark[^>]*>(w\d+)/g), ([, word]) => Number(word!.slice(1)));
    const { low, high } = intervalOf(density);
    const inside = words.map((_, i) => i).filter((i) => (i + 0.5) / 20 > low && (i + 0.5) / 20 < high);
    expect(filled[0]).toBe(inside[0]);
    expect(inside.length).toBeLessThan(20);
    expect(source).toContain("31\u00a0% of the text".replace("31", String(Math.round(100 * (high - low)))));
  });

  it("are none without reviews", () => {
    expect(imdb.figures([{ ...result("softmax", {}, {}), examples: [] }])).toBeNull();
  });
});
