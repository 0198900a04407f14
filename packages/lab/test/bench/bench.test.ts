/** The bench of the mappings: the rows it makes, how it times, what it reports. */
import { registry } from "fenchel";
import { describe, expect, it } from "vitest";
import { runBench } from "../../src/bench/bench.ts";
import { benchCases } from "../../src/bench/cases.ts";
import { runScaling, slope } from "../../src/bench/scaling.ts";
import { measureInTurns, median } from "../../src/bench/measure.ts";
import { bytesPerCall } from "../../src/bench/memory.ts";
import { makeRows, distributions, type Distribution } from "../../src/bench/inputs.ts";

function busy(seconds: number): () => void {
  return () => {
    const end = performance.now() + seconds * 1000;
    while (performance.now() < end);
  };
}

const second = (kind: Distribution) => Array.from(makeRows(kind, 3, 40, 7).subarray(40, 80));

describe("rows", () => {
  it("are the same for the same seed, finite, and of their kind", () => {
    for (const kind of distributions) {
      const rows = makeRows(kind, 3, 40, 7);
      expect(rows).toEqual(makeRows(kind, 3, 40, 7));
      expect(rows.every(Number.isFinite)).toBe(true);
      if (kind !== "equal") expect(rows).not.toEqual(makeRows(kind, 3, 40, 8));
    }
    expect(second("sorted")).toEqual(second("sorted").toSorted((a, b) => a - b));
    expect(new Set(second("equal")).size).toBe(1);
    expect(second("plateau").slice(0, 8)).toEqual(Array.from({ length: 8 }, () => second("plateau")[0]));
    expect(Math.max(...second("peaked"))).toBeGreaterThan(15);
    expect(Math.max(...second("flat").map(Math.abs))).toBeLessThan(1e-3);
    expect(second("alternating").every((score, i) => score > 0 === (i % 2 === 0))).toBe(true);
  });
});

describe("timing", () => {
  it("gives medians, and ratios to the first call", () => {
    const [one, three] = measureInTurns(
      [
        { label: "one", call: busy(0.001) },
        { label: "three", call: busy(0.003) },
      ],
      0.1,
    );
    expect(one!.ratio).toBe(1);
    expect(one!.seconds).toBeGreaterThanOrEqual(0.001);
    expect(three!.ratio).toBeGreaterThan(2);
    expect(three!.ratio).toBeLessThan(4.5);
    expect(three!.rounds).toBe(one!.rounds);
  });

  it("knows medians and slopes", () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(slope([0, 1, 2], [1, 3, 5])).toBeCloseTo(2, 12);
  });

  it("counts the bytes that a call allocates", () => {
    let kept: Float64Array | undefined;
    const bytes = bytesPerCall(() => {
      kept = new Float64Array(250_000);
    });
    expect(kept).toHaveLength(250_000);
    expect(bytes).toBeGreaterThan(1.9e6);
    expect(bytes).toBeLessThan(2.5e6);
  });
});

describe("the bench", () => {
  it("measures every mapping of the registry, softmax as the unit", () => {
    const cells: number[] = [];
    const results = runBench(
      { sizes: [[4, 16]], kinds: ["normal", "flat"], mappings: null, precision: "float32", seconds: 0.3, seed: 1 },
      (_, done) => cells.push(done),
    );
    expect(cells).toEqual([1, 2]);
    for (const { name } of registry) expect(results.some(({ mapping }) => mapping.split(" ")[0] === name)).toBe(true);
    for (const result of results) {
      for (const figure of [result.nanoseconds, result.toSoftmax, result.toCopy]) expect(figure).toBeGreaterThan(0);
      if (result.mapping === "softmax") expect(result.toSoftmax).toBe(1);
      expect(result.rounds).toBeGreaterThan(0);
      expect(result.rows).toBeLessThanOrEqual(4);
    }
  });

  it("scales oscarmax's lambda with the length of the rows", () => {
    const [softmax, oscarmax] = benchCases(["oscarmax"]);
    expect(softmax!.label).toBe("softmax");
    expect(oscarmax!.optionsFor(50)).toEqual({ lambda: 0.002 });
  });

  it("fits the growth of single rows", () => {
    const results = runScaling({
      lengths: [64, 512],
      kinds: ["normal"],
      mappings: ["sparsemax"],
      seconds: 0.1,
      seed: 1,
    });
    expect(results.map(({ mapping }) => mapping)).toEqual(["softmax", "sparsemax"]);
    for (const { exponent, nanoseconds, overLinearithmic } of results) {
      expect(nanoseconds).toHaveLength(2);
      expect(Number.isFinite(exponent)).toBe(true);
      expect(overLinearithmic).toBeGreaterThan(0);
    }
  });
});
