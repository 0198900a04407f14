/** Beam search over many sources at a time; with one beam it is greedy. */
import { numpy as np, tree } from "@jax-js/jax";
import { PADDING, UNKNOWN } from "../../text/vocabulary.ts";
import type { NamedArrays } from "../../nn/parameters.ts";
import { batchSources, sourceArrays } from "./batches.ts";
import type { CompiledSequenceModel } from "./compiled.ts";
import { rowLength, type RaggedArray } from "../../base/ragged.ts";

/** A decoded sequence. */
export interface Hypothesis {
  /** Without the end. */
  readonly ids: Int32Array;
  /** Whether the end was written, not only the most tokens reached. */
  readonly ended: boolean;
  /** Log-probability, that of the end included. */
  readonly logProbability: number;
  /** Attention weights over the source, a row per token, the end last where it was written. */
  readonly weights: readonly Float32Array[];
}

export interface BeamOptions {
  /** Sources decoded together. */
  readonly rows: number;
  /** Continuations kept; 1 is greedy. */
  readonly beams: number;
  /** Sequences are compared by log probability / ((5 + tokens) / 6)^lengthPenalty (Wu et al. 2016); 0 compares probabilities. */
  readonly lengthPenalty: number;
  /** Most tokens for a source of a length; a whole number from 1. */
  readonly mostTokens: (sourceLength: number) => number;
  /** Whether unknown words may be written, to be copied from the source. */
  readonly unknowns: boolean;
  /** Called after every batch with the number of sequences that are decoded. */
  readonly onDecoded?: (done: number) => void;
}

/** A beginning: its last word, what came before, and the weights it was written under. */
interface Node {
  readonly id: number;
  readonly before: Node | null;
  readonly weights: Float32Array;
  readonly words: number;
}

interface Beam {
  readonly node: Node | null;
  readonly logProbability: number;
  /** Row of the state that it goes on from. */
  readonly row: number;
}

interface Sentence {
  readonly index: number;
  readonly most: number;
  beams: Beam[];
  ended: Beam[];
}

interface Candidate {
  readonly beam: Beam;
  readonly id: number;
  readonly logProbability: number;
}

function writtenOf({ node, logProbability }: Beam, ended: boolean): Hypothesis {
  const nodes: Node[] = [];
  for (let at = node; at !== null; at = at.before) nodes.push(at);
  nodes.reverse();
  const ids = nodes.map(({ id }) => id).slice(0, ended ? -1 : undefined);
  return { ids: Int32Array.from(ids), ended, logProbability, weights: nodes.map(({ weights }) => weights) };
}

/** The `count` likeliest continuations of all beams of a sentence, best first; of equal ones the first. */
function bestOf(
  beams: readonly Beam[],
  count: number,
  step: { scores: Float32Array; totals: Float32Array; words: number },
  unknowns: boolean,
): Candidate[] {
  const { scores, totals, words } = step;
  const best: Candidate[] = [];
  let least = -Infinity;
  for (const beam of beams) {
    const at = beam.row * words;
    const base = beam.logProbability - totals[beam.row]!;
    for (let id = 0; id < words; id++) {
      const logProbability = base + scores[at + id]!;
      if (best.length === count && !(logProbability > least)) continue;
      if (id === UNKNOWN && !unknowns) continue;
      if (best.length === count) best.pop();
      let place = best.length;
      while (place > 0 && best[place - 1]!.logProbability < logProbability) place--;
      best.splice(place, 0, { beam, id, logProbability });
      if (best.length === count) least = best[count - 1]!.logProbability;
    }
  }
  return best;
}

/**
 * The sequence for every source, in order, with the highest length-normalized log probability that a beam search finds: at every step
 * the `beams` likeliest continuations of what was kept go on and those that end are set aside, until as many have ended as there are beams
 * and the best of them is better than what goes on, or the most words are written. The parameters stay the caller's. An empty source has an empty sequence.
 *
 * Cost: for each batch of sources as many decoder steps as its longest sequence has words, each over rows x beams.
 *
 * Wu et al., "Google's Neural Machine Translation System" (2016), section 7, for the length penalty.
 */
export async function beamSearch(
  model: CompiledSequenceModel,
  parameters: NamedArrays,
  sources: RaggedArray,
  { rows, beams, lengthPenalty, mostTokens, unknowns, onDecoded }: BeamOptions,
): Promise<Hypothesis[]> {
  const found: Hypothesis[] = [];
  let done = 0;
  const normalized = ({ logProbability, node }: Beam) =>
    logProbability / ((5 + (node?.words ?? 0)) / 6) ** lengthPenalty;
  for (const plan of batchSources(sources, rows)) {
    const { source: positions } = plan;
    const limit = mostTokens(positions);
    const source = sourceArrays(sources, plan, model.mechanism);
    const begun = await model.begin(tree.ref(parameters), source, { beams, most: limit });
    let { state } = begun;
    const sentences = plan.pairs.map((index, row): Sentence => {
      const length = rowLength(sources, index);
      const first: Beam = { node: null, logProbability: 0, row: row * beams };
      return { index, most: mostTokens(length), beams: length === 0 ? [] : [first], ended: [] };
    });
    const words = new Int32Array(rows * beams);
    const parents = Int32Array.from(words.keys());
    for (let place = 0; place < limit && sentences.some((sentence) => sentence.beams.length > 0); place++) {
      const step = await model.step(
        tree.ref(parameters),
        { memory: tree.ref(begun.memory as never), state, source: begun.source.ref },
        np.array(Int32Array.from(words), { shape: [rows, beams] }),
        np.array(Int32Array.from(parents)),
        np.array(new Int32Array([place])),
      );
      ({ state } = step);
      const vocabulary = step.scores.shape[1]!;
      const scores = (await step.scores.data()) as Float32Array;
      const totals = (await step.total.data()) as Float32Array;
      const weights = (await step.weights.data()) as Float32Array;
      sentences.forEach((sentence, row) => {
        if (sentence.beams.length === 0) return;
        const length = rowLength(sources, sentence.index);
        const candidates = bestOf(sentence.beams, 2 * beams, { scores, totals, words: vocabulary }, unknowns);
        const going: Beam[] = [];
        candidates.forEach(({ beam, id, logProbability }, rank) => {
          if (going.length === beams || (id === PADDING && rank >= beams)) return;
          const seen = weights.slice(beam.row * positions, beam.row * positions + length);
          const node: Node = { id, before: beam.node, weights: seen, words: (beam.node?.words ?? 0) + 1 };
          if (id === PADDING) sentence.ended.push({ node, logProbability, row: beam.row });
          else {
            const to = row * beams + going.length;
            words[to] = id;
            parents[to] = beam.row;
            going.push({ node, logProbability, row: to });
          }
        });
        const best = (all: readonly Beam[]) => all.reduce((a, b) => (normalized(b) > normalized(a) ? b : a));
        // Ends of little probability come early: they are no reason to stop while something better goes on.
        const decided =
          sentence.ended.length >= beams &&
          (going.length === 0 || normalized(best(sentence.ended)) >= normalized(best(going)));
        if (decided || going.length === 0 || place + 1 >= sentence.most) {
          // Where nothing has ended, the best beginning must do.
          const ended = sentence.ended.length > 0;
          found[sentence.index] = writtenOf(best(ended ? sentence.ended : going), ended);
          sentence.beams = [];
        } else sentence.beams = going;
      });
    }
    for (const { index } of sentences)
      found[index] ??= { ids: new Int32Array(0), ended: true, logProbability: 0, weights: [] };
    tree.dispose([begun.memory, state, begun.source] as never);
    done += sentences.length;
    onDecoded?.(done);
  }
  return found;
}
