/** `fenchel map`, and what holds for the command line as a whole. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { registry } from "fenchel";
import { afterAll, describe, expect, it } from "vitest";
import { fenchel, mistake } from "./run-command.ts";

const folder = mkdtempSync(join(tmpdir(), "fenchel-map-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** A list option as it is typed: 1x3 entries as 1,3 and edges as 0-1,1-2. */
function typed(value: unknown): string {
  return Array.isArray(value) ? value.map((part) => [part].flat().join("-")).join(",") : String(value);
}

describe("fenchel map", () => {
  it("prints the weights of scores given as arguments", async () => {
    const { code, out, err } = await fenchel("map", "fusedmax", "--lambda", "0.1", "1", "2.1", "1.9");
    expect({ code, out, err }).toEqual({ code: 0, out: "0 0.5 0.5\n", err: "" });
  });

  it("takes negative numbers and infinities in any notation, with and without --", async () => {
    expect((await fenchel("map", "sparsemax", "-1", "0.5", "2")).out).toBe("0 0 1\n");
    expect((await fenchel("map", "sparsemax", "--", "-1", "-.5")).out).toBe("0.25 0.75\n");
    expect((await fenchel("map", "sparsemax", "-1E0", "-5e-1", "-Infinity", "-inf")).out).toBe("0.25 0.75 0 0\n");
  });

  it("puts options before, between and after the scores", async () => {
    for (const args of [
      ["--gamma", "2", "sparsemax", "1", "0"],
      ["sparsemax", "1", "--gamma=2", "0"],
      ["sparsemax", "1", "0", "--gamma", "2"],
    ]) {
      expect((await fenchel("map", ...args)).out).toBe("0.75 0.25\n");
    }
  });

  it("runs every mapping of the registry with its own options at their defaults", async () => {
    for (const { name, parameter, optionsFor } of registry) {
      const own = parameter === null ? [] : [`--${parameter.name}`, String(parameter.default)];
      const extra = Object.entries(optionsFor?.(3) ?? {}).flatMap(([key, value]) => [`--${key}`, typed(value)]);
      const { code, out, err } = await fenchel("map", name, ...own, ...extra, "0.4", "0.5", "0.6");
      expect(err).toBe("");
      expect(code).toBe(0);
      expect(out.trim().split(" ")).toHaveLength(3);
    }
  });

  it("prints the maximum, the gap and the groups when asked", async () => {
    const { out } = await fenchel("map", "fusedmax", "--max", "--groups", "--gap", "1", "2.1", "1.9");
    const [weights, max, gap, groups] = out.trim().split("\n");
    expect(weights).toBe("0 0.5 0.5");
    expect(max).toBe("max 1.7");
    expect(Number(/^gap (.*)$/.exec(gap!)![1])).toBeLessThan(1e-12);
    expect(groups).toMatch(/^groups -1 (\d+) \1$/);
  });

  it("prints JSON and CSV of the shape and axis given", async () => {
    const scores = ["3", "0", "0", "3"];
    expect((await fenchel("map", "sparsemax", "--shape", "2x2", "--format", "json", ...scores)).out).toBe(
      "[[1, 0], [0, 1]]\n",
    );
    const { out } = await fenchel(
      "map",
      "sparsemax",
      "--shape",
      "2x2",
      "--axis",
      "0",
      "--max",
      "--format",
      "json",
      ...scores,
    );
    expect(JSON.parse(out)).toEqual({
      weights: [
        [1, 0],
        [0, 1],
      ],
      max: [2.5, 2.5],
    });
    expect((await fenchel("map", "sparsemax", "--shape", "2,2", "--format", "csv", ...scores)).out).toBe("1,0\n0,1\n");
  });

  it("reads files, and takes a hyper-parameter a row", async () => {
    const json = file("scores.json", '[[1, 0], [1, "-Infinity"]]');
    expect((await fenchel("map", "sparsemax", "--gamma", "2,1", "--input", json)).out).toBe("0.75 0.25\n1 0\n");
    const csv = file("scores.csv", "a,b\n1,0\n\n0,1\n");
    expect((await fenchel("map", "sparsemax", "--input", csv)).out).toBe("1 0\n0 1\n");
    const powershell = file("powershell.txt", Buffer.from("\ufeff[[1, 0], [1, -Infinity]]\r\n", "utf16le"));
    expect((await fenchel("map", "sparsemax", "--input", powershell)).out).toBe("1 0\n1 0\n");
    const pandas = file("pandas.tsv", "\t0\t1\n0\t0.0\t1.0\n");
    expect((await fenchel("map", "sparsemax", "--input", pandas)).out).toBe("0 1\n");
    expect(await mistake("map", "sparsemax", "--input", file("t.tsv", "a\tb\tc\n\t2\t3"))).toMatch(
      /line 2, column 1 is/,
    );
    expect(await mistake("map", "sparsemax", "--array", "a", "1")).toMatch(/--array is for \.npz files/);
  });

  it("rounds to the digits asked for", async () => {
    expect((await fenchel("map", "softmax", "--precision", "3", "1", "0")).out).toBe("0.731 0.269\n");
  });

  it("says in one line what is wrong, where and what to do", async () => {
    expect(await mistake("map", "fusdmax", "1")).toMatch(/"fusdmax": did you mean fusedmax\? Available: softmax, /);
    expect(await mistake("map", "zzz", "1")).toMatch(/unknown mapping "zzz"; available: softmax, /);
    expect(await mistake("map", "softmax", "1", "two")).toMatch(/score 2 is "two"/);
    expect(await mistake("map", "softmax", "1", "nan")).toMatch(/score 2 is NaN: a score is a finite number/);
    expect(await mistake("map", "softmax", "1", "Infinity")).toMatch(/score 2 is Infinity/);
    expect(await mistake("map", "softmax", "--gamma", "0", "1")).toMatch(/--gamma is 0: /);
    expect(await mistake("map", "softmax", "--gamma", "big", "1")).toMatch(/--gamma is "big"/);
    expect(await mistake("map", "softmax", "--gamma", "1,2", "1")).toMatch(/gamma has 2 entries: 1 are needed/);
    expect(await mistake("map", "fusedmax", "--lambda", "-1", "1")).toMatch(/--lambda is -1: /);
    expect(await mistake("map", "softmax", "--lambda", "1", "1")).toMatch(/--lambda is no option of softmax/);
    expect(await mistake("map", "softmax", "--lamda", "1", "1")).toMatch(/--lamda.*--lambda/);
    expect(await mistake("map", "softmax", "--axis", "2", "1")).toMatch(/--axis is "2": an integer from -1 to 0/);
    expect(await mistake("map", "softmax", "--shape", "2x2", "1")).toMatch(/--shape 2x2 has 4 entries: 1 scores/);
    expect(await mistake("map", "softmax", "--format", "xml", "1")).toMatch(
      /--format is "xml": one of text, json, csv/,
    );
    expect(await mistake("map", "softmax", "--precision", "99", "1")).toMatch(/--precision is "99"/);
    expect(await mistake("map", "softmax", "--groups", "1")).toMatch(/softmax has no groups/);
    expect(await mistake("map", "softmax", "--format", "csv", "--max", "1")).toMatch(/no place in CSV/);
    expect(await mistake("map", "softmax", "--input", join(folder, "none.csv"))).toMatch(/none\.csv: there is no such/);
    expect(await mistake("map", "softmax", "--input", folder)).toMatch(/it is a folder/);
    expect(await mistake("map", "softmax", "--input", file("x.csv", "1"), "1")).toMatch(/both/);
    expect(await mistake("map", "softmax", "--input", file("cut.json", "[1, 2"))).toMatch(/cut\.json: it is not JSON/);
    expect(await mistake("map")).toMatch(/missing required argument 'mapping'/);
    expect(await mistake("mpa")).toMatch(/unknown command "mpa": did you mean map\?/);
    expect(await mistake()).toMatch(/no command is given; available: compare, /);
  });
});

describe("the other words of the command line", () => {
  it("lists the mappings", async () => {
    const { out } = await fenchel("list");
    for (const { name } of registry) expect(out).toMatch(new RegExp(`^${name} `, "m"));
    const rows = JSON.parse((await fenchel("list", "--json")).out) as { name: string }[];
    expect(rows.map((row) => row.name)).toEqual(registry.map((entry) => entry.name));
  });

  it("prints its version and its help", async () => {
    expect((await fenchel("--version")).out).toMatch(/^\d+\.\d+\.\d+\n$/);
    const help = await fenchel("--help");
    expect(help.code).toBe(0);
    expect(help.out).toMatch(/Examples:/);
    expect((await fenchel("map", "--help")).out).toMatch(/--lambda <number>[^]*Examples:/);
  });
});
