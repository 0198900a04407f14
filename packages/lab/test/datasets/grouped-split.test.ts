/** Near-duplicates stand in one split. */
import { describe, expect, it } from "vitest";
import { createGroups, nearDuplicatePairs, uniteByKey } from "../../src/datasets/kit/near-duplicates.ts";
import { splitByGroup } from "../../src/datasets/kit/grouped-split.ts";

const random = (seed: number): (() => number) => {
  let state = seed;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
};

/** Jaccard similarity of the sets of runs, by the definition. */
function jaccard(a: readonly string[], b: readonly string[], length: number): number {
  const runs = (words: readonly string[]): Set<string> =>
    new Set(
      Array.from({ length: Math.max(1, words.length - length + 1) }, (_, i) => words.slice(i, i + length).join(" ")),
    );
  const [setA, setB] = [runs(a), runs(b)];
  const common = Array.from(setA).filter((run) => setB.has(run)).length;
  return common / (setA.size + setB.size - common);
}

describe("near-duplicates", () => {
  it("finds exactly the pairs that comparing all with all finds", () => {
    const next = random(7);
    const sentence = (length: number): string[] => Array.from({ length }, () => `w${Math.floor(next() * 12)}`);
    const texts = Array.from({ length: 120 }, () => sentence(1 + Math.floor(next() * 30)));
    for (let i = 0; i < 60; i++) texts.push(texts[i]!.map((word) => (next() < 0.1 ? "x" : word)));
    texts.push([], []);
    for (const similarity of [0.2, 0.4, 0.8, 1]) {
      for (const shingle of [1, 2, 3]) {
        const expected: [number, number][] = [];
        for (let a = 0; a < texts.length; a++) {
          for (let b = a + 1; b < texts.length; b++) {
            if (texts[a]!.length > 0 && texts[b]!.length > 0 && jaccard(texts[a]!, texts[b]!, shingle) >= similarity)
              expected.push([a, b]);
          }
        }
        expect(expected.length).toBeGreaterThan(0);
        expect(nearDuplicatePairs(texts, { shingle, similarity })).toEqual(expected);
      }
    }
  });
  it("compares starts only, when asked", () => {
    const texts = ["a b c d e f g h".split(" "), "a b c d x y z w".split(" ")];
    expect(nearDuplicatePairs(texts, { similarity: 0.9 })).toEqual([]);
    expect(nearDuplicatePairs(texts, { similarity: 0.9, starts: [4, 8] })).toEqual([[0, 1]]);
  });
  it("refuses options out of range", () => {
    expect(() => nearDuplicatePairs([], { shingle: 0 })).toThrow("shingle must be a whole number from 1, got 0");
    expect(() => nearDuplicatePairs([], { similarity: 0 })).toThrow(RangeError);
    expect(() => nearDuplicatePairs([["a"]], { starts: [64, 2] })).toThrow(
      "starts[1] must be at least shingle (3), got 2",
    );
  });
});

describe("groups", () => {
  it("unites what is linked through others and nothing else", () => {
    const groups = createGroups(6);
    uniteByKey(groups, [["a"], ["a", "b"], ["b"], [], ["c"], []]);
    const names = Array.from({ length: 6 }, (_, i) => groups.groupOf(i));
    expect(names).toEqual([0, 0, 0, 3, 4, 5]);
  });
});

describe("split", () => {
  const next = random(3);
  const items = Array.from({ length: 3000 }, (_, i) => ({
    id: `t${i}`,
    label: next() < 0.3 ? 1 : 0,
    group: Math.floor(next() * 1200),
  }));
  const shares = [0.7, 0.1, 0.2];
  const split = splitByGroup(items, { shares });

  it("keeps groups whole and the labels' shares within one per cent", () => {
    const side = new Map<number, number>();
    for (const [index, { group }] of items.entries()) {
      expect(side.get(group) ?? split[index]).toBe(split[index]);
      side.set(group, split[index]!);
    }
    for (const label of [0, 1]) {
      const all = items.filter((item) => item.label === label).length;
      for (const [index, share] of shares.entries()) {
        const here = items.filter((item, at) => item.label === label && split[at] === index).length;
        expect(Math.abs(here / all - share)).toBeLessThan(0.01);
      }
    }
  });
  it("does not depend on the order of the items", () => {
    const order = items.map((_, i) => i).reverse();
    const reversed = splitByGroup(order.map((i) => items[i]!), { shares }); // prettier-ignore
    expect(order.map((i) => split[i])).toEqual(Array.from(reversed));
  });
  it("puts a very large group into the first split", () => {
    const big = items.map((item, i) => ({ ...item, group: i < 300 ? -1 : item.group }));
    expect(new Set(splitByGroup(big, { shares }).subarray(0, 300))).toEqual(new Set([0]));
  });
  it("refuses shares that do not add up", () => {
    expect(() => splitByGroup(items, { shares: [0.5, 0.4] })).toThrow(
      "shares must be positive and add up to 1, got 0.5, 0.4",
    );
  });
});
