/**
 * A study: a task whose runs are compared, whatever its data and model. The comparison, its processes, its folders and its report
 * know of a task only what is written here.
 */
import type { NamedTensors } from "../nn/parameters.ts";
import type { Markup } from "../base/markup.ts";
import type { EpochMetrics } from "./run-types.ts";
import type { TrainProgress, StepScheduler } from "../training/fit.ts";

/** What is compared: a mapping or another way to attend, with its options. */
export interface AttentionSpec {
  /** A name of the study's: "fusedmax", "continuous-sparsemax". */
  readonly mapping: string;
  readonly options: Readonly<Record<string, number>>;
}

export type SettingValue = number | string | boolean;

/** Everything that determines a run; two runs with equal configurations end with equal figures. */
export interface RunConfig {
  readonly task: string;
  readonly mapping: string;
  /** All options, defaults included. */
  readonly mappingOptions: Readonly<Record<string, number>>;
  readonly seed: number;
  /** The study's own settings by name, all of them. */
  readonly settings: Readonly<Record<string, SettingValue>>;
  readonly dataChecksum: string;
  /** Digest of the parameters that the run began with, when these are not its own. */
  readonly startedFrom?: string;
}

export interface TrainOptions {
  readonly onProgress?: ((progress: TrainProgress) => void) | undefined;
  /** Parameters to begin with, by their names, in the place of the study's own: a run that goes on from another's. */
  readonly initial?: NamedTensors | undefined;
  /** Who runs the steps of training: `turn` of `fit`. */
  readonly turn?: StepScheduler | undefined;
}

/** A setting of a study, and its option on the command line: `learningRate` is `--learning-rate`. */
export interface Setting {
  readonly name: string;
  /** For the help text. */
  readonly description: string;
  readonly value: SettingValue;
  /** Least and most of a number (both allowed), whether it is whole; the values of a text. */
  readonly least?: number;
  readonly most?: number;
  readonly whole?: boolean;
  readonly among?: readonly string[];
}

/** A figure of a run, a column of the table. */
export interface MetricSpec {
  readonly key: string;
  readonly title: string;
  readonly unit: string;
  /** Digits after the point, once multiplied by `scale`. */
  readonly digits: number;
  readonly scale: number;
  readonly best: "highest" | "lowest" | "none";
  /** Heading above the columns of one kind: "Test set", "Attention on the test set", "Training". */
  readonly group: string;
}

/** The data of a study, read and prepared once for all runs of a comparison. It is sent to their processes by structured clone. */
export interface TaskData {
  /** SHA-256 of what the figures rest on. */
  readonly checksum: string;
  /** Items of each split, for the report. */
  readonly train: number;
  readonly dev: number;
  readonly test: number;
  /** What was read and how it was prepared; one or two sentences for the report. */
  readonly note: string;
}

export interface RunResult {
  readonly config: RunConfig;
  readonly epochs: readonly EpochMetrics[];
  readonly bestEpoch: number;
  readonly secondsPerStep: number;
  /** By the keys of the study's measures. A measure that does not exist for the choice is left out. */
  readonly scores: Readonly<Record<string, number>>;
  /** What the pictures are drawn from; JSON. The same items for every run of a comparison. */
  readonly examples: unknown;
}

/** The score of the test set by which choices are tested against each other, from the figures of every item that runs keep. */
export interface TestedMetric {
  /** Key of its measure. */
  readonly key: string;
  /** The measure's value of `count` items whose figures have these sums. */
  score(sums: Float64Array, count: number): number;
}

/** Figures of a paper, to stand beside ours. */
export interface PublishedResults {
  /** Where they are from and in what the set-up differs from ours. */
  readonly caption: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly [name: string, ...figures: string[]])[];
}

export interface Task<D extends TaskData = TaskData> {
  readonly name: string;
  /** What the data are, in one line. */
  readonly description: string;
  /** Plural of an item: "reviews", "questions". */
  readonly items: string;
  /** What a comparison compares, and over how many seeds, when nothing is asked for. */
  readonly mappings: readonly AttentionSpec[];
  readonly seeds: number;
  readonly settings: readonly Setting[];
  readonly metrics: readonly MetricSpec[];
  /** What differences between choices are tested on; runs write the items of it (`writeItems`). */
  readonly compared?: TestedMetric;
  /** The study as these settings make it: with another corpus, its defaults, choices and measures may be others. Default: as it is. */
  under?(settings: Readonly<Record<string, SettingValue>>): Task<D>;
  /** The choice with the defaults of its options. Throws a RangeError or TypeError for one that cannot be trained, in one line. */
  complete(choice: AttentionSpec): AttentionSpec;
  /** Reads the data; `folder` is the user's data folder (`dataFolder` of data/sets). Throws a DataError. */
  load(folder: string, settings: Readonly<Record<string, SettingValue>>): Promise<D>;
  /**
   * Trains one run in its folder, from which it resumes, with `fit`; scores the best epoch on the test set. The folder exists
   * and holds config.json; result.json is written by the caller. Throws a RunError.
   */
  train(config: RunConfig, data: D, folder: string, options: TrainOptions): Promise<RunResult>;
  /** Options to choose from on the dev set when a comparison is told to tune; none for a mapping that has nothing to choose. */
  readonly grid?: Readonly<Record<string, readonly AttentionSpec["options"][]>>;
  /** The data with the dev split in the test split's place: runs that choose options must not see the test set. */
  withHiddenTest?(data: D): D;
  /** The pictures of the report, from the runs of the first seed, one of every choice. No scripts, no requests; data escaped. */
  figures(results: readonly RunResult[]): Markup | null;
  /** Rules of the pictures' own elements, with the page's custom properties for colours. */
  readonly style?: string;
  readonly published?: readonly PublishedResults[];
}
