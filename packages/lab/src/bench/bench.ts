/** The bench: forward and backward of the mappings over sizes and distributions, against softmax and a plain copy. */
import { copyCall, plainCall, tunedCall, type FloatArray, type Size } from "./calls.ts";
import { benchCases, type BenchCase } from "./cases.ts";
import { makeCotangent, makeRows, type Distribution } from "./inputs.ts";
import { measureInTurns, ratio, warmUp, type Timed } from "./measure.ts";
import { bytesPerCall } from "./memory.ts";

export interface BenchPlan {
  readonly sizes: readonly Size[];
  readonly distributions: readonly Distribution[];
  /** Names of mappings, or null for all. */
  readonly mappings: readonly string[] | null;
  readonly precision: "float32" | "float64";
  /** Approximate time for everything. */
  readonly seconds: number;
  readonly seed: number;
}

/** One mapping on one size and distribution. */
export interface BenchResult {
  readonly mapping: string;
  readonly precision: "float32" | "float64";
  /** Rows measured: fewer than asked for where a mapping is too slow for its share of the time. */
  readonly rows: number;
  readonly n: number;
  readonly distribution: Distribution;
  /** Nanoseconds per element, forward and backward together. */
  readonly nanoseconds: number;
  /** Ratios to softmax and to a plain copy of the same bytes, in the same rounds. */
  readonly toSoftmax: number;
  readonly toCopy: number;
  /** Ratio of a plain call, `m.vjp(x, { shape }).pullback(dy)`, to this one, which writes to memory of the caller's. */
  readonly plain: number;
  /** Bytes allocated per call, or null where the engine does not tell. */
  readonly bytes: number | null;
  readonly rounds: number;
}

/** Rows that a mapping can do in `seconds`, at least one, from the best time of a few passes over its first row. */
function affordableRows(one: BenchCase, scores: FloatArray, [rows, n]: Size, seconds: number): number {
  const row = scores.subarray(0, n);
  const perRow = warmUp(tunedCall(one, row, row, [1, n]), Math.min(0.02, seconds));
  return Math.max(1, Math.min(rows, Math.floor(seconds / Math.max(perRow, 1e-9))));
}

/** Lets the engine compile every call before the first figure is taken. */
function warmAll(cases: readonly BenchCase[], plan: BenchPlan): void {
  const size = [64, 64] as const;
  const single = makeRows("normal", ...size, plan.seed);
  const scores = plan.precision === "float32" ? single : Float64Array.from(single);
  const budget = Math.min(0.1, (0.1 * plan.seconds) / cases.length) / 2;
  for (const one of cases) {
    for (const callOf of [tunedCall, plainCall]) warmUp(callOf(one, scores, scores, size), budget);
  }
}

/** One size and distribution. */
function benchCell(
  cases: readonly BenchCase[],
  size: Size,
  distribution: Distribution,
  plan: BenchPlan,
  seconds: number,
): BenchResult[] {
  const [rows, n] = size;
  const single = makeRows(distribution, rows, n, plan.seed);
  const cotangent32 = makeCotangent(rows * n, plan.seed);
  const scores = plan.precision === "float32" ? single : Float64Array.from(single);
  const cotangent = plan.precision === "float32" ? cotangent32 : Float64Array.from(cotangent32);
  const measured = cases.map((one) => affordableRows(one, scores, size, seconds / 10));
  const calls = cases.flatMap((one, i): Timed[] => {
    const part: Size = [measured[i]!, n];
    const arrays = [scores.subarray(0, part[0] * n), cotangent.subarray(0, part[0] * n), part] as const;
    return [
      { label: one.label, call: tunedCall(one, ...arrays) },
      { label: `${one.label}, plain`, call: plainCall(one, ...arrays) },
    ];
  });
  const timings = measureInTurns([...calls, { label: "copy", call: copyCall(scores, cotangent) }], seconds);
  const softmax = timings[0]!;
  const copy = timings.at(-1)!;
  return cases.map(({ label }, i) => {
    const tuned = timings[2 * i]!;
    // Ratios come from whole calls in one round; a call on fewer rows counts for as much more.
    const scale = rows / measured[i]!;
    const softmaxScale = rows / measured[0]!;
    return {
      mapping: label,
      precision: plan.precision,
      rows: measured[i]!,
      n,
      distribution,
      nanoseconds: (tuned.seconds / (measured[i]! * n)) * 1e9,
      toSoftmax: (ratio(tuned, softmax) * scale) / softmaxScale,
      toCopy: ratio(tuned, copy) * scale,
      plain: ratio(timings[2 * i + 1]!, tuned),
      bytes: bytesPerCall(calls[2 * i]!.call),
      rounds: tuned.samples.length,
    };
  });
}

/** Runs the plan; `onCell` receives the results of every size and distribution as they come, and how many of all cells are done. */
export function runBench(
  plan: BenchPlan,
  onCell: (results: readonly BenchResult[], done: number, cells: number) => void = () => {},
): BenchResult[] {
  const cases = benchCases(plan.mappings);
  const cells = plan.sizes.length * plan.distributions.length;
  const all: BenchResult[] = [];
  warmAll(cases, plan);
  for (const size of plan.sizes) {
    for (const distribution of plan.distributions) {
      const results = benchCell(cases, size, distribution, plan, plan.seconds / cells);
      all.push(...results);
      onCell(results, all.length / cases.length, cells);
    }
  }
  return all;
}
