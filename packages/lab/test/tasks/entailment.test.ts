/** The study of entailment: its data, its choices, its runs, its pictures. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { init } from "@jax-js/jax";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { uniformNumbers } from "../../src/base/rng.ts";
import { withHiddenTest } from "../../src/compare/grid-search.ts";
import { batchPairs } from "../../src/tasks/entailment/batches.ts";
import type { PairSplit } from "../../src/tasks/entailment/data.ts";
import type { EntailmentExample } from "../../src/tasks/entailment/figures.ts";
import { entailment } from "../../src/tasks/entailment/task.ts";
import { loadRun } from "../../src/tasks/load-run.ts";
import { runTask } from "../../src/tasks/run-task.ts";
import { completeSettings } from "../../src/tasks/settings.ts";
import type { RunConfig, RunResult, TaskData } from "../../src/tasks/task.ts";
import type { VocabularyJson } from "../../src/text/vocabulary.ts";

const root = mkdtempSync(join(tmpdir(), "fenchel-entailment-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
beforeAll(async () => {
  await init("wasm");
});

function write(path: string, lines: readonly string[]): void {
  const file = join(root, "data", path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, gzipSync(`${lines.join("\n")}\n`));
}

const colours = ["red", "blue", "green"];
const things = ["ball", "house", "horse"];

/** The hypothesis repeats the thing and its colour, names another colour, or another thing. */
function pair(uniform: () => number): string[] {
  const draw = <T>(items: readonly T[]): T => items[Math.floor(uniform() * items.length)]!;
  const [colour, thing] = [draw(colours), draw(things)];
  const label = draw(["entailment", "contradiction", "neutral"]);
  const other = draw(colours.filter((one) => one !== colour));
  const away = draw(things.filter((one) => one !== thing));
  const said = { entailment: `${colour} ${thing}`, contradiction: `${other} ${thing}`, neutral: `${colour} ${away}` };
  return [label, `A man sees a ${colour} ${thing} today.`, `A ${said[label as keyof typeof said]}.`];
}

function table(count: number, seed: number): string[] {
  const uniform = uniformNumbers(seed);
  const rows = Array.from({ length: count }, (_, i) => [...pair(uniform), `${seed}-${i}`].join("\t"));
  return [["label", "premise", "hypothesis", "pair_id"].join("\t"), ...rows];
}

let data: TaskData<VocabularyJson, PairSplit>;
const settings = completeSettings(entailment.settings, {
  epochs: 14,
  patience: 8,
  batchSize: 16,
  learningRate: 0.01,
  embeddingSize: 16,
  hiddenSize: 24,
  dropout: 0,
  tokenDropout: 0,
  labelSmoothing: 0,
});

beforeAll(async () => {
  write("entailment/snli_train_first1022.tsv.gz", table(400, 1));
  write("entailment/snli_dev.tsv.gz", table(900, 2));
  write("entailment/snli_test.tsv.gz", [
    ...table(60, 3),
    "neutral\tA <b>man</b> & a dog walk in the long and dusty street today.\tHe <script>alert(1)</script> walks slowly.\tx",
    `neutral\t${"very ".repeat(5000)}long\tIt is long.\ty`,
    "neutral\tWord\tWord\tz",
  ]);
  write("alignment/msr_rte2_dev.tsv.gz", ["id\tsource\ttarget\tsure\tpossible", "1\ta red ball\tred ball\t1-0 2-1\t"]);
  write("alignment/msr_rte2_test.tsv.gz", [
    "id\tsource\ttarget\tsure\tpossible",
    "1\tHe sees a red ball\tA red ball\t3-1 4-2\t2-0",
  ]);
  data = await entailment.data(join(root, "data"), settings);
});

function config(change: Partial<RunConfig> = {}): RunConfig {
  const spec = { mapping: change.mapping ?? "softmax", options: {} };
  const { name: mapping, options } = entailment.attention.resolve(spec);
  return {
    task: "entailment",
    mapping,
    mappingOptions: options,
    seed: 1,
    settings,
    dataChecksum: data.checksum,
    ...change,
  };
}

describe("the data", () => {
  it("is read once, cut, and in flat arrays", () => {
    expect(data.counts).toEqual({ train: 500, dev: 800, test: 63 });
    expect(structuredClone(data)).toEqual(data);
    const { premises, aligned } = data.test;
    expect(Math.max(...Array.from(premises.starts.subarray(1), (end, i) => end - premises.starts[i]!))).toBe(64);
    expect(aligned!.links).toHaveLength(1);
    expect(data.note).toContain("The reduced protocol");
  });

  it("has the dev split in the test split's place for tuning", () => {
    const hidden = withHiddenTest(data);
    expect(hidden.test).toBe(data.dev);
    expect(hidden.checksum).not.toBe(data.checksum);
    expect([hidden.examples, hidden.test.aligned, hidden.counts.test]).toEqual([null, undefined, 800]);
  });

  it("comes in batches that hold every pair once", () => {
    const plans = batchPairs(data.train, 16, uniformNumbers(1));
    expect(plans.flatMap(({ pairs }) => pairs).sort((a, b) => a - b)).toEqual(Array.from({ length: 500 }, (_, i) => i));
    expect(plans.every(({ pairs }) => pairs.length <= 16)).toBe(true);
  });
});

describe("choices", () => {
  it("are refused in one line when they cannot be trained with", () => {
    expect(() => entailment.attention.resolve({ mapping: "tvmax", options: {} })).toThrow(
      /^tvmax is not available for training; choose one of softmax/,
    );
    expect(() => entailment.attention.resolve({ mapping: "fusedmax", options: { lambda: -1 } })).toThrow(
      "lambda is -1",
    );
    expect(() => entailment.attention.resolve({ mapping: "softmax", options: { alpha: 2 } })).toThrow(
      "unknown option alpha for softmax; available: gamma",
    );
  });
});

describe("training", () => {
  const results: RunResult[] = [];

  it.each(entailment.mappings.map(({ mapping }) => mapping))("learns with %s", async (mapping) => {
    const result = await runTask(entailment, config({ mapping }), data, join(root, mapping));
    results.push(result);
    expect(result.scores["accuracy"]).toBeGreaterThan(0.7);
    expect(result.scores["alignmentError"]).toBeGreaterThanOrEqual(0);
    expect(result.scores["sparsity"]! > 0).toBe(mapping !== "softmax");
    for (const { weights, premise, hypothesis } of result.examples as EntailmentExample[]) {
      expect([weights.length, weights[0]!.length]).toEqual([hypothesis.length, premise.length]);
      for (const row of weights) expect(row.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 5);
    }
  });

  it("learns with the recurrent reader", async () => {
    const recurrent = config({ settings: { ...settings, model: "recurrent", epochs: 3 } });
    const result = await runTask(entailment, recurrent, data, join(root, "recurrent"));
    expect(result.epochs.at(-1)!.trainLoss).toBeLessThan(result.epochs[0]!.trainLoss);
  });

  it("gives an ended run's result again, and refuses other settings", async () => {
    const again = await runTask(entailment, config(), data, join(root, "softmax"));
    expect(again).toEqual(JSON.parse(JSON.stringify(results[0])));
    await expect(
      runTask(entailment, config({ settings: { ...settings, epochs: 3 } }), data, join(root, "softmax")),
    ).rejects.toThrow("epochs 14 there, 3 here");
  });

  it("goes on from another run's parameters", async () => {
    const from = join(root, "softmax");
    const warm = config({ mapping: "sparsemax", settings: { ...settings, epochs: 1 }, startedFrom: "digest" });
    const result = await runTask(entailment, warm, data, join(root, "warm"), { from });
    expect(result.epochs[0]!.devAccuracy).toBeGreaterThan(0.6);
  });

  it("explains a pair that a user gives", async () => {
    const run = await loadRun(join(root, "fusedmax"));
    const parts = ["A man sees a red ball today.", "A red ball."].map((text) => new TextEncoder().encode(text));
    const split = run.task.encode([{ id: "pair", label: null, parts }], run.vocabulary, run.config.settings);
    const [example] = (await run.explain(split)) as EntailmentExample[];
    run.dispose();
    expect(example!.hypothesis).toEqual(["a", "red", "ball", "."]);
    const { answer, matrix } = entailment.explain(example!);
    expect(answer).toMatch(/^(entailment|neutral|contradiction) [01]\.\d\d$/);
    expect([matrix!.rows.length, matrix!.columns.length]).toEqual([4, 8]);
  });

  it("draws figures that no text can break", () => {
    const [first] = results[0]!.examples as EntailmentExample[];
    const hostile = [{ ...first!, premise: first!.premise.map((word, i) => (i === 0 ? "<script>" : word)) }];
    const page = entailment.figures(results.map(({ config: of }) => ({ config: of, examples: hostile })))!.source;
    expect(page).toContain("&lt;script&gt;");
    expect(page).not.toContain("<script");
    expect(page.match(/<svg/g)!.length).toBe(results.length);
  });
});
