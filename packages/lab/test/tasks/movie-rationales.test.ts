/** The study of film reviews on a corpus with people's reasons. */
import { init } from "@jax-js/jax";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { uniformNumbers } from "../../src/base/rng.ts";
import { withHiddenTest } from "../../src/compare/grid-search.ts";
import { textSplit } from "../../src/tasks/text-classification.ts";
import { imdb } from "../../src/tasks/imdb/task.ts";
import { movieRationales as study } from "../../src/tasks/movie-rationales/task.ts";
import { commonBigrams, bigramVocabulary, bigramsOf } from "../../src/tasks/imdb/bigrams.ts";
import { withBigrams, type ReviewSplit, type ReviewVocabulary } from "../../src/tasks/imdb/data.ts";
import { rowAt, rowCount } from "../../src/base/ragged.ts";
import { rationaleScoresOf } from "../../src/tasks/imdb/rationale-metrics.ts";
import { wordAttention, type ReviewExample, type ReviewPrediction } from "../../src/tasks/imdb/predictions.ts";
import type { AttentionSpec } from "../../src/tasks/attention.ts";
import { runTask } from "../../src/tasks/run-task.ts";
import { completeSettings } from "../../src/tasks/settings.ts";
import type { RunConfig, RunResult, TaskData } from "../../src/tasks/task.ts";
import { readPredictions } from "../../src/training/run-dir.ts";

const root = mkdtempSync(join(tmpdir(), "fenchel-rationales-"));
afterAll(() => rmSync(root, { recursive: true }));

const FILLERS = ["The", "film", "was", "seen", "on", "a", "train", "with", "two", "friends"];
const SIGNS = { 0: ["dull", "awful"], 1: ["bright", "lovely"] } as const;

interface Row {
  readonly id: string;
  readonly label: 0 | 1;
  readonly split: string;
  readonly tokens: readonly string[];
  readonly rationales: readonly (readonly [number, number])[];
}

/** Reviews in which two neighbouring words tell the label, and are what people marked. */
function toyRows(split: string, count: number, seed: number): Row[] {
  const uniform = uniformNumbers(seed);
  const any = (words: readonly string[]) => words[Math.floor(uniform() * words.length)]!;
  return Array.from({ length: count }, (_, i) => {
    const label = (i % 2) as 0 | 1;
    const length = 20 + Math.floor(uniform() * 20);
    const from = Math.floor(uniform() * (length - 2));
    const tokens = Array.from({ length }, (_word, at) => any(at === from || at === from + 1 ? SIGNS[label] : FILLERS));
    return { id: `${split}${i}`, label, split, tokens, rationales: [[from, from + 2]] };
  });
}

function dataFolder(name: string, rows: readonly Row[]): string {
  const folder = join(root, name);
  mkdirSync(join(folder, "classification"), { recursive: true });
  const lines = rows.map((row) => `${JSON.stringify(row)}\n`).join("");
  writeFileSync(join(folder, "classification", "movie_rationales.jsonl.gz"), gzipSync(lines));
  return folder;
}

const settings = completeSettings(study.settings, {
  epochs: 3,
  batchSize: 16,
  learningRate: 0.03,
  maxLength: 36,
  bigramVocabularySize: 40,
  embeddingSize: 8,
  hiddenSize: 4,
  tokenDropout: 0.1,
  dropout: 0.1,
});

function configOf({ mapping, options }: AttentionSpec, dataChecksum: string): RunConfig {
  const complete = study.attention.resolve({ mapping, options });
  return { task: study.name, mapping, mappingOptions: complete.options, seed: 1, settings, dataChecksum };
}

let toy: TaskData<ReviewVocabulary, ReviewSplit>;
beforeAll(async () => {
  await init("wasm");
  const rows = [...toyRows("train", 240, 1), ...toyRows("dev", 40, 2), ...toyRows("test", 60, 3)];
  toy = await study.data(dataFolder("toy", rows), settings);
});

describe("the corpus", () => {
  it("has its own mappings, metrics and defaults", () => {
    expect(imdb.mappings.some(({ mapping }) => mapping === "fusedmax")).toBe(false);
    expect(imdb.metrics.map(({ key }) => key)).not.toContain("tokenF1");
    expect(study.mappings.map(({ mapping }) => mapping)).toEqual(
      expect.arrayContaining(["softmax", "sparsemax", "fusedmax", "oscarmax", "combined-sparsemax"]),
    );
    const longest = (task: typeof study) => task.settings.find(({ name }) => name === "maxLength")!.value;
    expect([longest(imdb), longest(study)]).toEqual([512, 1024]);
    for (const [mapping, points] of Object.entries(study.grid)) {
      for (const options of points) expect(() => study.attention.resolve({ mapping, options })).not.toThrow();
    }
  });

  it("is read in lower case, with the marks of whole reviews and the words up to a length", async () => {
    const long: Row = { id: "l", label: 1, split: "test", tokens: Array(50).fill("Dull"), rationales: [[30, 40]] };
    const rows = [...toyRows("train", 20, 1), ...toyRows("dev", 4, 2), long];
    const data = await study.data(dataFolder("long", rows), settings);
    const words = rowAt(data.test.words, 0);
    expect(words).toHaveLength(36);
    expect(new Set(words).size).toBe(1);
    const [marks] = data.test.rationales!.marks;
    expect(marks).toHaveLength(50);
    expect(marks!.reduce((sum, mark) => sum + mark, 0)).toBe(10);
    expect(data.note).toContain(
      "Annotators marked 20.0 % of the words of the test set; 40.0 % of the marked ones come after",
    );
    expect(data.examples!.shown![0]!.marks).toHaveLength(36);
    expect(structuredClone(data)).toEqual(data);
  });

  it("shows reviews of any length but very short ones, of long ones the part with the most marks", async () => {
    const review = (id: string, label: 0 | 1, length: number, from: number): Row => {
      const tokens = Array.from({ length }, () => "dull");
      return { id, label, split: "test", tokens, rationales: [[from, from + 10]] };
    };
    const tested = [
      review("end", 1, 190, 180),
      review("midst", 1, 186, 80),
      review("middling", 0, 70, 3),
      review("short", 0, 20, 3),
    ];
    const rows = [...toyRows("train", 20, 1), ...toyRows("dev", 4, 2), ...tested];
    const { examples } = await study.data(dataFolder("shown", rows), { ...settings, maxLength: 188 });
    // Of the midst's words all of the 57 parts have all marks.
    expect(Object.fromEntries(examples!.shown!.map(({ id, excerpt }) => [id, excerpt]))).toEqual({
      end: [58, 188],
      midst: [28, 158],
      middling: [0, 70],
    });
  });

  it("has the dev split's marks in the test split's place when options are chosen", () => {
    const hidden = withHiddenTest(toy);
    expect(hidden.test.rationales).toBe(toy.dev.rationales);
    expect(hidden.test.rationales!.marks).toHaveLength(hidden.counts.test);
  });
});

describe("pairs", () => {
  it("are those of neighbours, also once words are gone", () => {
    const texts = Array.from({ length: 5 }, () => Int32Array.of(2, 3, 4));
    const keys = commonBigrams(texts, 10, 9);
    expect(Array.from(keys)).toEqual([23, 34]);
    const pairs = bigramVocabulary(keys, 10);
    expect(Array.from(bigramsOf(Int32Array.of(2, 3, 4), pairs))).toEqual([0, 1, 2]);
    expect(Array.from(bigramsOf(Int32Array.of(2, 4, 2, 3), pairs))).toEqual([0, 0, 0, 1]);
    expect(Array.from(bigramsOf(new Int32Array(0), pairs))).toEqual([]);
  });
});

describe("figures against rationales", () => {
  const read = (change: Partial<ReviewPrediction>): ReviewPrediction => ({
    words: 4,
    probability: 0.9,
    loss: 0.1,
    right: true,
    weights: null,
    density: null,
    ...change,
  });
  const pairs = { vocabulary: 10, numbers: new Map([[58, 3]]) };
  const text = withBigrams(
    textSplit([{ id: "", label: 1, words: [] }], () => Int32Array.of(5, 6, 7, 8)),
    pairs,
  );
  const wordsOf = ({ words }: ReviewSplit) => Array.from({ length: rowCount(words) }, (_, i) => rowAt(words, i));

  it("equal those worked by hand, with what was not read as missed", async () => {
    const asked: number[][] = [];
    const marked = { marks: [Uint8Array.of(0, 1, 0, 0, 0, 1, 0, 0)], share: 0.25 };
    const weights = Float32Array.of(0, 0.5, 0.25, 0.25);
    const { scores: figures, precisions } = await rationaleScoresOf(
      [read({ weights })],
      text,
      marked,
      pairs,
      (split) => {
        const texts = wordsOf(split);
        asked.push(...texts.map((words) => Array.from(words)));
        // The model is sure while word 6 is there.
        return Promise.resolve(texts.map((words) => read({ probability: words.includes(6) ? 0.9 : 0.4 })));
      },
    );
    // Two of eight words by weight: word 1 is marked, word 2 is not; of the marked ones one was not read.
    expect(figures["tokenF1"]).toBeCloseTo(0.5, 12);
    // Three words in the support.
    expect(figures["supportF1"]).toBeCloseTo(2 / 5, 12);
    // The other mark comes with the last threshold, at 2 of 8.
    expect(figures["rationalePrecision"]).toBeCloseTo((1 + 2 / 8) / 2, 12);
    // 0.5 of recall at precision 1, then a line from 1/3 to 2/8.
    expect(figures["rationaleArea"]).toBeCloseTo(0.5 + (0.5 * (1 / 3 + 2 / 8)) / 2, 12);
    // Word 1 is kept at every share, and taken out at every share.
    expect(figures["sufficiency"]).toBeCloseTo(0, 12);
    expect(figures["comprehensiveness"]).toBeCloseTo(0.5, 12);
    expect(figures["segments"]).toBe(2);
    expect(precisions).toEqual([figures["rationalePrecision"]]);
    expect(asked[0]).toEqual([5, 6, 7, 8]);
    expect(asked.slice(1, 3)).toEqual([[6, 7, 8], [5]]);
  });

  it("are of the class that the model predicts, and read what is left with its own pairs", async () => {
    const marked = { marks: [Uint8Array.of(1, 0, 0, 0)], share: 0.25 };
    const weights = Float32Array.of(0, 0.5, 0.5, 0);
    let rest: number[] = [];
    const { scores: figures } = await rationaleScoresOf(
      [read({ weights, probability: 0.2 })],
      text,
      marked,
      pairs,
      (split) => {
        const { starts } = split.words;
        rest = Array.from(split.bigrams.subarray(starts[2]!, starts[3]!));
        return Promise.resolve(wordsOf(split).map((words) => read({ probability: words.length === 4 ? 0.2 : 0.3 })));
      },
    );
    expect(rest).toEqual([0, 3]);
    expect(figures["comprehensiveness"]).toBeCloseTo(0.1, 12);
    expect(figures["segments"]).toBe(1);
  });

  it("take the shares of a density for weights, and with weights the mean of both", () => {
    const density = { alpha: 2, location: 0.5, scale2: (2 / 3) * 0.25 ** 3 } as const;
    const shares = wordAttention(read({ density }));
    expect(shares[0]).toBe(0);
    expect(shares[1]).toBeCloseTo(shares[2]!, 12);
    const both = wordAttention(read({ density, weights: Float32Array.of(1, 0, 0, 0) }));
    expect(both[0]).toBeCloseTo(0.5, 12);
    expect(both[1]).toBeCloseTo(shares[1]! / 2, 12);
  });
});

describe("training", () => {
  const results: RunResult<ReviewExample>[] = [];
  const mappings = ["softmax", "fusedmax", "oscarmax", "continuous-sparsemax"];

  it.each([...mappings, "combined-softmax"])("holds %s against the marks", async (mapping) => {
    const basis = mapping.includes("-") ? { basis: 8 } : {};
    const folder = join(root, `run-${mapping}`);
    const result = await runTask(study, configOf({ mapping, options: basis }, toy.checksum), toy, folder);
    results.push(result);
    const { scores } = result;
    const keys = study.metrics.map(({ key }) => key);
    for (const [key, value] of Object.entries(scores)) expect([key, Number.isFinite(value)]).toEqual([key, true]);
    for (const key of Object.keys(scores)) expect(keys).toContain(key);
    for (const key of keys.slice(-6)) expect(Object.keys(scores)).toContain(key);
    expect(scores["accuracy"]).toBeGreaterThan(0.9);
    const items = readPredictions(folder)!;
    expect(items.rows).toHaveLength(toy.counts.test);
    const sum = items.rows.reduce((all, value) => all + value, 0);
    expect(scores["rationalePrecision"]).toBe(study.compared.score(Float64Array.of(sum), toy.counts.test));
    for (const key of ["rationaleArea", "rationalePrecision"]) {
      expect(scores[key]).toBeGreaterThan(0);
      expect(scores[key]).toBeLessThan(1);
    }
    // Two words of about thirty are marked: whoever attends to all finds them with that precision.
    if (mapping === "softmax") expect(scores["supportF1"]).toBeLessThan(0.15);
  });

  it("shows what people marked, in the part with the most of it", () => {
    const { source } = study.figures(results)!;
    expect(source.match(/class="marks" d="M/g)).toHaveLength(4 * results.length);
    expect(source).toContain('<span class="given">');
    expect(source).not.toContain('<span class="within">');
    expect(source).not.toMatch(/NaN|undefined|Infinity/);
    const [{ words, marks }] = results[0]!.examples as readonly [ReviewExample];
    const given = Array.from(source.matchAll(/<span class="given">(.*?)<\/span>/g), ([, html]) =>
      html!.replaceAll(/<[^>]*>/g, ""),
    );
    expect(given[0]).toBe(words.filter((_, i) => marks![i] === 1).join(" "));
  });

  it("writes out the most marked part of a long review", () => {
    const words = Array.from({ length: 400 }, (_, i) => `w${i}`);
    const marks = words.map((_, i) => (i >= 300 && i < 310 ? 1 : 0));
    const [shown] = results[0]!.examples as readonly [ReviewExample];
    const long = { ...shown, words, marks, weights: words.map(() => 1 / 400), excerpt: [180, 310] as const };
    const { source } = study.figures([{ ...results[0]!, examples: [long] }])!;
    expect(source).toMatch(/… <mark[^>]*>w180/);
    expect(source).toMatch(/w309<\/mark><\/span> …/);
    expect(source).not.toMatch(/>w179|w310/);
    expect(source).toContain('class="excerpt" x="450" y="0" width="325"');
  });
});
