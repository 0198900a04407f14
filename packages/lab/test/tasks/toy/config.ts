/** Configurations of runs of the toy task. */
import { completeSettings, type Settings } from "../../../src/tasks/settings.ts";
import type { RunConfig } from "../../../src/tasks/task.ts";
import toy from "./task.ts";

/** Changes of a configuration, settings among them. */
export type ToyChanges = Partial<Omit<RunConfig, "settings">> & { readonly settings?: Settings };

export const toyData = () => toy.data("", {});

/** A run of fusedmax with the defaults, but for `changes`. */
export async function toyConfig({ settings = {}, ...changes }: ToyChanges = {}): Promise<RunConfig> {
  const { checksum } = await toyData();
  const { name, options } = toy.attention.resolve({ mapping: changes.mapping ?? "fusedmax", options: {} });
  return {
    task: toy.name,
    mapping: name,
    mappingOptions: options,
    seed: 1,
    settings: completeSettings(toy.settings, settings),
    dataChecksum: checksum,
    ...changes,
  };
}
