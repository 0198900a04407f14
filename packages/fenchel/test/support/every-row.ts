/** Every mapping, with the options and the rows that its laws are checked on. */
import { registry, type RegistryEntry } from "../../src/index.ts";
import { regularizedEntries } from "./regularizers.ts";
import { rowKinds } from "./rows-of-scores.ts";

export type Options = Record<string, unknown>;

/**
 * The options under which a mapping is tested: its own hyper-parameter's samples for rows that keep `kept` entries or more, and
 * the structure that it needs for n entries.
 */
export function optionsOf(entry: RegistryEntry, n: number, kept = n): Options[] {
  const needed = entry.optionsFor?.(n) ?? {};
  const { parameter } = entry;
  if (parameter === null) return [needed];
  return parameter.samplesFor(kept).map((value) => ({ ...needed, [parameter.name]: value }));
}

const lengths = [1, 2, 3, 7, 20, 64];

/** The registry, and mappings that `regularized` makes of an Omega. */
export const entries = [...registry, ...regularizedEntries];

/** Calls `check` with every kind and length of row and every setting of the mapping. */
export function everyRow(
  entry: RegistryEntry,
  check: (x: number[], options: Options, label: string, seed: number) => void,
): void {
  let seed = 1;
  for (const [kind, make] of Object.entries(rowKinds)) {
    for (const n of lengths) {
      for (const options of optionsOf(entry, n)) {
        seed += 1;
        check(make(n, seed), options, `${entry.name} ${JSON.stringify(options)} on ${kind} ${n} (seed ${seed})`, seed);
      }
    }
  }
}

export const sumOf = (a: ArrayLike<number>) => Array.from(a).reduce((sum, value) => sum + value, 0);
