/** Word vectors from the company that words keep. */
import { describe, expect, it } from "vitest";
import { uniformNumbers } from "../../src/base/rng.ts";
import { wordVectors } from "../../src/nn/word-vectors.ts";

/** Words 2 to 5 keep company with each other, as do words 6 to 9; word 10 is never seen. */
function sentences(count: number): Int32Array[] {
  const uniform = uniformNumbers(3);
  return Array.from({ length: count }, (_, i) =>
    Int32Array.from({ length: 6 }, () => (i % 2 === 0 ? 2 : 6) + Math.floor(4 * uniform())),
  );
}

function cosine(vectors: Float32Array, dimension: number, a: number, b: number): number {
  let [dot, first, second] = [0, 0, 0];
  for (let k = 0; k < dimension; k++) {
    const [x, y] = [vectors[a * dimension + k]!, vectors[b * dimension + k]!];
    dot += x * y;
    first += x * x;
    second += y * y;
  }
  return dot / Math.sqrt(first * second);
}

describe("wordVectors", () => {
  it("brings words of like company together", () => {
    const vectors = wordVectors(sentences(400), 11, { dimension: 2 });
    expect(cosine(vectors, 2, 2, 5)).toBeGreaterThan(0.9);
    expect(Math.abs(cosine(vectors, 2, 2, 7))).toBeLessThan(0.3);
    expect([...vectors.subarray(20)]).toEqual([0, 0]);
    expect([...vectors.subarray(0, 4)]).toEqual([0, 0, 0, 0]);
  });

  it("is deterministic, and finite where the dimension is above the rank", () => {
    const [one, two] = [1, 2].map(() => wordVectors(sentences(50), 11, { dimension: 16, window: 2 }));
    expect(one).toEqual(two);
    expect(one!.every(Number.isFinite)).toBe(true);
    expect(one!).toHaveLength(11 * 16);
  });

  it("gives zeros where there is no company at all", () => {
    expect(wordVectors([Int32Array.of(2)], 3, { dimension: 2 })).toEqual(new Float32Array(6));
  });

  it("names a bad option", () => {
    expect(() => wordVectors([], 3, { dimension: 0 })).toThrow("dimension is 0: a whole number from 1 is needed");
  });
});
