/** The bench of the mappings: the rows it makes, how it times, what it reports. */
import { registry } from "fenchel";
import { describe, expect, it } from "vitest";
import { runBench } from "../../src/bench/bench.ts";
import { benchCases } from "../../src/bench/cases.ts";
import { runScaling, slope } from "../../src/bench/scaling.ts";
import { measureInTurns, median, ratio } from "../../src/bench/measure.ts";
import { runColdBench } from "../../src/bench/cold.ts";
import { coldTable } from "../../src/cli/terminal/bench-text.ts";
import { bytesPerCall } from "../../src/bench/memory.ts";
import { makeRows, distributions, type Distribution } from "../../src/bench/inputs.ts";

const second = (distribution: Distribution) => Array.from(makeRows(distribution, 3, 40, 7).subarray(40, 80));

describe("rows", () => {
  it("are the same for the same seed, finite, and of their distribution", () => {
    for (const distribution of distributions) {
      const rows = makeRows(distribution, 3, 40, 7);
      expect(rows).toEqual(makeRows(distribution, 3, 40, 7));
      expect(rows.every(Number.isFinite)).toBe(true);
      if (distribution !== "equal") expect(rows).not.toEqual(makeRows(distribution, 3, 40, 8));
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
  it("takes a sample of every call in every round, and ratios within the rounds", () => {
    const said: string[] = [];
    const calls = ["one", "two"].map((label) => ({ label, call: () => void said.push(label) }));
    const [one, two] = measureInTurns(calls, 0.05);
    expect([one!.label, two!.label]).toEqual(["one", "two"]);
    expect(two!.samples).toHaveLength(one!.samples.length);
    expect(one!.seconds).toBe(median(one!.samples));
    expect(said).toContain("two");
    const timing = (samples: number[]) => ({ label: "", seconds: median(samples), samples });
    // The machine was slower in the second round: both calls suffered.
    expect(ratio(timing([3, 30, 3]), timing([1, 10, 1]))).toBe(3);
    expect(ratio(timing([3, 4, 9]), timing([1, 2, 2]))).toBe(3);
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
      {
        sizes: [[4, 16]],
        distributions: ["normal", "flat"],
        mappings: null,
        precision: "float32",
        seconds: 0.3,
        seed: 1,
      },
      (_, done) => cells.push(done),
    );
    expect(cells).toEqual([1, 2]);
    for (const { name } of registry) expect(results.some(({ mapping }) => mapping.split(" ")[0] === name)).toBe(true);
    for (const result of results) {
      const { nanoseconds, toSoftmax, toCopy, plain } = result;
      for (const figure of [nanoseconds, toSoftmax, toCopy, plain]) expect(figure).toBeGreaterThan(0);
      if (result.mapping === "softmax") expect(result.toSoftmax).toBe(1);
      expect(result.rounds).toBeGreaterThan(0);
      expect(result.rows).toBeLessThanOrEqual(4);
    }
  });

  it("has a case for every value that the registry states speed at", () => {
    const cases = benchCases(null);
    for (const entry of registry) {
      const own = cases.filter((one) => one.entry === entry);
      const values = entry.parameter?.benchmarksFor(50) ?? [];
      expect(own).toHaveLength(Math.max(1, values.length));
      for (const [i, value] of values.entries()) {
        expect(own[i]!.optionsFor(50)).toEqual({ ...entry.optionsFor?.(50), [entry.parameter!.name]: value });
        expect(own[i]!.label).toMatch(new RegExp(`^${entry.name}( |$)`));
      }
    }
    expect(new Set(cases.map(({ label }) => label)).size).toBe(cases.length);
    expect(benchCases(["oscarmax"]).map(({ label }) => label)).toEqual(["softmax", "oscarmax"]);
  });

  it("measures the first calls of a process, built", async () => {
    const script = new URL("../../dist/bench/cold-process.js", import.meta.url);
    const done: number[] = [];
    const plan = { size: [4, 8], mappings: ["sparsemax"], seconds: 0.01, seed: 1 } as const;
    const results = await runColdBench(plan, { script, onProcess: (count) => done.push(count) });
    expect(done).toEqual([1, 2, 3, 4, 5, 6]);
    expect(results.map(({ mapping, processes }) => [mapping, processes])).toEqual([
      ["softmax", 3],
      ["sparsemax", 3],
    ]);
    for (const { first, early, warm } of results) {
      // Whatever else the machine does, the first call alone compiles a module.
      expect(first).toBeGreaterThan(warm);
      expect(early).toBeGreaterThan(0);
    }
    expect(coldTable(results)).toMatch(/^sparsemax( +[\d.]+){4}$/m);
  });

  it("fits the growth of single rows", () => {
    const results = runScaling({
      lengths: [64, 512],
      distributions: ["normal"],
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
