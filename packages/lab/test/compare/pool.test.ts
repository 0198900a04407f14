/** The pool of processes in which runs are trained. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { JobError, runPool, type PoolJob } from "../../src/compare/worker-pool.ts";

const script = new URL("./fake-worker.mjs", import.meta.url);
const folder = mkdtempSync(join(tmpdir(), "fenchel-pool-"));
afterAll(() => rmSync(folder, { recursive: true }));

interface Seen {
  readonly pid: number;
  readonly action: string;
}

const job = (action: string, more: object = {}): PoolJob => ({ name: action, message: { action, ...more } });

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe("a pool of processes", () => {
  it("gives the results in order, with no more processes at a time than asked for", async () => {
    const jobs = [30, 1, 15, 5].map((milliseconds, value) => job("work", { value, milliseconds }));
    let running = 0;
    let most = 0;
    const results = await runPool<Seen, number>(jobs, {
      script,
      processes: 2,
      onStart: () => {
        running++;
        most = Math.max(most, running);
      },
      onDone: () => running--,
    });
    expect(results).toEqual([0, 2, 4, 6]);
    expect(most).toBe(2);
  });

  it("tries a job again whose process was killed", async () => {
    const retries: string[] = [];
    const results = await runPool<Seen, string>([job("kill-once", { file: join(folder, "mark") })], {
      script,
      processes: 1,
      onRetry: (_, reason) => retries.push(reason),
    });
    expect(results).toEqual(["second"]);
    expect(retries).toEqual(["worker was killed (SIGKILL), possibly out of memory"]);
  });

  it("lets the others finish when a process dies for good, then names the job", async () => {
    const done: string[] = [];
    const failing = runPool<Seen, number>([job("throw"), job("work", { value: 3, milliseconds: 200 })], {
      script,
      processes: 2,
      onDone: ({ name }) => done.push(name),
    });
    const error = (await failing.catch((caught: unknown) => caught)) as JobError;
    expect(error).toBeInstanceOf(JobError);
    expect(error.job).toBe("throw");
    expect(error.user).toBe(false);
    expect(error.message).toMatch(/exited with code 1/);
    expect(error.detail).toMatch(/a fault of ours/);
    expect(done).toEqual(["work"]);
  });

  it("stops everything when a job fails for a reason that the user can mend", async () => {
    const pids: number[] = [];
    const file = join(folder, "hanging");
    const failing = runPool<Seen, number>([job("hang", { file }), job("user", { file }), job("work", { value: 1 })], {
      script,
      processes: 2,
      onProgress: (_, { pid }) => pids.push(pid),
    });
    await expect(failing).rejects.toMatchObject({ user: true, message: "the disk is full" });
    expect(pids).toHaveLength(2);
    expect(pids.some(isAlive)).toBe(false);
  });

  it("stops every child on an abort, also one that will not end", async () => {
    const pids: number[] = [];
    const controller = new AbortController();
    const stopping = runPool<Seen, number>([job("hang"), job("stubborn"), job("work", { value: 1 })], {
      script,
      processes: 2,
      signal: controller.signal,
      onProgress: (_, { pid }) => {
        if (pids.push(pid) === 2) setTimeout(() => controller.abort(), 50);
      },
    });
    await expect(stopping).rejects.toThrow(/abort/);
    expect(pids).toHaveLength(2);
    expect(pids.some(isAlive)).toBe(false);
  });
});
