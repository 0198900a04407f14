/**
 * fast-check for random configurations. Environment variables: FENCHEL_RUNS multiplies the number of cases (default 1),
 * FENCHEL_SEED is their seed (default 1). A failure prints its seed, its path and its smallest case.
 */
import * as fc from "fast-check";

const factor = Number(process.env["FENCHEL_RUNS"] ?? 1);
const seed = Number(process.env["FENCHEL_SEED"] ?? 1);

/** Parameters of `fc.assert` for so many cases. */
export const cases = (count: number) => ({ numRuns: Math.max(1, Math.round(count * factor)), seed });

/** How long a test of random cases may take, in milliseconds. */
export const propertyTimeout = 120_000 * Math.max(1, factor);

export { fc };
