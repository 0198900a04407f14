import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { init } from "@jax-js/jax";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DataError } from "../../src/base/data-error.ts";
import { readResult } from "../../src/training/run-dir.ts";
import { RunError } from "../../src/base/run-error.ts";
import { trainTokenizer } from "../../src/text/tokenizer.ts";
import { withHiddenTest } from "../../src/compare/grid-search.ts";
import { loadRun } from "../../src/tasks/load-run.ts";
import { runTask } from "../../src/tasks/run-task.ts";
import { completeSettings, type Settings, type SettingsLike } from "../../src/tasks/settings.ts";
import type { RunConfig, RunResult } from "../../src/tasks/task.ts";
import { readCorpus, type TranslationCorpus } from "../../src/tasks/translation/corpus.ts";
import { prepareTranslation, translation } from "../../src/tasks/translation/task.ts";
import { alignmentCollector, wordWeights } from "../../src/tasks/seq2seq/alignment.ts";
import { sequenceAttention, type sequenceDefaults } from "../../src/tasks/seq2seq/settings.ts";
import { decodedExample, textOf, type DecodedExample } from "../../src/tasks/seq2seq/decoded-text.ts";
import { wordIds, readAligned } from "../../src/tasks/translation/alignment.ts";

const root = mkdtempSync(join(tmpdir(), "fenchel-translation-"));
beforeAll(async () => {
  await init("wasm");
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const NAMES = ["Mann", "Hund", "Ball", "Baum"];
const TRANSLATED: Readonly<Record<string, string>> = { Mann: "man", Hund: "dog", Ball: "ball", Baum: "tree" };
const VERBS: readonly (readonly [string, string])[] = [
  ["sieht", "sees"],
  ["sucht", "seeks"],
  ["nimmt", "takes"],
];
const sentences = NAMES.flatMap((a) =>
  NAMES.flatMap((b) =>
    VERBS.map(([sieht, sees]) => ({
      source: `Ein ${a} ${sieht} den ${b}.`,
      target: `A ${TRANSLATED[a]!} ${sees} the ${TRANSLATED[b]!}.`,
    })),
  ),
);

/** All sentences to train on; the test set holds an empty line and one of 5,000 words, too. */
const corpus: TranslationCorpus = {
  train: [...sentences, { source: "", target: "" }, { source: "Hund ".repeat(200), target: "dog ".repeat(200) }],
  dev: sentences.slice(0, 8),
  test: [...sentences.slice(10, 18), { source: "", target: "A man." }, { source: "Hund ".repeat(5000), target: "dog" }],
  checksum: "made up",
  note: "Made up.",
};

type TranslationSettings = SettingsLike<
  typeof sequenceDefaults & { readonly corpus: string; readonly from: string; readonly to: string }
>;
const settingsOf = (given: Settings) => completeSettings(translation.settings, given) as unknown as TranslationSettings;

const small = {
  model: "recurrent",
  vocabularySize: 80,
  maxLength: 12,
  batchSize: 240,
  embeddingSize: 16,
  hiddenSize: 24,
  layers: 1,
  heads: 2,
  ffnSize: 32,
  dropout: 0,
  labelSmoothing: 0,
  epochs: 25,
  patience: 25,
  learningRate: 0.02,
  warmupSteps: 10,
  averageCheckpoints: 2,
  beamSize: 2,
};

const configOf = (mapping: string, settings: Readonly<Record<string, number | string | boolean>>): RunConfig => ({
  task: "translation",
  mapping,
  mappingOptions: sequenceAttention.resolve({ mapping, options: {} }).options,
  seed: 1,
  settings: { ...settingsOf(settings) },
  dataChecksum: "made up",
});

/** A result without its times and its memory. */
const figures = (result: RunResult): unknown => {
  const scores = { ...result.scores, writingSeconds: 0, peakMegabytes: 0 };
  const epochs = result.epochs.map((epoch) => ({ ...epoch, secondsPerStep: 0 }));
  return { ...result, secondsPerStep: 0, epochs, scores };
};

describe("a run", () => {
  const data = prepareTranslation(corpus, root, settingsOf(small));

  it("leaves out of training what does not fit, and cuts what is read", () => {
    expect(data.counts).toEqual({ train: sentences.length, dev: 8, test: 10 });
    expect(data.note).toContain("2 pairs of more than 12 or no tokens were left out of training");
    expect(data.note).toContain("1 longer sentences are cut at 48 tokens");
    expect(structuredClone(data)).toEqual(data);
  });

  it("needs something to train on, to stop by and to test on", () => {
    const prepare = (change: Partial<TranslationCorpus>) => () =>
      prepareTranslation({ ...corpus, ...change }, root, settingsOf(small));
    expect(prepare({ train: corpus.train.slice(-2) })).toThrow(
      "the train split holds no pair of 1 to 12 tokens per side",
    );
    expect(prepare({ dev: [] })).toThrow("the dev split holds no pair: Made up.");
    expect(prepare({ test: [] })).toThrow(DataError);
  });

  it("learns to translate, and resumes with the figures it would have had", async () => {
    const config = configOf("fusedmax", small);
    const whole = await runTask(translation, config, data, join(root, "whole"));
    expect(whole.scores["accuracy"]).toBeGreaterThan(0.6);
    expect(whole.scores["bleu"]).toBeGreaterThan(50);
    expect(whole.scores["sparsity"]).toBeGreaterThan(0);
    expect(whole.scores["alignmentError"]).toBeUndefined();
    expect(whole.examples).toHaveLength(4);
    for (const { columns, rows, weights } of whole.examples as readonly DecodedExample[]) {
      expect(weights).toHaveLength(rows.length);
      for (const row of weights) expect(row).toHaveLength(columns.length);
    }
    const page = translation.figures([whole])!.source;
    expect(page).toContain("<svg");
    expect(page).not.toContain("\ufffd");
    expect(page).not.toContain("small letter");
    expect(page).not.toContain("NaN");

    let epochs = 0;
    const stopped = runTask(translation, config, data, join(root, "stopped"), {
      onProgress: ({ epoch, step }) => {
        epochs = epoch;
        if (epoch === 13 && step > 0) throw new RunError("stopped by the test");
      },
    });
    await expect(stopped).rejects.toThrow("stopped by the test");
    expect(epochs).toBe(13);
    const resumed = await runTask(translation, config, data, join(root, "stopped"));
    expect(figures(resumed)).toEqual(figures(whole));
    expect(readResult<RunResult>(join(root, "stopped"))).toEqual(JSON.parse(JSON.stringify(resumed)));
  });

  it("trains a transformer, on words, with one vocabulary", async () => {
    const settings = {
      ...small,
      model: "transformer",
      tokenizer: "word",
      shareEmbeddings: true,
      epochs: 4,
      averageCheckpoints: 1,
    };
    const own = prepareTranslation(corpus, root, settingsOf(settings));
    expect(own.vocabulary.source).toEqual(own.vocabulary.target);
    const { epochs, scores } = await runTask(
      translation,
      configOf("combined-sparsemax", settings),
      own,
      join(root, "tf"),
    );
    expect(epochs.at(-1)!.devLoss).toBeLessThan(epochs[0]!.devLoss);
    expect(scores["bleu"]).toBeGreaterThanOrEqual(0);
  });

  it("says what does not go together in one line", async () => {
    const fed = runTask(translation, configOf("oscarmax", { ...small, inputFeeding: true }), data, join(root, "fed"));
    await expect(fed).rejects.toThrow(RunError);
    await expect(fed).rejects.toThrow('mapping is "oscarmax": with input feeding');
    const odd = runTask(
      translation,
      configOf("softmax", { ...small, model: "transformer", heads: 3 }),
      data,
      join(root, "odd"),
    );
    const message = "--embedding-size is 16: with --heads 3 it must be a multiple of 6";
    await expect(odd).rejects.toThrow(message);
    const unread = async () => translation.data(join(root, "nowhere"), { ...small, model: "transformer", heads: 3 });
    await expect(unread()).rejects.toThrow(message);
  });

  it("selects options without the test set", () => {
    const hidden = withHiddenTest(data);
    expect(hidden.test).toBe(data.dev);
    expect([hidden.counts.test, hidden.test.aligned, hidden.examples]).toEqual([8, undefined, null]);
    for (const [mapping, points] of Object.entries(translation.grid)) {
      for (const options of points) expect(() => sequenceAttention.resolve({ mapping, options })).not.toThrow();
    }
  });

  it("translates a sentence that a user gives, and shows its attention", async () => {
    const run = await loadRun(join(root, "whole"));
    const parts = [new TextEncoder().encode("Ein Mann sieht den Hund.")];
    const split = run.task.encode([{ id: "text", label: null, parts }], run.vocabulary, run.config.settings);
    const [example] = (await run.explain(split)) as DecodedExample[];
    run.dispose();
    const { answer, matrix } = translation.explain(example!);
    expect(answer).toBe(example!.written);
    expect(answer.length).toBeGreaterThan(0);
    expect(matrix!.weights).toHaveLength(matrix!.rows.length);
    expect(translation.figures([{ config: run.config, examples: [example!] }])!.source).not.toContain("Reference");
  });
});

describe("attention", () => {
  it("has defaults", () => {
    for (const spec of translation.mappings) expect(sequenceAttention.resolve(spec).options["gamma"]).toBe(1);
    expect(sequenceAttention.resolve({ mapping: "combined-softmax", options: {} }).density!.basis.count).toBe(30);
    for (const { mappings = [] } of Object.values(translation.presets!)) {
      for (const spec of mappings) expect(() => sequenceAttention.resolve(spec)).not.toThrow();
    }
  });

  it.each([
    [{ mapping: "hardmax", options: {} }, "hardmax is not available for training; choose one of softmax"],
    [{ mapping: "softmax", options: { lambda: 1 } }, "unknown option lambda for softmax; available: gamma"],
    [{ mapping: "combined-softmax", options: { basis: 31 } }, "basis is 31: a multiple of 3 up to 1024 is needed"],
    [{ mapping: "fusedmax", options: { lambda: -1 } }, "lambda"],
  ])("of %o is refused", (spec, message) => {
    expect(() => sequenceAttention.resolve(spec)).toThrow(message);
  });
});

describe("corpora", () => {
  const folder = join(root, "data");
  mkdirSync(join(folder, "translation"), { recursive: true });
  mkdirSync(join(folder, "alignment"));
  const table = (path: string, rows: readonly (readonly string[])[]) =>
    writeFileSync(join(folder, path), gzipSync(rows.map((row) => `${row.join("\t")}\n`).join("")));
  for (const split of ["train", "dev", "test2016", "test2017"]) {
    const rows = sentences.slice(0, 12).map(({ source, target }) => [source, target, "Un homme."]);
    table(`translation/multi30k_${split}.tsv.gz`, [["de", "en", "fr"], ...rows]);
  }
  table("alignment/align_de_en.tsv.gz", [
    ["de", "en", "sure", "possible"],
    ["Ein Hund sieht , was ?", "A dog sees , what ?", "0-0 1-1 2-2 3-3 4-4 5-5", ""],
    ["Der Baum", "The tree", "0-0 1-1", "0-1"],
  ]);

  it("are Multi30k where it is, else ts-diagnostics", () => {
    expect(readCorpus(folder, { corpus: "auto", from: "de", to: "en" }).note).toContain("Multi30k de to en");
    expect(readCorpus(folder, { corpus: "auto", from: "en", to: "fr" }).train[0]!.target).toBe("Un homme.");
    const diagnostics = readCorpus(root, { corpus: "auto", from: "de", to: "en" });
    expect(diagnostics.note).toContain("Messages of the compiler");
    expect(diagnostics.train.length).toBeGreaterThan(1000);
  });

  it.each([
    ["multi30k", "de", "de", '--to is "de", as --from is'],
    ["multi30k", "nl", "en", '--from is "nl": Multi30k has de, en, fr'],
    ["iwslt17", "de", "fr", '--to is "fr": IWSLT'],
    ["ts-diagnostics", "xx", "en", '--from is "xx"'],
    ["iwslt17", "de", "en", "fenchel data get iwslt17"],
  ])("%s, %s to %s, are refused", (name, from, to, message) => {
    const read = () => readCorpus(folder, { corpus: name, from, to });
    expect(read).toThrow(DataError);
    expect(read).toThrow(message);
  });

  it("come with word alignments in either direction", () => {
    const load = (change: Settings) => {
      const settings = settingsOf({ ...small, ...change });
      return prepareTranslation(readCorpus(folder, settings), folder, settings);
    };
    const data = load({ from: "en", to: "de" });
    expect(data.test.aligned!.links.map(({ words }) => words)).toEqual([
      [6, 6],
      [2, 2],
    ]);
    expect(data.test.aligned!.links[1]!.possible).toContainEqual([1, 0]);
    expect(data.note).toContain("human alignments of 2 of 2 sentence pairs");
    const shorter = load({ maxLength: 6 });
    expect(shorter.test.aligned!.links.map(({ words }) => words)).toEqual([[2, 2]]);
    expect(shorter.note).toContain("human alignments of 1 of 2 sentence pairs");
  });

  it("let attention be evaluated against alignments", () => {
    const codec = trainTokenizer(
      sentences.flatMap(({ source, target }) => [source, target]),
      { kind: "subwords", size: 90 },
    );
    const linked = readAligned(folder, { from: "de", to: "en", maxLength: 100 }, { source: codec, target: codec })!;
    const { collect, scores } = alignmentCollector(linked);
    linked.links.forEach((_, index) => {
      // Every piece looks at all pieces of the word at its own word's place.
      const [source, target] = [linked.wordIds.source[index]!, linked.wordIds.target[index]!];
      const weights = Array.from(target, (word) => Float32Array.from(source, (from) => Number(from === word)));
      collect({ weights: [...weights, new Float32Array(source.length)] }, index);
    });
    expect(scores()).toEqual({ aer: 0, precision: 1, recall: 1, predicted: 8, sure: 8 });
  });
});

describe("pieces of words", () => {
  const codec = trainTokenizer(
    sentences.map(({ source }) => source),
    { kind: "subwords", size: 40 },
  );

  it("know their words, whatever they are cut into", () => {
    const words = ["Ein", "Hund-Ball", "(", "den", "Mann", ")", ".", "Baum"];
    const { ids, wordIds: owners } = wordIds(words, codec);
    expect(owners).toHaveLength(ids.length);
    expect([...new Set(owners)]).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect([...owners]).toEqual([...owners].sort((a, b) => a - b));
  });

  it("give their words sums over a source word and means over a target word", () => {
    const owners = { source: Int32Array.of(0, 0, 1), target: Int32Array.of(0, 1, 1) };
    const rows = [Float32Array.of(0.25, 0.25, 0.5), Float32Array.of(1, 0, 0), Float32Array.of(0, 0, 1)];
    expect([...wordWeights(rows, owners, [2, 2])]).toEqual([0.5, 0.5, 0.5, 0.5]);
  });
});

it("an unknown word is copied from where the attention is", () => {
  const source = trainTokenizer(["Eins zwei drei"], { kind: "words", size: 6 });
  const target = trainTokenizer(["One two"], { kind: "words", size: 4 });
  const written = {
    ids: Int32Array.of(2, 1, 3),
    ended: true,
    logProbability: 0,
    weights: [
      Float32Array.of(1, 0, 0),
      Float32Array.of(0.2, 0.3, 0.5),
      Float32Array.of(0, 1, 0),
      Float32Array.of(0, 1, 0),
    ],
  };
  expect(textOf(written, "Eins zwei Quark", { source, target })).toBe("One Quark two");
  // A word that the source's vocabulary has would not be unknown: the other one is meant, whatever the largest weight.
  expect(textOf(written, "Eins Quark zwei", { source, target })).toBe("One Quark two");
  expect(textOf(written, "Eins zwei drei", { source, target })).toBe("One drei two");
});

it("a shown text has words in its map where the model knows none", () => {
  const texts = ["Eins zwei drei"];
  const source = trainTokenizer(texts, { kind: "words", size: 4 });
  const target = trainTokenizer(["One two"], { kind: "words", size: 4 });
  const weights = [Float32Array.of(1, 0, 0), Float32Array.of(0, 0.25, 0.75), Float32Array.of(0, 0, 1)];
  const written = { ids: Int32Array.of(2, 1), ended: true, logProbability: 0, weights };
  const shown = decodedExample(written, { source: "Drei Quarks zwei", reference: "" }, { source, target });
  expect(shown.columns).toEqual(["drei", "Quarks", "zwei"]);
  expect(shown.written).toBe(`One ${shown.rows[1]}`);
  expect(shown.rows).toEqual(["one", "zwei", "\u220e"]);
  expect(shown.weights[1]).toEqual([0, 0.25, 0.75]);
  // A source that is longer than what is read of it.
  const cut = { ...written, weights: weights.map((row) => row.subarray(0, 2)) };
  expect(decodedExample(cut, { source: "Drei Quarks zwei", reference: "" }, { source, target }).columns).toHaveLength(
    2,
  );
});
