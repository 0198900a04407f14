/** fast-check with a seed that is printed on failure and can be set: FC_SEED. */
import * as fc from "fast-check";

const given = process.env["FC_SEED"];
fc.configureGlobal({ numRuns: 200, ...(given === undefined ? {} : { seed: Number(given) }) });

export { fc };
