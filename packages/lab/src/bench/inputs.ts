/** Seeded rows of scores of several distributions, ordinary and adversarial. */
import { foldIn, normalNumbers, uniformNumbers } from "../base/rng.ts";

/** Distributions of the scores of a row. */
export const distributions = ["normal", "peaked", "plateau", "sorted", "alternating", "equal", "flat"] as const;
export type Distribution = (typeof distributions)[number];

/** Descriptions for the help text. */
export const distributionTexts: Readonly<Record<Distribution, string>> = {
  normal: "independent standard normal scores",
  peaked: "normal scores, one of them raised by 20",
  plateau: "runs of 8 equal scores, of 4 levels with many ties",
  sorted: "normal scores in ascending order",
  alternating: "1 and -1 in turn, with noise of 1e-3",
  equal: "one score for all entries",
  flat: "normal scores over 1000 n: every entry is in the support",
};

function fillRow(distribution: Distribution, row: Float32Array, uniform: () => number, normal: () => number): void {
  const n = row.length;
  switch (distribution) {
    case "equal":
      row.fill(normal());
      return;
    case "alternating":
      for (let i = 0; i < n; i++) row[i] = (i % 2 === 0 ? 1 : -1) + 1e-3 * normal();
      return;
    case "plateau":
      for (let i = 0, level = 0; i < n; i++) {
        if (i % 8 === 0) level = Math.floor(4 * uniform()) / 2;
        row[i] = level;
      }
      return;
    case "flat":
      for (let i = 0; i < n; i++) row[i] = normal() / (1000 * n);
      return;
    default:
      for (let i = 0; i < n; i++) row[i] = normal();
  }
  if (distribution === "sorted") row.sort();
  if (distribution === "peaked") {
    const top = Math.floor(uniform() * n);
    row[top] = row[top]! + 20;
  }
}

/** `rows` rows of `n` scores side by side; the same for the same seed. */
export function makeRows(distribution: Distribution, rows: number, n: number, seed: number): Float32Array {
  const uniform = uniformNumbers(foldIn(seed, `${distribution}/${rows}x${n}`));
  const normal = normalNumbers(uniform);
  const scores = new Float32Array(rows * n);
  for (let r = 0; r < rows; r++) fillRow(distribution, scores.subarray(r * n, (r + 1) * n), uniform, normal);
  return scores;
}

/** A standard normal cotangent. */
export function makeCotangent(size: number, seed: number): Float32Array {
  const normal = normalNumbers(uniformNumbers(foldIn(seed, "cotangent", size)));
  return Float32Array.from({ length: size }, normal);
}
