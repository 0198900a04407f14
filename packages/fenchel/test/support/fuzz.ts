/**
 * Random tests that run longer on demand. Environment variables: FENCHEL_RUNS multiplies the number of cases (default 1),
 * FENCHEL_SEED is the seed of the first one (default 1).
 */

const factor = Number(process.env["FENCHEL_RUNS"] ?? 1);
const firstSeed = Number(process.env["FENCHEL_SEED"] ?? 1);

/** Calls `check` with `cases` seeds in a row, more or fewer by FENCHEL_RUNS; an error says by which seed it comes again. */
export function fuzz(cases: number, check: (seed: number) => void): void {
  const last = firstSeed + Math.max(1, Math.round(cases * factor));
  for (let seed = firstSeed; seed < last; seed++) {
    try {
      check(seed);
    } catch (cause) {
      const again = `FENCHEL_SEED=${seed} FENCHEL_RUNS=${1 / cases}`;
      throw new Error(`seed ${seed} (again: ${again}): ${cause instanceof Error ? cause.message : String(cause)}`, {
        cause,
      });
    }
  }
}

/** Time limit of a fuzz test, in milliseconds. */
export const fuzzTimeout = 120_000 * Math.max(1, factor);

/** One of some values, by a number in [0, 1). */
export function oneOf<T>(values: readonly T[], at: number): T {
  return values[Math.floor(at * values.length)]!;
}
