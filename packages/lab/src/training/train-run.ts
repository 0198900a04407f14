/** One run: trains the text classifier with one mapping and seed, epoch by epoch, in a folder from which it can resume. */
import { init, numpy as np, tree } from "@jax-js/jax";
import { chooseShownTexts } from "../data/shown-texts.ts";
import { buildVocabulary, type Vocabulary } from "../data/vocabulary.ts";
import { compileClassifier, type CompiledClassifier } from "../models/compiled-classifier.ts";
import { toArrays, toTensors, zerosLike, type NamedTensors } from "../models/parameters.ts";
import { derivedSeed, uniformNumbers } from "../models/random-numbers.ts";
import { initialValues, textClassifierShapes, type TextClassifierParameters } from "../models/text-classifier.ts";
import type { ClassificationData, EpochMetrics, LabelledText, RunConfig, RunResult } from "../run-types.ts";
import { readCheckpoint, writeCheckpoint, type Checkpoint, type Progress } from "../runs/checkpoint.ts";
import { RunError } from "../runs/run-error.ts";
import {
  differences,
  readConfig,
  readResult,
  runFiles,
  writeConfig,
  writeMetrics,
  writeModel,
  writeResult,
  writeVocabulary,
} from "../runs/run-folder.ts";
import { prepareFolder, removeFile } from "../runs/whole-files.ts";
import { adam, type Adam, type AdamState } from "./adam.ts";
import { batchArrays, planBatches, type EncodedText } from "./batches.ts";
import { checkConfig, learningRateAt } from "./config.ts";
import { encodeTexts, explained } from "./encode.ts";
import { judge, scoresOf } from "./judge.ts";

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
}

export interface TrainOptions {
  readonly onProgress?: ((progress: TrainProgress) => void) | undefined;
  /** Texts to explain in the result; by default eight of the test split. */
  readonly explained?: readonly LabelledText[] | undefined;
}

/** Milliseconds between reports; each lets the process do its other work. */
const REPORT_EVERY = 100;

type State = AdamState<TextClassifierParameters>;

interface Training {
  readonly config: RunConfig;
  readonly classifier: CompiledClassifier;
  readonly optimiser: Adam;
  readonly train: readonly EncodedText[];
  readonly dev: readonly EncodedText[];
  readonly report: (progress: TrainProgress) => void;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Lets the event loop turn: messages are sent, signals are heard. */
const pause = () => new Promise<void>((resolve) => setImmediate(resolve));

/** One pass over the training texts; consumes the state and gives the next. */
async function trainEpoch(training: Training, given: State, progress: Progress) {
  const { config, classifier, optimiser, train, report } = training;
  const { batchSize, seed, epochs, maxWords } = config;
  const epoch = progress.epoch + 1;
  const batches = planBatches(train, batchSize, maxWords, uniformNumbers(derivedSeed(seed, "order", epoch)));
  const seconds: number[] = [];
  let state = given;
  let { step } = progress;
  let lossSum = 0;
  let loss = NaN;
  let reported = -Infinity;
  try {
    for (const [done, plan] of batches.entries()) {
      if (performance.now() - reported > REPORT_EVERY) {
        reported = performance.now();
        report({ epoch, epochs, step: done, steps: batches.length, loss });
        await pause();
      }
      const start = performance.now();
      const { texts, labels, counted } = batchArrays(train, plan, batchSize);
      const key = np.array(new Uint32Array([derivedSeed(seed, "dropout"), step]));
      const [value, gradient] = await classifier.gradient(tree.ref(state.parameters), texts, labels, counted, key);
      loss = ((await value.data()) as Float32Array)[0]!;
      step++;
      state = optimiser.update(state, gradient, step, learningRateAt(config, step, epochs * batches.length));
      for (const array of tree.leaves(state)) await (array as np.Array).blockUntilReady();
      if (!Number.isFinite(loss)) {
        throw new RunError(`training diverged: the loss at step ${step} is ${loss}; choose a smaller learning rate`);
      }
      lossSum += loss * plan.texts.length;
      seconds.push((performance.now() - start) / 1000);
    }
  } catch (error) {
    tree.dispose(state);
    throw error;
  }
  report({ epoch, epochs, step: batches.length, steps: batches.length, loss });
  return { state, step, trainLoss: lossSum / train.length, secondsPerStep: median(seconds) };
}

/** Trains from a checkpoint until the epochs are done or the dev loss has not improved for `patience` of them. */
async function trainAll(training: Training, start: Checkpoint, folder: string): Promise<Checkpoint> {
  const { config, classifier, dev } = training;
  let { progress, arrays } = start;
  let state: State = {
    parameters: toArrays(arrays.parameters),
    first: toArrays(arrays.first),
    second: toArrays(arrays.second),
  };
  while (progress.epoch < config.epochs && progress.epoch - progress.bestEpoch < config.patience) {
    const trained = await trainEpoch(training, state, progress);
    state = trained.state;
    const judgements = await judge(classifier, state.parameters, dev, config);
    const { loss: devLoss, accuracy: devAccuracy } = scoresOf(dev, judgements);
    const epoch = progress.epoch + 1;
    const { step, trainLoss, secondsPerStep } = trained;
    const metrics: EpochMetrics = { epoch, step, trainLoss, devLoss, devAccuracy, secondsPerStep };
    const best = progress.metrics[progress.bestEpoch - 1]?.devLoss ?? Infinity;
    const improved = devLoss < best;
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
    };
    save(folder, { progress, arrays }, improved);
  }
  tree.dispose(state);
  return { progress, arrays };
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

/** Checks what the folder holds; returns the result when the run in it has ended already. */
function openFolder(folder: string, config: RunConfig, data: ClassificationData): RunResult | null {
  prepareFolder(folder);
  const stored = readConfig(folder);
  if (stored !== null) {
    const differing = differences(stored.config, config);
    if (differing.length > 0) {
      throw new RunError(
        `${folder} holds a run with other settings (${differing.join("; ")}): choose another folder or remove this one`,
      );
    }
    const result = readResult(folder);
    if (result !== null) return result;
  }
  writeConfig(folder, { config, labels: data.labels });
  return null;
}

function sizesOf(config: RunConfig, vocabulary: Vocabulary, labels: readonly string[]) {
  return {
    vocabulary: vocabulary.size,
    embedding: config.embeddingSize,
    hidden: config.hiddenSize,
    labels: labels.length,
  };
}

/**
 * Trains until `config.epochs` are done or the dev loss has not improved for `config.patience` epochs, then scores the
 * parameters of the best epoch on the test split.
 *
 * - `folder` is made if need be. A checkpoint is written whole after every epoch: a run that was killed at any moment goes on
 *   from its last one and ends with the figures it would have had (times aside). A run that has ended returns its result.
 * - Equal configurations and data give equal figures on one machine.
 * - Throws a RangeError for a setting out of range, a RunError when the folder cannot be used, holds another run or a broken
 *   file, when the disk is full, or when training diverges.
 */
export async function trainRun(
  config: RunConfig,
  data: ClassificationData,
  folder: string,
  options: TrainOptions = {},
): Promise<RunResult> {
  checkConfig(config, data);
  const ended = openFolder(folder, config, data);
  if (ended !== null) return ended;
  await init("wasm");
  const vocabulary = buildVocabulary(
    data.train.map(({ words }) => words.slice(0, config.maxWords)),
    { maxSize: config.vocabularySize },
  );
  writeVocabulary(folder, vocabulary);
  const sizes = sizesOf(config, vocabulary, data.labels);
  const shapes = textClassifierShapes(sizes);
  const classifier = compileClassifier(config);
  const optimiser = adam();
  try {
    let start = readCheckpoint(folder, shapes);
    if (start !== null) save(folder, start, start.progress.bestEpoch > 0);
    else {
      const values = Object.entries(initialValues(sizes, config.seed)).map(([name, array]) => {
        const { shape } = shapes[name as keyof typeof shapes];
        return [name, { shape, values: array as Float32Array<ArrayBuffer> }];
      });
      start = await firstCheckpoint(Object.fromEntries(values) as NamedTensors);
    }
    const encode = (texts: readonly LabelledText[]) => encodeTexts(texts, vocabulary, config.maxWords);
    const train = encode(data.train).filter(({ words }) => words.length > 0);
    const training: Training = {
      config,
      classifier,
      optimiser,
      train,
      dev: encode(data.dev),
      report: options.onProgress ?? (() => {}),
    };
    const { progress, arrays } = await trainAll(training, start, folder);
    const best = toArrays<TextClassifierParameters>(arrays.best);
    const test = encode(data.test);
    const shown = options.explained ?? chooseShownTexts(data.test, { count: 8 });
    const result: RunResult = {
      config,
      epochs: progress.metrics,
      bestEpoch: progress.bestEpoch,
      test: scoresOf(test, await judge(classifier, best, test, config)),
      secondsPerStep: median(progress.metrics.map(({ secondsPerStep }) => secondsPerStep)),
      explained: explained(shown, await judge(classifier, best, encode(shown), config)),
    };
    tree.dispose(best);
    writeResult(folder, result);
    removeFile(runFiles(folder).checkpoint);
    return result;
  } finally {
    classifier.dispose();
    optimiser.dispose();
  }
}
