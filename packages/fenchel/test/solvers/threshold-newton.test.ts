/** The threshold of power-shaped weights is found in a few steps, however many scores tie or nearly do. */
import { expect, test } from "vitest";
import { profileRoot, profileSums, sumProfile } from "../../src/solvers/threshold-newton.ts";
import { normals } from "../support/rows-of-scores.ts";

/** The root for normmax at alpha = 1 + b, sum [v + c]_+^(alpha/b) = 1, and the steps that it took. */
function solve(scores: readonly number[], b: number) {
  const v = Float64Array.from(scores, (score) => score - Math.max(...scores));
  let steps = 0;
  const step = (c: number) => {
    steps += 1;
    sumProfile(b, 1 / c);
    const f = Math.log(c) + (b / (1 + b)) * Math.log(profileSums.raised);
    return -c * Math.expm1((-f * profileSums.raised) / profileSums.total);
  };
  const c = profileRoot(v, v.length, step, b / (1 + b));
  const sum = v.reduce((total, score) => total + Math.max(score + c, 0) ** ((1 + b) / b), 0);
  return { steps, c, error: Math.abs(sum - 1) };
}

test.each([0.05, 0.2, 0.5, 0.8, 0.99])("b %f", (b) => {
  for (let n = 1; n <= 700; n++) {
    const { steps, c } = solve(Array<number>(n).fill(0), b);
    expect(steps, `${n} alike`).toBeLessThanOrEqual(3);
    expect(Math.abs(c * n ** (b / (1 + b)) - 1), `${n} alike`).toBeLessThan(1e-13);
  }
  for (const n of [2, 30, 1000]) {
    const noise = normals(n, n);
    for (const spread of [1e-9, 1e-5, 1e-3]) {
      const near = noise.map((value, i) => spread * value - (i % 2));
      const { steps, error } = solve(near, b);
      expect(steps, `${n} entries, spread ${spread}`).toBeLessThanOrEqual(8);
      expect(error, `${n} entries, spread ${spread}`).toBeLessThan(1e-11);
    }
  }
});
