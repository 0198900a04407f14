/** The command as users run it: a process of its own, its streams, its signals and a disk that is full. */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it, vi } from "vitest";
import { planRuns, runPlan } from "../../src/compare/plan.ts";
import { specs } from "../../src/tasks/attention.ts";
import { completeSettings } from "../../src/tasks/settings.ts";
import { spam } from "../../src/tasks/spam/task.ts";
import type { Task } from "../../src/tasks/task.ts";
import toy from "../tasks/toy/task.ts";
import { fenchel } from "./run-command.ts";
import { snliFolder } from "./tiny-snli.ts";

const command = fileURLToPath(new URL("../../bin/fenchel.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "fenchel-built-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function runBuilt(args: readonly string[], input?: string) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...args], {
    encoding: "utf8",
    input: input ?? "",
  });
  return { status, stdout, stderr };
}

describe("the built command", () => {
  it("prints the weights of fusedmax", () => {
    expect(runBuilt(["map", "fusedmax", "--lambda", "0.1", "1", "2.1", "1.9"])).toEqual({
      status: 0,
      stdout: "0 0.5 0.5\n",
      stderr: "",
    });
  });

  it("reads standard input", () => {
    expect(runBuilt(["map", "sparsemax", "--format", "csv"], "[[3, 0], [0, 3]]").stdout).toBe("1,0\n0,1\n");
    const { status, stderr } = runBuilt(["map", "sparsemax"], "");
    expect(stderr).toMatch(/^fenchel: standard input: it is empty[^\n]*\n$/);
    expect(status).toBe(2);
  });

  it.skipIf(process.platform === "win32")("ends quietly when its reader goes away", () => {
    const line = `"${process.execPath}" "${command}" list | true; echo \${PIPESTATUS[0]}`;
    const { stdout, stderr } = spawnSync("bash", ["-c", line], { encoding: "utf8" });
    expect({ stdout, stderr }).toEqual({ stdout: "0\n", stderr: "" });
  });

  it.skipIf(!existsSync("/dev/full"))("says that the disk is full", () => {
    const line = `"${process.execPath}" "${command}" map softmax 1 2 > /dev/full`;
    const { status, stderr } = spawnSync("bash", ["-c", line], { encoding: "utf8" });
    expect(stderr).toBe(
      "fenchel: cannot write standard output: the disk is full: free some space and run the command again\n",
    );
    expect(status).toBe(2);
    const json = runBuilt([
      "bench",
      "--sizes",
      "2x8",
      "--distributions",
      "equal",
      "--seconds",
      "0.1",
      "--json",
      "/dev/full",
    ]);
    expect(json.stderr).toMatch(/\nfenchel: cannot write \/dev\/full: the disk is full[^\n]*\n$/);
    expect(json.status).toBe(2);
    expect(existsSync("/dev/full")).toBe(true);
  });

  it("keeps an unexpected error short, and shows the stack on request", async () => {
    const failing = vi.spyOn(JSON, "stringify").mockImplementation(() => {
      throw new Error("a fault\nof ours");
    });
    try {
      const { code, err } = await fenchel("list", "--json");
      expect(code).toBe(1);
      expect(err).toMatch(/^fenchel: unexpected error: a fault of ours\n[^\n]*--debug[^\n]*\n$/);
      expect((await fenchel("list", "--json", "--debug")).err).toMatch(/a fault[^]*\n +at /);
    } finally {
      failing.mockRestore();
    }
  });
});

/** Whether this machine lets the test mount a small disk. */
function mountSmallDisk(path: string, size: string): boolean {
  mkdirSync(path, { recursive: true });
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", path], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

describe("a full disk", () => {
  const disk = join(folder, "disk");
  const mounted = mountSmallDisk(disk, "24k");
  if (!mounted) console.log("no small disk can be mounted here: training on a full disk is not tested");
  afterAll(() => {
    if (mounted) execFileSync("umount", [disk]);
  });

  it.skipIf(!mounted)("stops training with one line, and leaves nothing half-written", async () => {
    const data = await toy.data("", {});
    const task = spam as unknown as Task;
    const settings = completeSettings(task.settings, { epochs: 3, maxLength: 16, embeddingSize: 16, hiddenSize: 32 });
    const request = { mappings: specs(["softmax"]), seeds: [1], settings, folder: disk };
    const [run] = planRuns(task, request, data.checksum);
    const training = runPlan(task, [run!], data, { jobs: 1 });
    await expect(training).rejects.toThrow(/^cannot write .*: the disk is full; free some space/);
    await expect(training).rejects.toMatchObject({ user: true });
    for (const name of readdirSync(run!.folder)) expect(name).not.toMatch(/part$|tmp$/);
  });

  it.skipIf(!mounted)("keeps what was there when a file cannot be replaced", () => {
    const path = join(disk, "bench.json");
    for (const name of readdirSync(disk)) rmSync(join(disk, name), { recursive: true });
    writeFileSync(path, "before");
    writeFileSync(join(disk, "filler"), "x".repeat(18_000));
    const { status, stderr } = runBuilt(["bench", "--sizes", "1x8", "--seconds", "0.1", "--json", path]);
    expect(stderr).toMatch(/\nfenchel: cannot write .*bench\.json: the disk is full[^\n]*\n$/);
    expect(status).toBe(2);
    expect(readFileSync(path, "utf8")).toBe("before");
    expect(readdirSync(disk).toSorted()).toEqual(["bench.json", "filler"]);
  });
});

describe("a comparison that is stopped", () => {
  it.skipIf(!existsSync("/proc/self/task"))("ends its processes, says how to go on, and goes on", async () => {
    const out = join(folder, "stopped");
    const sizes = "--epochs 24 --patience 24 --hidden-size 4 --embedding-size 4 --batch-size 64".split(" ");
    const where = ["--data-dir", snliFolder(), "--out", out];
    const args = ["compare", "entailment", "--mappings", "softmax", "--seeds", "1", ...sizes, ...where];
    const child = spawn(process.execPath, [command, ...args], { stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    let children: number[] = [];
    const metrics = join(out, "softmax-seed1", "metrics.jsonl");
    const waiting = setInterval(() => {
      if (!existsSync(metrics)) return;
      clearInterval(waiting);
      const list = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, "utf8");
      children = list.trim().split(/\s+/).map(Number);
      child.kill("SIGINT");
    }, 20);
    child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
    const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
    clearInterval(waiting);
    expect(said).toMatch(/\nfenchel: stopped; the same command resumes from the last checkpoints\n$/);
    expect(code).toBe(130);
    expect(children).toHaveLength(1);
    expect(existsSync(`/proc/${children[0]}`)).toBe(false);
    expect(existsSync(join(out, "report.html"))).toBe(false);
    const other = await fenchel(...args, "--learning-rate", "0.123");
    expect(other.err).toMatch(/\nfenchel: .*holds a run with other settings \(learningRate [^\n]*--overwrite[^\n]*\n$/);
    expect(other.code).toBe(2);
    const again = runBuilt(args);
    expect([again.status, again.stdout.includes(join(out, "report.html"))]).toEqual([0, true]);
    expect(existsSync(join(out, "report.json"))).toBe(true);
    expect(readFileSync(metrics, "utf8").trim().split("\n")).toHaveLength(24);
  });
});
