/** A comparison: its plan, its grid search, its significance tests, its report. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { markup } from "../../src/base/markup.ts";
import { compareTask, type CompareOptions, type Stage } from "../../src/compare/compare.ts";
import { planRuns, type ComparisonRequest } from "../../src/compare/plan.ts";
import { significanceReport } from "../../src/compare/significance.ts";
import { reportPage, type ReportMeta } from "../../src/report/page.ts";
import { reportJson } from "../../src/report/write-report.ts";
import { specs, type AttentionSpec } from "../../src/tasks/attention.ts";
import { completeSettings, defineSettings } from "../../src/tasks/settings.ts";
import type { RunResult, Task, TaskData } from "../../src/tasks/task.ts";
import { prepareFolder } from "../../src/base/atomic-write.ts";
import { writePredictions } from "../../src/training/run-dir.ts";
import toyTask from "../tasks/toy/task.ts";

const root = mkdtempSync(join(tmpdir(), "fenchel-compare-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const counts = { train: 8, dev: 4, test: 4 };
const data: TaskData = {
  checksum: "abc",
  note: "Made up.",
  vocabulary: {},
  train: "train",
  dev: "dev",
  test: "test",
  examples: null,
  counts,
};

const { list } = defineSettings({ epochs: 5, learningRate: 0.1, finetuneEpochs: 2, finetuneLr: 0.01 });

/** A task of which only the plan matters: its worker trains nothing. */
const task: Task = {
  ...(toyTask as unknown as Task),
  name: "toy",
  items: "numbers",
  settings: list,
  metrics: [
    { key: "accuracy", title: "Accuracy", unit: "%", digits: 1, scale: 100, best: "highest", group: "Test set" },
    { key: "mass", title: "Mass", unit: "%", digits: 1, scale: 100, best: "none", group: "Attention" },
  ],
  grid: { fusedmax: [{ lambda: 0.01 }, { lambda: 0.1 }, { lambda: 1 }] },
  figures: () => markup`<p>${"<picture>"}</p>`,
  published: [
    { caption: "Elsewhere", source: "https://example.org", columns: ["Accuracy"], rows: [["softmax", "50.0"]] },
  ],
};

function request(folder: string, mappings: readonly AttentionSpec[], seeds = [1, 2]): ComparisonRequest {
  return { mappings, seeds, settings: completeSettings(task.settings, {}), folder: join(root, folder) };
}

const script = new URL("./fake-process.mjs", import.meta.url);

function options(stages: [Stage, number][], change: Partial<CompareOptions> = {}): CompareOptions {
  return {
    stage(stage, plan) {
      stages.push([stage, plan.length]);
      return { jobs: 2, script };
    },
    ...change,
  };
}

const [softmax, fusedmax] = specs(["softmax", "fusedmax"]) as [AttentionSpec, AttentionSpec];

describe("a plan", () => {
  it("has a run and a folder for every mapping and seed, with all options and settings", () => {
    const plan = planRuns(task, request("plan", [softmax, { mapping: "fusedmax", options: { lambda: 2 } }]), "abc");
    expect(plan.map(({ name }) => name)).toEqual([
      "softmax seed 1",
      "fusedmax lambda 2 seed 1",
      "softmax seed 2",
      "fusedmax lambda 2 seed 2",
    ]);
    expect(plan[3]!.folder).toBe(join(root, "plan", "fusedmax-lambda2-seed2"));
    expect(plan[1]!.config).toEqual({
      task: "toy",
      mapping: "fusedmax",
      mappingOptions: { gamma: 1, lambda: 2 },
      seed: 1,
      settings: { epochs: 5, learningRate: 0.1, finetuneEpochs: 2, finetuneLr: 0.01 },
      dataChecksum: "abc",
    });
  });
});

describe("a comparison", () => {
  it("trains every run in its own process", async () => {
    const stages: [Stage, number][] = [];
    const { results, tuned } = await compareTask(task, data, request("plain", [softmax, fusedmax]), options(stages));
    expect(stages).toEqual([["comparison", 4]]);
    expect(tuned).toEqual([]);
    expect(results.map(({ config }) => [config.mapping, config.seed])).toEqual([
      ["softmax", 1],
      ["fusedmax", 1],
      ["softmax", 2],
      ["fusedmax", 2],
    ]);
  });

  it("selects options on the dev set, and never with the test set", async () => {
    const stages: [Stage, number][] = [];
    const asked = request("tuned", [softmax, fusedmax]);
    const { results, tuned } = await compareTask(task, data, asked, options(stages, { tune: true }));
    expect(stages).toEqual([
      ["tuning", 3],
      ["comparison", 4],
    ]);
    expect(tuned.map(({ mapping, chosen }) => [mapping, chosen])).toEqual([["fusedmax", { lambda: 0.1 }]]);
    expect(tuned[0]!.tried.map(({ accuracy }) => accuracy)).toEqual([expect.closeTo(0.9919), 1, expect.closeTo(0.19)]);
    expect(results[1]!.config.mappingOptions).toEqual({ gamma: 1, lambda: 0.1 });
    expect(results.every(({ scores }) => scores["accuracy"] === 0.5)).toBe(true);
  });

  it("trains once what the grid search selected and was requested, too", async () => {
    const stages: [Stage, number][] = [];
    const same: AttentionSpec = { mapping: "fusedmax", options: { lambda: 0.1 } };
    const asked = request("twice", [softmax, fusedmax, same], [1]);
    const { results } = await compareTask(task, data, asked, options(stages, { tune: true }));
    expect(stages.at(-1)).toEqual(["comparison", 2]);
    expect(results.map(({ config }) => config.mapping)).toEqual(["softmax", "fusedmax"]);
  });

  it("fine-tunes every run of a seed from one softmax model", async () => {
    const stages: [Stage, number][] = [];
    const asked = request("warm", [softmax, fusedmax]);
    const { results } = await compareTask(task, data, asked, options(stages, { initFromSoftmax: true }));
    expect(stages).toEqual([
      ["pretraining", 2],
      ["comparison", 4],
    ]);
    const [first, second, third] = results;
    expect(first!.examples).toEqual([{ from: join(root, "warm", "start", "softmax-seed1") }]);
    expect(second!.config.settings).toMatchObject({ epochs: 2, learningRate: 0.01 });
    expect(second!.config.startedFrom).toBe(first!.config.startedFrom);
    expect(third!.config.startedFrom).not.toBe(first!.config.startedFrom);
  });

  it("keeps the softmax model whatever the fine-tuning is", async () => {
    const starts: unknown[] = [];
    const settings = { ...completeSettings(task.settings, {}), finetuneEpochs: 3, finetuneLr: 0.02 };
    const { results } = await compareTask(
      task,
      data,
      { ...request("later", [softmax], [1]), settings },
      options([], {
        initFromSoftmax: true,
        stage(stage, plan) {
          if (stage === "pretraining") starts.push(...plan.map(({ config }) => config.settings));
          return { jobs: 1, script };
        },
      }),
    );
    expect(starts).toEqual([completeSettings(task.settings, {})]);
    expect(results[0]!.config.settings).toMatchObject({ epochs: 3, learningRate: 0.02 });
  });
});

describe("significance", () => {
  const right = (share: number) => Array.from({ length: 200 }, (_, i) => Number(i % 10 < 10 * share));
  const written = (folder: string, rows: readonly number[]) => {
    prepareFolder(folder);
    writePredictions(folder, { texts: rows.map(String), rows, width: 1 });
  };

  it("is tested on the predictions of the first seed's runs", () => {
    const plan = planRuns(task, request("items", [softmax, fusedmax]), "abc");
    written(plan[0]!.folder, right(0.5));
    expect(significanceReport(task, plan)).toBeNull();
    written(plan[1]!.folder, right(0.8));
    const { seed, items, mappings } = significanceReport(task, plan)!;
    expect([seed, items]).toEqual([1, 200]);
    expect(mappings.map(({ score }) => score)).toEqual([0.5, 0.8]);
    expect(mappings[0]!.against).toBeNull();
    expect(mappings[1]!.against!.difference).toBeCloseTo(0.3, 12);
    expect(mappings[1]!.against!.pValue).toBeLessThan(0.01);
    expect(mappings[1]!.low).toBeLessThan(0.8);
    expect(mappings[1]!.high).toBeGreaterThan(0.8);
  });
});

describe("a report", () => {
  const result = (mapping: string, scores: RunResult["scores"]): RunResult => ({
    config: planRuns(task, request("page", [{ mapping, options: {} }], [1]), "abc")[0]!.config,
    epochs: [{ epoch: 1, step: 3, trainLoss: 1, devLoss: 1, devAccuracy: 0.5, secondsPerStep: 0.01 }],
    bestEpoch: 1,
    secondsPerStep: 0.01,
    scores,
    examples: [],
  });
  const meta: ReportMeta = {
    data: { note: "Made up.", checksum: "abc", ...counts },
    command: "fenchel compare toy",
    date: new Date(0),
    machine: { cores: 2 },
    version: "0.0.0",
    tuned: [],
    tested: null,
    finetuned: { epochs: 2, before: 5 },
    settings: { epochs: 5 },
  };
  const results = [result("softmax", { accuracy: 0.5 }), result("fusedmax", { accuracy: 0.75, mass: 0.25 })];

  it("shows the results, a dash where there is none, and what was published with its source", () => {
    const page = reportPage(task, results, meta);
    expect(page).toContain("Toy: 2 attention mappings compared");
    expect(page).toContain("8 training, 4 validation and 4 test numbers");
    expect(page).toContain("<b>75.0</b>");
    expect(page).toContain("\u2013</span></td>");
    expect(page).toContain("Elsewhere Source: https://example.org");
    expect(page).toContain("&lt;picture&gt;");
    expect(page).toContain(
      "All mappings were fine-tuned for 2 epochs from one shared softmax model per seed (at most 5 epochs)",
    );
    const changed = reportPage(task, results, { ...meta, settings: { epochs: 6, learningRate: 0.1 } });
    const setting = (source: string, name: string) => new RegExp(`<li([^>]*)><code>${name}</code>`).exec(source)?.[1];
    expect([setting(page, "--epochs"), setting(changed, "--epochs")]).toEqual(["", ' class="given"']);
    expect(setting(changed, "--learning-rate")).toBeDefined();
  });

  it("shows confidence intervals and significance, and every point of a grid", () => {
    const page = reportPage(task, results, {
      ...meta,
      tuned: [
        { mapping: "fusedmax", tried: [{ options: { lambda: 1 }, accuracy: 0.5, loss: 2 }], chosen: { lambda: 1 } },
      ],
      tested: {
        key: "accuracy",
        seed: 1,
        items: 40,
        resamples: 1000,
        mappings: [
          { mapping: "softmax", options: {}, score: 0.5, low: 0.4, high: 0.625, against: null },
          {
            mapping: "fusedmax",
            options: { lambda: 0.1 },
            score: 0.475,
            low: 0.35,
            high: 0.6,
            against: { difference: -0.025, pValue: 0.62 },
          },
        ],
      },
    });
    expect(page).toContain("35.00 to 60.00");
    expect(page).toContain("\u22122.50");
    expect(page).toContain("0.620");
    expect(page).toContain("<b>λ = 1</b>");
  });

  it("has the same as data", () => {
    const json = JSON.parse(reportJson(task, results, meta)) as { summary: { figures: object }[] };
    expect(json.summary[0]!.figures).toMatchObject({ accuracy: { mean: 0.5, deviation: null }, mass: null });
  });
});
