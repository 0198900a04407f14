/**
 * Random tests of the whole repository. Environment variables: FENCHEL_SEED is the seed, which a failure prints (default 1);
 * FENCHEL_RUNS multiplies the number of cases (default 1).
 */
import * as fc from "fast-check";

const factor = Number(process.env["FENCHEL_RUNS"] ?? 1);

/** The seed of the first case. */
export const seed = Number(process.env["FENCHEL_SEED"] ?? 1);

/** The number of cases for a test that makes `usual` of them. */
export const runs = (usual: number): number => Math.max(1, Math.round(usual * factor));

/** Parameters of `fc.assert` for a test that makes `usual` cases. */
export const cases = (usual: number) => ({ numRuns: runs(usual), seed });

/** The time that a random test may take, in milliseconds. */
export const propertyTimeout: number = 120_000 * Math.max(1, factor);

fc.configureGlobal(cases(100));

export { fc };
