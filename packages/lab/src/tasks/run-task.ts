/** One run of a study in its folder: begun, resumed, or already ended. */
import { init } from "@jax-js/jax";
import { RunError } from "../base/run-error.ts";
import {
  differences,
  readModel,
  readResult,
  readRunConfig,
  runFiles,
  writeResult,
  writeRunConfig,
} from "../training/run-dir.ts";
import { prepareFolder, removeFile } from "../base/atomic-write.ts";
import type { TrainProgress } from "../training/fit.ts";
import type { Task, RunConfig, TaskData, RunResult } from "./task.ts";

export interface RunTaskOptions {
  readonly onProgress?: ((progress: TrainProgress) => void) | undefined;
  /** Folder of the run whose parameters this one begins with. */
  readonly from?: string | undefined;
}

/**
 * All settings on one level, so that a difference names the setting. One that is not among them has its default: a run may be older
 * than a setting, whose default must leave such runs what they are.
 */
function flat(study: Pick<Task, "settings">, { settings, ...config }: RunConfig): object {
  const usual = Object.fromEntries(study.settings.map(({ name, value }) => [name, value]));
  return { ...config, ...usual, ...settings };
}

/** The result of the run in `folder`, or null when it has not ended. Throws a RunError when the folder holds something else. */
export function finishedRun(study: Pick<Task, "settings">, folder: string, config: RunConfig): RunResult | null {
  const stored = readRunConfig<RunConfig>(folder);
  if (stored === null) return null;
  const differing = differences(flat(study, stored), flat(study, config));
  if (differing.length > 0) {
    throw new RunError(
      `${folder} holds a run with other settings (${differing.join("; ")}): add --fresh to train it anew, or give another --out`,
    );
  }
  return readResult<RunResult>(folder);
}

/**
 * Trains the run that `config` describes in `folder`, which is made if need be; a run that was killed goes on from its last
 * checkpoint, one that has ended gives its result. Throws a RunError when the folder cannot be used or training diverges.
 */
export async function runTask<D extends TaskData>(
  study: Task<D>,
  config: RunConfig,
  data: D,
  folder: string,
  { onProgress, from }: RunTaskOptions = {},
): Promise<RunResult> {
  prepareFolder(folder);
  const ended = finishedRun(study, folder, config);
  if (ended !== null) return ended;
  writeRunConfig(folder, config);
  await init("wasm");
  const initial = from === undefined ? undefined : readModel(from);
  const result = await study.train(config, data, folder, { onProgress, initial });
  writeResult(folder, result);
  removeFile(runFiles(folder).checkpoint);
  return result;
}
