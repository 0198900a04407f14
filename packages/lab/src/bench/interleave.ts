/** Trainings that take turns: each one step on the same batch, and only then the next batch. */
import type { StepScheduler } from "../training/fit.ts";

/** A batch that every training has learnt from. */
export interface Round {
  /** Whether it was the first with arrays of its shapes: then the engine has compiled in these seconds. */
  readonly compiled: boolean;
  /** Of each training's step. */
  readonly seconds: readonly number[];
}

export interface Turns {
  /** The turn of every training. */
  readonly of: readonly StepScheduler[];
  /** Ends them all: who waits for a turn, or asks for one, is refused with the reason. The first reason holds. */
  stop(reason: unknown): void;
}

interface Waiting {
  readonly step: () => Promise<void>;
  readonly shape: string;
  readonly goOn: () => void;
  readonly refuse: (reason: unknown) => void;
}

/**
 * Seconds that a step takes: the clock's, or the processor time of this process where that is less, as when other processes had the core
 * in between.
 */
async function secondsOf(step: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  const start = performance.now();
  await step();
  const wall = (performance.now() - start) / 1e3;
  const { user, system } = process.cpuUsage(before);
  return Math.max(Math.min(wall, (user + system) / 1e6), 1e-9);
}

const eventLoop = () => new Promise<void>((resolve) => setImmediate(resolve));

/**
 * Turns for `count` trainings with the same batches. A round begins when all wait, another of them first each time, so that none always
 * finds the memory as the same one left it; nothing else runs during a step. `onRound` is told of every round and may stop.
 */
export function interleave(count: number, onRound: (round: Round) => void): Turns {
  const known = new Set<string>();
  let waiting = new Map<number, Waiting>();
  let stopped: { readonly reason: unknown } | null = null;
  let rounds = 0;

  const stop = (reason: unknown) => {
    stopped ??= { reason };
    const refused = waiting;
    waiting = new Map();
    for (const { refuse } of refused.values()) refuse(stopped.reason);
  };

  /** Seconds of every training's step, or null when all were stopped meanwhile. */
  const stepAll = async (all: ReadonlyMap<number, Waiting>): Promise<number[] | null> => {
    const seconds: number[] = [];
    for (let i = 0; i < count; i++) {
      const turn = (rounds + i) % count;
      // Here Ctrl-C is heard.
      await eventLoop();
      if (stopped !== null) return null;
      seconds[turn] = await secondsOf(all.get(turn)!.step);
    }
    return seconds;
  };

  const play = async (all: ReadonlyMap<number, Waiting>): Promise<void> => {
    try {
      const shapes = new Set([...all.values()].map(({ shape }) => shape));
      if (shapes.size > 1)
        throw new Error(`trainings that take turns have different batches: ${[...shapes].join("; ")}`);
      const seconds = await stepAll(all);
      const [shape] = shapes;
      if (seconds !== null) onRound({ compiled: !known.has(shape!), seconds });
      known.add(shape!);
      rounds++;
    } catch (error) {
      stop(error);
    }
    for (const { goOn, refuse } of all.values()) {
      if (stopped === null) goOn();
      else refuse(stopped.reason);
    }
  };

  const turnOf = (place: number): StepScheduler => {
    return (step, shape) =>
      new Promise((goOn, refuse) => {
        if (stopped !== null) return refuse(stopped.reason);
        waiting.set(place, { step, shape, goOn, refuse });
        if (waiting.size < count) return;
        const all = waiting;
        waiting = new Map();
        void play(all);
      });
  };
  return { of: Array.from({ length: count }, (_, place) => turnOf(place)), stop };
}
