/** The commands on runs: compare, train, evaluate and explain. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { planRuns, type PlannedRun } from "../../src/compare/plan.ts";
import { makeRunProgress } from "../../src/cli/terminal/run-progress.ts";
import { specs } from "../../src/tasks/attention.ts";
import { runTask } from "../../src/tasks/run-task.ts";
import { completeSettings } from "../../src/tasks/settings.ts";
import { spam, wordsOf } from "../../src/tasks/spam/task.ts";
import toy from "../tasks/toy/task.ts";
import { fenchel, mistake } from "./run-command.ts";

const folder = mkdtempSync(join(tmpdir(), "fenchel-runs-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const runs = join(folder, "tiny");
const softmaxRun = join(runs, "softmax-seed1");

beforeAll(async () => {
  // The toy's texts as the task "spam" reads e-mails.
  const data = await toy.data("", {});
  const small = { epochs: 4, batchSize: 8, maxLength: 16, embeddingSize: 4, hiddenSize: 4, learningRate: 0.03 };
  const settings = completeSettings(spam.settings, small);
  const request = { mappings: specs(["softmax", "fusedmax"]), seeds: [1], settings, folder: runs };
  for (const run of planRuns(spam, request, data.checksum)) await runTask(spam, run.config, data, run.folder);
});

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe("fenchel explain", () => {
  it("shows every mapping of a comparison, zeros bare and without colour codes", async () => {
    const { code, out, err } = await fenchel("explain", runs, "please", "see you win money", "--width", "60");
    expect(err).toBe("");
    expect(code).toBe(0);
    expect(out).toMatch(/^softmax\b[^\n]* {2}(ham|spam) [^\n]*5 words of 5/);
    expect(out).toMatch(/\nfusedmax [^\n]*λ = [\d.]+ {2}(ham|spam)/);
    expect(out).not.toContain("\u001b");
    expect(out.split("\n").every((line) => line.length <= 110)).toBe(true);
  });

  it("shows one run, in colour when asked, from a file, as JSON", async () => {
    const path = file("text.txt", "win money now");
    expect((await fenchel("explain", softmaxRun, "--input", path, "--color", "always")).out).toContain("\u001b[48;5;");
    const { out } = await fenchel("explain", softmaxRun, "--input", path, "--json");
    const { labels, explanations } = JSON.parse(out) as {
      labels: string[];
      explanations: { mapping: string; example: { words: string[]; weights: number[]; probabilities: number[] } }[];
    };
    expect(labels).toEqual(["ham", "spam"]);
    expect(explanations).toHaveLength(1);
    const { words, weights, probabilities } = explanations[0]!.example;
    expect(words).toEqual(["win", "money", "now"]);
    expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 5);
    expect(probabilities.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
  });

  it("writes a page and a picture in which the text is only text", async () => {
    const html = join(folder, "explained.html");
    const svg = join(folder, "explained.svg");
    const text = "<script>alert(1)</script> <img src=x onerror=alert(2)> win money";
    expect((await fenchel("explain", runs, text, "--html", html, "--svg", svg)).code).toBe(0);
    for (const path of [html, svg]) {
      const written = readFileSync(path, "utf8");
      expect(written).not.toMatch(/<script>alert|<img/);
      expect(written).toContain("fusedmax");
    }
  });

  it("reads an e-mail with its headers as the data set's e-mails are read", () => {
    const mail = "From: a@b.org\nSubject: Win money\nContent-Type: text/plain\n\nSee you <there>.\n";
    const words = wordsOf(new TextEncoder().encode(mail), 16);
    expect(words.slice(0, 3)).toEqual(["win", "money", "\u00b6"]);
    expect(words).not.toContain("from");
    expect(wordsOf(new TextEncoder().encode("Note: see you"), 16)).toContain("note");
  });

  it("tells mistakes in one line", async () => {
    expect(await mistake("explain", join(folder, "none"), "x")).toMatch(/none: there is no such folder/);
    mkdirSync(join(folder, "empty"), { recursive: true });
    expect(await mistake("explain", join(folder, "empty"), "x")).toMatch(/empty holds no run/);
    expect(await mistake("explain", runs, " ")).toMatch(/no words in it to explain/);
    expect(await mistake("explain", runs, "x", "--color", "red")).toMatch(
      /--color is "red": one of auto, always, never/,
    );
    expect(await mistake("explain", runs, "x", "--width", "1")).toMatch(/--width is "1"/);
    expect(await mistake("explain", runs, "x", "--html", folder)).toMatch(/it is a folder/);
    expect(await mistake("explain", runs, "x", "--theme", "blue")).toMatch(
      /--theme is "blue": one of dark, light is needed/,
    );
    expect(await mistake("explain", runs, "x", "--input", "y")).toMatch(/both/);
    expect(await mistake("explain", runs, "x", "--image", "y")).toMatch(/spam does not support --image/);
    expect(await mistake("explain", runs, "x", "--example", "1")).toMatch(/beside --example/);
    expect(await mistake("explain")).toMatch(/missing required argument 'run'/);
  });
});

describe("fenchel evaluate", () => {
  it("scores a run on a labelled file, as a table and as JSON", async () => {
    const path = file("mails.csv", 'kind,body\nspam,"win money, now"\nham,see you there\nham,see you\n');
    const args = ["evaluate", softmaxRun, path, "--label-column", "kind", "--text-column", "body"];
    expect((await fenchel(...args)).out).toMatch(/^e-mails +3$/m);
    const { examples, scores } = JSON.parse((await fenchel(...args, "--json")).out) as {
      examples: number;
      scores: Record<string, number>;
    };
    expect(examples).toBe(3);
    expect(scores["accuracy"]).toBeGreaterThanOrEqual(0);
    expect(scores["sparsity"]).toBe(0);
  });

  it("tells mistakes in one line that says where", async () => {
    const missing = file("columns.csv", "kind,text\nham,x\n");
    expect(await mistake("evaluate", softmaxRun, missing)).toMatch(
      /columns\.csv: no column of labels found.*--label-column/,
    );
    const wrong = file("wrong.tsv", "label\ttext\nham\tx\neggs\ty\n");
    expect(await mistake("evaluate", softmaxRun, wrong)).toMatch(/wrong\.tsv:3: .*"eggs"/);
    const broken = file("broken.jsonl", '{"label": 0, "text": "x"}\n{"label": 1\n');
    expect(await mistake("evaluate", softmaxRun, broken)).toMatch(/broken\.jsonl:2: not JSON/);
    expect(await mistake("evaluate", softmaxRun, file("x.csv", ""))).toMatch(/x\.csv: the file is empty/);
    expect(await mistake("evaluate", softmaxRun, join(folder, "gone.csv"))).toMatch(/gone\.csv: there is no such file/);
    expect(await mistake("evaluate", softmaxRun, missing, "--format", "xls")).toMatch(
      /--format is "xls": one of tsv, csv/,
    );
    expect(await mistake("evaluate", runs)).toMatch(/config\.json is missing: the folder holds no run/);
  });

  it("names the broken file of a run", async () => {
    const broken = join(folder, "broken-run");
    mkdirSync(broken, { recursive: true });
    for (const name of readdirSync(softmaxRun)) writeFileSync(join(broken, name), readFileSync(join(softmaxRun, name)));
    writeFileSync(join(broken, "model.safetensors"), "not tensors");
    expect(await mistake("evaluate", broken, file("ok.csv", "label,text\nham,x\n"))).toMatch(/model\.safetensors/);
    writeFileSync(join(broken, "config.json"), "{");
    expect(await mistake("explain", broken, "x")).toMatch(/config\.json is broken: it is not JSON/);
  });
});

describe("fenchel compare and train", () => {
  it("tell mistakes in one line before anything is read or written", async () => {
    const out = join(folder, "untouched");
    const mistakes: [string[], RegExp][] = [
      [["compare"], /no task is given; available: spam, /],
      [["compare", "spam", "--preset", "best"], /unknown option '--preset'/],
      [["compare", "entailment", "--preset", "redcued"], /--preset: unknown preset "redcued": did you mean reduced\?/],
      [["compare", "vqa", "--init-from-softmax"], /unknown option '--init-from-softmax'/],
      [["compare", "imdb", "--heads", "2"], /unknown option '--heads'.*; see fenchel compare imdb --help/],
      [["compare", "spma"], /unknown task "spma": did you mean spam\?/],
      [["compare", "spam", "--mappings", "softmax,fusdmax"], /unknown mapping "fusdmax": did you mean fusedmax\?/],
      [
        ["compare", "spam", "--mappings", "normmax"],
        /--mappings: normmax is not available for training; choose one of softmax, /,
      ],
      [["compare", "spam", "--mappings", "tvmax"], /tvmax is not available for training; choose one of softmax, /],
      [["compare", "spam", "--mappings", "softmax,softmax"], /--mappings lists softmax twice/],
      [["compare", "spam", "--mappings", "fusedmax:lambda"], /write fusedmax or fusedmax:lambda=0.2/],
      [["compare", "spam", "--mappings", "fusedmax:lambda=-1"], /lambda is -1/],
      [["compare", "spam", "--mappings", "entmax:alpha=0.9"], /--mappings: alpha is 0.9: a finite number of 1 or more/],
      [
        ["compare", "spam", "--mappings", "softmax:lambda=1"],
        /--mappings: unknown option lambda for softmax; available: gamma/,
      ],
      [["compare", "spam", "--seeds", "0"], /--seeds is "0": an integer from 1/],
      [["compare", "spam", "--jobs", "many"], /--jobs is "many"/],
      [["compare", "spam", "--epochs", "1.5"], /--epochs is "1.5"/],
      [["compare", "spam", "--dropout", "1"], /--dropout is "1": a number from 0 to 0.95 is needed/],
      [["compare", "spam", "--learning-rate", "-1"], /--learning-rate is "-1"|--learning-rate is "\u22121"/],
      [["compare", "spam", "--max-length", "0"], /--max-length is "0": an integer from 1 to 4096/],
      [["compare", "spam", "--mapings", "softmax"], /--mapings.*--mappings/],
      [["train", "spam"], /no mapping is given/],
      [["train", "spam", "--mapping", "sparsmax"], /did you mean sparsemax\?/],
      [["train", "spam", "--mapping", "fusedmax", "--lambda", "x"], /--lambda is "x"/],
      [
        ["train", "spam", "--mapping", "entmax", "--lambda", "0.1"],
        /--mapping: unknown option lambda for entmax; available: gamma, alpha/,
      ],
      [["train", "spam", "--mapping", "tvmax"], /tvmax is not available for training; choose one of softmax, /],
      [["train", "spam", "--mapping", "softmax", "--seed", "-1"], /--seed is/],
    ];
    for (const [args, message] of mistakes) {
      expect(await mistake(...args, ...(args.length > 1 ? ["--out", out] : []))).toMatch(message);
    }
    expect(existsSync(out)).toBe(false);
  });
});

describe("the progress of a comparison", () => {
  it("counts runs and epochs, and tells the time left", () => {
    let now = 0;
    const request = { mappings: specs(["softmax"]), seeds: [1, 2], settings: {}, folder: "x" };
    const [run, other] = planRuns(spam, request, "") as [PlannedRun, PlannedRun];
    const course = makeRunProgress(2, 1, () => now);
    course.start(run!);
    course.start(other!);
    expect(course.plain()).toBe("1 of 3 runs; softmax seed 1 starting; softmax seed 2 starting");
    now = 10_000;
    course.update(run!, { epoch: 2, epochs: 4, step: 5, steps: 10, loss: 0.25 });
    expect(course.plain()).toMatch(/^1 of 3 runs, about 43 s left; softmax seed 1 epoch 2\/4; /);
    const [all, first, second] = course.lines();
    expect(all).toMatch(/^all +\[.*\] 1 of 3 runs/);
    expect(first).toMatch(/^softmax seed 1 \[=+> +\] epoch 2\/4 {2}loss 0\.250$/);
    expect(second).toMatch(/starting$/);
    course.update(run!, { epoch: 4, epochs: 4, step: 1, steps: 1, loss: 0.25, written: { done: 64, of: 1000 } });
    expect(course.plain()).toMatch(/; softmax seed 1 decoding 64\/1000; /);
    course.finish(run!);
    expect(course.plain()).toMatch(/^2 of 3 runs, about 10 s left; softmax seed 2 starting$/);
  });
});
