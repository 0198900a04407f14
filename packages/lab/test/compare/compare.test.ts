/** A comparison: its plan, its runs, and going on after a stop. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { compare } from "../../src/compare/compare.ts";
import { packData, unpackData } from "../../src/compare/job-messages.ts";
import { planSpamRuns, type PlannedSpamRun } from "../../src/compare/plan.ts";
import type { SpamRunResult } from "../../src/tasks/run-types.ts";
import { tinyData, tinySettings } from "./tiny-data.ts";

const folder = mkdtempSync(join(tmpdir(), "fenchel-compare-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const data = tinyData();
/** The built module: a process of Node's own cannot run TypeScript. */
const script = new URL("../../dist/compare/run-process.js", import.meta.url);

function planFor(name: string, mappings: readonly string[], settings: object = {}): PlannedSpamRun[] {
  const choices = mappings.map((mapping) => ({ mapping, options: {} }));
  const common = { ...tinySettings, ...settings, dataChecksum: data.checksum };
  return planSpamRuns(choices, [1], common, join(folder, name));
}

/** Everything but how long it took. */
function figures(result: SpamRunResult): unknown {
  return { ...result, secondsPerStep: 0, epochs: result.epochs.map((epoch) => ({ ...epoch, secondsPerStep: 0 })) };
}

describe("the plan", () => {
  it("has a run and a folder of its own for every mapping, option and seed", () => {
    const choices = [
      { mapping: "softmax", options: {} },
      { mapping: "fusedmax", options: { lambda: 0.2 } },
    ];
    const plan = planSpamRuns(choices, [1, 2], { task: "spam", dataChecksum: "x", epochs: 2 }, "out");
    expect(plan.map(({ name }) => name)).toEqual([
      "softmax seed 1",
      "fusedmax lambda 0.2 seed 1",
      "softmax seed 2",
      "fusedmax lambda 0.2 seed 2",
    ]);
    expect(plan[3]!.folder).toBe(join("out", "fusedmax-lambda0.2-seed2"));
    expect(plan[3]!.config).toMatchObject({ seed: 2, epochs: 2, mappingOptions: { lambda: 0.2 } });
  });

  it("packs the data for its journey without loss", () => {
    expect(unpackData(packData(data))).toEqual(data);
    const odd = {
      ...data,
      test: [
        { id: "a", label: 0, words: [] },
        { id: "b", label: 1, words: ["<b>", ","] },
      ],
    };
    expect(unpackData(JSON.parse(JSON.stringify(packData(odd))))).toEqual(odd);
  });
});

describe("a comparison", () => {
  it("trains every run, reuses what has ended, and starts over when asked", async () => {
    const plan = planFor("all", ["softmax", "fusedmax"]);
    const heard: string[] = [];
    const options = {
      jobs: 2,
      script,
      onReuse: ({ name }: PlannedSpamRun) => heard.push(`reuse ${name}`),
      onDone: ({ name }: PlannedSpamRun) => heard.push(`done ${name}`),
    };
    const first = await compare(plan, data, options);
    expect(first.map(({ config }) => config.mapping)).toEqual(["softmax", "fusedmax"]);
    expect(first[1]!.test.segments).toBeLessThan(first[0]!.test.segments);
    expect(heard.toSorted()).toEqual(["done fusedmax seed 1", "done softmax seed 1"]);
    heard.length = 0;
    const again = await compare(plan, data, options);
    expect(again).toEqual(first);
    expect(heard).toEqual(["reuse softmax seed 1", "reuse fusedmax seed 1"]);
    heard.length = 0;
    const fresh = await compare(plan.slice(0, 1), data, { ...options, fresh: true });
    expect(heard).toEqual(["done softmax seed 1"]);
    expect(figures(fresh[0]!)).toEqual(figures(first[0]!));
  });

  it("ends with the same figures after its process was killed", async () => {
    const settings = { epochs: 12, patience: 12 };
    const [whole] = await compare(planFor("whole", ["fusedmax"], settings), data, { jobs: 1, script });
    const [run] = planFor("killed", ["fusedmax"], settings);
    const metrics = join(run!.folder, "metrics.jsonl");
    const controller = new AbortController();
    const stopped = compare([run!], data, {
      jobs: 1,
      script,
      signal: controller.signal,
      onProgress(_, { epoch }) {
        if (epoch > 1 && existsSync(metrics)) controller.abort();
      },
    });
    await expect(stopped).rejects.toThrow(/abort/);
    const before = readFileSync(metrics, "utf8").trim().split("\n").length;
    expect(before).toBeGreaterThanOrEqual(1);
    expect(before).toBeLessThan(12);
    const epochs: number[] = [];
    const [resumed] = await compare([run!], data, {
      jobs: 1,
      script,
      onProgress: (_, { epoch }) => epochs.push(epoch),
    });
    expect(Math.min(...epochs)).toBe(before + 1);
    expect(figures(resumed!)).toEqual(figures(whole!));
  });

  it("refuses a folder that holds a run with other settings, before it trains anything", async () => {
    const plan = planFor("other", ["softmax", "sparsemax"]);
    await compare(plan.slice(1), data, { jobs: 1, script });
    const started: string[] = [];
    const changed = planFor("other", ["softmax", "sparsemax"], { epochs: 2 });
    const refused = compare(changed, data, { jobs: 1, script, onStart: ({ name }) => started.push(name) });
    await expect(refused).rejects.toThrow(
      /sparsemax-seed1 holds a run with other settings \(epochs 3 there, 2 here\): add --fresh/,
    );
    expect(started).toEqual([]);
    expect(existsSync(plan[0]!.folder)).toBe(false);
  });

  it("names the folder that it cannot use", async () => {
    const file = join(folder, "a-file");
    writeFileSync(file, "");
    const plan = planSpamRuns(
      [{ mapping: "softmax", options: {} }],
      [1],
      { ...tinySettings, dataChecksum: data.checksum },
      file,
    );
    await expect(compare(plan, data, { jobs: 1, script })).rejects.toThrow(/a-file.*a part of the path is a file/);
  });
});
