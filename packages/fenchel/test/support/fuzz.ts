/** Random tests that draw their cases from a seed; they run longer with FENCHEL_RUNS and begin at FENCHEL_SEED. */
import { propertyTimeout, runs, seed as firstSeed } from "../../../../testing/property.ts";

/** Calls `check` with `usual` seeds in a row, more or fewer by FENCHEL_RUNS; an error says by which seed it comes again. */
export function fuzz(usual: number, check: (seed: number) => void): void {
  const last = firstSeed + runs(usual);
  for (let seed = firstSeed; seed < last; seed++) {
    try {
      check(seed);
    } catch (cause) {
      const again = `FENCHEL_SEED=${seed} FENCHEL_RUNS=${1 / usual}`;
      throw new Error(`seed ${seed} (again: ${again}): ${cause instanceof Error ? cause.message : String(cause)}`, {
        cause,
      });
    }
  }
}

/** The time that a fuzz test may take, in milliseconds. */
export const fuzzTimeout = propertyTimeout;

/** One of some values, by a number in [0, 1). */
export function oneOf<T>(values: readonly T[], at: number): T {
  return values[Math.floor(at * values.length)]!;
}
