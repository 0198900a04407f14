/**
 * The shape that entmax, sq-pnorm-max and normmax share: weights y = r / sum r with r_i = (1 + v_i / c)_+^(1/b), where b is
 * the exponent of the gradient of Omega (alpha - 1, or p - 1), v = x - max x and c > 0 solves one equation that is each
 * mapping's own. Written with log1p it is right for every b in (0, 1]; above 1 see power-breakpoints.ts.
 */
import { bracketedRoot } from "./root-finding.ts";

let candidates = new Float64Array(0);
let size = 0;

/** Sums over the profile r: of r^(1-b), r and r^(1+b). Filled by `sumProfile`. */
export const profileSums = { lowered: 0, total: 0, raised: 0 };

/** Takes the scores above `floor` as those that `sumProfile` goes over. */
export function takeCandidates(v: Float64Array, count: number, floor: number): void {
  if (candidates.length < count) candidates = new Float64Array(Math.max(count, 2 * candidates.length));
  size = 0;
  for (let i = 0; i < count; i++) if (v[i]! > floor) candidates[size++] = v[i]!;
}

/**
 * Where to start from: n^-power - scale mean over the n candidates, or 1 if that is less. It is the root for scores all
 * alike, and right to first order for scores nearly alike.
 */
function alikeRoot(scale: number, power: number): number {
  let sum = 0;
  for (let j = 0; j < size; j++) sum += candidates[j]!;
  return Math.min(Math.pow(size, -power) - (scale * sum) / size, 1);
}

/**
 * The root c in (0, 1] of the increasing function that `step` goes by, for scores of which the best is 0: n^-power for n
 * scores all alike, and no less for others.
 */
export function profileRoot(v: Float64Array, count: number, step: (c: number) => number, power: number): number {
  takeCandidates(v, count, -1);
  return bracketedRoot(step, Math.pow(size, -power) / 2, 1, alikeRoot(1, power));
}

/** (1 + z)_+^(1/b); at b = 1/2, the default of sqPnormMax, a square. */
function profileAt(z: number, b: number): number {
  if (z <= -1) return 0;
  return b === 0.5 ? (1 + z) * (1 + z) : Math.exp(Math.log1p(z) / b);
}

/** Sums over the candidates at 1 / c = `slope`. */
export function sumProfile(b: number, slope: number): void {
  let lowered = 0;
  let total = 0;
  let raised = 0;
  for (let j = 0; j < size; j++) {
    const z = candidates[j]! * slope;
    if (z <= -1) continue;
    const r = profileAt(z, b);
    lowered += r / (1 + z);
    total += r;
    raised += r * (1 + z);
  }
  profileSums.lowered = lowered;
  profileSums.total = total;
  profileSums.raised = raised;
}

/** weights = r / sum r at 1 / c = `slope`. */
export function fillProfile(v: Float64Array, count: number, b: number, slope: number, weights: Float64Array): void {
  let total = 0;
  for (let i = 0; i < count; i++) {
    total += weights[i] = profileAt(v[i]! * slope, b);
  }
  for (let i = 0; i < count; i++) weights[i] = weights[i]! / total;
}

/**
 * The root t in (0, 1] of sum_i [t + scale v_i]_+^2 = 1 for scores of which the best is 0: the threshold of entmax at
 * alpha = 1.5 and of normmax at 2. The sum is convex in t, so that Newton's method comes down without turning from above:
 * from `alikeRoot`, as n sum [z]_+^2 is at least (sum z)^2.
 */
export function squareThreshold(v: Float64Array, count: number, scale: number): number {
  takeCandidates(v, count, -1 / scale);
  let t = alikeRoot(scale, 0.5);
  for (let iteration = 0; iteration < 100; iteration++) {
    let sum = 0;
    let square = 0;
    for (let j = 0; j < size; j++) {
      const root = t + scale * candidates[j]!;
      if (root <= 0) continue;
      sum += root;
      square += root * root;
    }
    const next = t - (square - 1) / (2 * sum);
    if (!(next < t)) break;
    t = next;
  }
  return t;
}

/**
 * log(y_i / y_best) of a weight y = y_i > 0 with score v and 1 / c = `slope`: by the score where that is the sharper, as
 * it is for weights that are nearly alike.
 */
export function logRatio(v: number, slope: number, b: number, y: number, best: number): number {
  const z = v * slope;
  return z > -0.5 ? Math.log1p(z) / b : Math.log(y / best);
}

/** The largest of the weights. */
export function largest(y: Float64Array, count: number): number {
  let top = 0;
  for (let i = 0; i < count; i++) top = Math.max(top, y[i]!);
  return top;
}
