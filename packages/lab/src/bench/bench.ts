/** The bench: forward and pullback of the mappings over sizes and kinds of rows, against softmax and a plain copy. */
import { benchCases, type BenchCase } from "./cases.ts";
import { measureInTurns, warmUp, type Timed } from "./measure.ts";
import { bytesPerCall } from "./memory.ts";
import { makeCotangent, makeRows, type Distribution } from "./inputs.ts";

/** Rows and entries a row. */
export type Size = readonly [rows: number, n: number];

export interface BenchPlan {
  readonly sizes: readonly Size[];
  readonly kinds: readonly Distribution[];
  /** Names of mappings, or null for all. */
  readonly mappings: readonly string[] | null;
  readonly precision: "float32" | "float64";
  /** Time for everything, about. */
  readonly seconds: number;
  readonly seed: number;
}

/** One mapping on one size and kind of rows. */
export interface BenchResult {
  readonly mapping: string;
  readonly precision: "float32" | "float64";
  /** Rows measured: fewer than asked for where a mapping is too slow for its share of the time. */
  readonly rows: number;
  readonly n: number;
  readonly kind: Distribution;
  /** Nanoseconds an element, forward and pullback together. */
  readonly nanoseconds: number;
  /** To softmax and to a plain copy of the same bytes, in the same rounds. */
  readonly toSoftmax: number;
  readonly toCopy: number;
  /** Bytes allocated a call, or null where the engine does not tell. */
  readonly bytes: number | null;
  readonly rounds: number;
}

type FloatArray = Float32Array | Float64Array;

/** Forward and the pullback of a cotangent to the scores, both into memory of the caller's, as a training loop has it. */
function passOf(contestant: BenchCase, scores: FloatArray, cotangent: FloatArray, [rows, n]: Size): () => void {
  const { mapping } = contestant.entry;
  const own = contestant.optionsFor(n);
  if (scores instanceof Float32Array) {
    const out = new Float32Array(scores.length);
    const gradient = { out: new Float32Array(scores.length), hyperParameters: false } as const;
    return () => void mapping.vjp(scores, { ...own, shape: [rows, n], out }).pullback(cotangent, gradient);
  }
  const out = new Float64Array(scores.length);
  const gradient = { out: new Float64Array(scores.length), hyperParameters: false } as const;
  return () => void mapping.vjp(scores, { ...own, shape: [rows, n], out }).pullback(cotangent, gradient);
}

/** Reads and writes the same bytes as a forward and a backward pass must. */
function copyOf(scores: FloatArray, cotangent: FloatArray): () => void {
  const weights = scores.slice();
  const gradient = scores.slice();
  return () => {
    weights.set(scores);
    gradient.set(cotangent);
  };
}

/** How many rows a mapping can do in `seconds`, at least one, from the best time of a few passes over its first row. */
function affordableRows(contestant: BenchCase, scores: FloatArray, [rows, n]: Size, seconds: number): number {
  const row = scores.subarray(0, n);
  const perRow = warmUp(passOf(contestant, row, row, [1, n]), Math.min(0.02, seconds));
  return Math.max(1, Math.min(rows, Math.floor(seconds / Math.max(perRow, 1e-9))));
}

/** Lets the engine compile every contestant before the first figure is taken. */
function warmAll(contestants: readonly BenchCase[], plan: BenchPlan): void {
  const [rows, n] = [64, 64];
  const scores = makeRows("normal", rows, n, plan.seed);
  const wide = plan.precision === "float32" ? scores : Float64Array.from(scores);
  const budget = Math.min(0.1, (0.1 * plan.seconds) / contestants.length);
  for (const contestant of contestants) warmUp(passOf(contestant, wide, wide, [rows, n]), budget);
}

/** One size and kind of rows. */
function benchCell(
  contestants: readonly BenchCase[],
  size: Size,
  kind: Distribution,
  plan: BenchPlan,
  seconds: number,
): BenchResult[] {
  const [rows, n] = size;
  const single = makeRows(kind, rows, n, plan.seed);
  const cotangent32 = makeCotangent(rows * n, plan.seed);
  const scores = plan.precision === "float32" ? single : Float64Array.from(single);
  const cotangent = plan.precision === "float32" ? cotangent32 : Float64Array.from(cotangent32);
  const measuredRows = contestants.map((contestant) => affordableRows(contestant, scores, size, seconds / 10));
  const passes = contestants.map((contestant, i): Timed => {
    const part = measuredRows[i]! * n;
    const call = passOf(contestant, scores.subarray(0, part), cotangent.subarray(0, part), [measuredRows[i]!, n]);
    return { label: contestant.label, call };
  });
  const timings = measureInTurns([...passes, { label: "copy", call: copyOf(scores, cotangent) }], seconds);
  const perElement = (i: number) => timings[i]!.seconds / ((measuredRows[i] ?? rows) * n);
  const copy = timings.length - 1;
  return contestants.map(({ label }, i) => {
    // Ratios come from whole calls in one round; a call on fewer rows counts for as much more.
    const scale = rows / measuredRows[i]!;
    const softmaxScale = rows / measuredRows[0]!;
    return {
      mapping: label,
      precision: plan.precision,
      rows: measuredRows[i]!,
      n,
      kind,
      nanoseconds: perElement(i) * 1e9,
      toSoftmax: (timings[i]!.ratio * scale) / softmaxScale,
      toCopy: (timings[i]!.ratio * scale) / timings[copy]!.ratio,
      bytes: bytesPerCall(passes[i]!.call),
      rounds: timings[i]!.rounds,
    };
  });
}

/** Runs the plan; `onCell` sees the results of every size and kind as they come, and how many of all cells are done. */
export function runBench(
  plan: BenchPlan,
  onCell: (results: readonly BenchResult[], done: number, cells: number) => void = () => {},
): BenchResult[] {
  const contestants = benchCases(plan.mappings);
  const cells = plan.sizes.length * plan.kinds.length;
  const all: BenchResult[] = [];
  warmAll(contestants, plan);
  for (const size of plan.sizes) {
    for (const kind of plan.kinds) {
      const results = benchCell(contestants, size, kind, plan, plan.seconds / cells);
      all.push(...results);
      onCell(results, all.length / contestants.length, cells);
    }
  }
  return all;
}
