/** A run of a task in its folder: trained, resumed, or already finished. */
import { init, tree } from "@jax-js/jax";
import { RunError } from "../base/run-error.ts";
import { initialTensors, toArrays, type NamedArrays, type NamedTensors } from "../nn/parameters.ts";
import { foldIn, uniformNumbers } from "../base/rng.ts";
import type { AdamOptions } from "../training/adam.ts";
import { prepareFolder, removeFile } from "../base/atomic-write.ts";
import { fit, type StepScheduler, type TrainProgress, type TrainResult } from "../training/fit.ts";
import { linearDecay, warmupLinearDecay } from "../training/lr-schedule.ts";
import {
  differences,
  readConfig,
  readModel,
  readResult,
  runFiles,
  writeConfig,
  writePredictions,
  writeResult,
  writeVocabulary,
} from "../training/run-dir.ts";
import { completeSettings, type Settings } from "./settings.ts";
import type { RunConfig, RunResult, Task, TaskData, TaskModel } from "./task.ts";

export interface RunTaskOptions {
  readonly onProgress?: ((progress: TrainProgress) => void) | undefined;
  /** Folder of the run whose parameters this one begins with. */
  readonly from?: string | undefined;
  /** Scheduler of the training steps; default one after the other. */
  readonly schedule?: StepScheduler | undefined;
}

/** All settings on one level, so that a difference names the setting. A run may be older than a setting: it has its default. */
function flat(task: Pick<Task, "settings">, { settings, ...config }: RunConfig): object {
  return { ...config, ...settings, ...completeSettings(task.settings, settings) };
}

/** Result of the run in `folder`, or null when it has not finished. Throws a RunError when the folder holds something else. */
export function finishedRun(task: Pick<Task, "settings">, folder: string, config: RunConfig): RunResult | null {
  const stored = readConfig<RunConfig>(folder);
  if (stored === null) return null;
  const differing = differences(flat(task, stored), flat(task, config));
  if (differing.length > 0) {
    throw new RunError(
      `${folder} holds a run with other settings (${differing.join("; ")}): add --overwrite to train it anew, or choose another --out`,
    );
  }
  return readResult<RunResult>(folder);
}

/** The task's model. Throws a RunError, in one line, for an attention or settings that do not go together. */
export function modelOf<V, S, B, P>(
  task: Task<V, S, B, P>,
  vocabulary: V,
  config: Pick<RunConfig, "mapping" | "mappingOptions" | "settings">,
): TaskModel<S, B, P> {
  try {
    return task.model(vocabulary, config);
  } catch (error) {
    if (error instanceof RangeError) throw new RunError(error.message, { cause: error });
    throw error;
  }
}

/** Initial parameters: random ones, pretrained ones in their place, and those of another run where they have the same shape. */
function initialParameters(
  { shapes, initial }: Pick<TaskModel, "shapes" | "initial">,
  seed: number,
  pretrained: NamedTensors = {},
  given: NamedTensors = {},
): NamedTensors {
  const own: NamedTensors = { ...(initial?.(seed) ?? initialTensors(shapes, seed)), ...pretrained };
  const fitting = Object.entries(given).filter(([name, { shape }]) => own[name]?.shape.join() === shape.join());
  return { ...own, ...Object.fromEntries(fitting) };
}

/** Value of a common setting that a task may lack. */
const numberOf = (settings: Settings, name: string): number | undefined => settings[name] as number | undefined;

function optimizerOf(settings: Settings, adam: AdamOptions = {}): AdamOptions {
  const [weightDecay, clip] = [numberOf(settings, "weightDecay"), numberOf(settings, "gradClipNorm")];
  return {
    ...adam,
    ...(weightDecay === undefined ? {} : { weightDecay }),
    ...(clip === undefined ? {} : { clip }),
  };
}

/** Trains the model of a run, with the common settings. */
function trainModel<V, S, B, P>(
  model: TaskModel<S, B, P>,
  { seed, settings, startedFrom }: RunConfig,
  data: TaskData<V, S>,
  folder: string,
  { from, onProgress, schedule }: RunTaskOptions,
): Promise<TrainResult> {
  const learningRate = numberOf(settings, "learningRate")!;
  const warmupSteps = numberOf(settings, "warmupSteps");
  return fit<NamedArrays, B>({
    seed,
    epochs: numberOf(settings, "epochs")!,
    patience: numberOf(settings, "patience")!,
    shapes: model.shapes,
    folder,
    initial: () => initialParameters(model, seed, data.pretrained, from === undefined ? {} : readModel(from)),
    batches: (epoch) => model.batches(data.train, uniformNumbers(foldIn(seed, "order", epoch))),
    count: (batch) => model.count(data.train, batch),
    gradient: (parameters, batch, key) => model.gradient(parameters, data.train, batch, key),
    evaluate: (parameters) => model.validate(parameters, data.dev),
    learningRate:
      warmupSteps === undefined
        ? linearDecay(learningRate)
        : warmupLinearDecay(learningRate, startedFrom === undefined ? warmupSteps : 0),
    optimizer: optimizerOf(settings, model.adam),
    average: numberOf(settings, "averageCheckpoints") ?? 1,
    onProgress,
    schedule,
  });
}

/**
 * Trains the run that `config` describes in `folder`, which is made if need be, and evaluates its best epoch on the test set. A run that
 * was killed resumes from its last checkpoint and ends with the figures it would have had (times aside); a finished one gives its result.
 * Equal configurations and data give equal figures on one machine.
 *
 * Throws a RunError when the folder cannot be used, training diverges, or attention and settings do not go together.
 */
export async function runTask<V, S, B, P, E>(
  task: Task<V, S, B, P, E>,
  config: RunConfig,
  data: TaskData<V, S>,
  folder: string,
  options: RunTaskOptions = {},
): Promise<RunResult<E>> {
  prepareFolder(folder);
  const finished = finishedRun(task, folder, config);
  if (finished !== null) return finished as RunResult<E>;
  const { vocabulary, test, examples } = data;
  await init("wasm");
  const model = modelOf(task, vocabulary, config);
  try {
    writeConfig(folder, config);
    writeVocabulary(folder, vocabulary);
    const trained = await trainModel(model, config, data, folder, options);
    const best = toArrays(trained.best);
    try {
      const last = trained.epochs.at(-1)!;
      const { epochs } = config.settings as { readonly epochs: number };
      const onProgress = (done: number, of: number) =>
        options.onProgress?.({ epoch: epochs, epochs, step: 1, steps: 1, loss: last.trainLoss, written: { done, of } });
      const predict = (split: S) => model.predict(best, split);
      const context = { config, vocabulary, predict };
      const predictions = await model.predict(best, test, { onProgress });
      const { scores, perExample } = await task.evaluate(predictions, test, context);
      if (perExample !== undefined) writePredictions(folder, perExample);
      const result: RunResult<E> = {
        config,
        epochs: trained.epochs,
        bestEpoch: trained.bestEpoch,
        secondsPerStep: trained.secondsPerStep,
        scores,
        examples: examples === null ? [] : task.examples(await predict(examples), examples, context),
      };
      writeResult(folder, result);
      removeFile(runFiles(folder).checkpoint);
      return result;
    } finally {
      tree.dispose(best);
    }
  } finally {
    model.dispose();
  }
}
