/** A checkpoint: everything a run needs to go on, in one safetensors file. */
import type { NamedTensors } from "../nn/parameters.ts";
import type { EpochMetrics } from "../tasks/run-types.ts";
import { RunError } from "../base/run-error.ts";
import { runFiles } from "./run-dir.ts";
import { readSafetensors, writeSafetensors, type Tensor } from "../base/safetensors.ts";
import { readIfExists, writeAtomic } from "../base/atomic-write.ts";

/** How far a run has come. Random numbers need no state: seed, epoch and step determine them. */
export interface Progress {
  /** Whole epochs done. */
  readonly epoch: number;
  /** Steps done. */
  readonly step: number;
  /** Epoch of the best dev loss so far, from 1; 0 before the first. */
  readonly bestEpoch: number;
  readonly metrics: readonly EpochMetrics[];
}

export interface Checkpoint {
  readonly progress: Progress;
  /** Parameters, both of Adam's moments, the parameters of the best epoch and, once they are being averaged, their sum. */
  readonly arrays: Readonly<Record<ArrayGroup, NamedTensors>> & { readonly [SUM]?: NamedTensors | undefined };
}

const groups = ["parameters", "first", "second", "best"] as const;
type ArrayGroup = (typeof groups)[number];
const SUM = "sum";

const FORMAT = "fenchel-checkpoint 1";

export function writeCheckpoint(folder: string, { progress, arrays }: Checkpoint): void {
  const named = [...groups, SUM].flatMap((group) =>
    Object.entries(arrays[group as ArrayGroup] ?? {}).map(([name, tensor]) => [`${group}/${name}`, tensor] as const),
  );
  const metadata = { format: FORMAT, progress: JSON.stringify(progress) };
  writeAtomic(runFiles(folder).checkpoint, writeSafetensors({ tensors: Object.fromEntries(named), metadata }));
}

/** The last whole checkpoint, or null. `shapes` are those of the model's parameters. */
export function readCheckpoint(
  folder: string,
  shapes: Readonly<Record<string, { readonly shape: readonly number[] }>>,
): Checkpoint | null {
  const path = runFiles(folder).checkpoint;
  const bytes = readIfExists(path);
  if (bytes === null) return null;
  const { tensors, metadata } = readSafetensors(bytes, path);
  const wrong = (what: string) => new RunError(`${path} does not fit this run: ${what}; remove it to start anew`);
  if (metadata["format"] !== FORMAT) throw wrong("it is no checkpoint of this version");
  const take = (group: ArrayGroup | typeof SUM): NamedTensors => {
    const entries = Object.entries(shapes).map(([name, { shape }]): [string, Tensor] => {
      const tensor = tensors[`${group}/${name}`];
      if (tensor === undefined) throw wrong(`${group}/${name} is missing`);
      if (tensor.shape.join() !== shape.join()) {
        throw wrong(`${group}/${name} has shape [${tensor.shape.join(", ")}], not [${shape.join(", ")}]`);
      }
      return [name, tensor];
    });
    return Object.fromEntries(entries);
  };
  return {
    progress: JSON.parse(metadata["progress"] ?? "null") as Progress,
    arrays: {
      parameters: take("parameters"),
      first: take("first"),
      second: take("second"),
      best: take("best"),
      ...(Object.keys(tensors).some((name) => name.startsWith(`${SUM}/`)) ? { [SUM]: take(SUM) } : {}),
    },
  };
}
