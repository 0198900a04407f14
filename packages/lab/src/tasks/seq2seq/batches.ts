/** Sentence pairs as batches of a few fixed shapes, so that the engine compiles a model a few times only. */
import { numpy as np } from "@jax-js/jax";
import { shuffled } from "../../base/rng.ts";
import { rowLength, rowAt, rowCount, type RaggedPairs, type RaggedArray } from "../../base/ragged.ts";
import { sourceContext, type AttentionMechanism } from "./cross-attention.ts";
import type { Source } from "./model.ts";

/** Which pairs stand in a batch, and the positions on either side. */
export interface SequenceBatch {
  readonly pairs: readonly number[];
  /** Rows of its arrays, at least as many as pairs. */
  readonly rows: number;
  readonly source: number;
  readonly target: number;
}

/**
 * Lengths that sentences are padded to: fine where most are. Every batch holds about as many positions, whatever its length: steps cost
 * the same, and the arrays of a length find the memory that those of another have left, which the engine keeps by exact sizes. All divide
 * 960.
 */
const BUCKETS = [4, 8, 12, 16, 20, 24, 32, 48, 64, 96, 160, 240, 480, 960] as const;

/**
 * The length of the bucket that a length falls into. Above 960 by whole 960s.
 *
 * @example
 * bucketOf(9); // 12
 */
export function lengthBucket(length: number): number {
  const last = BUCKETS[BUCKETS.length - 1]!;
  return BUCKETS.find((bucket) => bucket >= length) ?? Math.ceil(length / last) * last;
}

/** Sentences of a length in a batch of at most so many positions; at least one. */
export function rowsOf(positions: number, length: number): number {
  return Math.max(1, Math.floor(positions / length));
}

interface Row {
  readonly members: number[];
  readonly length: number;
}

/** Positions of a pair on either side; the target's sentence has an end. One length for both keeps the shapes few. */
const bucketOfPair = ({ source, target }: RaggedPairs, index: number): number =>
  lengthBucket(Math.max(rowLength(source, index), rowLength(target, index) + 1));

/** Full batches in the order in which they fill; what is left over goes into the next longer bucket while there is room. */
function planned(order: readonly number[], rows: (length: number) => number, bucket: (index: number) => number): Row[] {
  const open = new Map<number, number[]>();
  const plans: Row[] = [];
  const fill = (index: number, length: number) => {
    const members = open.get(length) ?? [];
    members.push(index);
    if (members.length === rows(length)) {
      plans.push({ members, length });
      open.delete(length);
    } else open.set(length, members);
  };
  for (const index of order) fill(index, bucket(index));
  const lengths = [...open.keys()].sort((a, b) => a - b);
  lengths.forEach((length, i) => {
    const members = open.get(length);
    // Those of shorter buckets may have filled it just now.
    if (members === undefined) return;
    open.delete(length);
    const next = lengths[i + 1];
    if (next === undefined) plans.push({ members, length });
    else for (const index of members) fill(index, next);
  });
  return plans;
}

export interface PlanOptions {
  /** Puts pairs and batches in random order. */
  readonly uniform?: (() => number) | null;
  /** Pairs whose target fits half of the source's positions get no more for it: for summaries. */
  readonly halves?: boolean;
}

/** Batches of pairs of like length. A batch has at most `positions` words on either side, or one pair. */
export function batchPairs(
  pairs: RaggedPairs,
  positions: number,
  { uniform = null, halves = false }: PlanOptions = {},
): SequenceBatch[] {
  const count = rowCount(pairs.source);
  const order = uniform === null ? Array.from({ length: count }, (_, i) => i) : shuffled(count, uniform);
  const isShort = (index: number) => halves && 2 * (rowLength(pairs.target, index) + 1) <= bucketOfPair(pairs, index);
  const plansOf = (members: readonly number[], share: number) =>
    planned(
      members,
      (length) => rowsOf(positions, length),
      (index) => bucketOfPair(pairs, index),
    ).map(({ members: own, length }) => ({
      pairs: own,
      rows: rowsOf(positions, length),
      source: length,
      target: length * share,
    }));
  const short = order.filter(isShort);
  const sequence = [
    ...plansOf(short, 0.5),
    ...plansOf(short.length === 0 ? order : order.filter((i) => !isShort(i)), 1),
  ];
  return uniform === null ? sequence : shuffled(sequence.length, uniform).map((i) => sequence[i]!);
}

/** Batches of at most `rows` sources of like length, whose translations are to be written. */
export function batchSources(sources: RaggedArray, rows: number): SequenceBatch[] {
  const order = Array.from({ length: rowCount(sources) }, (_, i) => i);
  const plans = planned(
    order,
    () => rows,
    (index) => lengthBucket(rowLength(sources, index)),
  );
  return plans.map(({ members, length }) => ({ pairs: members, rows, source: length, target: 0 }));
}

/** A batch of sources with the targets given; a type, so that the engine can walk it. */
export type PairArrays = {
  readonly source: Source;
  /** int32 [batch, target]: for every word that is to be written the one before it; 0 before the first and for the end. */
  readonly inputs: np.Array;
  readonly outputs: np.Array;
  /** [batch, target]: 1 for a word and for the end of a sentence, 0 beyond. */
  readonly counted: np.Array;
};

/** The planned sources; rows without a sentence are empty. */
export function sourceArrays(
  sources: RaggedArray,
  { pairs, rows, source }: SequenceBatch,
  mechanism: AttentionMechanism,
): Source {
  const words = new Int32Array(rows * source);
  const lengths = new Int32Array(rows);
  pairs.forEach((index, row) => {
    words.set(rowAt(sources, index), row * source);
    lengths[row] = rowLength(sources, index);
  });
  return { words: np.array(words, { shape: [rows, source] }), sight: sourceContext(mechanism, lengths, source) };
}

/** The arrays of a batch; rows without a pair are empty and do not count. */
export function pairArrays(all: RaggedPairs, plan: SequenceBatch, mechanism: AttentionMechanism): PairArrays {
  const { pairs, rows, target: length } = plan;
  const inputs = new Int32Array(rows * length);
  const outputs = new Int32Array(rows * length);
  const counted = new Float32Array(rows * length);
  pairs.forEach((index, row) => {
    const target = rowAt(all.target, index);
    const at = row * length;
    inputs.set(target, at + 1);
    outputs.set(target, at);
    counted.fill(1, at, at + target.length + 1);
  });
  const shape = [rows, length];
  const place = (values: Int32Array<ArrayBuffer> | Float32Array<ArrayBuffer>) => np.array(values, { shape });
  return {
    source: sourceArrays(all.source, plan, mechanism),
    inputs: place(inputs),
    outputs: place(outputs),
    counted: place(counted),
  };
}
