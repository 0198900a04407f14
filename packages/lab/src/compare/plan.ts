/** Which runs a comparison consists of: a mapping with its options, and a seed, each in a folder of its own. */
import { join } from "node:path";
import type { SpamRunConfig } from "../tasks/run-types.ts";
import { runConfig } from "../tasks/spam/config.ts";
import type { Planned } from "./compare-runs.ts";

/** A mapping to compare, with options other than its defaults. */
export interface MappingChoice {
  readonly mapping: string;
  readonly options: Readonly<Record<string, number>>;
}

export interface PlannedSpamRun extends Planned {
  readonly config: SpamRunConfig;
}

/** Settings common to all runs of a comparison; what is left out takes the task's default. */
export type CommonSettings = Partial<Omit<SpamRunConfig, "mapping" | "mappingOptions" | "seed">> &
  Pick<SpamRunConfig, "task" | "dataChecksum">;

/** A choice in a word: "fusedmax lambda 0.2" for people, "fusedmax-lambda0.2" for folders. */
export function labelOf({ mapping, options }: MappingChoice, join: string, assign: string): string {
  return [mapping, ...Object.entries(options).map(([name, value]) => `${name}${assign}${value}`)].join(join);
}

/** The runs, seed by seed, so that a comparison that is stopped early has whole rounds of mappings. */
export function planSpamRuns(
  choices: readonly MappingChoice[],
  seeds: readonly number[],
  settings: CommonSettings,
  folder: string,
): PlannedSpamRun[] {
  return seeds.flatMap((seed) =>
    choices.map((choice) => ({
      name: `${labelOf(choice, " ", " ")} seed ${seed}`,
      folder: join(folder, `${labelOf(choice, "-", "")}-seed${seed}`),
      config: runConfig({ ...settings, mapping: choice.mapping, mappingOptions: choice.options, seed }),
    })),
  );
}
