/** The pool of workers gives what one thread gives. It runs the built package: workers need files. */
import { afterAll, describe, expect, test } from "vitest";
import { registry, softmax } from "../../dist/index.js";
import { startWorkers, stopWorkers } from "../../dist/parallel/index.js";
import { normals } from "../support/rows-of-scores.ts";

afterAll(stopWorkers);

const rows = 37;
const n = 64;
const scores = Float32Array.from(normals(rows * n, 1));
const cotangent = Float32Array.from(normals(rows * n, 2));

describe.each(registry)("$name", ({ mapping, optionsFor }) => {
  const settings: Record<string, Record<string, unknown>> = {
    rows: { shape: [rows, n] },
    "the first axis of a block": { shape: [rows, n / 4, 4], axis: 1 },
    "gamma a row": { shape: [rows, n], gamma: Array.from({ length: rows }, (_, r) => 0.5 + r / rows) },
    lengths: { shape: [rows, n], lengths: Array.from({ length: rows }, (_, r) => (7 * r) % (n + 1)) },
    mask: { shape: [rows, n], mask: normals(rows * n, 3).map((x) => x > -0.5) },
  };

  test.each(Object.entries(settings))("%s", async (_, given) => {
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
    stopWorkers();
    const alone = all();
    expect(await startWorkers({ threads: 3, minimum: 1 })).toBe(3);
    expect(all()).toEqual(alone);
  });
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
});

test("options out of range are named", async () => {
  await expect(startWorkers({ threads: 0 })).rejects.toThrow("threads is 0: an integer of 1 or more is needed");
  await expect(startWorkers({ minimum: 1.5 })).rejects.toThrow("minimum is 1.5");
});
