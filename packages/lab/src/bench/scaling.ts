/** Growth of the cost of single rows with their length: against n log n, and as an exponent. */
import { tunedCall } from "./calls.ts";
import { benchCases } from "./cases.ts";
import { measureInTurns } from "./measure.ts";
import { makeCotangent, makeRows, type Distribution } from "./inputs.ts";

export interface ScalingPlan {
  readonly lengths: readonly number[];
  readonly distributions: readonly Distribution[];
  readonly mappings: readonly string[] | null;
  readonly seconds: number;
  readonly seed: number;
}

/** One mapping on single rows of one distribution, float32. */
export interface ScalingResult {
  readonly mapping: string;
  readonly distribution: Distribution;
  readonly lengths: readonly number[];
  /** Nanoseconds per element, forward and backward together, at each length. */
  readonly nanoseconds: readonly number[];
  /** Slope of log time over log n, by least squares. */
  readonly exponent: number;
  /** Largest growth of time / (n log n) from any length to a longer one: at most 1 when n log n bounds the growth. */
  readonly overLinearithmic: number;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Slope of the least-squares line through the points. */
export function slope(x: readonly number[], y: readonly number[]): number {
  const centreX = mean(x);
  const centreY = mean(y);
  let covariance = 0;
  let variance = 0;
  for (let i = 0; i < x.length; i++) {
    covariance += (x[i]! - centreX) * (y[i]! - centreY);
    variance += (x[i]! - centreX) ** 2;
  }
  return covariance / variance;
}

/** Times every mapping on single rows; `onStep` is called after every length and distribution. */
export function runScaling(
  plan: ScalingPlan,
  onStep: (done: number, steps: number) => void = () => {},
): ScalingResult[] {
  const cases = benchCases(plan.mappings);
  const { lengths, distributions } = plan;
  const steps = lengths.length * distributions.length;
  const results: ScalingResult[] = [];
  for (const [d, distribution] of distributions.entries()) {
    const seconds: number[][] = cases.map(() => []);
    for (const [l, n] of lengths.entries()) {
      const scores = makeRows(distribution, 1, n, plan.seed);
      const cotangent = makeCotangent(n, plan.seed);
      const calls = cases.map((one) => ({ label: one.label, call: tunedCall(one, scores, cotangent, [1, n]) }));
      for (const [i, timing] of measureInTurns(calls, plan.seconds / steps).entries()) seconds[i]!.push(timing.seconds);
      onStep(d * lengths.length + l + 1, steps);
    }
    for (const [i, { label }] of cases.entries()) {
      const times = seconds[i]!;
      const perUnit = times.map((time, l) => time / (lengths[l]! * Math.log2(lengths[l]!)));
      let over = 0;
      for (let l = 1, least = perUnit[0]!; l < perUnit.length; l++) {
        over = Math.max(over, perUnit[l]! / least);
        least = Math.min(least, perUnit[l]!);
      }
      results.push({
        mapping: label,
        distribution,
        lengths,
        nanoseconds: times.map((time, l) => (time / lengths[l]!) * 1e9),
        exponent: slope(lengths.map(Math.log), times.map(Math.log)),
        overLinearithmic: over,
      });
    }
  }
  return results;
}
