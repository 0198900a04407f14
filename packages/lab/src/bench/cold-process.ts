/** Process of its own for the first calls of one case: prints a ColdSample as JSON. */
import { benchCases } from "./cases.ts";
import { FIRST_CALLS, type ColdSample, type ColdTask } from "./cold.ts";
import { plainCall } from "./calls.ts";
import { makeCotangent, makeRows } from "./inputs.ts";
import { median } from "./measure.ts";

const { label, size, seed } = JSON.parse(process.argv[2]!) as ColdTask;
const one = benchCases(null).find((each) => each.label === label)!;
const scores = makeRows("normal", ...size, seed);
const call = plainCall(one, scores, makeCotangent(scores.length, seed), size);

function milliseconds(): number {
  const start = performance.now();
  call();
  return performance.now() - start;
}

const first = Array.from({ length: FIRST_CALLS }, milliseconds);
// Later calls are warm when the engine has had this long to compile.
for (const until = performance.now() + 300; performance.now() < until;) call();
const warm = median(Array.from({ length: FIRST_CALLS }, milliseconds));
const sample: ColdSample = { first: first[0]!, early: first.reduce((sum, time) => sum + time, 0) / FIRST_CALLS, warm };
process.stdout.write(JSON.stringify(sample));
