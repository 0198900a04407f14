/** The spam model in the page: its files, and the forward pass of fenchel-lab's text classifier up to the attention's scores. */
import { wordsOfText } from "fenchel-lab/words";

/** What models/spam.json holds. */
export interface SpamManifest {
  readonly labels: readonly string[];
  readonly maxWords: number;
  readonly embedding: number;
  readonly hidden: number;
  /** Test texts that the accuracies are of. */
  readonly texts: number;
  readonly models: Readonly<Record<string, TrainedModel>>;
  /** In the order of their numbers, from 2; 0 is padding, 1 an unknown word. */
  readonly words: readonly string[];
}

export interface TrainedModel {
  readonly file: string;
  /** The options that it was trained with. */
  readonly options: Readonly<Record<string, number>>;
  readonly accuracy: number;
  readonly seed: number;
}

export interface SpamModel {
  readonly scales: Float32Array;
  readonly context: Float32Array;
  readonly contextBias: Float32Array;
  readonly attention: Float32Array;
  readonly attentionBias: Float32Array;
  readonly attentionVector: Float32Array;
  readonly evidence: Float32Array;
  readonly evidenceBias: Float32Array;
  readonly embedding: Int8Array;
}

const UNKNOWN = 1;
const SPECIAL = 2;

/** Cuts a file into its arrays. Throws a RangeError when its size does not fit. */
export function parseSpamModel(buffer: ArrayBuffer, { words, embedding: e, hidden, labels }: SpamManifest): SpamModel {
  const rows = words.length + SPECIAL;
  const sizes = [rows, 3 * e * e, e, e * hidden, hidden, hidden, e * labels.length, labels.length];
  const floats = sizes.reduce((sum, size) => sum + size, 0);
  const expected = 4 * floats + rows * e;
  if (buffer.byteLength !== expected) {
    throw new RangeError(`the model has ${buffer.byteLength} bytes, where ${expected} are needed`);
  }
  let at = 0;
  const parts = sizes.map((size) => {
    const part = new Float32Array(buffer, 4 * at, size);
    at += size;
    return part;
  });
  const [scales, context, contextBias, attention, attentionBias, attentionVector, evidence, evidenceBias] = parts;
  return {
    scales: scales!,
    context: context!,
    contextBias: contextBias!,
    attention: attention!,
    attentionBias: attentionBias!,
    attentionVector: attentionVector!,
    evidence: evidence!,
    evidenceBias: evidenceBias!,
    embedding: new Int8Array(buffer, 4 * floats, rows * e),
  };
}

/** The words that the model reads, and their numbers. */
export function readText(text: string, manifest: SpamManifest): { words: string[]; ids: Int32Array } {
  const numbers = numbersOf(manifest);
  const words = wordsOfText(text, manifest.maxWords);
  return { words, ids: Int32Array.from(words, (word) => numbers.get(word) ?? UNKNOWN) };
}

const known = new WeakMap<SpamManifest, Map<string, number>>();

function numbersOf(manifest: SpamManifest): Map<string, number> {
  let numbers = known.get(manifest);
  if (numbers === undefined) {
    numbers = new Map(manifest.words.map((word, i) => [word, i + SPECIAL]));
    known.set(manifest, numbers);
  }
  return numbers;
}

export interface Reading {
  /** Attention scores, one a word. */
  readonly scores: Float32Array;
  /** What each word says about each label: words x labels. */
  readonly evidence: Float32Array;
}

/**
 * h_i = e_i + relu(C [e_{i-1}; e_i; e_{i+1}] + c) / 2, score_i = tanh(v . tanh(A h_i + a)); a word's evidence is O h_i. The logits are
 * sum_i weights_i evidence_i + o for whatever weights a mapping makes of the scores.
 */
export function readWords(model: SpamModel, ids: Int32Array): Reading {
  const { scales, embedding, context, contextBias, attention, attentionBias, attentionVector } = model;
  const e = contextBias.length;
  const hidden = attentionBias.length;
  const labels = model.evidenceBias.length;
  const n = ids.length;
  // A word of zeros at either end.
  const vectors = new Float32Array((n + 2) * e);
  for (let i = 0; i < n; i++) {
    const row = ids[i]!;
    for (let j = 0; j < e; j++) vectors[(i + 1) * e + j] = embedding[row * e + j]! * scales[row]!;
  }
  const scores = new Float32Array(n);
  const evidence = new Float32Array(n * labels);
  const state = new Float32Array(e);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < e; j++) {
      let sum = contextBias[j]!;
      for (let k = 0; k < 3 * e; k++) sum += vectors[i * e + k]! * context[k * e + j]!;
      state[j] = vectors[(i + 1) * e + j]! + Math.max(sum, 0) / 2;
    }
    for (let j = 0; j < hidden; j++) {
      let sum = attentionBias[j]!;
      for (let k = 0; k < e; k++) sum += state[k]! * attention[k * hidden + j]!;
      scores[i] = scores[i]! + attentionVector[j]! * Math.tanh(sum);
    }
    scores[i] = Math.tanh(scores[i]!);
    for (let j = 0; j < labels; j++) {
      for (let k = 0; k < e; k++)
        evidence[i * labels + j] = evidence[i * labels + j]! + state[k]! * model.evidence[k * labels + j]!;
    }
  }
  return { scores, evidence };
}

/** Probabilities of the labels for attention weights. */
export function judge(model: SpamModel, { evidence }: Reading, weights: ArrayLike<number>): number[] {
  const labels = model.evidenceBias.length;
  const logits = Array.from(model.evidenceBias, (bias, j) => {
    let sum = bias;
    for (let i = 0; i < weights.length; i++) sum += weights[i]! * evidence[i * labels + j]!;
    return sum;
  });
  const top = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - top));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}
