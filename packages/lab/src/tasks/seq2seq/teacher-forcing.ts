/** What a model makes of pairs whose targets are given. */
import { tree } from "@jax-js/jax";
import type { NamedArrays } from "../../nn/parameters.ts";
import { pairArrays, batchPairs } from "./batches.ts";
import type { CompiledSequenceModel } from "./compiled.ts";
import { rowLength, rowAt, type RaggedPairs } from "../../base/ragged.ts";

/** One pair; an entry for every target word, and one for the end. */
export interface TeacherForcedPrediction {
  /** The most probable word at every position. */
  readonly chosen: Int32Array;
  /** -log of the given word's probability, in nats. */
  readonly losses: Float32Array;
  /** Weights over the source; views that the next batch leaves alone. */
  readonly weights: readonly Float32Array[];
}

export interface TeacherForcingOptions {
  /** Gets one reading after the other. */
  readonly see?: (reading: TeacherForcedPrediction, index: number) => void;
  /** As for `planPairs`. */
  readonly halves?: boolean;
}

/** Reads every pair, batch by batch. */
async function readGiven(
  model: CompiledSequenceModel,
  parameters: NamedArrays,
  pairs: RaggedPairs,
  positions: number,
  { see, halves }: Required<TeacherForcingOptions>,
): Promise<void> {
  for (const plan of batchPairs(pairs, positions, { halves })) {
    const given = await model.predict(tree.ref(parameters), pairArrays(pairs, plan, model.mechanism));
    const chosen = (await given.chosen.data()) as Int32Array;
    const losses = (await given.losses.data()) as Float32Array;
    const weights = (await given.weights.data()) as Float32Array;
    plan.pairs.forEach((index, row) => {
      const count = rowLength(pairs.target, index) + 1;
      const source = rowLength(pairs.source, index);
      const start = row * plan.target;
      const rows = Array.from({ length: count }, (_, t) => {
        const at = (start + t) * plan.source;
        return weights.subarray(at, at + source);
      });
      see(
        { chosen: chosen.subarray(start, start + count), losses: losses.subarray(start, start + count), weights: rows },
        index,
      );
    });
  }
}

export interface TeacherForcedScores {
  /** Mean of -log probability a target word, ends included, in nats. */
  readonly loss: number;
  /** Share of the target words, ends included, that are the most probable given the words before them. */
  readonly accuracy: number;
}

/** Loss and accuracy over pairs. The parameters stay the caller's. */
export async function evaluateTeacherForced(
  model: CompiledSequenceModel,
  parameters: NamedArrays,
  pairs: RaggedPairs,
  positions: number,
  { see, halves = false }: TeacherForcingOptions = {},
): Promise<TeacherForcedScores> {
  let words = 0;
  let loss = 0;
  let right = 0;
  const judge = (reading: TeacherForcedPrediction, index: number) => {
    const target = rowAt(pairs.target, index);
    words += reading.losses.length;
    for (const one of reading.losses) loss += one;
    reading.chosen.forEach((word, t) => (right += Number(word === (target[t] ?? 0))));
    see?.(reading, index);
  };
  await readGiven(model, parameters, pairs, positions, { see: judge, halves });
  return { loss: loss / words, accuracy: right / words };
}
