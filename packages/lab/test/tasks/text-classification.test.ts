/** Batches of texts. */
import { init } from "@jax-js/jax";
import { beforeAll, describe, expect, it } from "vitest";
import { uniformNumbers } from "../../src/base/rng.ts";
import { rowCount, rowLength } from "../../src/base/ragged.ts";
import {
  batchTexts,
  paddedLength,
  textArrays,
  textSplit,
  type TextSplit,
} from "../../src/tasks/text-classification.ts";

beforeAll(async () => {
  await init("wasm");
});

function texts(count: number, seed = 1): TextSplit {
  const uniform = uniformNumbers(seed);
  const all = Array.from({ length: count }, (_, i) => ({
    id: "",
    label: i % 2,
    words: Array<string>(1 + Math.floor(100 * uniform())).fill("word"),
  }));
  return textSplit(all, ({ length }) => Int32Array.from({ length }, () => 2 + Math.floor(50 * uniform())));
}

describe("batches", () => {
  it("hold every text once, with texts of their padded length only", () => {
    const { words } = texts(101);
    for (const uniform of [null, uniformNumbers(3)]) {
      const plans = batchTexts(words, 8, 100, uniform);
      expect(plans.flatMap((plan) => plan.texts).sort((a, b) => a - b)).toEqual(
        Array.from({ length: rowCount(words) }, (_, i) => i),
      );
      for (const { texts: members, length } of plans) {
        expect(members.length).toBeLessThanOrEqual(8);
        for (const index of members) expect(paddedLength(rowLength(words, index), 100)).toBe(length);
      }
      // Few shapes: one a multiple of 32, the longest length included.
      expect([...new Set(plans.map(({ length }) => length))].sort((a, b) => a - b)).toEqual([32, 64, 96, 100]);
    }
  });

  it("come in one order for one seed, in another for another", () => {
    const { words } = texts(60);
    const order = (seed: number) => JSON.stringify(batchTexts(words, 4, 128, uniformNumbers(seed)));
    expect(order(1)).toBe(order(1));
    expect(order(1)).not.toBe(order(2));
  });

  it("lay texts out in rows and leave the others empty", () => {
    const numbers: Record<string, number> = { a: 5, b: 6, c: 7, d: 9 };
    const all = textSplit(
      [
        { id: "", label: 1, words: ["a", "b", "c"] },
        { id: "", label: 0, words: ["d"] },
      ],
      (words) => Int32Array.from(words, (word) => numbers[word]!),
    );
    const { texts: batch, labels, counted } = textArrays(all, { texts: [1, 0], length: 4 }, 3);
    expect(batch.words.js()).toEqual([
      [9, 0, 0, 0],
      [5, 6, 7, 0],
      [0, 0, 0, 0],
    ]);
    expect(batch.mask.js()).toEqual([
      [1, 0, 0, 0],
      [1, 1, 1, 0],
      [0, 0, 0, 0],
    ]);
    expect(labels.js()).toEqual([0, 1, 0]);
    expect(counted.js()).toEqual([1, 1, 0]);
  });
});
