/** The files of a run's folder: what each is called, holds and must hold to be read. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { EpochMetrics, SpamRunConfig } from "../tasks/run-types.ts";
import { vocabularyFromJson, type Vocabulary } from "../text/vocabulary.ts";
import type { NamedTensors } from "../nn/parameters.ts";
import { asRunError, RunError } from "../base/run-error.ts";
import { readSafetensors, writeSafetensors } from "../base/safetensors.ts";
import { readIfExists, temporaryName, writeAtomic } from "../base/atomic-write.ts";

/** Paths in a run's folder. */
export function runFiles(folder: string) {
  return {
    config: join(folder, "config.json"),
    vocabulary: join(folder, "vocab.json"),
    metrics: join(folder, "metrics.jsonl"),
    model: join(folder, "model.safetensors"),
    /** Everything a resumed run needs, in one file so that it is whole or absent; removed when the run has ended. */
    checkpoint: join(folder, "checkpoint.safetensors"),
    result: join(folder, "result.json"),
    /** What was answered to every item of the test set, and how good each answer is. */
    items: join(folder, "items.json"),
  } as const;
}

/** Throws a RunError unless the folder may be emptied for a new run: it is not there, or holds nothing but a run's files. */
export function checkReplaceable(folder: string): void {
  const own = new Set<string>(Object.values(runFiles(folder)));
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw asRunError(error, "read", folder);
  }
  const foreign = names.find((name) => !own.has(join(folder, name)) && !temporaryName.test(name));
  if (foreign !== undefined) {
    throw new RunError(
      `${folder} holds ${foreign}, which is no file of a run: --fresh would remove it; move it away or choose another folder`,
    );
  }
}

/** What config.json holds. */
export interface StoredConfig {
  readonly config: SpamRunConfig;
  readonly labels: readonly string[];
}

const CONFIG_FORMAT = "fenchel-run";
const STUDY_FORMAT = "fenchel-study";

export function writeConfig(folder: string, { config, labels }: StoredConfig): void {
  const stored = { format: CONFIG_FORMAT, version: 1, labels, ...config };
  writeAtomic(runFiles(folder).config, `${JSON.stringify(stored, null, 2)}\n`);
}

/** The configuration of the run in `folder`, or null when there is none. */
export function readConfig(folder: string): StoredConfig | null {
  const path = runFiles(folder).config;
  const json = readJson(path);
  if (json === null) return null;
  const { format, version, labels, ...config } = json;
  if (format === STUDY_FORMAT && typeof json["task"] === "string") {
    throw new RunError(
      `${folder} holds a run of ${json["task"]}, where one of spam is needed: its figures are in the report`,
    );
  }
  if (format !== CONFIG_FORMAT || version !== 1 || !Array.isArray(labels)) {
    throw new RunError(`${path} is not a run's configuration; choose another folder`);
  }
  return { config: config as unknown as SpamRunConfig, labels: labels as string[] };
}

/** Writes the configuration of a study's run. */
export function writeRunConfig(folder: string, config: object): void {
  writeAtomic(runFiles(folder).config, `${JSON.stringify({ format: STUDY_FORMAT, version: 1, ...config }, null, 2)}\n`);
}

/** The configuration of a study's run in `folder`, or null when there is none. */
export function readRunConfig<C>(folder: string): C | null {
  const path = runFiles(folder).config;
  const json = readJson(path);
  if (json === null) return null;
  const { format, version, ...config } = json;
  if (format === CONFIG_FORMAT && typeof json["task"] === "string") {
    throw new RunError(
      `${folder} holds a run of ${json["task"]}: add --fresh to train in its place, or give another --out`,
    );
  }
  if (format !== STUDY_FORMAT || version !== 1) {
    throw new RunError(`${path} is not the configuration of a study's run; choose another folder`);
  }
  return config as C;
}

/** Names of the settings in which two configurations differ, with both values. */
export function differences(stored: object, wanted: object): string[] {
  const names = new Set([...Object.keys(stored), ...Object.keys(wanted)]);
  const text = (config: object, name: string) => canonical((config as Record<string, unknown>)[name]);
  return [...names]
    .filter((name) => text(stored, name) !== text(wanted, name))
    .map((name) => `${name} ${text(stored, name)} there, ${text(wanted, name)} here`);
}

/** JSON with the keys of records in order. */
function canonical(value: unknown): string {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return JSON.stringify(value) ?? "none";
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(Object.fromEntries(entries));
}

export function writeVocabulary(folder: string, vocabulary: Vocabulary): void {
  writeAtomic(runFiles(folder).vocabulary, JSON.stringify(vocabulary.toJSON()));
}

export function readVocabulary(folder: string): Vocabulary {
  const path = runFiles(folder).vocabulary;
  return vocabularyFromJson(needed(readJson(path), path), path);
}

export function writeMetrics(folder: string, epochs: readonly EpochMetrics[]): void {
  writeAtomic(runFiles(folder).metrics, epochs.map((epoch) => `${JSON.stringify(epoch)}\n`).join(""));
}

export function readMetrics(folder: string): EpochMetrics[] {
  const path = runFiles(folder).metrics;
  const lines = (readIfExists(path)?.toString("utf8") ?? "").split("\n").filter((line) => line !== "");
  return lines.map((line, i) => {
    try {
      return JSON.parse(line) as EpochMetrics;
    } catch {
      throw new RunError(`${path} is broken: line ${i + 1} is not JSON; remove it and train again`);
    }
  });
}

export function writeModel(folder: string, parameters: NamedTensors): void {
  writeAtomic(runFiles(folder).model, writeSafetensors({ tensors: parameters, metadata: { format: "fenchel-model" } }));
}

export function readModel(folder: string): NamedTensors {
  const path = runFiles(folder).model;
  return readSafetensors(needed(readIfExists(path), path), path).tensors;
}

export function writeResult(folder: string, result: object): void {
  writeAtomic(runFiles(folder).result, `${JSON.stringify(result)}\n`);
}

/** The result of a run that has ended, or null. */
export function readResult<R>(folder: string): R | null {
  const path = runFiles(folder).result;
  const json = readJson(path);
  if (json !== null && !Array.isArray(json["epochs"])) {
    throw new RunError(`${path} is broken: it is not a run's result; remove it to start anew`);
  }
  return json as R | null;
}

function readJson(path: string): Record<string, unknown> | null {
  const bytes = readIfExists(path);
  if (bytes === null) return null;
  let json: unknown;
  try {
    json = JSON.parse(bytes.toString("utf8"));
  } catch {
    throw new RunError(`${path} is broken: it is not JSON; remove it to start anew`);
  }
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    throw new RunError(`${path} is broken: it is not a record; remove it to start anew`);
  }
  return json as Record<string, unknown>;
}

function needed<T>(content: T | null, path: string): T {
  if (content === null) throw new RunError(`${path} is missing: the folder holds no trained run`);
  return content;
}

/** What a run wrote for every item of its test set, and the figures of each from which the score it is compared by is made. */
export interface RunPredictions {
  readonly texts: readonly string[];
  /** Row-major: `width` numbers an item. */
  readonly rows: readonly number[];
  readonly width: number;
}

export function writePredictions(folder: string, items: RunPredictions): void {
  writeAtomic(runFiles(folder).items, JSON.stringify(items));
}

/** The items of the run in `folder`, or null when it has none. */
export function readPredictions(folder: string): RunPredictions | null {
  return readJson(runFiles(folder).items) as RunPredictions | null;
}
