/** Results of the benches as text. */
import type { BenchResult } from "../../bench/bench.ts";
import type { ColdResult } from "../../bench/cold.ts";
import type { ContinuousResult } from "../../bench/continuous.ts";
import type { ScalingResult } from "../../bench/scaling.ts";
import type { StepsResult } from "../../bench/steps.ts";
import { specName } from "../../compare/plan.ts";
import type { AttentionSpec } from "../../tasks/attention.ts";
import { formatTable } from "./table.ts";

/** A number to three significant digits, without an exponent. */
export function threeDigits(value: number): string {
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.max(Math.abs(value), 1e-12))));
  return value.toFixed(Math.min(digits, 3));
}

/** 512 B, 12.5 kB, 3.1 MB, 1.25 GB. */
export function formatBytes(bytes: number | null): string {
  if (bytes === null) return "n/a";
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1e6) return `${threeDigits(bytes / 1e3)} kB`;
  return bytes < 1e9 ? `${threeDigits(bytes / 1e6)} MB` : `${threeDigits(bytes / 1e9)} GB`;
}

/** The table of a size: every distribution and mapping. `asked` is the number of rows asked for. */
export function benchTable(results: readonly BenchResult[], asked: number): string {
  const ofNormal = results.filter(({ distribution }) => distribution === "normal");
  const normal = new Map(ofNormal.map((result) => [result.mapping, result]));
  const rows = results.map((result) => {
    const own = normal.get(result.mapping);
    return [
      result.distribution,
      result.mapping + (result.rows < asked ? ` (${result.rows} rows)` : ""),
      threeDigits(result.nanoseconds),
      threeDigits(result.toSoftmax),
      threeDigits(result.toCopy),
      own === undefined ? "" : threeDigits(result.nanoseconds / own.nanoseconds),
      threeDigits(result.plain),
      formatBytes(result.bytes),
    ];
  });
  const ratios = [`x ${results[0]?.mapping}`, "x copy", "x its normal", "plain call, x"];
  return formatTable(["scores", "mapping", "ns/element", ...ratios, "bytes/call"], rows, 2);
}

/** First and warm calls of every mapping, plain ones. */
export function coldTable(results: readonly ColdResult[]): string {
  const rows = results.map(({ mapping, rows: count, n, first, early, warm }) => {
    const perElement = (milliseconds: number) => threeDigits((milliseconds * 1e6) / (count * n));
    return [mapping, threeDigits(first), perElement(early), perElement(warm), threeDigits(early / warm)];
  });
  const heading = ["mapping", "first call, ms", "first 50, ns/element", "warm, ns/element", "first 50 x warm"];
  return formatTable(heading, rows, 1);
}

/** Every case of continuous attention. */
export function continuousTable(results: readonly ContinuousResult[]): string {
  const rows = results.map(({ name, batch, positions, features, functions, alpha, milliseconds, halfBatch }) => [
    name,
    String(batch),
    positions.join("x"),
    String(features),
    String(functions),
    String(alpha),
    threeDigits(milliseconds),
    halfBatch.toFixed(2),
  ]);
  const heading = [
    "on a",
    "batch",
    "positions",
    "features",
    "functions",
    "alpha",
    "ms",
    "per item at half the batch, x",
  ];
  return formatTable(heading, rows, 1);
}

/** Growth of every mapping and distribution. */
export function scalingTable(results: readonly ScalingResult[]): string {
  const lengths = results[0]?.lengths ?? [];
  const heading = ["scores", "mapping", ...lengths.map((n) => `ns at ${n}`), "exponent", "over n log n"];
  const rows = results.map(({ distribution, mapping, nanoseconds, exponent, overLinearithmic }) => [
    distribution,
    mapping,
    ...nanoseconds.map(threeDigits),
    exponent.toFixed(2),
    overLinearithmic.toFixed(2),
  ]);
  return formatTable(heading, rows, 2);
}

/** Training step times, a row per mapping as it was requested, and what they rest on. */
export function stepsTable(specs: readonly AttentionSpec[], measured: StepsResult): string {
  const { unit, results, counted, compiled, peakMemory } = measured;
  const names = specs.map((spec) => specName(spec, " ", " "));
  const rows = results.map(({ milliseconds, ratio }, i) => [
    names[i]!,
    threeDigits(milliseconds.median),
    ratio.median.toFixed(2),
    `${ratio.lower.toFixed(2)} to ${ratio.upper.toFixed(2)}`,
    String(counted),
  ]);
  const models = results.length === 1 ? "the model" : `all ${results.length} models together`;
  return `${formatTable(["mapping", "ms/step", `x ${names[unit]!}`, "interquartile range", "steps"], rows, 1)}
Left out: ${compiled} steps of each mapping, the first with arrays of their shapes. Peak memory of the process: ${formatBytes(peakMemory)}, ${models} and the data.
`;
}
