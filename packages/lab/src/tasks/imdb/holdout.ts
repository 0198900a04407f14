/**
 * Which reviews of the training set are kept back to choose by.
 *
 * Reviews of one film have neighbouring numbers, and no film of the training set is in the test set. A dev set of single reviews would
 * share its films with what is trained on, and promise more than the test set gives: whole runs of numbers are kept back instead.
 */
import { foldIn, shuffled, uniformNumbers } from "../../base/rng.ts";

/** Numbers in a run. A film has at most thirty reviews of a kind. */
const RUN = 50;
const SHARE = 0.1;
/** The split is part of the task: equal for every run, whatever its seed. */
const SPLIT_SEED = 42;

/** "pos/7795" is of the 155th run of the positive ones; a name without a number is a run of its own. */
function runOf(id: string): string {
  const [, kind, number] = /^(.*?)(\d+)$/.exec(id) ?? [];
  return number === undefined ? id : `${kind}${Math.floor(Number(number) / RUN)}`;
}

/** Indices of the reviews to train on and of a tenth of them to choose by, each in the order given. At least one is trained on. */
export function devSplit(ids: readonly string[]): { readonly train: number[]; readonly dev: number[] } {
  const members = new Map<string, number[]>();
  ids.forEach((id, index) => {
    const run = runOf(id);
    const known = members.get(run);
    if (known === undefined) members.set(run, [index]);
    else known.push(index);
  });
  const runs = [...members.keys()].sort();
  const order = shuffled(runs.length, uniformNumbers(foldIn(SPLIT_SEED, "dev")));
  const wanted = Math.round(ids.length * SHARE);
  const kept = new Set<number>();
  for (const at of order) {
    const run = members.get(runs[at]!)!;
    if (kept.size + run.length / 2 > wanted) break;
    for (const index of run) kept.add(index);
  }
  const indices = ids.map((_, index) => index);
  return { train: indices.filter((index) => !kept.has(index)), dev: indices.filter((index) => kept.has(index)) };
}
