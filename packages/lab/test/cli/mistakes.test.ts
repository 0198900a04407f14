/** What a new user may get wrong around names, folders and help: one line that says what to do, and nothing lost. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checkReplaceable, readConfig, readResult } from "../../src/training/run-dir.ts";
import { prepareFolder } from "../../src/base/atomic-write.ts";
import { tasks } from "../../src/tasks/index.ts";
import { temporaryFolder } from "../datasets/fixtures.ts";
import { fenchel } from "./run-command.ts";

/** The one line for a mistake, which ends the command before anything is read. */
async function mistake(...args: string[]): Promise<string> {
  const { code, out, err } = await fenchel(...args);
  expect([code, out]).toEqual([2, ""]);
  expect(err).toMatch(/^fenchel: [^\n]+\n$/);
  return err;
}

describe("mappings of a comparison", () => {
  const list = (text: string, task = "spam") => mistake("compare", task, "--mappings", text);

  it("are refused when two would train in one folder", async () => {
    expect(await list("fusedmax:lambda=0.1,fusedmax:lambda=0.10")).toMatch(
      /--mappings lists fusedmax:lambda=0\.1 twice/,
    );
    expect(await list("fusedmax:lambda=1:gamma=2,fusedmax:gamma=2:lambda=1")).toMatch(
      /lists fusedmax:gamma=2:lambda=1 twice/,
    );
    expect(await list("fusedmax,fusedmax:lambda=0.03")).toMatch(/lists fusedmax:lambda=0\.03 twice/);
    expect(await list("softmax,softmax:gamma=1", "translation")).toMatch(/lists softmax:gamma=1 twice/);
    expect(await list("fusedmax:lambda=1:lambda=2")).toMatch(/gives lambda twice/);
  });

  it("are told in the words of the list", async () => {
    expect(await list("fusedmax:lambda=-1")).toMatch(/--mappings: lambda is -1: a finite number of 0 or more/);
    const unknown = /--mappings: unknown option lamda for fusedmax; available: gamma, lambda/;
    expect(await list("fusedmax:lamda=1")).toMatch(unknown);
    expect(await list("fusedmax:lamda=1", "entailment")).toMatch(unknown);
    expect(await list("softmax,")).toMatch(/--mappings is "softmax,": a name is needed before and after every comma/);
  });
});

describe("folders of runs", () => {
  it("that cannot be written are told before the data are read", async () => {
    const file = join(temporaryFolder(), "file");
    writeFileSync(file, "");
    for (const command of [
      ["compare", "spam"],
      ["compare", "vqa"],
      ["train", "spam", "--mapping", "softmax"],
    ]) {
      expect(await mistake(...command, "--out", "")).toMatch(/--out is "": a folder is needed/);
      expect(await mistake(...command, "--out", file)).toMatch(/file: it is a file; choose another folder/);
      expect(await mistake(...command, "--out", join(file, "runs"))).toMatch(/a part of the path is a file|is a file;/);
    }
  });

  it("keep what is no run's when --overwrite is given", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "thesis.tex"), "mine");
    mkdirSync(join(folder, "softmax-seed1"));
    const train = await mistake("train", "spam", "--mapping", "softmax", "--overwrite", "--out", folder);
    expect(train).toMatch(/refusing --overwrite: .*(thesis\.tex|softmax-seed1) is not a run file; move it or choose/);
    writeFileSync(join(folder, "softmax-seed1", "notes.txt"), "mine");
    const compare = ["compare", "spam", "--mappings", "softmax", "--seeds", "1", "--overwrite", "--out", folder];
    expect(await mistake(...compare)).toMatch(/softmax-seed1.notes\.txt is not a run file/);
    expect(readFileSync(join(folder, "thesis.tex"), "utf8")).toBe("mine");
    expect(readdirSync(join(folder, "softmax-seed1"))).toEqual(["notes.txt"]);
  });

  it("may be emptied when they hold a run, half-written files included, or nothing", () => {
    const folder = temporaryFolder();
    const check = (path: string) => () => checkReplaceable(path);
    expect(check(join(folder, "none"))).not.toThrow();
    expect(check(folder)).not.toThrow();
    const names = ["config.json", "model.safetensors", ".checkpoint.safetensors.12.part"];
    for (const name of names) {
      writeFileSync(join(folder, name), "");
      expect(check(folder)).not.toThrow();
    }
    // The check itself removes nothing.
    expect(readdirSync(folder).toSorted()).toEqual(names.toSorted());
    writeFileSync(join(folder, "checkpoint.safetensors.part"), "");
    expect(check(folder)).toThrow(/checkpoint\.safetensors\.part/);
  });

  it("are made with those above them, or refused at once", () => {
    const folder = temporaryFolder();
    prepareFolder(join(folder, "a", "b", "c"));
    prepareFolder(join(folder, "a", "b"));
    expect(readdirSync(join(folder, "a", "b"))).toEqual(["c"]);
    writeFileSync(join(folder, "file"), "");
    expect(() => prepareFolder(join(folder, "file"))).toThrow(/a file of that name stands where a folder is needed/);
    expect(() => prepareFolder(join(folder, "file", "x"))).toThrow(/a part of the path is a file; choose another/);
  });

  it.skipIf(!existsSync("/proc/self"))("do not keep the command for ever where none can be made", () => {
    expect(() => prepareFolder("/proc/fenchel/run")).toThrow(
      /^cannot use the run folder \/proc\/fenchel\/run: [^\n]+$/,
    );
  });

  it("with files that are no run's are told by the file", () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "result.json"), "{}");
    expect(() => readResult(folder)).toThrow(
      /result\.json is broken: it is not a run's result; remove it to start anew/,
    );
    for (const format of ["fenchel-run", "fenchel-study"]) {
      writeFileSync(join(folder, "config.json"), JSON.stringify({ format, version: 1, task: "spam" }));
      expect(() => readConfig(folder)).toThrow(
        /holds a run of another version of fenchel: add --overwrite to train it anew, or choose another --out$/,
      );
    }
    writeFileSync(join(folder, "config.json"), '{"name":"mine"}');
    expect(() => readConfig(folder)).toThrow(/config\.json is not a run's configuration; choose another folder/);
  });

  it("are told for what they hold when they are no run of evaluate and explain", async () => {
    const folder = temporaryFolder();
    expect(await mistake("evaluate", join(folder, "none"))).toMatch(/there is no such folder/);
    expect(await mistake("evaluate", folder)).toMatch(/the folder holds no run; name a run's own folder/);
    writeFileSync(join(folder, "config.json"), '{"format":"fenchel-run","version":2,"task":"chess"}');
    expect(await mistake("evaluate", folder)).toMatch(/there is no task "chess"; choose one of spam, /);
    writeFileSync(join(folder, "config.json"), '{"format":"fenchel-study","version":1,"task":"vqa"}');
    expect(await mistake("explain", folder, "hello")).toMatch(/holds a run of another version of fenchel/);
  });
});

describe("what is missing or misspelt", () => {
  it("names the option and gives an example", async () => {
    expect(await mistake("map", "tvmax", "1", "2")).toMatch(/--grid is missing: height and width .* --grid 14x14$/m);
    expect(await mistake("map", "graphmax", "1", "2")).toMatch(/--edges is missing: .* --edges 0-1,1-2$/m);
    expect(await mistake("map", "tvmax", "--grid", "2", "1", "2")).toMatch(/--grid is "2": height and width/);
    expect(await mistake("map", "tvmax", "--grid", "axb", "1")).toMatch(/--grid is "axb"/);
    expect(await mistake("map", "softmax", "--axis", "-5", "1")).toMatch(/--axis is "-5"/);
    expect(await mistake("map", "softmax", "--input", "")).toMatch(/--input is "": a file, or - /);
    expect(await mistake("bench", "--json", "")).toMatch(/--json is "": a file is needed/);
  });

  it("names the help of the command that was meant", async () => {
    expect(await mistake("map", "softmax", "--foo")).toMatch(/unknown option '--foo'; see fenchel map --help/);
    expect(await mistake("data", "get")).toMatch(/missing required argument 'name'; see fenchel data get --help/);
    expect(await mistake("list", "more")).toMatch(/Expected 0 arguments but got 1; see fenchel list --help/);
    expect(await mistake("help", "mpa")).toMatch(/unknown command "mpa": did you mean map\?/);
    expect(await mistake("help", "data", "lst")).toMatch(/unknown command "lst": did you mean list\?/);
    expect((await fenchel("help", "data", "get")).out).toMatch(/^Usage: fenchel data get /);
  });

  it("is shown in part when it is long", async () => {
    const long = await mistake("map", "softmax", `start${"x".repeat(50_000)}end`);
    expect(long).toMatch(/score 1 is "startx+\.\.\.x+end": a number is needed/);
    expect(long.length).toBeLessThan(500);
    expect((await mistake("map", "no name ".repeat(5000), "1")).length).toBeLessThan(2100);
  });
});

describe("help", () => {
  it.each(tasks.map((task) => [task.name, task] as const))(
    "names the settings of %s, and no others",
    async (_, task) => {
      const help = (await fenchel("compare", task.name, "--help")).out.replaceAll(/\s+/g, " ");
      expect(help).toContain(`(default ${task.seeds})`);
      for (const { name, value, description } of task.settings) {
        const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} <value> `;
        const text = help.slice(help.indexOf(flag) + flag.length);
        expect(text.slice(0, description.length)).toBe(description);
        const [, usual] = text.slice(description.length).split("(default ");
        expect(usual?.startsWith(`${String(value)})`), `${flag}(default ${usual?.slice(0, 20)}`).toBe(true);
      }
      const others = tasks.flatMap(({ settings }) => settings.map(({ name }) => name));
      const own = new Set(task.settings.map(({ name }) => name));
      for (const name of others.filter((other) => !own.has(other))) {
        expect(help).not.toContain(`--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} <`);
      }
      for (const preset of Object.keys(task.presets ?? {})) {
        expect(help).toContain(`fenchel compare ${task.name} --preset ${preset}`);
      }
    },
  );

  it("has runnable examples for every command", async () => {
    for (const words of [
      [],
      ["map"],
      ["list"],
      ["data"],
      ["data", "list"],
      ["data", "get"],
      ["data", "check"],
      ["compare"],
      ["compare", "vqa"],
      ["train"],
      ["train", "imdb"],
      ["bench", "train"],
    ]) {
      expect((await fenchel(...words, "--help")).out).toMatch(/\nExamples:\n {2}fenchel /);
    }
    const { out } = await fenchel("map", "--help");
    const examples = out.matchAll(/^ {2}fenchel (map \w+ [^\n]*?)(?: {2,}.*)?$/gm);
    const runnable = Array.from(examples, ([, words]) => words!.split(" ")).filter(
      (words) => !words.includes("--input"),
    );
    expect(runnable.length).toBeGreaterThan(2);
    for (const words of runnable) expect((await fenchel(...words)).code).toBe(0);
  });
});
