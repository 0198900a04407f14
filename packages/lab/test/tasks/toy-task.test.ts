/** A task that is one folder and one line: it trains, evaluates, explains and compares by the commands of every task. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { fenchel } from "../cli/run-command.ts";
import { put, temporaryFolder } from "../datasets/fixtures.ts";
import { withToyTask } from "./toy/register.ts";

withToyTask();

const folder = temporaryFolder();
const run = join(folder, "run");
const runs = join(folder, "runs");

async function succeeds(...args: string[]): Promise<string> {
  const { code, out, err } = await fenchel(...args);
  expect([code, err.includes("fenchel:")]).toEqual([0, false]);
  return out;
}

describe("a toy task", () => {
  it("trains", async () => {
    const out = await succeeds("train", "toy", "--mapping", "fusedmax", "--lambda", "0.05", "--out", run);
    expect(out).toMatch(/^Accuracy, % +\d+\.\d\d$/m);
    const config = JSON.parse(readFileSync(join(run, "config.json"), "utf8")) as object;
    expect(config).toMatchObject({ task: "toy", mapping: "fusedmax", mappingOptions: { gamma: 1, lambda: 0.05 } });
  });

  it("evaluates on its test set and on a file", async () => {
    const { result } = { result: JSON.parse(readFileSync(join(run, "result.json"), "utf8")) as { scores: object } };
    const evaluated = JSON.parse(await succeeds("evaluate", run, "--json")) as { scores: object; examples: number };
    expect(evaluated).toMatchObject({ examples: 12, scores: result.scores });
    put(folder, "texts.csv", "label,text\nspam,win money\nham,see you\nham,see you word1\n");
    expect(await succeeds("evaluate", run, join(folder, "texts.csv"))).toMatch(/^texts +3$/m);
  });

  it("compares two mappings with two seeds, with a report", async () => {
    const out = await succeeds("compare", "toy", "--out", runs, "--jobs", "2");
    expect(out).toMatch(/^Seeds +2 +2$/m);
    const page = readFileSync(join(runs, "report.html"), "utf8");
    expect(page).toContain("Toy: 2 attention mappings compared");
    expect(page).toContain("Confidence intervals and significance");
    expect(page).toContain("figure of test/0");
    const { results } = JSON.parse(readFileSync(join(runs, "report.json"), "utf8")) as { results: object[] };
    expect(results).toHaveLength(4);
  });

  it("tunes, and fine-tunes from one softmax model", async () => {
    const out = join(folder, "tuned");
    await succeeds("compare", "toy", "--out", out, "--seeds", "1", "--tune", "--init-from-softmax", "--epochs", "2");
    expect(existsSync(join(out, "tuning", "fusedmax-lambda0.05-seed1", "result.json"))).toBe(true);
    const page = readFileSync(join(out, "report.html"), "utf8");
    expect(page).toContain("Grid search");
    expect(page).toContain("fine-tuned for 2 epochs from one shared softmax model");
  });

  it("explains a text, and an example of its test set, in the terminal and as files", async () => {
    const svg = join(folder, "toy.svg");
    const html = join(folder, "toy.html");
    const text = await succeeds("explain", runs, "win money now", "--svg", svg, "--html", html);
    expect(text).toMatch(/^softmax [^\n]*3 words of 3/);
    expect(text).toContain("\nfusedmax ");
    expect(
      [readFileSync(svg, "utf8"), readFileSync(html, "utf8")].every(
        (file) => file.includes("fusedmax") || file.includes("figure"),
      ),
    ).toBe(true);
    expect(await succeeds("explain", run, "--example", "3")).toContain("see");
    const { code, err } = await fenchel("explain", run, "--example", "0");
    expect([code, err]).toEqual([2, expect.stringMatching(/--example is "0"/)]);
  });
});
