/** The papers' tasks on data that is broken, odd or hardly there, and runs that are killed: the command as users run it. */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { describe, expect, it, vi } from "vitest";
import { put, putTable, temporaryFolder } from "../datasets/fixtures.ts";
import { fenchel } from "./run-command.ts";
import { SNLI, snliFolder, snliRows } from "./tiny-snli.ts";

const command = fileURLToPath(new URL("../../bin/fenchel.js", import.meta.url));

type Table = readonly (readonly (string | number)[])[];

const CAPTIONS = ["de", "en", "fr"];
const NOUNS = [
  ["Mann", "man", "homme"],
  ["Hund", "dog", "chien"],
  ["Ball", "ball", "ballon"],
] as const;

function captionRows(count: number): string[][] {
  return Array.from({ length: count }, (_, i) => {
    const [a, b] = [NOUNS[i % 3]!, NOUNS[(i + 1 + (i >> 2)) % 3]!];
    return [`Ein ${a[0]} sieht den ${b[0]}.`, `A ${a[1]} sees the ${b[1]}.`, `Un ${a[2]} voit le ${b[2]}.`];
  });
}

const captionSplits = ["train", "dev", "test2016", "test2017"] as const;

function captionFolder(more: Partial<Record<(typeof captionSplits)[number], Table>> = {}, rows = captionRows): string {
  const folder = temporaryFolder();
  for (const split of captionSplits) {
    const own = [CAPTIONS, ...rows(split === "train" ? 40 : 8), ...(more[split] ?? [])];
    putTable(folder, `translation/multi30k_${split}.tsv.gz`, own);
  }
  return folder;
}

const COMPRESSIONS = ["sentence", "compression"];

/** Sentences of which the ends are left out. */
function compressionRows(count: number): string[][] {
  return captionRows(count).map(([, english]) => {
    const said = english!.toLowerCase().replace(".", "");
    return [`today ${said} again .`, said];
  });
}

const compressionSplits = ["train", "dev", "test_vectorized"] as const;

function compressionFolder(
  more: Partial<Record<(typeof compressionSplits)[number], Table>> = {},
  rows = compressionRows,
): string {
  const folder = temporaryFolder();
  for (const split of compressionSplits) {
    const own = [COMPRESSIONS, ...rows(split === "train" ? 40 : 8), ...(more[split] ?? [])];
    putTable(folder, `summarization/google_sentcomp_${split}.tsv.gz`, own);
  }
  return folder;
}

const sizes = "--embedding-size 8 --hidden-size 8 --epochs 2";
const tiny: Readonly<Record<string, string>> = {
  entailment: `${sizes} --batch-size 64`,
  translation: `${sizes} --corpus multi30k --batch-size 96 --max-length 12 --vocabulary-size 60 --beam-size 2 --average-checkpoints 1`,
  summarization: `${sizes} --heads 2 --ffn-size 16 --layers 1 --batch-size 96 --max-length 12 --beam-size 2`,
};

/** Arguments of a small comparison. */
function compareArguments(task: string, dataDir: string, out: string, ...more: string[]): string[] {
  const common = ["--mappings", "fusedmax", "--seeds", "1", "--jobs", "1", "--data-dir", dataDir, "--out", out];
  return ["compare", task, ...common, ...tiny[task]!.split(" "), ...more];
}

interface Report {
  readonly data: { readonly train: number; readonly test: number; readonly note: string };
  readonly results: readonly {
    readonly scores: Readonly<Record<string, number | null>>;
    readonly epochs: readonly Readonly<Record<string, number>>[];
    readonly examples: unknown;
  }[];
}

/** Runs the comparison to its end and gives its report, in which every figure is a number. */
function compared(task: string, dataDir: string, ...more: string[]): Report {
  const out = join(temporaryFolder(), "runs");
  const args = compareArguments(task, dataDir, out, ...more);
  const { status, stderr } = spawnSync(process.execPath, [command, ...args], { encoding: "utf8" });
  expect([status, status === 0 ? "" : stderr]).toEqual([0, ""]);
  const report = JSON.parse(readFileSync(join(out, "report.json"), "utf8")) as Report;
  for (const { scores, epochs } of report.results) {
    for (const figures of [scores, ...epochs]) {
      for (const [key, value] of Object.entries(figures)) expect([key, Number.isFinite(value)]).toEqual([key, true]);
    }
  }
  return report;
}

/** What the command says of data that it cannot use, in its one line, without the folder. */
async function refusal(task: string, dataDir: string): Promise<string> {
  const out = join(temporaryFolder(), "runs");
  const { code, out: said, err } = await fenchel(...compareArguments(task, dataDir, out));
  expect([code, said]).toEqual([2, ""]);
  expect(existsSync(out)).toBe(false);
  const [, ...lines] = err.trimEnd().split("\n");
  expect(lines).toHaveLength(1);
  return lines[0]!.replaceAll(`${dataDir}/`, "");
}

const long = (word: string): string => Array<string>(5000).fill(word).join(" ");

describe("data that cannot be read", () => {
  const places = [
    { task: "entailment", file: "entailment/snli_test.tsv.gz", make: snliFolder, header: SNLI },
    { task: "entailment", file: "entailment/snli_train_first1022.tsv.gz", make: snliFolder, header: SNLI },
    {
      task: "summarization",
      file: "summarization/google_sentcomp_dev.tsv.gz",
      make: compressionFolder,
      header: COMPRESSIONS,
    },
    { task: "translation", file: "translation/multi30k_train.tsv.gz", make: captionFolder, header: CAPTIONS },
    { task: "translation", file: "translation/multi30k_test2016.tsv.gz", make: captionFolder, header: CAPTIONS },
  ];

  it.each(places)("is told of $task with the place in $file", async ({ task, file, make, header }) => {
    const folder = make();
    const say = async (content: string | Uint8Array) => {
      put(folder, file, content);
      return await refusal(task, folder);
    };
    const good = header.map((name) => (name === "label" ? "neutral" : `${name} words`)).join("\t");
    const lines = (...rows: string[]) => gzipSync(`${header.join("\t")}\n${rows.map((row) => `${row}\n`).join("")}`);
    expect(await say(lines(good, "one column"))).toBe(
      `fenchel: ${file}:3: 1 columns, but the header has ${header.length}`,
    );
    expect(await say(lines(good, good, `${good.replace(/words$/, "")}\u0000\t`))).toMatch(`${file}:4: `);
    expect(await say("")).toBe(`fenchel: ${file}: the file is empty`);
    expect(await say(gzipSync(""))).toBe(`fenchel: ${file}: the file is empty`);
    expect(await say(lines())).toBe(`fenchel: ${file}: the file has no rows`);
    expect(await say(lines(good).subarray(0, 30))).toMatch(
      `fenchel: ${file}: broken gzip data (unexpected end of file)`,
    );
    expect(await say(Buffer.concat([Buffer.from(`${header.join("\t")}\n`), Buffer.from([0xff, 0x0a])]))).toBe(
      `fenchel: ${file}:2:1: not UTF-8; convert the file, for instance with iconv`,
    );
  });

  it("is told when no pair has a label", async () => {
    const folder = snliFolder();
    const none = snliRows(5, 0).map(([, ...row]) => ["-", ...row]);
    putTable(folder, "entailment/snli_test.tsv.gz", [SNLI, ...none]);
    expect(await refusal("entailment", folder)).toBe("fenchel: entailment/snli_test.tsv.gz: no pair has a label");
  });

  it("is told when too few pairs are left for the dev set", async () => {
    const folder = snliFolder();
    putTable(folder, "entailment/snli_dev.tsv.gz", [SNLI, ...snliRows(12, 0)]);
    expect(await refusal("entailment", folder)).toMatch(
      /snli_dev\.tsv\.gz: 12 labelled pairs; the reduced protocol needs more than 800$/,
    );
  });
});

describe("data that is odd", () => {
  it("is read and trained on by entailment: 5,000 words, words that nobody knows, and none", () => {
    const odd = [
      ["neutral", long("house"), "A red ball .", "long premise"],
      ["entailment", "A red ball .", long("ball"), "long hypothesis"],
      ["contradiction", long("house"), long("tree"), "both"],
      ["neutral", "…", "\u200b", "no words"],
      ["neutral", "x".repeat(5000), "unheard", "one long word"],
    ];
    const { data, results } = compared("entailment", snliFolder({ first: odd, dev: odd, test: odd }));
    expect([data.train, data.test]).toEqual([40 + 5 + 840 + 5 - 800, 24 + 5]);
    expect(results[0]!.epochs).toHaveLength(2);
  });

  it("is read and trained on by translation: 5,000 words in the train, dev and test split", () => {
    const odd = [
      [long("Hund"), long("dog"), long("chien")],
      [long("Hund"), "dog", "chien"],
      ["Hund", long("dog"), "chien"],
    ];
    const { data, results } = compared("translation", captionFolder({ train: odd, dev: odd, test2016: odd }));
    expect([data.train, data.test]).toEqual([40, 8 + 3]);
    expect(data.note).toContain("3 pairs of more than 12 or no tokens were left out of training");
    expect(data.note).toContain("8 longer sentences are cut at 48 tokens");
    expect(results[0]!.scores["bleu"]).toBeGreaterThanOrEqual(0);
  });

  it("is read and trained on by summarization: 5,000 words in the train, dev and test split", () => {
    const odd = [
      [long("dog"), long("dog")],
      [long("dog"), "dog"],
      ["dog", long("dog")],
    ];
    const folder = compressionFolder({ train: odd, dev: odd, test_vectorized: odd });
    const { data, results } = compared("summarization", folder);
    expect([data.train, data.test]).toEqual([40, 8 + 3]);
    expect(data.note).toContain("3 pairs of more than 12 or no tokens were left out of training");
    expect(results[0]!.scores["rougeL"]).toBeGreaterThanOrEqual(0);
  });

  it("may be of one word: entailment", () => {
    const same = (count: number) => {
      return Array.from({ length: count }, (_, i) => [["entailment", "neutral"][i % 2]!, "word", "word word", `p${i}`]);
    };
    const { results } = compared("entailment", snliFolder({}, same));
    // The texts say nothing of the label.
    expect(results[0]!.scores["accuracy"]).toBe(0.5);
    expect(results[0]!.scores["loss"]).toBeGreaterThan(Math.log(2) - 0.01);
    expect(compared("entailment", snliFolder(), "--vocabulary-size", "1").data.test).toBe(24);
  });

  it("may be of one word: translation", () => {
    const same = (count: number) => Array.from({ length: count }, () => ["Wort", "word", "mot"]);
    const wordByWord = ["--tokenizer", "word", "--epochs", "40", "--patience", "40", "--learning-rate", "0.05"];
    const { results } = compared("translation", captionFolder({}, same), ...wordByWord, "--warmup-steps", "0");
    // There is one thing to write.
    expect(results[0]!.scores["accuracy"]).toBe(1);
    expect(results[0]!.scores["chrf"]).toBeCloseTo(100, 9);
    compared("translation", captionFolder(), "--vocabulary-size", "3", "--max-length", "40");
  });

  it("may be of one word: summarization", () => {
    const same = (count: number) => Array.from({ length: count }, () => ["word word word", "word"]);
    const more = ["--epochs", "30", "--patience", "30", "--learning-rate", "0.03", "--warmup-steps", "0"];
    const { results } = compared("summarization", compressionFolder({}, same), ...more);
    expect(results[0]!.scores["rougeL"]).toBeCloseTo(1, 9);
    compared("summarization", compressionFolder(), "--vocabulary-size", "3");
  });
});

/** What runs cost, which is never the same twice. */
const COSTS = new Set(["peakMegabytes", "writingSeconds", "secondsPerStep"]);

const withoutCosts = (all: object) => Object.fromEntries(Object.entries(all).filter(([key]) => !COSTS.has(key)));

/** Figures of a report without times and memory. */
function figures(out: string): unknown {
  const { results } = JSON.parse(readFileSync(join(out, "report.json"), "utf8")) as Report;
  return results.map(({ scores, epochs, examples }) => {
    return { scores: withoutCosts(scores), examples, epochs: epochs.map(withoutCosts) };
  });
}

describe.skipIf(!existsSync("/proc/self/task"))("a run that is killed", () => {
  it.each([
    { task: "entailment", make: snliFolder, more: ["--epochs", "8", "--patience", "8"] },
    { task: "translation", make: captionFolder, more: ["--epochs", "12", "--patience", "12"] },
    { task: "summarization", make: compressionFolder, more: ["--epochs", "12", "--patience", "12"] },
  ])("goes on and ends with the figures it would have had: $task", async ({ task, make, more }) => {
    const dataDir = make();
    const [whole, killed] = [join(temporaryFolder(), "whole"), join(temporaryFolder(), "killed")];
    const args = (out: string) => [command, ...compareArguments(task, dataDir, out, ...more)];
    const undisturbed = spawnSync(process.execPath, args(whole), { encoding: "utf8" });
    expect(undisturbed.status).toBe(0);

    const parent = spawn(process.execPath, args(killed), { stdio: "ignore" });
    const ended = new Promise<NodeJS.Signals | null>((resolve) => {
      parent.on("exit", (_code, signal) => resolve(signal));
    });
    const metrics = () => {
      const run = join(killed, "fusedmax-seed1", "metrics.jsonl");
      return existsSync(run) ? readFileSync(run, "utf8").trim().split("\n").length : 0;
    };
    await vi.waitFor(() => expect(metrics()).toBeGreaterThan(1), { timeout: 60_000, interval: 5 });
    const children = readFileSync(`/proc/${parent.pid}/task/${parent.pid}/children`, "utf8").trim().split(/\s+/);
    for (const pid of [parent.pid!, ...children.map(Number)]) process.kill(pid, "SIGKILL");
    expect(await ended).toBe("SIGKILL");
    expect(existsSync(join(killed, "fusedmax-seed1", "result.json"))).toBe(false);
    const before = metrics();

    const again = spawnSync(process.execPath, args(killed), { encoding: "utf8" });
    expect([again.status, again.status === 0 ? "" : again.stderr]).toEqual([0, ""]);
    expect(metrics()).toBeGreaterThan(before);
    expect(figures(killed)).toEqual(figures(whole));
  });
});
