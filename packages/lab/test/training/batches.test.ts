/** Batches of texts. */
import { init, tree } from "@jax-js/jax";
import { beforeAll, describe, expect, it } from "vitest";
import { uniformNumbers } from "../../src/base/rng.ts";
import { batchArrays, paddedLength, batchTexts, type EncodedText } from "../../src/tasks/spam/batches.ts";

beforeAll(async () => {
  await init("wasm");
});

function texts(count: number, seed = 1): EncodedText[] {
  const uniform = uniformNumbers(seed);
  return Array.from({ length: count }, (_, i) => ({
    words: Int32Array.from({ length: 1 + Math.floor(100 * uniform()) }, () => 2 + Math.floor(50 * uniform())),
    label: i % 2,
  }));
}

describe("batches", () => {
  it("hold every text once, with texts of their padded length only", () => {
    const all = texts(101);
    for (const uniform of [null, uniformNumbers(3)]) {
      const plans = batchTexts(all, 8, 100, uniform);
      expect(plans.flatMap((plan) => plan.texts).sort((a, b) => a - b)).toEqual(all.map((_, i) => i));
      for (const { texts: members, length } of plans) {
        expect(members.length).toBeLessThanOrEqual(8);
        for (const index of members) expect(paddedLength(all[index]!.words.length, 100)).toBe(length);
      }
      // Few shapes: one a multiple of 32, the longest length included.
      expect([...new Set(plans.map(({ length }) => length))].sort((a, b) => a - b)).toEqual([32, 64, 96, 100]);
    }
  });

  it("come in one order for one seed, in another for another", () => {
    const all = texts(60);
    const order = (seed: number) => JSON.stringify(batchTexts(all, 4, 128, uniformNumbers(seed)));
    expect(order(1)).toBe(order(1));
    expect(order(1)).not.toBe(order(2));
  });

  it("lay texts out in rows and leave the others empty", () => {
    const all: EncodedText[] = [
      { words: Int32Array.of(5, 6, 7), label: 1 },
      { words: Int32Array.of(9), label: 0 },
    ];
    const { texts: batch, labels, counted } = batchArrays(all, { texts: [1, 0], length: 4 }, 3);
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
    tree.dispose([]);
  });
});
