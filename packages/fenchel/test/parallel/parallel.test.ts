/** The pool of workers gives what one thread gives. It runs the built package: workers need files. */
import { availableParallelism } from "node:os";
import { setImmediate } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { registry, softmax, sparsemax } from "../../dist/index.js";
import { setKernelDelegate } from "../../dist/kernels/runtime/dispatch.js";
import { startWorkers, stopWorkers, type WorkerOptions } from "../../dist/parallel/index.js";
import { WorkerPool } from "../../dist/parallel/pool.js";
import { runsInNode } from "../../src/parallel/platform.ts";
import { farthest } from "../support/backends.ts";
import { cases, fc, propertyTimeout } from "../support/property.ts";
import { normals } from "../support/rows-of-scores.ts";

const workerFile = new URL("../../dist/parallel/worker.js", import.meta.url);

/** Two workers for the tests of what they compute; those of starting and stopping have their own. */
let pool: WorkerPool;

beforeAll(async () => {
  pool = new WorkerPool(2, 1, undefined);
  await pool.ready;
});

afterAll(() => {
  stopWorkers();
  pool.stop();
});

/** What a call gives with the workers, and without. */
function both<T>(call: () => T): { together: T; alone: T } {
  setKernelDelegate(pool);
  try {
    const together = call();
    setKernelDelegate(undefined);
    return { together, alone: call() };
  } finally {
    setKernelDelegate(undefined);
  }
}

const eventually = (check: () => void) => vi.waitFor(check, { timeout: 30_000 });

const rows = 37;
const n = 64;
const scores = Float32Array.from(normals(rows * n, 1));
const cotangent = Float32Array.from(normals(rows * n, 2));

describe.each(registry)("$name", ({ mapping, optionsFor, parameter }) => {
  const settings: Record<string, Record<string, unknown>> = {
    rows: { shape: [rows, n] },
    "the first axis of a block": { shape: [rows, n / 4, 4], axis: 1 },
    "gamma a row": { shape: [rows, n], gamma: Array.from({ length: rows }, (_, r) => 0.5 + r / rows) },
    lengths: { shape: [rows, n], lengths: Array.from({ length: rows }, (_, r) => (7 * r) % (n + 1)) },
    mask: { shape: [rows, n], mask: normals(rows * n, 3).map((x) => x > -0.5) },
  };

  test.each(Object.entries(settings))("%s", (_, given) => {
    const entries = given["axis"] === 1 ? n / 4 : n;
    const options = { ...given, ...optionsFor?.(entries) };
    const all = () => {
      const { weights, pullback } = mapping.vjp(scores, options);
      return {
        weights,
        plain: mapping(scores, options),
        gradients: pullback(cotangent),
        groups: mapping.groups?.(scores, options),
      };
    };
    const { together, alone } = both(all);
    expect(together).toEqual(alone);
  });

  /** Every option that a call takes. */
  const calls = fc.record({
    outer: fc.integer({ min: 1, max: 9 }),
    n: fc.integer({ min: 1, max: 40 }),
    inner: fc.constantFrom(1, 1, 3),
    seed: fc.nat(1e6),
    spread: fc.constantFrom(0.1, 1, 20),
    gamma: fc.constantFrom("default", "one", "per row"),
    own: fc.constantFrom("default", "one", "per row"),
    removal: fc.constantFrom("none", "mask", "lengths", "both", "-Infinity"),
    out: fc.boolean(),
    hyperParameters: fc.boolean(),
  });

  test(
    "any call",
    () => {
      const property = fc.property(calls, (c) => {
        const count = c.outer * c.inner;
        const size = count * c.n;
        const perRow = (values: readonly number[]) =>
          Float64Array.from({ length: count }, (_, r) => values[(r + c.seed) % values.length]!);
        const options: Record<string, unknown> = { shape: [c.outer, c.n, c.inner], axis: 1, ...optionsFor?.(c.n) };
        if (c.gamma !== "default") options["gamma"] = c.gamma === "one" ? 0.3 : perRow([0.2, 1, 4]);
        if (parameter !== null && c.own !== "default") {
          options[parameter.name] = c.own === "one" ? parameter.samplesFor(1)[0] : perRow(parameter.samplesFor(1));
        }
        if (c.removal === "mask" || c.removal === "both") {
          options["mask"] = normals(size, c.seed + 1).map((x) => x > -0.4);
        }
        if (c.removal === "lengths" || c.removal === "both") {
          options["lengths"] = Array.from({ length: count }, (_, r) => (5 * r + c.seed) % (c.n + 1));
        }
        const x = Float32Array.from(normals(size, c.seed), (value) => c.spread * value);
        if (c.removal === "-Infinity") for (let i = c.seed % 3; i < size; i += 3) x[i] = -Infinity;
        const u = Float32Array.from(normals(size, c.seed + 2));
        const all = () => {
          const { weights, pullback } = mapping.vjp(x, {
            ...options,
            ...(c.out ? { out: new Float32Array(size) } : {}),
          });
          return {
            weights,
            plain: mapping(x, options),
            gradients: c.hyperParameters ? pullback(u) : pullback(u, { hyperParameters: false }),
            groups: mapping.groups?.(x, options),
          };
        };
        const { together, alone } = both(all);
        // A row may meet other rows in the lanes of a vector, which rounds otherwise.
        const { scores: dScores, ...others } = together.gradients as unknown as Record<string, ArrayLike<number>>;
        const { scores: wantedScores, ...wanted } = alone.gradients as unknown as Record<string, ArrayLike<number>>;
        expect(farthest(together.weights, alone.weights)).toBeLessThan(1e-6);
        expect(farthest(together.plain, alone.plain)).toBeLessThan(1e-6);
        expect(together.groups).toEqual(alone.groups);
        const scale = Math.max(1, ...Array.from(wantedScores!, Math.abs));
        expect(farthest(dScores!, wantedScores!)).toBeLessThan(1e-5 * scale);
        expect(Object.keys(others)).toEqual(Object.keys(wanted));
        for (const [name, gradient] of Object.entries(wanted)) {
          const [one, other] = [others[name]!, gradient].map((value) => (typeof value === "number" ? [value] : value));
          expect(farthest(one!, other!), name).toBeLessThan(
            1e-5 * c.spread * size * Math.max(1, ...Array.from(other!, Math.abs)),
          );
        }
      });
      fc.assert(property, cases(40));
    },
    propertyTimeout,
  );
});

test("a bad score is found in any share, at its index in the whole array", async () => {
  await startWorkers({ threads: 2, minimum: 1 });
  for (const index of [5, rows * n - 3]) {
    const bad = scores.slice();
    bad[index] = Number.NaN;
    expect(() => softmax(bad, { shape: [rows, n] })).toThrow(`scores[${index}] is NaN`);
  }
});

test("small calls, and all calls after stopWorkers, stay on the caller's thread; starting again is fine", async () => {
  await startWorkers({ threads: 2, minimum: 1e9 });
  expect(softmax(scores, { shape: [rows, n] })).toHaveLength(rows * n);
  stopWorkers();
  stopWorkers();
  expect(softmax(scores, { shape: [rows, n] })).toHaveLength(rows * n);
  expect(await startWorkers({ threads: 1 })).toBe(1);
  expect(await startWorkers()).toBe(availableParallelism());
});

test("options out of range or unknown are named", async () => {
  await expect(startWorkers({ threads: 0 })).rejects.toThrow("threads is 0: an integer of 1 or more is needed");
  await expect(startWorkers({ minimum: 1.5 })).rejects.toThrow("minimum is 1.5");
  await expect(startWorkers({ threads: "2" as unknown as number })).rejects.toThrow('threads is "2"');
  await expect(startWorkers({ thread: 2 } as WorkerOptions)).rejects.toThrow(/options\.thread is unknown/);
  await expect(startWorkers({ worker: 1 as unknown as string })).rejects.toThrow("worker is 1: an address");
  await expect(startWorkers(2 as WorkerOptions)).rejects.toThrow("options is 2");
});

describe("workers that come and go", () => {
  const made: Worker[] = [];
  const ready = new Set<Worker>();
  const gone = new Set<Worker>();
  const count = (worker: Worker) => {
    made.push(worker);
    worker.once("message", () => ready.add(worker));
    worker.once("exit", () => gone.add(worker));
    return worker;
  };
  const counted = () => count(new Worker(workerFile));
  const alive = () => made.filter((worker) => !gone.has(worker)).length;
  const options = { shape: [rows, n] };
  const alone = () => {
    stopWorkers();
    return sparsemax(scores, options);
  };

  afterEach(async () => {
    stopWorkers();
    await eventually(() => expect(alive()).toBe(0));
    made.length = 0;
  });

  test("a worker that died costs no answer, and is replaced", async () => {
    const wanted = alone();
    await startWorkers({ threads: 3, minimum: 1, worker: counted });
    expect(sparsemax(scores, options)).toEqual(wanted);
    const ended = made[0]!.terminate();
    // This thread has heard of nothing yet.
    expect(sparsemax(scores, options)).toEqual(wanted);
    await ended;
    expect(sparsemax(scores, options)).toEqual(wanted);
    await eventually(() => expect(made).toHaveLength(3));
    await eventually(() => expect(alive()).toBe(2));
    await eventually(() => expect(ready).toContain(made[2]));
    expect(sparsemax(scores, options)).toEqual(wanted);
  });

  test("when all of them died, the caller computes alone", async () => {
    const wanted = alone();
    await startWorkers({ threads: 3, minimum: 1, worker: counted });
    const ended = made.map((worker) => worker.terminate());
    for (let call = 0; call < 3; call++) expect(sparsemax(scores, options)).toEqual(wanted);
    await Promise.all(ended);
    expect(sparsemax(scores, options)).toEqual(wanted);
  });

  /** Takes its first job and then does what `then` says; words 0 and 1 of the control block are the state and the count. */
  const begins = (then: string) => () => {
    const script = `
      const { parentPort } = require("node:worker_threads");
      parentPort.once("message", ({ control }) => {
        parentPort.postMessage("ready");
        Atomics.wait(control, 1, 0);
        Atomics.compareExchange(control, 0, 1, 2);
        ${then}
      });`;
    return count(made.length === 0 ? new Worker(script, { eval: true }) : new Worker(workerFile));
  };

  test.each([
    ["dies in the middle of a job", "process.exit(1);"],
    ["never finishes its job", "for (;;);"],
  ])("a worker that %s is given up, and replaced", async (_, then) => {
    const large = Float32Array.from(normals(512 * n, 5));
    stopWorkers();
    const wanted = sparsemax(large, { shape: [512, n] });
    await startWorkers({ threads: 2, minimum: 1, worker: begins(then) });
    // A share that the worker has not begun when the caller is done with its own goes back to the caller.
    for (let call = 0; call < 1000 && made.length < 2; call++) {
      expect(sparsemax(large, { shape: [512, n] })).toEqual(wanted);
      await setImmediate();
    }
    expect(made).toHaveLength(2);
    await eventually(() => expect(gone).toContain(made[0]));
    await eventually(() => expect(ready).toContain(made[1]));
    expect(sparsemax(large, { shape: [512, n] })).toEqual(wanted);
    expect(alive()).toBe(1);
  });

  test("a worker that always dies is not started for ever", async () => {
    const dies = () => {
      const script = `
        const { parentPort } = require("node:worker_threads");
        parentPort.once("message", () => { parentPort.postMessage("ready"); setTimeout(() => process.exit(1), 5); });`;
      return count(new Worker(script, { eval: true }));
    };
    await startWorkers({ threads: 2, minimum: 1, worker: dies });
    await eventually(() => expect(gone.size).toBeGreaterThanOrEqual(4));
    await eventually(() => expect(alive()).toBe(0));
    expect(made).toHaveLength(4);
    expect(sparsemax(scores, options)).toEqual(alone());
  });

  test("of two starts at once the newer one holds, and no worker is left behind", async () => {
    const [first, second] = await Promise.all([
      startWorkers({ threads: 4, minimum: 1, worker: counted }),
      startWorkers({ threads: 3, minimum: 1, worker: counted }),
    ]);
    expect([first, second]).toEqual([3, 3]);
    await eventually(() => expect(alive()).toBe(2));
    expect(sparsemax(scores, options)).toEqual(alone());
  });

  test("a stop during a start leaves none, and a start after it holds: a component that is mounted twice", async () => {
    const first = startWorkers({ threads: 3, minimum: 1, worker: counted });
    stopWorkers();
    const second = startWorkers({ threads: 2, minimum: 1, worker: counted });
    expect(await first).toBe(2);
    expect(await second).toBe(2);
    await eventually(() => expect(alive()).toBe(1));
    const third = startWorkers({ threads: 4, worker: counted });
    stopWorkers();
    expect(await third).toBe(1);
    await eventually(() => expect(alive()).toBe(0));
  });

  test("a stop while workers load ends them", async () => {
    const starting = startWorkers({ threads: 3, minimum: 1, worker: counted });
    await eventually(() => expect(made).toHaveLength(2));
    stopWorkers();
    expect(await starting).toBe(1);
    await eventually(() => expect(alive()).toBe(0));
  });

  test("where one worker does not start, the start fails and the others end", async () => {
    const one = () =>
      made.length === 1 ? new Worker("throw new Error('no such machine')", { eval: true }) : counted();
    const start = startWorkers({
      threads: 3,
      worker: () => {
        const worker = one();
        if (!made.includes(worker)) made.push(worker.once("exit", () => gone.add(worker)));
        return worker;
      },
    });
    await expect(start).rejects.toThrow(
      /a worker of fenchel\/parallel did not start \(no such machine\): give startWorkers/,
    );
    await eventually(() => expect(alive()).toBe(0));
    expect(sparsemax(scores, options)).toEqual(alone());
  });

  test("the workers' file may be given by its address; a wrong one is named", async () => {
    for (const worker of [workerFile, workerFile.href, fileURLToPath(workerFile)]) {
      expect(await startWorkers({ threads: 2, minimum: 1, worker })).toBe(2);
      expect(sparsemax(scores, options)).toEqual(alone());
    }
    const missing = new URL("./missing.js", workerFile);
    await expect(startWorkers({ threads: 2, worker: missing })).rejects.toThrow(/did not start \(.*missing\.js/);
  });
});

test("Electron's renderer is a page, though it has Node; a page's worker and Node's own are told apart", () => {
  const node = { process: { versions: { node: "20.1.0" } } };
  const made = () => {};
  expect(runsInNode(node)).toBe(true);
  expect(runsInNode({})).toBe(false);
  expect(runsInNode({ ...node, document: {}, Worker: made })).toBe(false);
  expect(runsInNode({ ...node, WorkerGlobalScope: made })).toBe(false);
  // A document made for tests, in Node: there are no workers of a page.
  expect(runsInNode({ ...node, document: {} })).toBe(true);
});
