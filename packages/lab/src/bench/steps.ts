/** Training step time of a task's model with each mapping, on the same batches in one process. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { init } from "@jax-js/jax";
import { quantile } from "../metrics/statistics/bootstrap.ts";
import { asRunError, RunError } from "../base/run-error.ts";
import { FINETUNE_SETTINGS } from "../compare/compare.ts";
import { planRuns } from "../compare/plan.ts";
import type { AttentionSpec } from "../tasks/attention.ts";
import { runTask } from "../tasks/run-task.ts";
import type { Settings } from "../tasks/settings.ts";
import type { Task, TaskData } from "../tasks/task.ts";
import { interleave, type Round } from "./interleave.ts";

export interface StepsRequest {
  readonly mappings: readonly AttentionSpec[];
  /** All of the task's settings; those that end a training are ignored. */
  readonly settings: Settings;
  readonly seed: number;
  /** Approximate time for the batches that count; those with which the engine compiles come on top. At least three are counted. */
  readonly seconds: number;
}

export interface StepsOptions {
  /** Ends the measurement: it is rejected with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Training of one run, for tests. */
  readonly run?: typeof runTask;
  /** Called after every batch with the seconds spent on those that count. */
  readonly onBatch?: (done: { readonly seconds: number; readonly counted: number; readonly compiled: number }) => void;
}

/** A middle value and the quarters around it. */
export interface Quartiles {
  readonly median: number;
  readonly lower: number;
  readonly upper: number;
}

/** Step times of one mapping. */
export interface MappingSteps {
  /** With all options. */
  readonly spec: AttentionSpec;
  readonly milliseconds: Quartiles;
  /** Ratio of its seconds to those of the unit on the same batch. */
  readonly ratio: Quartiles;
}

export interface StepsResult {
  /** Index of the result that is the unit of the ratios: softmax, or the first where there is none. */
  readonly unit: number;
  readonly results: readonly MappingSteps[];
  /** Batches that are counted, a step of every mapping each. */
  readonly counted: number;
  /** Batches left out: the first of each shape of arrays, with which the engine compiles. */
  readonly compiled: number;
  /** Peak memory of the process in bytes: the models of all mappings together, and the data. */
  readonly peakMemory: number;
}

/** Fewer counted batches than these are not enough for quartiles. */
const LEAST_COUNTED = 3;

/** More epochs than time will ever allow. */
const ENDLESS = 1e6;

/** Names of the settings that end a training or say what follows it: they do not affect its steps. */
export const endingSettings: readonly string[] = ["epochs", "patience", "averageCheckpoints", ...FINETUNE_SETTINGS];

/** The settings of a training that does not end. */
function endless(settings: Settings): Settings {
  const entries = Object.entries(settings).map(([name, value]) => {
    return [name, name === "epochs" || name === "patience" ? ENDLESS : value] as const;
  });
  return Object.fromEntries(entries);
}

/** A folder that is gone when the work has ended, however it ended. */
async function inTemporaryFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  let folder: string;
  try {
    folder = mkdtempSync(join(tmpdir(), "fenchel-steps-"));
  } catch (error) {
    throw asRunError(error, "make a temporary folder in", tmpdir());
  }
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once("exit", remove);
  try {
    return await work(folder);
  } finally {
    process.off("exit", remove);
    remove();
  }
}

/** Why trainings end when enough has been measured. */
const TIME_IS_UP = Symbol("time is up");

/** Trains all mappings in turns until the time is up; the rounds, compilation included. */
async function trainInTurns(
  task: Task,
  data: TaskData,
  { mappings, settings, seed, seconds }: StepsRequest,
  { signal, onBatch, run = runTask }: StepsOptions,
): Promise<readonly Round[]> {
  const rounds: Round[] = [];
  let last = performance.now();
  let spent = 0;
  let counted = 0;
  const turns = interleave(mappings.length, (round) => {
    rounds.push(round);
    const now = performance.now();
    if (!round.compiled) {
      counted++;
      spent += (now - last) / 1000;
    }
    last = now;
    onBatch?.({ seconds: spent, counted, compiled: rounds.length - counted });
    if (spent >= seconds && counted >= LEAST_COUNTED) turns.stop(TIME_IS_UP);
  });
  let ended: { readonly reason: unknown } | null = null;
  const end = (reason: unknown) => {
    ended ??= { reason };
    turns.stop(reason);
  };
  const interrupt = () => end(signal!.reason);
  signal?.addEventListener("abort", interrupt);
  try {
    await inTemporaryFolder(async (folder) => {
      const request = { mappings, seeds: [seed], settings: endless(settings), folder };
      const trained = planRuns(task, request, data.checksum).map(async ({ config }, i) => {
        const own = join(folder, String(i));
        try {
          mkdirSync(own);
          await run(task, config, data, own, { schedule: turns.of[i]! });
          end(TIME_IS_UP);
        } catch (error) {
          end(error);
        }
      });
      await Promise.all(trained);
    });
  } finally {
    signal?.removeEventListener("abort", interrupt);
  }
  const { reason } = ended!;
  if (reason !== TIME_IS_UP) throw reason;
  return rounds;
}

function quartiles(values: readonly number[]): Quartiles {
  const sorted = Float64Array.from(values).sort();
  return { median: quantile(sorted, 0.5), lower: quantile(sorted, 0.25), upper: quantile(sorted, 0.75) };
}

/**
 * Trains the task's model with every mapping at once, each one step on a batch before all go on to the next batch: what slows the machine
 * slows all of them alike, so that the ratios hold on a busy one, too. A ratio is the median over batches of the seconds with this mapping
 * to those with softmax; seconds are the clock's, or the process's processor time where that is less. Nothing is kept.
 *
 * Throws the signal's reason, and like `runTask`.
 */
export async function measureSteps(
  task: Task,
  data: TaskData,
  request: StepsRequest,
  options: StepsOptions = {},
): Promise<StepsResult> {
  options.signal?.throwIfAborted();
  await init("wasm");
  const rounds = await trainInTurns(task, data, request, options);
  const kept = rounds.filter(({ compiled }) => !compiled);
  if (kept.length === 0) throw new RunError(`${task.name}: training ended before a batch could be measured`);
  const unit = Math.max(
    0,
    request.mappings.findIndex(({ mapping }) => mapping === "softmax"),
  );
  const results = request.mappings.map((spec, i): MappingSteps => {
    const { name, options: all } = task.attention.resolve(spec);
    return {
      spec: { mapping: name, options: all },
      milliseconds: quartiles(kept.map(({ seconds }) => 1000 * seconds[i]!)),
      ratio: quartiles(kept.map(({ seconds }) => seconds[i]! / seconds[unit]!)),
    };
  });
  return {
    unit,
    results,
    counted: kept.length,
    compiled: rounds.length - kept.length,
    // Counted in units of 1,024 bytes on every system.
    peakMemory: 1024 * process.resourceUsage().maxRSS,
  };
}
