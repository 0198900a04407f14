/** The command that the library brings, in a project of a stranger: alone, and beside fenchel-lab. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { registry } from "../src/index.ts";

const packageFolder = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "fenchel-command-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A project with the package at `place` under node_modules. */
function project(name: string, place = "fenchel"): { readonly path: string; readonly command: string } {
  const path = join(folder, name);
  const own = join(path, "node_modules", place);
  mkdirSync(own, { recursive: true });
  writeFileSync(join(path, "package.json"), "{}");
  for (const part of ["bin", "package.json"]) cpSync(join(packageFolder, part), join(own, part), { recursive: true });
  symlinkSync(join(packageFolder, "dist"), join(own, "dist"));
  return { path, command: join(own, "bin/fenchel.js") };
}

function run({ path, command }: { path: string; command: string }, args: readonly string[], input = "") {
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...args], {
    cwd: path,
    encoding: "utf8",
    input,
  });
  return { status, stdout, stderr };
}

describe("the library's own command", () => {
  const alone = project("alone");
  const says = (args: string, input?: string) => run(alone, args.split(" "), input);

  it("maps scores and lists the mappings", () => {
    expect(says("map fusedmax --lambda 0.1 1 2.1 1.9")).toEqual({ status: 0, stdout: "0 0.5 0.5\n", stderr: "" });
    expect(says("map sparsemax -1 0.5 -inf").stdout).toBe("0 1 0\n");
    expect(says("map tvmax --grid 2x2 --lambda=0 1 2 3 4").stdout).toBe("0 0 0 1\n");
    expect(says("map graphmax --edges 0-1,1-2 --lambda 0 1 1 1 --axis -1").stdout).toMatch(/^(0\.3+ ?){3}\n$/);
    expect(says("map sparsemax --gamma 1,2", "[[1, 0], [1, 0]]").stdout).toBe("1 0\n0.75 0.25\n");
    const names = says("list")
      .stdout.trim()
      .split("\n")
      .map((line) => line.split(" ")[0]);
    expect(names).toEqual(registry.map(({ name }) => name));
  });

  it("tells mistakes in one line, and where the other commands are", () => {
    const mistakes: [string, RegExp, string?][] = [
      ["compare spam", /compare is a command of the package fenchel-lab: npm install fenchel-lab/],
      ["mpa", /unknown command "mpa"; available: map, list, and with fenchel-lab compare, /],
      ["map fusdmax 1", /unknown mapping "fusdmax"; available: softmax, /],
      ["map fusedmax --lamda 1 2", /unknown option --lamda; available: --gamma, --lambda, --axis/],
      ["map softmax --gamma 0 1", /gamma is 0: /],
      ["map softmax --gamma big 1", /--gamma is "big": a number such as 0\.1/],
      ["map softmax 1 --gamma", /--gamma is the last argument/],
      ["map softmax 1 x", /score 2 is "x": a number is needed/],
      ["map softmax", /standard input is no JSON: /, "[1,"],
      ["map softmax", /standard input: a list of numbers, or lists of equal lengths/, "[[1],[2,3]]"],
    ];
    for (const [args, message, input] of mistakes) {
      const { status, stdout, stderr } = says(args, input);
      expect([status, stdout]).toEqual([2, ""]);
      expect(stderr).toMatch(/^fenchel: [^\n]+\n$/);
      expect(stderr).toMatch(message);
    }
  });

  it("tells its help and its version", () => {
    for (const args of ["--help", "map --help", "help"]) expect(says(args).stdout).toMatch(/^Usage: fenchel map /);
    expect(says("--version").stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe("beside fenchel-lab", () => {
  const labFolder = join(dirname(packageFolder.replace(/\/$/, "")), "lab");

  it.each(["fenchel", ".pnpm/fenchel@1/node_modules/fenchel"])("it is that package's command: %s", (place) => {
    const both = project(`both ${place.length}`, place);
    symlinkSync(labFolder, join(both.path, "node_modules/fenchel-lab"));
    const args = ["map", "sparsemax", "--format", "json", "1", "2"];
    const lab = run({ ...both, command: join(both.path, "node_modules/fenchel-lab/bin/fenchel.js") }, args);
    expect(lab).toEqual({ status: 0, stdout: "[0, 1]\n", stderr: "" });
    expect(run(both, args)).toEqual(lab);
  });
});
