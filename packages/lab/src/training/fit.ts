/** Training, whatever the model: epochs of steps, the best epoch by the dev set, and a folder from which to resume. */
import { numpy as np, tree } from "@jax-js/jax";
import { toArrays, toTensors, zerosLike, type NamedArrays, type NamedTensors } from "../nn/parameters.ts";
import { foldIn } from "../base/rng.ts";
import { readCheckpoint, writeCheckpoint, type Checkpoint, type Progress } from "./checkpoint.ts";
import { RunError } from "../base/run-error.ts";
import { writeMetrics, writeModel, type EpochMetrics } from "./run-dir.ts";
import { adam, type Adam, type AdamOptions, type AdamState } from "./adam.ts";

/** Where a run stands; sent at the start and about ten times a second. */
export interface TrainProgress {
  /** The epoch that is being trained, from 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Steps of this epoch done. */
  readonly step: number;
  readonly steps: number;
  /** Loss of the last step, or NaN before the first. */
  readonly loss: number;
  /** Once training has ended, where that takes its time: texts of the test set that are written. */
  readonly written?: { readonly done: number; readonly of: number };
}

/** How good parameters are on the dev set. */
export interface DevScores {
  /** The epoch with the lowest is kept. */
  readonly loss: number;
  readonly accuracy: number;
}

/**
 * Runs a step of training, when it likes, and settles once training may go on; a rejection ends training with it. `shape` is the same
 * for batches whose arrays have the same shapes: only with the first of them does the engine compile.
 */
export type StepScheduler = (step: () => Promise<void>, shape: string) => Promise<void>;

/** What is trained and how. `P`: the parameters, `B`: a batch as plain data. */
export interface TrainConfig<P extends NamedArrays, B> {
  readonly seed: number;
  readonly epochs: number;
  /** Stop after this many epochs without a lower dev loss. */
  readonly patience: number;
  readonly shapes: Readonly<Record<string, { readonly shape: readonly number[] }>>;
  /** Parameters to begin with; asked for only when there is no checkpoint. */
  readonly initial: () => NamedTensors;
  /** The batches of an epoch (from 1) in their order. What shapes their arrays have follows from the numbers among their properties. */
  readonly batches: (epoch: number) => readonly B[];
  /** What a batch counts in the epoch's mean loss: its texts, or its words. */
  readonly count: (batch: B) => number;
  /** The loss of a batch and its gradient; owns parameters and key. */
  readonly gradient: (parameters: P, batch: B, key: np.Array) => Promise<[loss: np.Array, gradient: P]>;
  /** The parameters stay the caller's. */
  readonly evaluate: (parameters: P) => Promise<DevScores>;
  /** The step size of step 1, 2, ... of as many as there are if no epoch is saved. */
  readonly learningRate: (step: number, steps: number) => number;
  readonly optimizer?: AdamOptions;
  /**
   * Epochs, the last of them all, whose parameters are averaged; the mean is taken when its dev loss is lower than that of the best
   * epoch. Default 1: none are.
   */
  readonly average?: number;
  /** Where a checkpoint is written after every epoch and read from at the start. Default none. */
  readonly folder?: string | undefined;
  /** Who runs the steps, one call a step: to measure them, or to let several trainings take turns. Default: each at once. */
  readonly schedule?: StepScheduler | undefined;
  readonly onProgress?: ((progress: TrainProgress) => void) | undefined;
  readonly onEpoch?: ((metrics: EpochMetrics) => void) | undefined;
}

/** What training ends with. */
export interface TrainResult {
  readonly epochs: readonly EpochMetrics[];
  readonly bestEpoch: number;
  /** The parameters of the best epoch, or the mean of those of the last epochs. */
  readonly best: NamedTensors;
  /** Whether they are such a mean. */
  readonly averaged: boolean;
  /** Median over the epochs of their median. */
  readonly secondsPerStep: number;
}

/** Milliseconds between reports; each lets the process do its other work. */
const REPORT_EVERY = 100;

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

const atOnce: StepScheduler = (step) => step();

/** Equal for batches with arrays of equal shapes. */
function shapeOf(batch: unknown): string {
  return Object.entries(batch as object)
    .filter(([, value]) => typeof value === "number")
    .map((entry) => entry.join(" "))
    .join();
}

/** Lets the event loop turn: messages are sent, signals are heard. */
const pause = () => new Promise<void>((resolve) => setImmediate(resolve));

/** One pass over the batches; consumes the state and gives the next. */
async function fitEpoch<P extends NamedArrays, B>(
  fitting: TrainConfig<P, B>,
  optimiser: Adam,
  given: AdamState<P>,
  progress: Progress,
) {
  const { seed, epochs, schedule = atOnce } = fitting;
  const epoch = progress.epoch + 1;
  const batches = fitting.batches(epoch);
  const seconds: number[] = [];
  let state = given;
  let { step } = progress;
  let lossSum = 0;
  let counted = 0;
  let loss = Number.NaN;
  let reported = -Infinity;
  try {
    for (const [done, batch] of batches.entries()) {
      if (performance.now() - reported > REPORT_EVERY) {
        reported = performance.now();
        fitting.onProgress?.({ epoch, epochs, step: done, steps: batches.length, loss });
        await pause();
      }
      const run = async () => {
        const start = performance.now();
        const key = np.array(new Uint32Array([foldIn(seed, "dropout"), step]));
        const [value, gradient] = await fitting.gradient(tree.ref(state.parameters), batch, key);
        loss = ((await value.data()) as Float32Array)[0]!;
        step++;
        state = optimiser.update(state, gradient, step, fitting.learningRate(step, epochs * batches.length));
        for (const array of tree.leaves(state)) await (array as np.Array).blockUntilReady();
        if (!Number.isFinite(loss)) {
          throw new RunError(`training diverged: the loss at step ${step} is ${loss}; choose a smaller learning rate`);
        }
        const count = fitting.count(batch);
        lossSum += loss * count;
        counted += count;
        seconds.push((performance.now() - start) / 1000);
      };
      await schedule(run, shapeOf(batch));
    }
  } catch (error) {
    tree.dispose(state);
    throw error;
  }
  fitting.onProgress?.({ epoch, epochs, step: batches.length, steps: batches.length, loss });
  return { state, step, trainLoss: lossSum / counted, secondsPerStep: median(seconds) };
}

/** The checkpoint first: whatever is written after it follows from it and is written again when a run resumes. */
function save(folder: string, checkpoint: Checkpoint, improved: boolean): void {
  writeCheckpoint(folder, checkpoint);
  writeMetrics(folder, checkpoint.progress.metrics);
  if (improved) writeModel(folder, checkpoint.arrays.best);
}

/** Where a run starts: initial parameters, no moments. */
async function firstCheckpoint(parameters: NamedTensors): Promise<Checkpoint> {
  const arrays = toArrays(parameters);
  const zeros = zerosLike(arrays);
  const moments = await toTensors(zeros);
  tree.dispose([arrays, zeros]);
  return {
    progress: { epoch: 0, step: 0, bestEpoch: 0, metrics: [] },
    arrays: { parameters, first: moments, second: moments, best: parameters },
  };
}

/** Sums entry by entry; no sum yet is 0. */
function added(tensors: NamedTensors, sum: NamedTensors | undefined): NamedTensors {
  if (sum === undefined) return tensors;
  const entries = Object.entries(tensors).map(([name, { shape, values }]) => {
    const before = sum[name]!.values;
    return [name, { shape, values: values.map((value, i) => value + before[i]!) }];
  });
  return Object.fromEntries(entries) as NamedTensors;
}

/** The mean of the last epochs' parameters when it is better on the dev set than the best epoch, else null. */
async function betterMean<P extends NamedArrays, B>(
  { epochs, average = 1, evaluate }: TrainConfig<P, B>,
  { bestEpoch, metrics }: Progress,
  { sum }: Checkpoint["arrays"],
): Promise<NamedTensors | null> {
  if (sum === undefined) return null;
  const count = Math.min(average, epochs);
  const entries = Object.entries(sum).map(([name, { shape, values }]) => {
    return [name, { shape, values: values.map((value) => value / count) }];
  });
  const mean = Object.fromEntries(entries) as NamedTensors;
  const arrays = toArrays<P>(mean);
  try {
    const { loss } = await evaluate(arrays);
    return loss < (metrics[bestEpoch - 1]?.devLoss ?? Infinity) ? mean : null;
  } finally {
    tree.dispose(arrays);
  }
}

/**
 * Trains until the epochs are done or the dev loss has not fallen for `patience` of them, and gives the parameters of the best
 * epoch. With a folder a checkpoint is written whole after every epoch: a run that was killed at any moment goes on from its last
 * one and ends with the figures it would have had (times aside). Throws a RunError when training diverges or the folder cannot be used.
 */
export async function fit<P extends NamedArrays, B>(fitting: TrainConfig<P, B>): Promise<TrainResult> {
  const { folder, epochs, patience, shapes, average = 1 } = fitting;
  const found = folder === undefined ? null : readCheckpoint(folder, shapes);
  // What follows from the checkpoint may not have been written before the run was killed.
  if (found !== null) save(folder!, found, found.progress.bestEpoch > 0);
  let { progress, arrays } = found ?? (await firstCheckpoint(fitting.initial()));
  const optimiser = adam(fitting.optimizer);
  let state: AdamState<P> | null = {
    parameters: toArrays<P>(arrays.parameters),
    first: toArrays<P>(arrays.first),
    second: toArrays<P>(arrays.second),
  };
  try {
    while (progress.epoch < epochs && progress.epoch - progress.bestEpoch < patience) {
      const before: AdamState<P> = state;
      // An epoch that fails has disposed of the state it was given.
      state = null;
      const { step, trainLoss, secondsPerStep, ...trained } = await fitEpoch(fitting, optimiser, before, progress);
      state = trained.state;
      const { loss: devLoss, accuracy: devAccuracy } = await fitting.evaluate(state.parameters);
      const epoch = progress.epoch + 1;
      const metrics: EpochMetrics = { epoch, step, trainLoss, devLoss, devAccuracy, secondsPerStep };
      const improved = devLoss < (progress.metrics[progress.bestEpoch - 1]?.devLoss ?? Infinity);
      const parameters = await toTensors(state.parameters);
      progress = {
        epoch,
        step,
        bestEpoch: improved ? epoch : progress.bestEpoch,
        metrics: [...progress.metrics, metrics],
      };
      arrays = {
        parameters,
        first: await toTensors(state.first),
        second: await toTensors(state.second),
        best: improved ? parameters : arrays.best,
        ...(average > 1 && epoch > epochs - average ? { sum: added(parameters, arrays.sum) } : {}),
      };
      if (folder !== undefined) save(folder, { progress, arrays }, improved);
      fitting.onEpoch?.(metrics);
    }
  } finally {
    if (state !== null) tree.dispose(state);
    optimiser.dispose();
  }
  const mean = progress.epoch === epochs ? await betterMean(fitting, progress, arrays) : null;
  if (mean !== null && folder !== undefined) writeModel(folder, mean);
  const secondsPerStep = median(progress.metrics.map((metrics) => metrics.secondsPerStep));
  return {
    epochs: progress.metrics,
    bestEpoch: progress.bestEpoch,
    best: mean ?? arrays.best,
    averaged: mean !== null,
    secondsPerStep,
  };
}
