/** Batches of pairs: which stand together, in rows of what length, and what their arrays hold. */
import { init } from "@jax-js/jax";
import { beforeAll, describe, expect, it } from "vitest";
import { uniformNumbers } from "../../../src/base/rng.ts";
import { lengthBucket, pairArrays, batchPairs, batchSources, rowsOf } from "../../../src/tasks/seq2seq/batches.ts";
import { raggedArray } from "../../../src/base/ragged.ts";
import { numbers } from "./support/numbers.ts";
import { toyMechanism } from "./support/toy.ts";

beforeAll(async () => {
  await init("wasm");
});

const lengths = [3, 9, 15, 2, 40, 7, 11, 5000, 16, 1, 0, 23, 8, 12];
const source = raggedArray(lengths.map((length) => new Int32Array(length).fill(2)));
const target = raggedArray(lengths.map((length) => new Int32Array(Math.max(0, length - 1)).fill(3)));
const pairs = { source, target };

describe("plans", () => {
  it.each([null, 7])("hold every pair once, in buckets that are long enough (order %s)", (seed) => {
    const plans = batchPairs(pairs, 96, { uniform: seed === null ? null : uniformNumbers(seed) });
    expect(plans.flatMap((plan) => plan.pairs).sort((a, b) => a - b)).toEqual(lengths.map((_, i) => i));
    for (const { pairs: members, rows, source: length } of plans) {
      expect(members.length).toBeLessThanOrEqual(rows);
      expect(Math.max(...members.map((index) => lengths[index]!))).toBeLessThanOrEqual(length);
      expect(rows === 1 || rows * length <= 96).toBe(true);
    }
  });

  it("need few shapes", () => {
    const many = raggedArray(Array.from({ length: 500 }, (_, i) => new Int32Array(1 + (i % 31))));
    const shapes = new Set(
      batchPairs({ source: many, target: many }, 960).map((plan) => `${plan.rows} ${plan.source}`),
    );
    expect(shapes.size).toBeLessThanOrEqual(7);
    for (const shape of shapes) {
      const [rows, length] = shape.split(" ").map(Number);
      expect(rows! * length!).toBe(960);
    }
  });

  it("give short targets half of the positions", () => {
    const short = raggedArray(lengths.map((length, i) => new Int32Array(i % 2 === 0 ? 1 : length)));
    const plans = batchPairs({ source, target: short }, 96, { halves: true });
    expect(plans.flatMap((plan) => plan.pairs).sort((a, b) => a - b)).toEqual(lengths.map((_, i) => i));
    for (const { pairs: members, source: given, target: written } of plans) {
      expect([given, given / 2]).toContain(written);
      for (const index of members) {
        const length = short.starts[index + 1]! - short.starts[index]!;
        expect(length + 1).toBeLessThanOrEqual(written);
      }
    }
    expect(plans.some((plan) => plan.target < plan.source)).toBe(true);
    expect(plans.some((plan) => plan.target === plan.source)).toBe(true);
  });

  it("of sources leave the targets open", () => {
    const plans = batchSources(source, 4);
    expect(plans.flatMap((plan) => plan.pairs)).toHaveLength(lengths.length);
    for (const { pairs: members } of plans) expect(members.length).toBeLessThanOrEqual(4);
  });

  it("round up lengths", () => {
    expect([0, 1, 4, 5, 31, 49, 961].map(lengthBucket)).toEqual([4, 4, 4, 8, 32, 64, 1920]);
    expect([rowsOf(960, 16), rowsOf(960, 2000)]).toEqual([60, 1]);
  });
});

it("arrays shift the target by a word, and count its end", async () => {
  const two = {
    source: raggedArray([Int32Array.of(5, 6), Int32Array.of(7)]),
    target: raggedArray([Int32Array.of(8, 9), new Int32Array(0)]),
  };
  const arrays = pairArrays(two, { pairs: [0, 1], rows: 3, source: 4, target: 4 }, toyMechanism("softmax"));
  expect(await numbers(arrays.source.words)).toEqual([5, 6, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0]);
  expect(await numbers(arrays.source.sight.mask)).toEqual([1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]);
  expect(await numbers(arrays.inputs)).toEqual([0, 8, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  expect(await numbers(arrays.outputs)).toEqual([8, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  expect(await numbers(arrays.counted)).toEqual([1, 1, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0]);
});
