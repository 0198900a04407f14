/** A study's comparison: its plan, its tuning, its test of differences, its report. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { markup } from "../../src/base/markup.ts";
import { studyPage, type StudyReportMeta } from "../../src/report/study-page.ts";
import { studyReportJson } from "../../src/report/write-study-report.ts";
import {
  compareTask,
  completeSettings,
  planRuns,
  type CompareOptions,
  type Stage,
  type ComparisonRequest,
} from "../../src/compare/grid-search.ts";
import type { AttentionSpec, Task, TaskData, RunResult } from "../../src/tasks/task.ts";
import { significanceReport } from "../../src/compare/significance.ts";
import { writePredictions } from "../../src/training/run-dir.ts";
import { prepareFolder } from "../../src/base/atomic-write.ts";

const root = mkdtempSync(join(tmpdir(), "fenchel-study-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

interface ToyData extends TaskData {
  readonly split: string;
}

const data: ToyData = { checksum: "abc", train: 8, dev: 4, test: 4, note: "Made up.", split: "test" };

const toy: Task<ToyData> = {
  name: "toy",
  description: "numbers",
  items: "numbers",
  mappings: [{ mapping: "softmax", options: {} }],
  seeds: 2,
  settings: [
    { name: "epochs", description: "passes", value: 5, least: 1, whole: true },
    { name: "learningRate", description: "step size", value: 0.1 },
    { name: "warmEpochs", description: "passes after the common start", value: 2 },
    { name: "warmLearningRate", description: "step size after the common start", value: 0.01 },
  ],
  metrics: [
    { key: "accuracy", title: "Accuracy", unit: "%", digits: 1, scale: 100, best: "highest", group: "Test set" },
    { key: "mass", title: "Mass", unit: "%", digits: 1, scale: 100, best: "none", group: "Attention" },
  ],
  grid: { fusedmax: [{ lambda: 0.01 }, { lambda: 0.1 }, { lambda: 1 }] },
  complete({ mapping, options }: AttentionSpec) {
    return { mapping, options: mapping === "fusedmax" ? { lambda: 0.5, ...options } : options };
  },
  load: async () => data,
  train: async () => {
    throw new Error("trained elsewhere");
  },
  withHiddenTest: (given) => ({ ...given, split: "dev" }),
  figures: () => markup`<p>${"<picture>"}</p>`,
  published: [{ caption: "Elsewhere", columns: ["Accuracy"], rows: [["softmax", "50.0"]] }],
};

const study = toy as unknown as Task;

function request(folder: string, choices: readonly AttentionSpec[], seeds = [1, 2]): ComparisonRequest {
  return { choices, seeds, settings: completeSettings(study, {}), folder: join(root, folder) };
}

function options(stages: [Stage, number][], change: Partial<CompareOptions> = {}): CompareOptions {
  return {
    tune: false,
    warmStart: false,
    script: new URL("../studies/support/fake-process.mjs", import.meta.url),
    stage(stage, plan) {
      stages.push([stage, plan.length]);
      return { jobs: 2 };
    },
    ...change,
  };
}

const softmax: AttentionSpec = { mapping: "softmax", options: {} };
const fusedmax: AttentionSpec = { mapping: "fusedmax", options: {} };

describe("a study's plan", () => {
  it("has a run for every choice and seed, with all options and settings", () => {
    const plan = planRuns(study, request("plan", [softmax, { mapping: "fusedmax", options: { lambda: 2 } }]), "abc");
    expect(plan.map(({ name }) => name)).toEqual([
      "softmax seed 1",
      "fusedmax lambda 2 seed 1",
      "softmax seed 2",
      "fusedmax lambda 2 seed 2",
    ]);
    expect(plan[1]!.config).toEqual({
      task: "toy",
      mapping: "fusedmax",
      mappingOptions: { lambda: 2 },
      seed: 1,
      settings: { epochs: 5, learningRate: 0.1, warmEpochs: 2, warmLearningRate: 0.01 },
      dataChecksum: "abc",
    });
  });

  it("refuses a setting that the study does not have", () => {
    expect(() => completeSettings(study, { dropout: 0.5 })).toThrow("dropout is no setting of the task toy");
  });
});

describe("a study's comparison", () => {
  it("trains every run in a process of its own", async () => {
    const stages: [Stage, number][] = [];
    const { results, tuned } = await compareTask(study, data, request("plain", [softmax, fusedmax]), options(stages));
    expect(stages).toEqual([["comparison", 4]]);
    expect(tuned).toEqual([]);
    expect(results.map(({ config }) => [config.mapping, config.seed])).toEqual([
      ["softmax", 1],
      ["fusedmax", 1],
      ["softmax", 2],
      ["fusedmax", 2],
    ]);
  });

  it("chooses options on the dev set, and never with the test set", async () => {
    const stages: [Stage, number][] = [];
    const { results, tuned } = await compareTask(
      study,
      data,
      request("tuned", [softmax, fusedmax]),
      options(stages, { tune: true }),
    );
    expect(stages).toEqual([
      ["tuning", 3],
      ["comparison", 4],
    ]);
    expect(tuned.map(({ mapping, chosen }) => [mapping, chosen])).toEqual([["fusedmax", { lambda: 0.1 }]]);
    expect(tuned[0]!.tried.map(({ accuracy }) => accuracy)).toEqual([expect.closeTo(0.9919), 1, expect.closeTo(0.19)]);
    expect(results[1]!.config.mappingOptions).toEqual({ lambda: 0.1 });
    expect(results.every(({ scores }) => scores["accuracy"] === 0.5)).toBe(true);
  });

  it("trains once what the tuning chose and was asked for, too", async () => {
    const stages: [Stage, number][] = [];
    const same: AttentionSpec = { mapping: "fusedmax", options: { lambda: 0.1 } };
    const { results } = await compareTask(
      study,
      data,
      request("twice", [softmax, fusedmax, same], [1]),
      options(stages, { tune: true }),
    );
    expect(stages.at(-1)).toEqual(["comparison", 2]);
    expect(results.map(({ config }) => config.mapping)).toEqual(["softmax", "fusedmax"]);
  });

  it("lets every run of a seed go on from one", async () => {
    const stages: [Stage, number][] = [];
    const asked = request("warm", [softmax, fusedmax]);
    const { results } = await compareTask(study, data, asked, options(stages, { warmStart: true }));
    expect(stages).toEqual([
      ["common start", 2],
      ["comparison", 4],
    ]);
    const [first, second, third] = results;
    expect(first!.examples).toEqual({ from: join(root, "warm", "start", "softmax-seed1") });
    expect(second!.config.settings).toMatchObject({ epochs: 2, learningRate: 0.01 });
    expect(second!.config.startedFrom).toBe(first!.config.startedFrom);
    expect(third!.config.startedFrom).not.toBe(first!.config.startedFrom);
  });

  it("keeps a common start whatever comes after it", async () => {
    const starts: unknown[] = [];
    const settings = { ...completeSettings(study, {}), warmEpochs: 3, warmLearningRate: 0.02 };
    const { results } = await compareTask(
      study,
      data,
      { ...request("later", [softmax], [1]), settings },
      options([], {
        warmStart: true,
        stage(stage, plan) {
          if (stage === "common start") starts.push(...plan.map(({ config }) => config.settings));
          return { jobs: 1 };
        },
      }),
    );
    expect(starts).toEqual([completeSettings(study, {})]);
    expect(results[0]!.config.settings).toMatchObject({ epochs: 3, learningRate: 0.02 });
  });
});

describe("differences between choices", () => {
  const compared: Task = { ...study, compared: { key: "accuracy", score: (sums, count) => sums[0]! / count } };
  const right = (share: number) => Array.from({ length: 200 }, (_, i) => Number(i % 10 < 10 * share));
  const written = (folder: string, rows: readonly number[]) => {
    prepareFolder(folder);
    writePredictions(folder, { texts: rows.map(String), rows, width: 1 });
  };

  it("are tested on the items of the first seed's runs", () => {
    const plan = planRuns(compared, request("items", [softmax, fusedmax]), "abc");
    written(plan[0]!.folder, right(0.5));
    expect(significanceReport(compared, plan)).toBeNull();
    written(plan[1]!.folder, right(0.8));
    const { seed, items, choices } = significanceReport(compared, plan)!;
    expect([seed, items]).toEqual([1, 200]);
    expect(choices.map(({ score }) => score)).toEqual([0.5, 0.8]);
    expect(choices[0]!.against).toBeNull();
    expect(choices[1]!.against!.difference).toBeCloseTo(0.3, 12);
    expect(choices[1]!.against!.pValue).toBeLessThan(0.01);
    expect(choices[1]!.low).toBeLessThan(0.8);
    expect(choices[1]!.high).toBeGreaterThan(0.8);
    expect(significanceReport(study, plan)).toBeNull();
  });
});

describe("a study's report", () => {
  const result = (mapping: string, scores: RunResult["scores"]): RunResult => ({
    config: planRuns(study, request("page", [{ mapping, options: {} }], [1]), "abc")[0]!.config,
    epochs: [{ epoch: 1, step: 3, trainLoss: 1, devLoss: 1, devAccuracy: 0.5, secondsPerStep: 0.01 }],
    bestEpoch: 1,
    secondsPerStep: 0.01,
    scores,
    examples: null,
  });
  const meta: StudyReportMeta = {
    task: "toy",
    data: { description: "numbers", checksum: "abc", train: 8, dev: 4, test: 4 },
    command: "fenchel compare toy",
    date: new Date(0),
    machine: { cores: 2 },
    version: "0.0.0",
    tuned: [],
    tested: null,
    warmStart: { epochs: 2, before: 5 },
    settings: { epochs: 5 },
  };
  const results = [result("softmax", { accuracy: 0.5 }), result("fusedmax", { accuracy: 0.75, mass: 0.25 })];

  it("shows the figures, a dash where there is none, and what was published", () => {
    const page = studyPage(study, results, meta);
    expect(page).toContain("Two ways to attend on toy");
    expect(page).toContain("<b>75.0</b>");
    expect(page).toContain("\u2013</span></td>");
    expect(page).toContain("Elsewhere");
    expect(page).toContain("&lt;picture&gt;");
    expect(page).toContain("One softmax run of each seed was trained for at most 5 epochs");
    const changed = studyPage(study, results, { ...meta, settings: { epochs: 6, learningRate: 0.1 } });
    const setting = (source: string, name: string) => new RegExp(`<li([^>]*)><code>${name}</code>`).exec(source)?.[1];
    expect([setting(page, "--epochs"), setting(changed, "--epochs")]).toEqual(["", ' class="given"']);
    expect(setting(changed, "--learning-rate")).toBeDefined();
  });

  it("says how sure the differences are", () => {
    const page = studyPage(study, results, {
      ...meta,
      tested: {
        key: "accuracy",
        seed: 1,
        items: 40,
        resamples: 1000,
        choices: [
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
  });

  it("has the same as data", () => {
    const json = JSON.parse(studyReportJson(study, results, meta)) as { summary: { figures: object }[] };
    expect(json.summary[0]!.figures).toMatchObject({ accuracy: { mean: 0.5, deviation: null }, mass: null });
  });
});
