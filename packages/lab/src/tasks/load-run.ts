/** Finished or interrupted runs loaded from their folders, to evaluate and explain. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { init, tree } from "@jax-js/jax";
import { asRunError, RunError } from "../base/run-error.ts";
import { toArrays, type NamedArrays } from "../nn/parameters.ts";
import {
  readConfig,
  readMetrics,
  readModel,
  readResult,
  readVocabulary,
  runFiles,
  type EpochMetrics,
} from "../training/run-dir.ts";
import { taskNamed } from "./index.ts";
import { modelOf } from "./run-task.ts";
import { completeSettings } from "./settings.ts";
import type { Evaluation, PredictOptions, RunConfig, RunResult, Task, TaskModel } from "./task.ts";

/** A trained model ready for use. Owns memory of the engine: `dispose` frees it. */
export interface LoadedRun {
  readonly task: Task;
  readonly config: RunConfig;
  readonly vocabulary: unknown;
  readonly epochs: readonly EpochMetrics[];
  /** Null for a run that has not finished; its model is then the best so far. */
  readonly result: RunResult | null;
  readonly model: TaskModel;
  readonly parameters: NamedArrays;
  /** Predictions of a split of the task's data, or of inputs that the task has encoded. */
  predict(split: unknown, options?: PredictOptions): Promise<unknown>;
  /** Scores of a split. */
  evaluate(split: unknown): Promise<Evaluation["scores"]>;
  /** Predictions as the task's examples; the split must hold what is needed to show them. */
  explain(split: unknown): Promise<readonly unknown[]>;
  dispose(): void;
}

/** Loads the run in `folder`. Throws a RunError or DataError that names the file that is missing or broken. */
export async function loadRun(folder: string): Promise<LoadedRun> {
  const stored = readConfig<RunConfig>(folder);
  if (stored === null) {
    const why = existsSync(folder) ? "the folder holds no run" : "there is no such folder";
    throw new RunError(`${runFiles(folder).config} is missing: ${why}; name a run's own folder`);
  }
  const task = taskNamed(stored.task);
  const config = { ...stored, settings: completeSettings(task.settings, stored.settings) };
  const vocabulary = readVocabulary(folder);
  const tensors = readModel(folder);
  await init("wasm");
  const model = modelOf(task, vocabulary, config);
  for (const [name, { shape }] of Object.entries(model.shapes)) {
    const found = tensors[name]?.shape.join(", ");
    if (found !== shape.join(", ")) {
      model.dispose();
      throw new RunError(
        `${runFiles(folder).model} does not fit the run: ${name} has shape [${found ?? "none"}], not [${shape.join(", ")}]`,
      );
    }
  }
  const parameters = toArrays(Object.fromEntries(Object.keys(model.shapes).map((name) => [name, tensors[name]!])));
  const predict: LoadedRun["predict"] = (split, options) => model.predict(parameters, split, options);
  const context = { config, vocabulary, predict };
  return {
    task,
    config,
    vocabulary,
    epochs: readMetrics(folder),
    result: readResult<RunResult>(folder),
    model,
    parameters,
    predict,
    evaluate: async (split) => (await task.evaluate(await predict(split), split, context)).scores,
    explain: async (split) => task.examples(await predict(split), split, context),
    dispose: () => {
      tree.dispose(parameters);
      model.dispose();
    },
  };
}

/**
 * Run folders in `folder`: itself, or those of a comparison, of each mapping and its options the one with the smallest seed. Throws a
 * RunError when there is none.
 */
export function findRuns(folder: string): string[] {
  if (readConfig(folder) !== null) return [folder];
  let names: string[];
  try {
    names = readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      throw new RunError(`${folder}: there is no such folder; give the folder of a run or of a comparison`);
    }
    throw asRunError(error, "read", folder);
  }
  const found = new Map<string, { path: string; seed: number }>();
  for (const name of names.sort()) {
    const path = join(folder, name);
    const config = readConfig<RunConfig>(path);
    if (config === null) continue;
    const { mapping, mappingOptions, seed } = config;
    const key = JSON.stringify([mapping, Object.entries(mappingOptions).sort()]);
    const known = found.get(key);
    if (known === undefined || seed < known.seed) found.set(key, { path, seed });
  }
  if (found.size === 0) throw new RunError(`${folder} holds no run: give the folder of a run or of a comparison`);
  return Array.from(found.values(), ({ path }) => path);
}
