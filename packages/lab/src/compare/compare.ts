/** A comparison on a classification task that the lab reads itself. */
import type { ClassificationData, SpamRunResult } from "../tasks/run-types.ts";
import { checkConfig } from "../tasks/spam/config.ts";
import { RunError } from "../base/run-error.ts";
import { differences, readConfig, readResult } from "../training/run-dir.ts";
import { compareRuns, type RunsListener, type RunsOptions } from "./compare-runs.ts";
import { packData } from "./job-messages.ts";
import type { PlannedSpamRun } from "./plan.ts";

/** Hears of every run as the comparison goes on. */
export type CompareListener = RunsListener<PlannedSpamRun, SpamRunResult>;

export interface SpamCompareOptions extends RunsOptions<PlannedSpamRun, SpamRunResult> {
  /** Module of a run's process, for tests of what happens around it. */
  readonly script?: string | URL;
}

/** The result in a run's folder when it has ended; throws when the folder holds a run with other settings. */
function endedResult({ folder, config }: PlannedSpamRun): SpamRunResult | null {
  const stored = readConfig(folder);
  if (stored === null) return null;
  const differing = differences(stored.config, config);
  if (differing.length > 0) {
    throw new RunError(
      `${folder} holds a run with other settings (${differing.join("; ")}): add --fresh to train it anew, or give another --out`,
    );
  }
  return readResult<SpamRunResult>(folder);
}

/**
 * Trains every planned run that has not ended and returns all results in the order of the plan. Everything that can be
 * checked is checked before the first run starts. Throws a RunError or RangeError for what the user can mend, a JobError
 * for a run that failed, the signal's reason when it is aborted; run folders stay and resume.
 */
export async function compare(
  plan: readonly PlannedSpamRun[],
  data: ClassificationData,
  options: SpamCompareOptions,
): Promise<SpamRunResult[]> {
  for (const { config } of plan) checkConfig(config, data);
  const packed = packData(data);
  return compareRuns(
    plan,
    {
      script: options.script ?? new URL("./run-process.js", import.meta.url),
      ended: endedResult,
      message: ({ config, folder }) => ({ config, folder, data: packed }),
    },
    options,
  );
}
