/** The bench's results as text. */
import type { BenchResult } from "../bench/bench.ts";
import type { ContinuousResult } from "../bench/continuous.ts";
import type { GrowthResult } from "../bench/growth.ts";
import { formatTable } from "./table.ts";

/** A number to three significant digits, without an exponent. */
export function threeDigits(value: number): string {
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.max(Math.abs(value), 1e-12))));
  return value.toFixed(Math.min(digits, 3));
}

/** 512 B, 12.5 kB, 3.1 MB. */
export function formatBytes(bytes: number | null): string {
  if (bytes === null) return "n/a";
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${threeDigits(bytes / 1e3)} kB` : `${threeDigits(bytes / 1e6)} MB`;
}

/** One table a size: every kind and mapping. `asked` is the number of rows asked for. */
export function benchTable(results: readonly BenchResult[], asked: number): string {
  const normal = new Map(results.filter(({ kind }) => kind === "normal").map((result) => [result.mapping, result]));
  const rows = results.map((result) => {
    const own = normal.get(result.mapping);
    return [
      result.kind,
      result.mapping + (result.rows < asked ? ` (${result.rows} rows)` : ""),
      threeDigits(result.nanoseconds),
      threeDigits(result.toSoftmax),
      threeDigits(result.toCopy),
      own === undefined ? "" : threeDigits(result.nanoseconds / own.nanoseconds),
      formatBytes(result.bytes),
    ];
  });
  return formatTable(["rows", "mapping", "ns/element", "x softmax", "x copy", "x its normal", "bytes/call"], rows, 2);
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
  const heading = ["on a", "batch", "positions", "features", "functions", "alpha", "ms", "an item at half the batch"];
  return formatTable(heading, rows, 1);
}

/** Growth of every mapping and kind. */
export function growthTable(results: readonly GrowthResult[]): string {
  const lengths = results[0]?.lengths ?? [];
  const heading = ["rows", "mapping", ...lengths.map((n) => `ns at ${n}`), "exponent", "over n log n"];
  const rows = results.map(({ kind, mapping, nanoseconds, exponent, overLinearithmic }) => [
    kind,
    mapping,
    ...nanoseconds.map(threeDigits),
    exponent.toFixed(2),
    overLinearithmic.toFixed(2),
  ]);
  return formatTable(heading, rows, 2);
}
