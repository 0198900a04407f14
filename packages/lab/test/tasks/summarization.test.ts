import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { init } from "@jax-js/jax";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DataError } from "../../src/base/data-error.ts";
import { raggedArray } from "../../src/base/ragged.ts";
import { readPredictions } from "../../src/training/run-dir.ts";
import { RunError } from "../../src/base/run-error.ts";
import { withHiddenTest } from "../../src/compare/grid-search.ts";
import { runTask } from "../../src/tasks/run-task.ts";
import { sequenceAttention } from "../../src/tasks/seq2seq/settings.ts";
import type { RunConfig } from "../../src/tasks/task.ts";
import { readCorpus, type SummarizationCorpus } from "../../src/tasks/summarization/corpus.ts";
import { prepareSummarization, summarization, summarizationSettings } from "../../src/tasks/summarization/task.ts";
import { copiedAlignment, copiedTokens } from "../../src/tasks/summarization/copied-tokens.ts";
import { leadWords, leadLength, leadScores } from "../../src/tasks/summarization/lead-baseline.ts";

const settingsOf = summarizationSettings.of;
const root = mkdtempSync(join(tmpdir(), "fenchel-summarization-"));
beforeAll(async () => {
  await init("wasm");
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const NAMES = ["ada", "emmy", "grace", "sofia"];
const VERBS = ["met", "saw", "heard"];
const WHEN = ["this morning", "last night in the rain"];
const pairs = NAMES.flatMap((a) =>
  NAMES.flatMap((b) =>
    VERBS.flatMap((verb) =>
      WHEN.map((when) => ({ source: `on ${when} , ${a} ${verb} her friend ${b} .`, target: `${a} ${verb} ${b} .` })),
    ),
  ),
);

const corpus: SummarizationCorpus = {
  train: [...pairs, { source: "", target: "" }, { source: "ada ".repeat(200), target: "ada" }],
  dev: pairs.slice(0, 9),
  test: [...pairs.slice(20, 28), { source: "", target: "ada" }, { source: "ada ".repeat(5000), target: "ada" }],
  checksum: "made up",
  note: "Made up.",
  byDeletion: true,
};

const small = {
  vocabularySize: 20,
  maxLength: 16,
  batchSize: 240,
  embeddingSize: 16,
  layers: 1,
  heads: 2,
  ffnSize: 32,
  dropout: 0,
  epochs: 12,
  patience: 12,
  learningRate: 0.02,
  warmupSteps: 10,
  beamSize: 2,
};

const configOf = (mapping: string, settings: Readonly<Record<string, number | string | boolean>>): RunConfig => ({
  task: "summarization",
  mapping,
  mappingOptions: sequenceAttention.resolve({ mapping, options: {} }).options,
  seed: 1,
  settings: { ...settingsOf(settings) },
  dataChecksum: "made up",
});

describe("a run", () => {
  const data = prepareSummarization(corpus, settingsOf(small));

  it("trains on the first pairs that fit, and says so", () => {
    expect(data.counts.train).toBe(pairs.length);
    expect(data.vocabulary.source).toEqual(data.vocabulary.target);
    expect(data.note).toContain("2 pairs of more than 16 or no tokens were left out of training");
    const fewer = prepareSummarization(corpus, settingsOf({ ...small, trainPairs: 50 }));
    expect(fewer.counts.train).toBe(50);
    expect(fewer.note).toContain("The first 50 of the rest are used for training");
    expect(structuredClone(data)).toEqual(data);
  });

  it("learns to shorten by copying, words that it does not know too", async () => {
    // Twelve words and the signs around them: names are among those that are left out.
    const result = await runTask(summarization, configOf("sparsemax", small), data, join(root, "run"));
    const { rougeL, leadRougeL, sparsity, alignmentRecall, recallL } = result.scores as Record<string, number>;
    expect(rougeL).toBeGreaterThan(leadRougeL!);
    expect(sparsity).toBeGreaterThan(0);
    expect(alignmentRecall).toBeGreaterThan(0);
    expect(recallL).toBeUndefined();
    expect(result.examples).toHaveLength(4);
    expect(data.note).toContain(`The LEAD-${data.vocabulary.leadWords} baseline copies the first`);
    expect(summarization.figures([result])!.source).toContain("<svg");
    const items = readPredictions(join(root, "run"))!;
    expect([items.texts.length, items.rows.length, items.width]).toEqual([10, 10, 1]);
    const mean = summarization.compared.score(Float64Array.of(items.rows.reduce((a, b) => a + b, 0)), 10);
    expect(mean).toBeCloseTo(rougeL!, 12);
  });

  it("needs one vocabulary to copy", async () => {
    const settings = { ...small, shareEmbeddings: false };
    const own = prepareSummarization(corpus, settingsOf(settings));
    const run = runTask(summarization, configOf("softmax", settings), own, join(root, "apart"));
    await expect(run).rejects.toThrow(RunError);
    await expect(run).rejects.toThrow("--copy-mechanism needs one vocabulary for both sides (--share-embeddings true)");
  });

  it("chooses options without the test set", () => {
    const hidden = withHiddenTest(data);
    expect([hidden.test, hidden.examples, hidden.counts.test]).toEqual([data.dev, null, 9]);
  });
});

describe("the baseline", () => {
  it("copies as many first words as are best on the dev set", () => {
    const split = {
      sources: ["a b c d e f g h i j", "k l m n o p q r s t"],
      references: [["a b c d e f"], ["k l m n o p"]],
    };
    expect(leadLength(split)).toBe(6);
    expect(leadScores(split, 6).rougeL.f1).toBe(1);
    expect(leadWords("  one two\tthree ", 2)).toBe("one two");
    expect(leadWords("", 2)).toBe("");
  });
});

describe("links to what is kept", () => {
  it("are a longest common subsequence, as early as can be", () => {
    expect(copiedAlignment([5, 6, 7, 6], [6, 7])).toEqual([
      [1, 0],
      [2, 1],
    ]);
    expect(copiedAlignment([4, 9, 4, 5, 6], [4, 5, 8, 6])).toEqual([
      [0, 0],
      [3, 1],
      [4, 3],
    ]);
    expect(copiedAlignment([], [1])).toEqual([]);
  });

  it("leave out pairs with nothing on a side", () => {
    const source = raggedArray([Int32Array.of(2, 3), new Int32Array(0), Int32Array.of(4)]);
    const target = raggedArray([Int32Array.of(3), Int32Array.of(3), new Int32Array(0)]);
    const { links, wordIds } = copiedTokens({ source, target });
    expect(links).toEqual([{ words: [2, 1], sure: [[1, 0]], possible: [] }]);
    expect(wordIds.source.map((one) => Array.from(one))).toEqual([[0, 1]]);
  });
});

describe("corpora", () => {
  const folder = join(root, "data");
  mkdirSync(join(folder, "summarization/gigaword"), { recursive: true });
  mkdirSync(join(folder, "summarization/duc2004"));
  const write = (path: string, text: string) => {
    writeFileSync(join(folder, "summarization", path), path.endsWith(".gz") ? gzipSync(text) : text);
  };
  const [first, second] = [pairs[0]!, pairs[1]!];
  for (const split of ["train", "dev", "test_vectorized"]) {
    const rows = [first, second].map(({ source, target }) => `${source}\t${target}\n`);
    write(`google_sentcomp_${split}.tsv.gz`, `sentence\tcompression\n${rows.join("")}`);
  }
  for (const split of ["train", "dev", "test"]) {
    const paper = { id: "1", title: "t", text: ["One.", "Two."], summaries: split === "train" ? ["A."] : ["A.", "B."] };
    write(`scitldr_${split}.jsonl.gz`, `${JSON.stringify(paper)}\n`);
    write(`debian_descriptions_${split}.tsv.gz`, "package\tsynopsis\tdescription\nfoo\tdoes foo\tA tool for foo.\n");
  }
  for (const name of ["train", "valid"]) {
    const filter = name === "valid" ? ".filter" : "";
    write(`gigaword/${name}.article${filter}.txt`, `${first.source}\n${second.source}\n`);
    write(`gigaword/${name}.title${filter}.txt`, `${first.target}\n${second.target}\n`);
  }
  write("gigaword/input.txt", `${first.source}\n`);
  write("gigaword/task1_ref0.txt", `${first.target}\n`);
  write("duc2004/input.txt", `${second.source}\n`);
  for (const i of [0, 1, 2, 3]) write(`duc2004/task1_ref${i}.txt`, `summary ${i}\n`);

  it.each([
    ["sentence-compression", "own", first.source, 0, true],
    ["scitldr", "own", "One. Two.", 1, false],
    ["debian-descriptions", "own", "A tool for foo.", 0, false],
    ["gigaword", "own", first.source, 0, false],
    ["gigaword", "duc2004", second.source, 3, false],
  ])("%s, tested on %s", (name, testSet, source, others, byDeletion) => {
    const read = readCorpus(folder, settingsOf({ corpus: name, testSet, testPairs: 1 }));
    expect(read.test[0]!.source).toBe(source);
    expect(read.test[0]!.others ?? []).toHaveLength(others);
    expect(read.byDeletion).toBe(byDeletion);
    expect(read.test).toHaveLength(1);
  });

  it("say which of their pairs are used", () => {
    const note = readCorpus(folder, settingsOf({ devPairs: 1, testPairs: 1 })).note;
    expect(note).toContain(
      "Of the dev set's 2 pairs the first 1 are used. Of the test set's 2 pairs the first 1 are used.",
    );
  });

  it("score DUC's summaries by their recall", async () => {
    const settings = { ...small, corpus: "gigaword", testSet: "duc2004", epochs: 1 };
    const data = await summarization.data(folder, settings);
    expect(data.test.aligned).toBeNull();
    const { scores } = await runTask(summarization, configOf("softmax", settings), data, join(root, "duc"));
    expect(scores["recall1"]).toBeGreaterThanOrEqual(0);
    expect(scores["alignmentRecall"]).toBeUndefined();
  });

  it.each([
    [folder, { testSet: "duc2004" }, "--test-set is duc2004: its models are trained on headlines (--corpus gigaword)"],
    [root, {}, "fenchel data get sentence-compression"],
    [root, { corpus: "gigaword" }, "gigaword"],
  ])("that cannot be read are told in one line (%#)", (where, settings, message) => {
    const read = () => readCorpus(where, settingsOf(settings));
    expect(read).toThrow(DataError);
    expect(read).toThrow(message);
  });

  it("name the file and the line of a malformed row", () => {
    const broken = join(root, "broken");
    mkdirSync(join(broken, "summarization"), { recursive: true });
    const path = join(broken, "summarization/google_sentcomp_train.tsv.gz");
    writeFileSync(path, gzipSync("sentence\tcompression\na b c\ta b\nonly one column\n"));
    expect(() => readCorpus(broken, settingsOf({}))).toThrow(/google_sentcomp_train\.tsv\.gz:3: /u);
    writeFileSync(path, gzipSync(""));
    expect(() => readCorpus(broken, settingsOf({}))).toThrow(DataError);
  });
});
