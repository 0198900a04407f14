/** Runs of a comparison in worker processes: reused, started anew, resumed after a stop. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { planRuns, runPlan, type PlannedRun } from "../../src/compare/plan.ts";
import { specs } from "../../src/tasks/attention.ts";
import { completeSettings, type Settings } from "../../src/tasks/settings.ts";
import type { RunResult, Task, TaskData } from "../../src/tasks/task.ts";
import { withToyTask } from "../tasks/toy/register.ts";
import toyTask from "../tasks/toy/task.ts";

withToyTask();

const folder = mkdtempSync(join(tmpdir(), "fenchel-compare-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const toy = toyTask as unknown as Task;

let data: TaskData;
beforeAll(async () => {
  data = await toy.data("", {});
});

function planFor(name: string, mappings: readonly string[], settings: Settings = {}): PlannedRun[] {
  const request = {
    mappings: specs(mappings),
    seeds: [1],
    settings: completeSettings(toy.settings, { epochs: 3, ...settings }),
    folder: join(folder, name),
  };
  return planRuns(toy, request, data.checksum);
}

/** Everything but times. */
function figures(result: RunResult): unknown {
  return { ...result, secondsPerStep: 0, epochs: result.epochs.map((epoch) => ({ ...epoch, secondsPerStep: 0 })) };
}

describe("runs of a plan", () => {
  it("are trained, reused when they have finished, and trained anew when asked", async () => {
    const plan = planFor("all", ["softmax", "fusedmax"]);
    const heard: string[] = [];
    const options = {
      jobs: 2,
      onReuse: ({ name }: PlannedRun) => heard.push(`reuse ${name}`),
      onDone: ({ name }: PlannedRun) => heard.push(`done ${name}`),
    };
    const first = await runPlan(toy, plan, data, options);
    expect(first.map(({ config }) => config.mapping)).toEqual(["softmax", "fusedmax"]);
    expect(heard.toSorted()).toEqual(["done fusedmax seed 1", "done softmax seed 1"]);
    heard.length = 0;
    expect(await runPlan(toy, plan, data, options)).toEqual(first);
    expect(heard).toEqual(["reuse softmax seed 1", "reuse fusedmax seed 1"]);
    heard.length = 0;
    const anew = await runPlan(toy, plan.slice(0, 1), data, { ...options, overwrite: true });
    expect(heard).toEqual(["done softmax seed 1"]);
    expect(figures(anew[0]!)).toEqual(figures(first[0]!));
  });

  it("end with the same figures after their process was killed", async () => {
    const settings = { epochs: 12, patience: 12 };
    const [whole] = await runPlan(toy, planFor("whole", ["fusedmax"], settings), data, { jobs: 1 });
    const [run] = planFor("killed", ["fusedmax"], settings);
    const metrics = join(run!.folder, "metrics.jsonl");
    const controller = new AbortController();
    const stopped = runPlan(toy, [run!], data, {
      jobs: 1,
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
    const [resumed] = await runPlan(toy, [run!], data, {
      jobs: 1,
      onProgress: (_, { epoch }) => epochs.push(epoch),
    });
    expect(Math.min(...epochs)).toBe(before + 1);
    expect(figures(resumed!)).toEqual(figures(whole!));
  });

  it("are refused in a folder that holds a run with other settings, before anything is trained", async () => {
    const plan = planFor("other", ["softmax", "sparsemax"]);
    await runPlan(toy, plan.slice(1), data, { jobs: 1 });
    const started: string[] = [];
    const changed = planFor("other", ["softmax", "sparsemax"], { epochs: 2 });
    const refused = runPlan(toy, changed, data, { jobs: 1, onStart: ({ name }) => started.push(name) });
    await expect(refused).rejects.toThrow(
      /sparsemax-seed1 holds a run with other settings \(epochs 3 there, 2 here\): add --overwrite/,
    );
    expect(started).toEqual([]);
    expect(existsSync(plan[0]!.folder)).toBe(false);
  });

  it("name the folder that they cannot use", async () => {
    writeFileSync(join(folder, "a-file"), "");
    const plan = planFor("a-file", ["softmax"]);
    await expect(runPlan(toy, plan, data, { jobs: 1 })).rejects.toThrow(/a-file.*a part of the path is a file/);
  });
});
