/** A run in its folder: trained, resumed, loaded. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RunError } from "../../src/base/run-error.ts";
import { uniformNumbers } from "../../src/base/rng.ts";
import { registerTask } from "../../src/tasks/index.ts";
import { loadRun } from "../../src/tasks/load-run.ts";
import { runTask } from "../../src/tasks/run-task.ts";
import type { RunResult } from "../../src/tasks/task.ts";
import type { TrainProgress } from "../../src/training/fit.ts";
import { readPredictions, runFiles } from "../../src/training/run-dir.ts";
import { bundleChild, ended, startChild } from "./toy/child-process.ts";
import { toyConfig, toyData, type ToyChanges } from "./toy/config.ts";
import toy from "./toy/task.ts";

let root: string;
let bundle: string;
let data: Awaited<ReturnType<typeof toyData>>;
registerTask(toy);

const train = async (folder: string, changes: ToyChanges = {}, options = {}) =>
  runTask(toy, await toyConfig(changes), data, folder, options);

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "fenchel-train-"));
  bundle = join(root, "child.mjs");
  await bundleChild(bundle);
  data = await toyData();
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

let folders = 0;
const newFolder = () => join(root, `run-${folders++}`);

/** A result without what a clock measured. */
function figures({ epochs, secondsPerStep, ...rest }: RunResult) {
  expect(secondsPerStep).toBeGreaterThan(0);
  return {
    ...rest,
    epochs: epochs.map(({ secondsPerStep: seconds, ...epoch }) => (expect(seconds).toBeGreaterThan(0), epoch)),
  };
}

const storedResult = (folder: string) => JSON.parse(readFileSync(runFiles(folder).result, "utf8")) as RunResult;
const model = (folder: string) => readFileSync(runFiles(folder).model).toString("base64");

describe("runTask", () => {
  it.each(toy.attention.names)("learns with %s, and leaves a folder that loads", async (mapping) => {
    const folder = newFolder();
    const seen: TrainProgress[] = [];
    const result = await train(folder, { mapping }, { onProgress: (progress: TrainProgress) => seen.push(progress) });
    expect(result.scores["accuracy"]).toBeGreaterThanOrEqual(0.9);
    expect(result.epochs.at(-1)!.devLoss).toBeLessThan(result.epochs[0]!.devLoss);
    expect(readdirSync(folder).sort()).toEqual([
      "config.json",
      "items.json",
      "metrics.jsonl",
      "model.safetensors",
      "result.json",
      "vocab.json",
    ]);
    expect(readPredictions(folder)!.rows).toHaveLength(12);
    expect(storedResult(folder)).toEqual(JSON.parse(JSON.stringify(result)));
    const steps = result.epochs[0]!.step;
    expect(seen[0]).toEqual({ epoch: 1, epochs: 8, step: 0, steps, loss: Number.NaN });
    expect(seen.at(-1)).toMatchObject({ epoch: result.epochs.length, step: steps, steps });

    const run = await loadRun(folder);
    expect(await run.evaluate(data.test)).toEqual(result.scores);
    expect(await run.explain(data.examples)).toEqual(result.examples);
    for (const { words, weights, probabilities } of result.examples) {
      expect(weights.length).toBe(words.length);
      expect(weights.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
      expect(probabilities.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
    }
    run.dispose();
    // A run that has finished is not trained again.
    const before = model(folder);
    expect(await train(folder, { mapping })).toEqual(storedResult(folder));
    expect(model(folder)).toBe(before);
  });

  it("gives the same figures for the same seed, others for another", async () => {
    const [one, again, other] = [newFolder(), newFolder(), newFolder()];
    const settings = { epochs: 2 };
    const first = figures(await train(one, { settings }));
    expect(figures(await train(again, { settings }))).toEqual(first);
    expect(model(again)).toBe(model(one));
    const different = figures(await train(other, { settings, seed: 2 }));
    expect(different.scores["loss"]).not.toBe(first.scores["loss"]);
  });

  it("stops when the dev loss no longer improves, and keeps the best epoch", async () => {
    const folder = newFolder();
    const result = await train(folder, { settings: { learningRate: 0.3, epochs: 60, patience: 2, dropout: 0.5 } });
    const losses = result.epochs.map(({ devLoss }) => devLoss);
    expect(result.epochs.length).toBeLessThan(60);
    expect(result.epochs.length - result.bestEpoch).toBe(2);
    expect(losses[result.bestEpoch - 1]).toBe(Math.min(...losses));
    const run = await loadRun(folder);
    expect((await run.evaluate(data.dev))["loss"]).toBeCloseTo(Math.min(...losses), 12);
    run.dispose();
  });

  it("ends with the same figures when it is killed again and again", async () => {
    const changes = { settings: { epochs: 12, patience: 12 } };
    const whole = newFolder();
    const start = performance.now();
    expect(await ended(startChild(bundle, whole, changes))).toEqual({ code: 0, signal: null, stderr: "" });
    const lifetime = performance.now() - start;
    const wanted = figures(storedResult(whole));
    const uniform = uniformNumbers(Number(process.env["FENCHEL_SEED"] ?? 17));
    const folder = newFolder();
    let kills = 0;
    for (let attempt = 0; attempt < 40 && !existsSync(runFiles(folder).result); attempt++) {
      const child = startChild(bundle, folder, changes);
      const end = ended(child);
      // Three short lives, from before the first file until an epoch or two in; then longer ones, so that the run ends.
      const longest = attempt < 3 ? 0.2 : 0.4 + 0.1 * (attempt - 3);
      const timer = setTimeout(() => child.kill("SIGKILL"), lifetime * (0.1 + uniform() * longest));
      const { code, signal, stderr } = await end;
      clearTimeout(timer);
      expect(stderr).toBe("");
      if (signal === "SIGKILL") kills++;
      else expect(code).toBe(0);
    }
    expect(kills).toBeGreaterThan(2);
    expect(figures(storedResult(folder))).toEqual(wanted);
    expect(model(folder)).toBe(model(whole));
    expect(readdirSync(folder).sort()).toEqual(readdirSync(whole).sort());
  });
});

describe("runTask in a folder that cannot serve", () => {
  const refusal = async (folder: string, changes: ToyChanges = {}) => {
    const error = await train(folder, { settings: { epochs: 1 }, ...changes }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(RunError);
    const { message } = error as RunError;
    expect(message).not.toContain("\n");
    return message;
  };

  it("names a path that leads through a file", async () => {
    const file = join(root, "a-file");
    writeFileSync(file, "");
    expect(await refusal(join(file, "run"))).toMatch(/a-file.run: a part of the path is a file; choose another folder/);
  });

  it("names the settings in which another run differs", async () => {
    const folder = newFolder();
    await train(folder, { settings: { epochs: 1 } });
    const changes = { mappingOptions: { gamma: 1, lambda: 0.2 }, settings: { epochs: 1, learningRate: 0.5 } };
    expect(await refusal(folder, changes)).toMatch(
      /other settings \(mappingOptions \{"gamma":1,"lambda":0.1\} there, \{"gamma":1,"lambda":0.2\} here; learningRate 0.03 there, 0.5 here\)/,
    );
  });

  it("does not take other software's config.json for its own", async () => {
    const folder = newFolder();
    await train(folder, { settings: { epochs: 1 } });
    writeFileSync(runFiles(folder).config, '{"name":"mine"}');
    expect(await refusal(folder)).toMatch(/config.json is not a run's configuration/);
    writeFileSync(runFiles(folder).config, '{"name":');
    expect(await refusal(folder)).toMatch(/config.json is broken: it is not JSON/);
  });

  it("names a checkpoint that is broken or another model's", async () => {
    const folder = newFolder();
    const child = startChild(bundle, folder, { settings: { epochs: 1000, patience: 1000 } });
    const end = ended(child);
    // The model is written after the checkpoint.
    while (!existsSync(runFiles(folder).model)) await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill("SIGKILL");
    await end;
    const { checkpoint } = runFiles(folder);
    const bytes = readFileSync(checkpoint);
    const long = { settings: { epochs: 1000, patience: 1000 } };
    bytes[bytes.length - 3] = bytes[bytes.length - 3]! ^ 1;
    writeFileSync(checkpoint, bytes);
    expect(await refusal(folder, long)).toMatch(/checkpoint.safetensors is broken: its numbers do not match/);
    writeFileSync(checkpoint, bytes.subarray(0, 1000));
    expect(await refusal(folder, long)).toMatch(/checkpoint.safetensors is broken/);
    writeFileSync(checkpoint, readFileSync(runFiles(folder).model));
    expect(await refusal(folder, long)).toMatch(/checkpoint.safetensors does not fit this run/);
  });

  it("ends with one line when the disk is full, and goes on when there is room", async () => {
    const folder = newFolder();
    const whole = newFolder();
    const changes = { settings: { epochs: 2 } };
    // ulimit -f counts blocks of 1024 bytes: room for the small files, not for a checkpoint.
    const full = await ended(startChild(bundle, folder, changes, "ulimit -f 2"));
    expect(full.code).toBe(2);
    expect(full.stderr).toMatch(/^RunError: cannot write .*checkpoint.safetensors: [^\n]+\n$/);
    expect(readdirSync(folder).sort()).toEqual(["config.json", "vocab.json"]);
    expect((await ended(startChild(bundle, folder, changes))).code).toBe(0);
    await train(whole, changes);
    expect(model(folder)).toBe(model(whole));
  });

  it("ends with one line when training diverges, or attention and settings do not go together", async () => {
    expect(await refusal(newFolder(), { mapping: "softmax", settings: { learningRate: 1e30, epochs: 3 } })).toMatch(
      /training diverged: the loss at step \d+ is (NaN|Infinity); choose a smaller learning rate/,
    );
    expect(await refusal(newFolder(), { mappingOptions: { gamma: 1, lambda: -1 } })).toMatch(
      /lambda is -1: a finite number of 0 or more is needed/,
    );
  });
});

describe("loadRun", () => {
  it("names what is missing or broken", async () => {
    await expect(loadRun(join(root, "nowhere"))).rejects.toThrow(/config.json is missing: there is no such folder/);
    const folder = newFolder();
    await train(folder, { settings: { epochs: 1 } });
    const { model: path, vocabulary } = runFiles(folder);
    const bytes = readFileSync(path);
    rmSync(path);
    await expect(loadRun(folder)).rejects.toThrow(/model.safetensors is missing/);
    writeFileSync(path, bytes.subarray(0, 500));
    await expect(loadRun(folder)).rejects.toThrow(/model.safetensors is broken/);
    writeFileSync(path, bytes);
    writeFileSync(vocabulary, '{"format":"fenchel-vocabulary","version":1,"words":["one"]}');
    await expect(loadRun(folder)).rejects.toThrow(/does not fit the run: embedding has shape/);
  });
});
