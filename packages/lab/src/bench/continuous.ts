/** Speed of continuous attention: forward and backward of a batch, on a line and in the plane. */
import { continuousAttention, gaussianBasis, gaussianGrid, type Basis } from "fenchel";
import { normalNumbers, uniformNumbers } from "../base/rng.ts";
import { measureInTurns, ratio, type Timed } from "./measure.ts";

/** A batch: its positions (a length, or the sides of an image), and the make-up of its attention. */
export interface ContinuousCase {
  readonly name: string;
  readonly batch: number;
  /** [length] or [rows, columns]. */
  readonly positions: readonly [number] | readonly [number, number];
  readonly features: number;
  readonly functions: number;
  readonly alpha: number;
}

export interface ContinuousResult extends ContinuousCase {
  /** Milliseconds per call, forward and backward together. */
  readonly milliseconds: number;
  /** Ratio of the milliseconds per item at half the batch to those at the whole: 1 where time is linear in the batch. */
  readonly halfBatch: number;
}

const line = (alpha: number): ContinuousCase => ({
  name: "line",
  batch: 64,
  positions: [64],
  features: 64,
  functions: 64,
  alpha,
});
const plane = (side: number, features: number, alpha: number): ContinuousCase => ({
  name: "plane",
  batch: 64,
  positions: [side, side],
  features,
  functions: 100,
  alpha,
});

export const continuousCases: readonly ContinuousCase[] = [
  line(1),
  line(1.5),
  line(2),
  plane(8, 32, 1),
  plane(8, 32, 2),
  plane(14, 64, 2),
];

/** Centres from 0 to 1 and two widths on a line, as in the paper; a grid of ten by ten in the plane. */
function basisOf({ positions, functions }: ContinuousCase): Basis {
  if (positions.length === 2) {
    const side = Math.round(Math.sqrt(functions));
    return gaussianGrid({ count: side, widths: 0.1, dimension: 2 });
  }
  const centres = Array.from({ length: functions / 2 }, (_, i) => i / (functions / 2 - 1));
  return gaussianBasis({
    centres: [...centres, ...centres],
    widths: Array.from({ length: functions }, (_, i) => (2 * i < functions ? 0.1 : 0.5)),
  });
}

/** A call of the case's batch, with numbers that a seed determines. */
function callOf(wanted: ContinuousCase, batch: number, seed: number): () => void {
  const { positions, features, alpha } = wanted;
  const uniform = uniformNumbers(seed);
  const normal = normalNumbers(uniform);
  const basis = basisOf(wanted);
  const cells = positions.reduce((product, extent) => product * extent, 1);
  const values = Float32Array.from({ length: batch * cells * features }, normal);
  const cotangent = Float32Array.from({ length: batch * features }, normal);
  const shape = [batch, ...positions, features];
  const density =
    positions.length === 1
      ? {
          location: Float64Array.from({ length: batch }, () => 0.2 + 0.6 * uniform()),
          scale2: Float64Array.from({ length: batch }, () => 0.002 + 0.05 * uniform()),
        }
      : {
          location: Float64Array.from({ length: 2 * batch }, () => 0.2 + 0.6 * uniform()),
          scale2: scalesOf(batch, uniform),
        };
  const out = new Float32Array(values.length);
  return () => {
    continuousAttention.vjp(values, { shape, basis, ridge: 0.01, alpha, ...density }).pullback(cotangent, out);
  };
}

/** Covariances, four numbers each. */
function scalesOf(batch: number, uniform: () => number): Float64Array {
  const scales = new Float64Array(4 * batch);
  for (let b = 0; b < batch; b++) {
    const [xx, yy] = [0.004 + 0.03 * uniform(), 0.004 + 0.03 * uniform()];
    const xy = 0.8 * (2 * uniform() - 1) * Math.sqrt(xx * yy);
    scales.set([xx, xy, xy, yy], 4 * b);
  }
  return scales;
}

export interface ContinuousPlan {
  readonly cases: readonly ContinuousCase[];
  readonly seconds: number;
  readonly seed: number;
}

/** Times every case in turns with itself at half the batch; float32 values, one thread. */
export function runContinuousBench(
  { cases, seconds, seed }: ContinuousPlan,
  onCase: (done: number, of: number) => void = () => {},
): ContinuousResult[] {
  return cases.map((one, i) => {
    const half = Math.max(1, one.batch >> 1);
    const calls: Timed[] = [
      { label: "whole", call: callOf(one, one.batch, seed) },
      { label: "half", call: callOf(one, half, seed) },
    ];
    const [whole, part] = measureInTurns(calls, seconds / cases.length);
    onCase(i + 1, cases.length);
    return {
      ...one,
      milliseconds: whole!.seconds * 1e3,
      halfBatch: (ratio(part!, whole!) * one.batch) / half,
    };
  });
}
