/** Teacher-forced evaluation: token log-probabilities and attention for reference targets. */
import { tree } from "@jax-js/jax";
import type { NamedArrays } from "../../nn/parameters.ts";
import { pairArrays, batchPairs } from "./batches.ts";
import type { CompiledSequenceModel } from "./compiled.ts";
import { rowLength, rowAt, type RaggedPairs } from "../../base/ragged.ts";

/** Prediction of a pair; an entry for every target token, and one for the end. */
export interface TeacherForcedPrediction {
  /** The most probable token at every position. */
  readonly chosen: Int32Array;
  /** Negative log-likelihood of the target token, in nats. */
  readonly losses: Float32Array;
  /** Attention weights over the source; views that the next batch leaves alone. */
  readonly weights: readonly Float32Array[];
}

export interface TeacherForcingOptions {
  /** Called with one prediction after the other. */
  readonly collect?: (prediction: TeacherForcedPrediction, index: number) => void;
  /** As for `batchPairs`. */
  readonly halves?: boolean;
}

/** Predicts every pair, batch by batch. */
async function predictForced(
  model: CompiledSequenceModel,
  parameters: NamedArrays,
  pairs: RaggedPairs,
  positions: number,
  { collect, halves }: Required<TeacherForcingOptions>,
): Promise<void> {
  for (const plan of batchPairs(pairs, positions, { halves })) {
    const given = await model.predict(tree.ref(parameters), pairArrays(pairs, plan, model.mechanism));
    const chosen = (await given.chosen.data()) as Int32Array;
    const losses = (await given.losses.data()) as Float32Array;
    const weights = (await given.weights.data()) as Float32Array;
    plan.pairs.forEach((index, row) => {
      const length = rowLength(pairs.target, index) + 1;
      const source = rowLength(pairs.source, index);
      const start = row * plan.target;
      const rows = Array.from({ length }, (_, t) => {
        const at = (start + t) * plan.source;
        return weights.subarray(at, at + source);
      });
      collect(
        {
          chosen: chosen.subarray(start, start + length),
          losses: losses.subarray(start, start + length),
          weights: rows,
        },
        index,
      );
    });
  }
}

export interface TeacherForcedScores {
  /** Mean negative log-likelihood per target token, ends included, in nats. */
  readonly loss: number;
  /** Share of the target tokens, ends included, that are the most probable given those before. */
  readonly accuracy: number;
}

/** Loss and accuracy over pairs. The parameters stay the caller's. */
export async function evaluateTeacherForced(
  model: CompiledSequenceModel,
  parameters: NamedArrays,
  pairs: RaggedPairs,
  positions: number,
  { collect, halves = false }: TeacherForcingOptions = {},
): Promise<TeacherForcedScores> {
  let words = 0;
  let loss = 0;
  let right = 0;
  const count = (prediction: TeacherForcedPrediction, index: number) => {
    const target = rowAt(pairs.target, index);
    words += prediction.losses.length;
    for (const one of prediction.losses) loss += one;
    prediction.chosen.forEach((word, t) => (right += Number(word === (target[t] ?? 0))));
    collect?.(prediction, index);
  };
  await predictForced(model, parameters, pairs, positions, { collect: count, halves });
  return { loss: loss / words, accuracy: right / words };
}
