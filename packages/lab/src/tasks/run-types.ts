/** What a run is made of: the contract between data, training, comparison and report. */
import type { AttentionStatistics } from "../metrics/attention/attention-statistics.ts";

/** One text of a classification task, cut into the words the model sees. */
export interface LabelledText {
  /** Stable name of the text in its data set, for instance "easy-ham-1/00412". */
  readonly id: string;
  /** Index into the task's `labels`. */
  readonly label: number;
  readonly words: readonly string[];
}

/** A classification data set, split once and for all. */
export interface ClassificationData {
  readonly labels: readonly string[];
  readonly train: readonly LabelledText[];
  readonly dev: readonly LabelledText[];
  readonly test: readonly LabelledText[];
  /** SHA-256 of the prepared texts, so that two reports can be seen to rest on the same data. */
  readonly checksum: string;
}

/** Everything that determines a run; two runs with equal configurations end with equal figures. */
export interface SpamRunConfig {
  readonly task: string;
  /** Name of a mapping in fenchel's registry. */
  readonly mapping: string;
  /** The mapping's own options, for instance `{ gamma: 1, lambda: 0.1 }`. */
  readonly mappingOptions: Readonly<Record<string, number>>;
  readonly seed: number;
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly maxWords: number;
  /** Most words of the vocabulary; rarer ones are read as unknown. */
  readonly vocabularySize: number;
  readonly embeddingSize: number;
  readonly hiddenSize: number;
  readonly dropout: number;
  /** Stop after this many epochs without a better dev loss. */
  readonly patience: number;
  readonly dataChecksum: string;
}

/** One line of metrics.jsonl: the state after an epoch. */
export interface EpochMetrics {
  readonly epoch: number;
  readonly step: number;
  readonly trainLoss: number;
  readonly devLoss: number;
  readonly devAccuracy: number;
  /** Median over the epoch's training steps. */
  readonly secondsPerStep: number;
}

export interface EvaluationScores extends AttentionStatistics {
  readonly accuracy: number;
  /** F1 of the class `labels[1]`. */
  readonly f1: number;
  readonly loss: number;
  readonly texts: number;
}

/** What a model made of one text. */
export interface ExplainedText {
  readonly id: string;
  readonly label: number | null;
  /** Probability of every label. */
  readonly probabilities: readonly number[];
  readonly words: readonly string[];
  /** Attention, one weight a word; exact zeros stay exact. */
  readonly weights: readonly number[];
}

export interface SpamRunResult {
  readonly config: SpamRunConfig;
  readonly epochs: readonly EpochMetrics[];
  readonly bestEpoch: number;
  readonly test: EvaluationScores;
  readonly secondsPerStep: number;
  /** The same texts for every run of a comparison. */
  readonly explained: readonly ExplainedText[];
}
