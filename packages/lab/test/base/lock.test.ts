/** Lock files: one holder at a time, and none for ever. */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { acquireLock } from "../../src/base/lock.ts";
import { RunError } from "../../src/base/run-error.ts";
import { temporaryName } from "../../src/base/atomic-write.ts";
import { temporaryFolder } from "../datasets/fixtures.ts";

const built = fileURLToPath(new URL("../../dist/base/lock.js", import.meta.url));

/** Source of a process that acquires the lock and then does what `then` says. */
function source(path: string, then: string): string[] {
  const text = `import { acquireLock } from ${JSON.stringify(`file://${built}`)};
    try { acquireLock(${JSON.stringify(path)}); } catch (error) { console.log(error.message); process.exit(3); }
    console.log("held"); ${then}`;
  return ["--input-type=module", "-e", text];
}

/** The number of a process that is no more. */
function goneProcess(): number {
  return spawnSync(process.execPath, ["-e", ""]).pid;
}

function writeLock(path: string, change: object): void {
  const holder = { pid: process.pid, host: hostname(), started: null, since: "2026-01-02T03:04:05.000Z", id: "x" };
  writeFileSync(path, JSON.stringify({ ...holder, ...change }));
}

const lockPath = () => join(temporaryFolder(), ".lock");

describe("a lock", () => {
  it("is held by one at a time, and free again after its release", () => {
    const path = lockPath();
    const lock = acquireLock(path);
    expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({ pid: process.pid, host: hostname() });
    expect(() => acquireLock(path)).toThrow(RunError);
    expect(() => acquireLock(path)).toThrow(/\.lock is held by this process since 20[^\n]*: wait until it ends or /);
    lock.release();
    expect(existsSync(path)).toBe(false);
    const second = acquireLock(path);
    // A release that comes twice leaves the next holder's lock.
    lock.release();
    expect(existsSync(path)).toBe(true);
    second.release();
  });

  it("names another process that holds it, and ends with that process", () => {
    const path = lockPath();
    const lock = acquireLock(path);
    const { status, stdout } = spawnSync(process.execPath, source(path, ""), { encoding: "utf8" });
    expect(status).toBe(3);
    expect(stdout).toContain(`is held by process ${process.pid} on ${hostname()} since `);
    lock.release();
    expect(spawnSync(process.execPath, source(path, "process.exit(0)"), { encoding: "utf8" }).stdout).toBe("held\n");
    expect(existsSync(path)).toBe(false);
  });

  it("is taken over from a process that was killed", () => {
    const path = lockPath();
    const killed = spawnSync(process.execPath, source(path, "process.kill(process.pid, 'SIGKILL')"));
    expect([killed.signal, existsSync(path)]).toEqual(["SIGKILL", true]);
    const lock = acquireLock(path);
    expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({ pid: process.pid });
    lock.release();
  });

  it.skipIf(!existsSync("/proc/self/stat"))("is taken over where its number went to a later process", () => {
    const path = lockPath();
    writeLock(path, { started: "1" });
    acquireLock(path).release();
    writeLock(path, { started: null });
    expect(() => acquireLock(path)).toThrow(/held by this process/);
  });

  it("of another machine is never taken over", () => {
    const path = lockPath();
    writeLock(path, { pid: goneProcess(), host: "elsewhere" });
    expect(() => acquireLock(path)).toThrow(/on elsewhere since 2026-01-02T03:04:05\.000Z: .*remove the file$/);
  });

  it("that is none is left alone", () => {
    const path = lockPath();
    for (const text of ["", "mine", "[]", '{"pid":0}', "null"]) {
      writeFileSync(path, text);
      expect(() => acquireLock(path)).toThrow(/is no lock of fenchel: remove it if nothing works in its folder/);
      expect(readFileSync(path, "utf8")).toBe(text);
    }
    const dangling = lockPath();
    symlinkSync(`${dangling}.nowhere`, dangling);
    expect(() => acquireLock(dangling)).toThrow(/is no lock of fenchel/);
    expect(() => acquireLock(join(temporaryFolder(), "none", ".lock"))).toThrow(/cannot write .*none\/\.lock: /);
  });

  it("that is stale goes to one of several that want it at the same time", async () => {
    const path = lockPath();
    const stale = JSON.stringify({ pid: goneProcess(), host: hostname(), started: null, since: "", id: "x" });
    // Whoever holds the lock must be alone in the folder `inside`, then leaves a lock such as a killed process leaves.
    const contend = `import { acquireLock } from ${JSON.stringify(`file://${built}`)};
      import { mkdirSync, renameSync, rmdirSync, writeFileSync } from "node:fs";
      const [path, inside] = [${JSON.stringify(path)}, ${JSON.stringify(`${path}.inside`)}];
      const until = Date.now() + 1500;
      for (let i = 0; Date.now() < until; i++) {
        let lock;
        try { lock = acquireLock(path); } catch (error) { if (error.name !== "RunError") throw error; continue; }
        mkdirSync(inside);
        rmdirSync(inside);
        const own = path + process.pid;
        writeFileSync(own, ${JSON.stringify(stale)}.replace('"x"', JSON.stringify(process.pid + "-" + i)));
        renameSync(own, path);
        lock.release();
        process.exitCode = 0;
      }`;
    writeFileSync(path, stale);
    const ends = Array.from({ length: 3 }, () => {
      const args = ["--input-type=module", "-e", `process.exitCode = 9; ${contend}`];
      const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"] });
      let said = "";
      child.stderr.on("data", (chunk) => (said += String(chunk)));
      return new Promise((resolve) => child.on("close", (code) => resolve([code, said])));
    });
    expect(await Promise.all(ends)).toEqual(ends.map(() => [0, ""]));
  });

  it("leaves nothing beside it but what run folders know", () => {
    const folder = temporaryFolder();
    const path = join(folder, ".lock");
    writeLock(path, { pid: goneProcess() });
    acquireLock(path).release();
    expect(readdirSync(folder)).toEqual([]);
    expect(".lock.stale.12.part").toMatch(temporaryName);
  });
});
