/** One run of a study in its folder: begun, resumed, or already ended. */
import { init } from "@jax-js/jax";
import { RunError } from "../base/run-error.ts";
import {
  differences,
  readModel,
  readResult,
  readStudyConfig,
  runFiles,
  writeResult,
  writeStudyConfig,
} from "../training/run-dir.ts";
import { prepareFolder, removeFile } from "../training/atomic-write.ts";
import type { TrainProgress } from "../training/fit.ts";
import type { Study, StudyConfig, StudyData, StudyResult } from "./task.ts";

export interface RunStudyOptions {
  readonly onProgress?: ((progress: TrainProgress) => void) | undefined;
  /** Folder of the run whose parameters this one begins with. */
  readonly from?: string | undefined;
}

/**
 * All settings on one level, so that a difference names the setting. One that is not among them has its default: a run may be older
 * than a setting, whose default must leave such runs what they are.
 */
function flat(study: Pick<Study, "settings">, { settings, ...config }: StudyConfig): object {
  const usual = Object.fromEntries(study.settings.map(({ name, value }) => [name, value]));
  return { ...config, ...usual, ...settings };
}

/** The result of the run in `folder`, or null when it has not ended. Throws a RunError when the folder holds something else. */
export function endedStudyRun(study: Pick<Study, "settings">, folder: string, config: StudyConfig): StudyResult | null {
  const stored = readStudyConfig<StudyConfig>(folder);
  if (stored === null) return null;
  const differing = differences(flat(study, stored), flat(study, config));
  if (differing.length > 0) {
    throw new RunError(
      `${folder} holds a run with other settings (${differing.join("; ")}): add --fresh to train it anew, or give another --out`,
    );
  }
  return readResult<StudyResult>(folder);
}

/**
 * Trains the run that `config` describes in `folder`, which is made if need be; a run that was killed goes on from its last
 * checkpoint, one that has ended gives its result. Throws a RunError when the folder cannot be used or training diverges.
 */
export async function runStudy<D extends StudyData>(
  study: Study<D>,
  config: StudyConfig,
  data: D,
  folder: string,
  { onProgress, from }: RunStudyOptions = {},
): Promise<StudyResult> {
  prepareFolder(folder);
  const ended = endedStudyRun(study, folder, config);
  if (ended !== null) return ended;
  writeStudyConfig(folder, config);
  await init("wasm");
  const initial = from === undefined ? undefined : readModel(from);
  const result = await study.train(config, data, folder, { onProgress, initial });
  writeResult(folder, result);
  removeFile(runFiles(folder).checkpoint);
  return result;
}
