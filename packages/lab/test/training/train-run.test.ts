/** A run in its folder: trained, resumed, loaded. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SpamRunConfig, SpamRunResult } from "../../src/tasks/run-types.ts";
import { RunError } from "../../src/base/run-error.ts";
import { runFiles } from "../../src/training/run-dir.ts";
import { evaluate, explainTexts, loadRun } from "../../src/tasks/load-run.ts";
import type { TrainProgress } from "../../src/training/fit.ts";
import { trainRun } from "../../src/tasks/spam/train.ts";
import { uniformNumbers } from "../../src/base/rng.ts";
import { bundleChild, ended, startChild } from "./support/child-process.ts";
import { smallConfig, syntheticData } from "./support/synthetic-data.ts";

let root: string;
let bundle: string;
const data = syntheticData();

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "fenchel-train-"));
  bundle = join(root, "child.mjs");
  await bundleChild(bundle);
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

let folders = 0;
const newFolder = () => join(root, `run-${folders++}`);

/** A result without what a clock measured. */
function figures({ epochs, secondsPerStep, ...rest }: SpamRunResult) {
  expect(secondsPerStep).toBeGreaterThan(0);
  return {
    ...rest,
    epochs: epochs.map(({ secondsPerStep: seconds, ...epoch }) => (expect(seconds).toBeGreaterThan(0), epoch)),
  };
}

const storedResult = (folder: string) => JSON.parse(readFileSync(runFiles(folder).result, "utf8")) as SpamRunResult;
const model = (folder: string) => readFileSync(runFiles(folder).model).toString("base64");

describe("trainRun", () => {
  it.each(["softmax", "sparsemax", "entmax", "fusedmax", "oscarmax"])(
    "learns with %s, and leaves a folder that loads",
    async (mapping) => {
      const folder = newFolder();
      const seen: TrainProgress[] = [];
      const config = smallConfig({ mapping, mappingOptions: mapping === "oscarmax" ? { lambda: 0.002 } : {} });
      const result = await trainRun(config, data, folder, { onProgress: (progress) => seen.push(progress) });
      expect(result.test.accuracy).toBeGreaterThanOrEqual(0.9);
      expect(result.test.texts).toBe(40);
      expect(result.epochs.at(-1)!.devLoss).toBeLessThan(result.epochs[0]!.devLoss / 2);
      if (mapping === "softmax") expect(result.test.sparsity).toBe(0);
      else expect(result.test.sparsity).toBeGreaterThan(0.1);
      expect(readdirSync(folder).sort()).toEqual([
        "config.json",
        "metrics.jsonl",
        "model.safetensors",
        "result.json",
        "vocab.json",
      ]);
      expect(storedResult(folder)).toEqual(JSON.parse(JSON.stringify(result)));
      const steps = result.epochs[0]!.step;
      expect(seen[0]).toEqual({ epoch: 1, epochs: 6, step: 0, steps, loss: Number.NaN });
      expect(seen.at(-1)).toMatchObject({ epoch: result.epochs.length, step: steps, steps });

      const run = await loadRun(folder);
      expect(await evaluate(run, data.test)).toEqual(result.test);
      expect(
        await explainTexts(
          run,
          result.explained.map(({ id, label, words }) => ({ id, label, words })),
        ),
      ).toEqual(result.explained);
      for (const { words, weights, probabilities } of result.explained) {
        expect(weights.length).toBe(words.length);
        expect(weights.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
        expect(probabilities.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
      }
      run.dispose();
      // A run that has ended is not trained again.
      const before = model(folder);
      expect(await trainRun(config, data, folder)).toEqual(storedResult(folder));
      expect(model(folder)).toBe(before);
    },
  );

  it("gives the same figures for the same seed, others for another", async () => {
    const [one, again, other] = [newFolder(), newFolder(), newFolder()];
    const config = smallConfig({ epochs: 2 });
    const first = figures(await trainRun(config, data, one));
    expect(figures(await trainRun(config, data, again))).toEqual(first);
    expect(model(again)).toBe(model(one));
    const different = figures(await trainRun({ ...config, seed: 2 }, data, other));
    expect(different.test.loss).not.toBe(first.test.loss);
  });

  it("stops when the dev loss no longer improves, and keeps the best epoch", async () => {
    const folder = newFolder();
    const result = await trainRun(smallConfig({ learningRate: 0.15, epochs: 30, patience: 2 }), data, folder);
    const losses = result.epochs.map(({ devLoss }) => devLoss);
    expect(result.epochs.length).toBeLessThan(30);
    expect(result.epochs.length - result.bestEpoch).toBe(2);
    expect(losses[result.bestEpoch - 1]).toBe(Math.min(...losses));
    const run = await loadRun(folder);
    expect((await evaluate(run, data.dev)).loss).toBeCloseTo(Math.min(...losses), 12);
    run.dispose();
  });

  it("ends with the same figures when it is killed again and again", async () => {
    const changes = { epochs: 5 };
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

describe("trainRun in a folder that cannot serve", () => {
  const refusal = async (folder: string, changes: Partial<SpamRunConfig> = {}) => {
    const error = await trainRun(smallConfig({ epochs: 1, ...changes }), data, folder).catch(
      (caught: unknown) => caught,
    );
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
    await trainRun(smallConfig({ epochs: 1 }), data, folder);
    expect(await refusal(folder, { learningRate: 0.5, mappingOptions: { lambda: 0.2 } })).toMatch(
      /holds a run with other settings \(mappingOptions \{"lambda":0.1\} there, \{"lambda":0.2\} here; learningRate 0.03 there, 0.5 here\)/,
    );
  });

  it("does not take other software's config.json for its own", async () => {
    const folder = newFolder();
    await trainRun(smallConfig({ epochs: 1 }), data, folder);
    writeFileSync(runFiles(folder).config, '{"name":"mine"}');
    expect(await refusal(folder)).toMatch(/config.json is not a run's configuration/);
    writeFileSync(runFiles(folder).config, '{"name":');
    expect(await refusal(folder)).toMatch(/config.json is broken: it is not JSON/);
  });

  it("names a checkpoint that is broken or another model's", async () => {
    const folder = newFolder();
    const child = startChild(bundle, folder, { epochs: 500, patience: 500 });
    const end = ended(child);
    // The model is written after the checkpoint.
    while (!existsSync(runFiles(folder).model)) await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill("SIGKILL");
    await end;
    const { checkpoint } = runFiles(folder);
    const bytes = readFileSync(checkpoint);
    const long = { epochs: 500, patience: 500 };
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
    const changes = { epochs: 2 };
    // ulimit -f counts blocks of 1024 bytes: room for the small files, not for a checkpoint.
    const full = await ended(startChild(bundle, folder, changes, "ulimit -f 8"));
    expect(full.code).toBe(2);
    expect(full.stderr).toMatch(/^RunError: cannot write .*checkpoint.safetensors: [^\n]+\n$/);
    expect(readdirSync(folder).sort()).toEqual(["config.json", "vocab.json"]);
    expect((await ended(startChild(bundle, folder, changes))).code).toBe(0);
    await trainRun(smallConfig(changes), data, whole);
    expect(model(folder)).toBe(model(whole));
  });

  it("ends with one line when training diverges", async () => {
    expect(
      await refusal(newFolder(), { learningRate: 1e30, mapping: "softmax", mappingOptions: {}, epochs: 3 }),
    ).toMatch(/training diverged: the loss at step \d+ is (NaN|Infinity); choose a smaller learning rate/);
  });

  it.each([
    [{ mapping: "sofmax" }, /mapping is "sofmax": it must be one of softmax/],
    [{ mappingOptions: { lambda: -1 } }, /lambda is -1: a finite number of 0 or more is needed/],
    [{ mapping: "softmax" }, /options.lambda is unknown to softmax/],
    [{ dropout: 1 }, /dropout is 1: a number from 0 to below 1/],
    [{ epochs: 1.5 }, /epochs is 1.5: a whole number from 1/],
    [{ learningRate: Number.NaN }, /learningRate is NaN/],
    [{ dataChecksum: "x" }, /dataChecksum is x but the data's is synthetic/],
  ])("names the setting %j", async (changes, message) => {
    const folder = newFolder();
    await expect(trainRun(smallConfig(changes), data, folder)).rejects.toThrow(message);
    expect(existsSync(folder)).toBe(false);
  });
});

describe("loadRun", () => {
  it("names what is missing or broken", async () => {
    await expect(loadRun(join(root, "nowhere"))).rejects.toThrow(/config.json is missing: there is no such folder/);
    const folder = newFolder();
    await trainRun(smallConfig({ epochs: 1 }), data, folder);
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
