/** Training steps in turns, and the ratios that are made of their times. */
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname } from "node:path";
import { describe, expect, it } from "vitest";
import { interleave, type Round } from "../../src/bench/interleave.ts";
import { measureSteps, type StepsOptions, type StepsRequest } from "../../src/bench/steps.ts";
import { RunError } from "../../src/base/run-error.ts";
import { attentionTable, specs } from "../../src/tasks/attention.ts";
import type { Task, TaskData } from "../../src/tasks/task.ts";
import type { StepScheduler } from "../../src/training/fit.ts";

/** A training of steps with the given shapes, of which `say` hears. */
async function training(name: string, turn: StepScheduler, shapes: readonly string[], say: (what: string) => void) {
  for (const [i, shape] of shapes.entries()) {
    await turn(async () => {
      say(`${name}${i} begins`);
      await new Promise((resolve) => setTimeout(resolve, 2));
      say(`${name}${i} ends`);
    }, shape);
  }
  say(`${name} is done`);
}

describe("turns", () => {
  it("let each do a step of one batch before the next batch, another first each time, one at a time", async () => {
    const said: string[] = [];
    const rounds: Round[] = [];
    const { of } = interleave(2, (round) => rounds.push(round));
    const shapes = ["x", "y", "x"];
    await Promise.all(of.map((turn, i) => training("ab"[i]!, turn, shapes, (what) => said.push(what))));
    const order = ["a0", "b0", "b1", "a1", "a2", "b2"];
    expect(said.slice(0, 12)).toEqual(order.flatMap((step) => [`${step} begins`, `${step} ends`]));
    expect(rounds.map(({ compiled }) => compiled)).toEqual([true, true, false]);
    expect(rounds.every(({ seconds }) => seconds.length === 2 && seconds.every((each) => each > 0))).toBe(true);
  });

  it("are refused to all from the moment they are stopped, for the first reason", async () => {
    let rounds = 0;
    const turns = interleave(2, () => ++rounds === 2 && turns.stop(new Error("enough")));
    const all = turns.of.map((turn) => training("a", turn, ["x", "x", "x"], () => {}));
    const ends = await Promise.allSettled(all);
    expect(ends.map((end) => end.status === "rejected" && String(end.reason))).toEqual([
      "Error: enough",
      "Error: enough",
    ]);
    expect(rounds).toBe(2);
    turns.stop(new Error("again"));
    await expect(turns.of[0]!(async () => {}, "x")).rejects.toThrow("enough");
  });

  it("end for all with the error of one step", async () => {
    const { of } = interleave(2, () => {});
    const failing = of[0]!(() => Promise.reject(new RunError("diverged")), "x");
    const ends = await Promise.allSettled([failing, of[1]!(async () => {}, "x")]);
    expect(ends.map((end) => end.status === "rejected" && String(end.reason))).toEqual(
      Array(2).fill("RunError: diverged"),
    );
  });

  it("are not given to trainings with different batches", async () => {
    const { of } = interleave(2, () => {});
    const ends = await Promise.allSettled([of[0]!(async () => {}, "x"), of[1]!(async () => {}, "y")]);
    expect(ends.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(String((ends[0] as PromiseRejectedResult).reason)).toContain("different batches: x; y");
  });
});

/** Keeps the processor busy. */
function work(milliseconds: number): void {
  const before = process.cpuUsage();
  let used = 0;
  while (used < 1000 * milliseconds) {
    const { user, system } = process.cpuUsage(before);
    used = user + system;
  }
}

const data: TaskData = {
  checksum: "abc",
  note: "Made up.",
  vocabulary: {},
  train: {},
  dev: {},
  test: {},
  examples: null,
  counts: { train: 8, dev: 4, test: 4 },
};

const task = { name: "toy", attention: attentionTable() } as unknown as Task;

type Train = (mapping: string, schedule: StepScheduler, folder: string, epochs: number) => Promise<void>;

/** Runs of which only the steps matter. */
function runsOf(train: Train): NonNullable<StepsOptions["run"]> {
  return async (_task, { mapping, settings }, _data, folder, options) => {
    await train(mapping, options!.schedule!, folder, Number(settings["epochs"]));
    return { scores: {} } as never;
  };
}

function request(change: Partial<StepsRequest> = {}): StepsRequest {
  return { mappings: specs(["fusedmax", "softmax"]), settings: { epochs: 2 }, seed: 1, seconds: 0.2, ...change };
}

describe("measured steps", () => {
  it("are compared on the same batch, without those that compile", async () => {
    const folders: string[] = [];
    let onBatches = 0;
    const run = runsOf(async (mapping, turn, folder, epochs) => {
      folders.push(folder);
      expect(existsSync(folder)).toBe(true);
      for (let i = 0; i < epochs; i++) {
        // Batches of very different sizes; a first step that takes long.
        const size = i % 2 === 0 ? 2 : 8;
        await turn(async () => work(i < 2 ? 50 : mapping === "fusedmax" ? 2 * size : size), `size ${size}`);
      }
    });
    const measured = await measureSteps(task, data, request(), { run, onBatch: () => onBatches++ });
    const [fused, soft] = measured.results;
    expect([measured.unit, measured.compiled, onBatches]).toEqual([1, 2, measured.counted + 2]);
    expect(measured.counted).toBeGreaterThanOrEqual(3);
    expect(fused!.spec).toEqual({ mapping: "fusedmax", options: { gamma: 1, lambda: 0.1 } });
    expect(soft!.ratio).toEqual({ median: 1, lower: 1, upper: 1 });
    expect(fused!.ratio.median).toBeGreaterThan(1.5);
    expect(fused!.ratio.median).toBeLessThan(2.5);
    expect(soft!.milliseconds.upper).toBeLessThan(40);
    expect(measured.peakMemory).toBeGreaterThan(2 ** 24);
    expect(folders.map((folder) => existsSync(dirname(folder)))).toEqual([false, false]);
  });

  it("are those of a training that ended, when it ends early", async () => {
    const run = runsOf(async (mapping, turn) => {
      for (let i = 0; i < (mapping === "softmax" ? 3 : 1000); i++) await turn(async () => work(1), "");
    });
    expect(await measureSteps(task, data, request({ seconds: 1e3 }), { run })).toMatchObject({
      counted: 2,
      compiled: 1,
    });
    const short = runsOf(async (_, turn) => turn(async () => {}, ""));
    await expect(measureSteps(task, data, request(), { run: short })).rejects.toThrow(
      "ended before a batch could be measured",
    );
  });

  it("end with the error of a training, before a step or in one, and leave nothing behind", async () => {
    for (const inStep of [false, true]) {
      let folder = "";
      const run = runsOf(async (mapping, turn, own) => {
        folder = dirname(own);
        expect(existsSync(folder)).toBe(true);
        const fail = async () => {
          if (mapping === "softmax") throw new RunError("cannot be trained");
        };
        if (!inStep) await fail();
        for (;;) await turn(fail, "");
      });
      await expect(measureSteps(task, data, request(), { run })).rejects.toThrow("cannot be trained");
      expect([dirname(folder), existsSync(folder)]).toEqual([tmpdir(), false]);
    }
  });

  it("are interrupted, and leave nothing behind", async () => {
    const controller = new AbortController();
    let folder = "";
    const run = runsOf(async (_, turn, own) => {
      folder = dirname(own);
      for (;;) await turn(async () => work(1), "");
    });
    const measuring = measureSteps(task, data, request({ seconds: 1e3 }), {
      run,
      signal: controller.signal,
      onBatch: ({ counted }) => counted === 5 && controller.abort(new Error("Ctrl-C")),
    });
    await expect(measuring).rejects.toThrow("Ctrl-C");
    expect([dirname(folder), existsSync(folder)]).toEqual([tmpdir(), false]);
    await expect(measureSteps(task, data, request(), { run, signal: controller.signal })).rejects.toThrow("Ctrl-C");
  });
});
