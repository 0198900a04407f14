/**
 * Contract of a task: its data, its model, and its evaluation. Training, comparison, command line and report know of a task only what
 * is written here. A task is one folder and one line in `index.ts`.
 */
import type { numpy as np } from "@jax-js/jax";
import type { Markup } from "../base/markup.ts";
import type { NamedArrays, NamedTensors, ParameterShapes } from "../nn/parameters.ts";
import type { AdamOptions } from "../training/adam.ts";
import type { DevScores } from "../training/fit.ts";
import type { EpochMetrics, RunPredictions } from "../training/run-dir.ts";
import type { ExplainedText } from "../figures/heat-map.ts";
import type { AttentionOptions, AttentionSpec, AttentionTable } from "./attention.ts";
import type { Setting, Settings } from "./settings.ts";

/** Everything that determines a run; two runs with equal configurations end with equal figures. */
export interface RunConfig {
  readonly task: string;
  readonly mapping: string;
  /** All options, defaults included. */
  readonly mappingOptions: AttentionOptions;
  readonly seed: number;
  /** The task's settings, all of them. */
  readonly settings: Settings;
  readonly dataChecksum: string;
  /** Digest of the parameters that the run began with, when these are another run's. */
  readonly startedFrom?: string;
}

/** Data of a task, read and encoded once for all runs of a comparison; sent to worker processes by structured clone. */
export interface TaskData<V = unknown, S = unknown> {
  /** SHA-256 of the source files and of what their preparation depends on. */
  readonly checksum: string;
  /** Source and preparation, one or two sentences for the report. */
  readonly note: string;
  /** State of the preprocessing, such as vocabularies; JSON. It is kept beside the model, so that a run's folder suffices to predict. */
  readonly vocabulary: V;
  readonly train: S;
  readonly dev: S;
  readonly test: S;
  /** Test examples of the report, with what is needed to show them; null where none are shown. */
  readonly examples: S | null;
  /** Number of examples of each split. */
  readonly counts: { readonly train: number; readonly dev: number; readonly test: number };
  /** Initial values of parameters that do not start at random, such as word vectors. */
  readonly pretrained?: NamedTensors;
}

/**
 * Model of a task with one attention, compiled. `S`: a split, `B`: a batch as plain data, `P`: predictions of a split. Owns compiled
 * programs: `dispose` frees them.
 */
export interface TaskModel<S = unknown, B = unknown, P = unknown> {
  readonly shapes: ParameterShapes;
  /** Initial parameters; default random ones by `shapes`. */
  initial?(seed: number): NamedTensors;
  /** Options of Adam that are no settings. */
  readonly adam?: AdamOptions;
  /** Training batches of an epoch. Batches whose numeric properties agree have arrays of equal shapes. */
  batches(split: S, uniform: () => number): readonly B[];
  /** Weight of a batch in the epoch's mean loss: its examples, or its tokens. */
  count(split: S, batch: B): number;
  /** Loss of a batch with dropout, and its gradient. Owns parameters and key. */
  gradient(
    parameters: NamedArrays,
    split: S,
    batch: B,
    key: np.Array,
  ): Promise<[loss: np.Array, gradient: NamedArrays]>;
  /** Loss and accuracy on the dev set, by which the best epoch is chosen. Borrows the parameters. */
  validate(parameters: NamedArrays, split: S): Promise<DevScores>;
  /** Borrows the parameters. */
  predict(parameters: NamedArrays, split: S, options?: PredictOptions): Promise<P>;
  dispose(): void;
}

export interface PredictOptions {
  /** Called now and then where prediction takes its time. */
  readonly onProgress?: ((done: number, of: number) => void) | undefined;
}

/** Scores of predictions. */
export interface Evaluation {
  /** By the keys of the task's metrics; a metric that does not exist for the attention or the data is left out. */
  readonly scores: Readonly<Record<string, number>>;
  /** Answers and sufficient statistics per example, for significance tests. */
  readonly perExample?: RunPredictions;
}

export interface EvaluationContext<V = unknown, S = unknown, P = unknown> {
  readonly config: Pick<RunConfig, "mapping" | "mappingOptions" | "settings">;
  readonly vocabulary: V;
  /** Predictions of another split by the same model. */
  predict(split: S): Promise<P>;
}

/** Column of the results table. */
export interface MetricSpec {
  readonly key: string;
  readonly title: string;
  readonly unit: string;
  /** Digits after the point, once multiplied by `scale`. */
  readonly digits: number;
  readonly scale: number;
  readonly best: "highest" | "lowest" | "none";
  /** Heading above the columns of one kind: "Test set", "Training". */
  readonly group: string;
}

/** Metric of the significance tests, computed from the sufficient statistics that runs keep per example. */
export interface TestedMetric {
  /** Key of its metric. */
  readonly key: string;
  /** The metric's value for `count` examples with these sums. */
  score(sums: Float64Array, count: number): number;
}

/** Results of a paper, with a source that a reader can open. */
export interface PublishedResults {
  /** Set-up, and differences to ours. */
  readonly caption: string;
  readonly source: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly [name: string, ...figures: string[]])[];
}

/** Named set of arguments of a comparison, with which a documented table is produced. */
export interface Preset {
  readonly description: string;
  readonly settings?: Settings;
  readonly mappings?: readonly AttentionSpec[];
  readonly seeds?: number;
  /** Fine-tune all mappings from one softmax model. */
  readonly initFromSoftmax?: boolean;
}

/** Input that a user gives to be explained or evaluated: the bytes of every part that `Task.inputs` names, in its order. */
export interface TaskInput {
  readonly id: string;
  readonly parts: readonly Uint8Array[];
  /** Index into the task's labels; null where it is not known. */
  readonly label: number | null;
}

/** An example for the terminal: attention over one text, or from every row's word over the words of the columns. */
export interface ExplainedExample {
  readonly text?: ExplainedText;
  readonly matrix?: {
    readonly rows: readonly string[];
    readonly columns: readonly string[];
    readonly weights: readonly (readonly number[])[];
  };
  /** The model's answer in one line. */
  readonly answer: string;
}

export interface RunResult<E = unknown> {
  readonly config: RunConfig;
  readonly epochs: readonly EpochMetrics[];
  readonly bestEpoch: number;
  readonly secondsPerStep: number;
  readonly scores: Evaluation["scores"];
  /** The same for every run of a comparison. */
  readonly examples: readonly E[];
}

/** What figures are drawn from. */
export type ExampleRun<E = unknown> = Pick<RunResult<E>, "config" | "examples">;

/**
 * A task. `V`: vocabulary, `S`: split, `B`: batch, `P`: predictions of a split, `E`: an example as JSON.
 *
 * A run is `data` -> `attention.resolve` -> `model` -> training -> `predict` on the test set -> `evaluate` -> `examples`; see `runTask`.
 */
export interface Task<V = unknown, S = unknown, B = unknown, P = unknown, E = unknown> {
  readonly name: string;
  /** Data in one line. */
  readonly description: string;
  /** Plural of an example: "reviews", "questions". */
  readonly items: string;
  /** Names of the classes; none where the task writes text. */
  readonly labels?: readonly string[];
  readonly settings: readonly Setting[];
  readonly attention: AttentionTable;
  /** Default mappings and seeds of a comparison. */
  readonly mappings: readonly AttentionSpec[];
  readonly seeds: number;
  readonly presets?: Readonly<Record<string, Preset>>;
  /** Options to choose from on the dev set, by mapping. */
  readonly grid: Readonly<Record<string, readonly AttentionOptions[]>>;
  readonly metrics: readonly MetricSpec[];
  /** How metrics are computed, a sentence for the report. */
  readonly metricsNote?: string;
  readonly compared: TestedMetric;
  readonly published?: readonly PublishedResults[];
  /**
   * Reads and encodes the data; `folder` is the user's data folder. `examples`: indices of test examples to show, in place of the task's
   * sample. Throws a DataError, or a RunError for settings that do not go together.
   */
  data(folder: string, settings: Settings, examples?: readonly number[]): Promise<TaskData<V, S>>;
  /** Throws a RangeError or RunError, in one line, for an attention or settings that do not go together. */
  model(vocabulary: V, config: Pick<RunConfig, "mapping" | "mappingOptions" | "settings">): TaskModel<S, B, P>;
  evaluate(predictions: P, split: S, context: EvaluationContext<V, S, P>): Evaluation | Promise<Evaluation>;
  /** Examples of a split that holds what is needed to show them. */
  examples(predictions: P, split: S, context: Pick<EvaluationContext<V>, "config" | "vocabulary">): readonly E[];
  /** Names of the parts of an input that a user gives: a text, a pair of sentences, a question and an image. */
  readonly inputs: readonly string[];
  /** Split of inputs that a user gives, with what is needed to show them. Throws a RangeError in one line for an input that cannot be read. */
  encode(inputs: readonly TaskInput[], vocabulary: V, settings: Settings): S;
  /** Example for the terminal. */
  explain(example: E): ExplainedExample;
  /** Figures of the report, from one run of every mapping; null where there are no examples. No scripts, no requests; data escaped. */
  figures(runs: readonly ExampleRun<E>[]): Markup | null;
  /** CSS rules of the figures' own elements, with the page's custom properties for colours. */
  readonly style?: string;
}
