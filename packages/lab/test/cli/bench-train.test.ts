/** `fenchel bench train`. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { StepsResult } from "../../src/bench/steps.ts";
import { fenchel } from "./run-command.ts";
import { snliFolder } from "./tiny-snli.ts";

const labels = ["entailment", "contradiction", "neutral"];

/** Pairs of two lengths. */
function rows(count: number): string[][] {
  return Array.from({ length: count }, (_, i) => {
    const premise = i % 2 === 0 ? "A dog runs." : "A red dog runs along the old road to the far house.";
    return [labels[i % 3]!, premise, `A ${["dog", "cat"][i % 2]!} moves.`, String(i)];
  });
}

const folder = snliFolder({}, rows);

const tiny = ["--data-dir", folder, "--batch-size", "8", "--embedding-size", "6", "--hidden-size", "6"];

describe("fenchel bench train", () => {
  it("prints a table of a task's step times and writes JSON", async () => {
    const path = join(folder, "steps.json");
    const mappings = ["--mappings", "softmax,fusedmax:lambda=0.2,oscarmax"];
    const { code, out } = await fenchel(
      "bench",
      "train",
      "entailment",
      ...tiny,
      ...mappings,
      "--seconds",
      "0.3",
      "--json",
      path,
    );
    expect(code).toBe(0);
    expect(out).toMatch(/^mapping +ms\/step +x softmax +interquartile range +steps$/m);
    expect(out).toMatch(/^softmax +[\d.]+ +1\.00 +1\.00 to 1\.00 +\d+$/m);
    expect(out).toMatch(/^fusedmax lambda 0\.2 +[\d.]+ +\d+\.\d\d +/m);
    expect(out).toMatch(/^Left out: 2 steps of each mapping.* [MG]B, all 3 models together and the data\.$/m);
    const report = JSON.parse(readFileSync(path, "utf8")) as StepsResult & {
      task: string;
      machine: { node: string };
      data: { checksum: string; train: number };
      settings: object;
    };
    expect(report).toMatchObject({ task: "entailment", unit: 0, compiled: 2, data: { train: 80 } });
    expect(report.machine.node).toBe(process.version);
    expect(report.data.checksum).toMatch(/^[\da-f]{64}$/);
    expect(report.settings).toMatchObject({ batchSize: 8, embeddingSize: 6 });
    expect(report.settings).not.toHaveProperty("epochs");
    const [softmax, fusedmax] = report.results;
    expect(fusedmax!.spec.options).toEqual({ gamma: 1, lambda: 0.2 });
    expect(fusedmax!.ratio.median).toBeGreaterThan(0);
    expect(softmax!.milliseconds.lower).toBeLessThanOrEqual(softmax!.milliseconds.upper);
    expect(report.counted).toBeGreaterThanOrEqual(3);
  });

  it("tells mistakes in one line, before it reads anything", async () => {
    const mistakes: [string[], RegExp][] = [
      [["entailmnt"], /unknown task "entailmnt": did you mean entailment/],
      [["entailment", "--mappings", "tvmax"], /--mappings: tvmax is not available for training; choose one of softmax/],
      [["entailment", "--mappings", "fusedmax:lambda=-1"], /lambda is -1/],
      [["entailment", "--mappings", "fusedmax:lambda"], /write fusedmax or fusedmax:lambda=0.2/],
      [["entailment", "--seconds", "0"], /--seconds is "0": a number of seconds above 0/],
      [["entailment", "--seed", "0.5"], /--seed is "0.5"/],
      [["entailment", "--batch-size", "0"], /--batch-size is "0": an integer from 1/],
      [["entailment", "--heads", "2"], /unknown option '--heads'; see fenchel bench train entailment --help/],
      [["entailment", "--epochs", "2"], /unknown option '--epochs'/],
      [["entailment", "--json", folder], /it is a folder/],
      [["entailment", "--data-dir", join(folder, "none")], /there is no such folder/],
      [["entailment", "--data-dir", join(folder, "entailment")], /no such file; get it with: fenchel data get snli/],
      [[], /no task is given; available: spam, entailment/],
    ];
    for (const [args, message] of mistakes) {
      const { code, out, err } = await fenchel("bench", "train", ...args);
      expect(out).toBe("");
      expect(err.replace("reading the data of entailment\n", "")).toMatch(/^fenchel: [^\n]+\n$/);
      expect(err).toMatch(message);
      expect(code).toBe(2);
    }
  });
});
