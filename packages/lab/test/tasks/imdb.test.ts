/** The study of reviews: its data, its choices, its runs, its figures and pictures. */
import { init } from "@jax-js/jax";
import { regressionArray } from "fenchel/jax";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DataError } from "../../src/base/data-error.ts";
import { devSplit } from "../../src/tasks/imdb/holdout.ts";
import { classification } from "../../src/tasks/imdb/index.ts";
import { logCountRatios } from "../../src/tasks/imdb/nb-features.ts";
import { attentionOf } from "../../src/tasks/imdb/attention.ts";
import { textsOf, type ReviewData } from "../../src/tasks/imdb/data.ts";
import { intervalOf, reviewScores } from "../../src/tasks/imdb/predictions.ts";
import { regressionRows } from "../../src/tasks/imdb/regression-rows.ts";
import { reviewWords } from "../../src/tasks/imdb/review-words.ts";
import { settingsOf } from "../../src/tasks/imdb/settings.ts";
import type { ReviewExample } from "../../src/tasks/imdb/train.ts";
import type { AttentionSpec, RunConfig, RunResult } from "../../src/tasks/task.ts";
import { uniformNumbers } from "../../src/base/rng.ts";

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

const settings = {
  ...settingsOf({}),
  epochs: 3,
  batchSize: 16,
  learningRate: 0.02,
  maxTokens: 48,
  vocabularySize: 100,
  pairVocabularySize: 20,
  embeddingSize: 8,
  hiddenSize: 4,
  wordDropout: 0.1,
  featureDropout: 0.1,
  patience: 3,
};

function configOf(choice: AttentionSpec, data: ReviewData, change: Partial<RunConfig> = {}): RunConfig {
  const { mapping, options } = classification.complete(choice);
  const { checksum: dataChecksum } = data;
  return { task: "classification", mapping, mappingOptions: options, seed: 1, settings, dataChecksum, ...change };
}

let runs = 0;
function runFolder(): string {
  const folder = join(root, `run-${runs++}`);
  mkdirSync(folder);
  return folder;
}

const run = (choice: AttentionSpec, data: ReviewData) =>
  classification.train(configOf(choice, data), data, runFolder(), {});

let toy: ReviewData;
beforeAll(async () => {
  await init("wasm");
  toy = await classification.load(dataFolder("toy", toyReviews(240, 1), toyReviews(80, 2)), settings);
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

  it("are numbers that stand for their words and common pairs", () => {
    const { vocabulary, pairs, texts } = toy;
    // Padding, unknown and the words; no pair, and the pairs.
    expect([vocabulary, pairs]).toEqual([2 + FILLERS.length + 4, 1 + settings.pairVocabularySize]);
    const train = textsOf(texts.train);
    expect(train).toHaveLength(toy.train);
    const seen = new Map<number, string>();
    for (const { words, pairs: numbers } of train) {
      expect(numbers[0]).toBe(0);
      for (let i = 1; i < words.length; i++) {
        if (numbers[i] === 0) continue;
        const pair = `${words[i - 1]} ${words[i]}`;
        expect(seen.get(numbers[i]!) ?? pair).toBe(pair);
        seen.set(numbers[i]!, pair);
      }
    }
    expect(seen.size).toBe(settings.pairVocabularySize);
  });

  it("show the same few of the test set, and none when options are chosen", () => {
    expect(toy.shown.map(({ label }) => label)).toEqual([1, 1, 0, 0]);
    const blind = classification.withHiddenTest!(toy);
    expect([blind.shown, blind.texts.test, blind.test]).toEqual([[], toy.texts.dev, toy.dev]);
    expect(blind.checksum).not.toBe(toy.checksum);
  });

  it("must be more than a handful", async () => {
    const few = dataFolder("few", toyReviews(2, 1), toyReviews(2, 2));
    await expect(classification.load(few, settings)).rejects.toThrow(DataError);
  });
});

describe("choices", () => {
  it("are completed with the defaults of their options", () => {
    expect(classification.complete({ mapping: "continuous-softmax", options: {} }).options).toEqual({ basis: 64 });
    expect(classification.mappings).toHaveLength(14);
    for (const choice of classification.mappings) expect(() => classification.complete(choice)).not.toThrow();
  });

  it("are refused in a line that names what is wrong", () => {
    const complete = (mapping: string, options: AttentionSpec["options"]) => () =>
      classification.complete({ mapping, options });
    expect(complete("sparsmax", {})).toThrow('mapping is "sparsmax": it must be one of softmax, sparsemax');
    expect(complete("softmax", { basis: 64 })).toThrow('softmax has no option "basis": it takes gamma');
    expect(complete("continuous-softmax", { gamma: 1 })).toThrow('has no option "gamma": it takes basis');
    expect(complete("combined-softmax", { basis: 7 })).toThrow("basis is 7: an even number from 2 to 1024 is needed");
    expect(complete("softmax", { gamma: 0 })).toThrow("gamma");
  });

  it("have the paper's basis: centres from 0 to 1, twice", () => {
    const { basis } = attentionOf({ mapping: "continuous-sparsemax", options: { basis: 6 } }).density!;
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
    const { basis } = attentionOf({ mapping: "continuous-softmax", options: { basis: 6 } }).density!;
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
  const results: RunResult[] = [];

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
    for (const key of Object.keys(scores)) expect(classification.metrics.map((measure) => measure.key)).toContain(key);
    for (const { words, weights, density: read } of result.examples as ReviewExample[]) {
      expect(weights?.length ?? words.length).toBe(words.length);
      if (weights !== null) expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 4);
      expect(read !== null).toBe(density);
    }
  });

  it("draws a picture of every shown review for every choice", () => {
    const { source } = classification.figures(results)!;
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
    const killed = classification.train(configOf(choice, toy), toy, folder, {
      onProgress: ({ epoch }) => {
        if (epoch === 2) throw new Error("killed");
      },
    });
    await expect(killed).rejects.toThrow("killed");
    const resumed = await classification.train(configOf(choice, toy), toy, folder, {});
    const timeless = ({ scores, examples: shown, epochs }: RunResult) => {
      return { scores, shown, epochs: epochs.map((epoch) => ({ ...epoch, secondsPerStep: 0 })) };
    };
    expect(timeless(resumed)).toEqual(timeless(whole));
  });

  it("begins with the parameters it is given", async () => {
    const choice = { mapping: "softmax", options: {} };
    const shape = [2];
    const config = configOf(choice, toy, { settings: { ...settings, epochs: 1, learningRate: 1e-6 } });
    const sure = { evidenceBias: { shape, values: new Float32Array([50, -50]) } };
    const { scores } = await classification.train(config, toy, runFolder(), { initial: sure });
    expect(scores["accuracy"]).toBe(0.5);
    expect(scores["loss"]).toBeCloseTo(50, 0);
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
      const data = await classification.load(folder, settings);
      expect(
        textsOf(data.texts.test)
          .slice(0, 3)
          .map(({ words }) => words.length),
      ).toEqual([1, 0, settings.maxTokens]);
      const { scores, epochs } = await run({ mapping, options: {} }, data);
      for (const value of Object.values(scores)) expect(Number.isFinite(value)).toBe(true);
      for (const { trainLoss, devLoss } of epochs) expect(Number.isFinite(trainLoss + devLoss)).toBe(true);
    },
  );
});

describe("a vocabulary of one word", () => {
  it("leaves what is unknown, and still gives figures", async () => {
    const folder = dataFolder("one-word", toyReviews(60, 5), toyReviews(20, 6));
    const data = await classification.load(folder, { ...settings, vocabularySize: 1 });
    // Padding, unknown and the word.
    expect(data.vocabulary).toBe(3);
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
  const result = (mapping: string, options: AttentionSpec["options"], shown: Partial<ReviewExample>): RunResult => ({
    config: {
      task: "classification",
      mapping,
      mappingOptions: options,
      seed: 1,
      settings,
      dataChecksum: "",
    },
    epochs: [],
    bestEpoch: 1,
    secondsPerStep: 0.1,
    scores: {},
    examples: [{ id: "pos/1", label: 1, words: ["a", "b"], probability: 0.9, weights: null, density: null, ...shown }],
  });
  const density = { alpha: 2, location: 0.5, scale2: 0.02 } as const;

  it("let no text become an element", () => {
    const words = ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "&amp;"];
    const { source } = classification.figures([
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
    const { source } = classification.figures([of(32, 0.3), of(64, 0.5), of(128, 0.7)])!;
    expect(source.match(/<svg/g)).toHaveLength(1);
    expect(source).toContain("density around 50\u00a0%");
  });

  it("fill no word outside of an interval", () => {
    const words = Array.from({ length: 20 }, (_, i) => `w${i}`);
    const { source } = classification.figures([result("continuous-sparsemax", { basis: 64 }, { words, density })])!;
    const cell = source.slice(source.indexOf('<td class="words'));
    const filled = Array.from(cell.matchAll(/<mark[^>]*>(w\d+)/g), ([, word]) => Number(word!.slice(1)));
    const { low, high } = intervalOf(density);
    const inside = words.map((_, i) => i).filter((i) => (i + 0.5) / 20 > low && (i + 0.5) / 20 < high);
    expect(filled[0]).toBe(inside[0]);
    expect(inside.length).toBeLessThan(20);
    expect(source).toContain("31\u00a0% of the text".replace("31", String(Math.round(100 * (high - low)))));
  });

  it("are none without reviews", () => {
    expect(classification.figures([{ ...result("softmax", {}, {}), examples: [] }])).toBeNull();
  });
});
