/** The pool: splits a call's rows over its workers and the caller's own thread. */
import type { KernelDelegate } from "../kernels/runtime/dispatch.ts";
import type { CallShape, Kernel, KernelCall } from "../kernels/runtime/kernel.ts";
import {
  bytesOf,
  DONE,
  IDLE,
  makeMailbox,
  OUTCOME,
  POSTED,
  POSTED_SO_FAR,
  RUNNING,
  STATE,
  writeJob,
  type SharedMailbox,
} from "./shared-job.ts";
import { startWorker, type ParallelWorker, type WorkerSource } from "./start-worker.ts";

/** Most bytes of one worker's share; a larger call stays on the caller's thread. */
const MOST = 2 ** 30;

/** How often a worker that ended is replaced: one that always does must not be started for ever. */
const MOST_REPLACEMENTS = 3;

/**
 * How long a share that a worker has begun may take, in milliseconds and in times the caller's own share, which is as large.
 * Beyond that the worker counts as dead: a thread that waits hears of no event.
 */
const PATIENCE = 1000;
const PATIENCE_TIMES = 50;

/** A worker that has not begun any of so many jobs in a row, over so many milliseconds, counts as dead, too. */
const LATE_JOBS = 8;
const LATE_TIME = 2000;

type Numbers = Float32Array | Float64Array | Int32Array | Uint8Array;
type Arrays = Readonly<Record<string, Numbers | null>>;

/** A share: blocks [start, end) of the outermost axis. */
interface Share {
  readonly start: number;
  readonly end: number;
}

/** A place for a worker, and the one that has it. */
interface Slot {
  mailbox: SharedMailbox;
  /** Undefined until it is ready, and from when it ended until it is replaced. */
  worker: ParallelWorker | undefined;
  replacements: number;
  /** Mappings whose kernels the worker has: the first job of each brings the kernel along. */
  readonly known: Set<string>;
  /** Jobs in a row that were taken back before the worker began them, and when the first of them was. */
  late: number;
  lateSince: number;
}

/** A call as the pool sees it: where the arrays of a share are, and how this thread computes one. */
interface Task {
  readonly direction: "forward" | "pullback";
  readonly mapping: string;
  readonly kernel: Kernel;
  readonly call: CallShape;
  inputs(share: Share): Arrays;
  outputs(share: Share): Arrays;
  runHere(share: Share): number;
}

function part<A extends Numbers | null>(array: A, share: Share, entries: number): A {
  return (array === null ? null : array.subarray(share.start * entries, share.end * entries)) as A;
}

/** A hyper-parameter's values for a share: one for all rows stays one. */
function valuesPart(values: Float64Array, share: Share, inner: number): Float64Array {
  return values.length <= 1 ? values : part(values, share, inner);
}

function shapePart<C extends CallShape>(call: C, share: Share): C {
  const { n, inner } = call;
  return {
    ...call,
    outer: share.end - share.start,
    kept: part(call.kept, share, n * inner),
    lengths: part(call.lengths, share, inner),
    gamma: valuesPart(call.gamma, share, inner),
    parameter: valuesPart(call.parameter, share, inner),
  };
}

/** Posts a share to a worker; returns where its results will be, or undefined where it does not fit. */
function post({ mailbox, known }: Slot, task: Task, share: Share): Readonly<Record<string, Numbers>> | undefined {
  const { outer, n, inner, structure, kept, lengths, gamma, parameter } = shapePart(task.call, share);
  const { direction, mapping, kernel } = task;
  const source = known.has(mapping) ? null : kernel.source;
  const inputs = { ...task.inputs(share), kept, lengths, gamma, parameter };
  const outputs = task.outputs(share);
  if (bytesOf(inputs) + bytesOf(outputs) > MOST) return undefined;
  let results: Readonly<Record<string, Numbers>>;
  try {
    results = writeJob(mailbox, { direction, mapping, source, outer, n, inner, structure }, inputs, outputs);
  } catch {
    // Memory that cannot grow, or options that are too long: this thread needs neither.
    return undefined;
  }
  Atomics.store(mailbox.control, STATE, POSTED);
  Atomics.add(mailbox.control, POSTED_SO_FAR, 1);
  Atomics.notify(mailbox.control, POSTED_SO_FAR);
  return results;
}

/** Owns the workers and the memory shared with them. */
export class WorkerPool implements KernelDelegate {
  readonly #slots: readonly Slot[];
  readonly #minimum: number;
  readonly #source: WorkerSource | undefined;
  readonly #stop = new AbortController();
  /** Settles when every worker is ready, or the pool was stopped; rejects, and has stopped, when one does not start. */
  readonly ready: Promise<void>;

  constructor(count: number, minimum: number, source: WorkerSource | undefined) {
    this.#minimum = minimum;
    this.#source = source;
    this.#slots = Array.from({ length: count }, () => ({
      mailbox: makeMailbox(MOST),
      worker: undefined,
      replacements: 0,
      known: new Set<string>(),
      late: 0,
      lateSince: 0,
    }));
    this.ready = Promise.all(this.#slots.map((slot) => this.#fill(slot))).then(
      () => undefined,
      (error: unknown) => {
        this.stop();
        throw error;
      },
    );
  }

  stop(): void {
    this.#stop.abort();
    for (const slot of this.#slots) {
      slot.worker?.terminate();
      slot.worker = undefined;
    }
  }

  async #fill(slot: Slot): Promise<void> {
    const { mailbox } = slot;
    const ended = () => {
      if (slot.mailbox === mailbox) this.#replace(slot);
    };
    slot.worker = await startWorker(this.#source, mailbox, this.#stop.signal, ended);
  }

  /** Gives a place whose worker ended, or must be taken for dead, to another; until that is ready nobody has it. */
  #replace(slot: Slot): void {
    slot.worker?.terminate();
    slot.worker = undefined;
    slot.late = 0;
    slot.known.clear();
    if (this.#stop.signal.aborted || ++slot.replacements > MOST_REPLACEMENTS) return;
    try {
      slot.mailbox = makeMailbox(MOST);
    } catch {
      return;
    }
    this.#fill(slot).catch(() => {
      // The others, and this thread, have its share.
    });
  }

  take(name: string, kernel: Kernel, { outer, n, inner }: CallShape): Kernel | undefined {
    const size = outer * n * inner;
    if (outer <= 1 || size < this.#minimum || size * 24 >= MOST) return undefined;
    if (!this.#slots.some(({ worker }) => worker !== undefined)) return undefined;
    return {
      ...kernel,
      forward: (call, weights, groups) => this.#forward(name, kernel, call, weights, groups),
      pullback: (...rest) => this.#pullback(name, kernel, ...rest),
    };
  }

  /** Runs a task on all threads; returns the first outcome of 0 or more, counted from the start of the call, or -1. */
  #run(task: Task): number {
    const { outer, n, inner } = task.call;
    const slots = this.#slots.filter(({ worker }) => worker !== undefined).slice(0, outer - 1);
    const bound = (s: number) => Math.floor((outer * s) / (slots.length + 1));
    const shareOf = (s: number): Share => ({ start: bound(s), end: bound(s + 1) });
    const posted = slots.map((slot, s) => post(slot, task, shareOf(s + 1)));
    let offending = -1;
    try {
      const began = performance.now();
      offending = task.runHere(shareOf(0));
      const patience = PATIENCE + PATIENCE_TIMES * (performance.now() - began);
      slots.forEach((slot, s) => {
        const share = shareOf(s + 1);
        const results = posted[s];
        let found = results === undefined ? undefined : this.#join(slot, task.mapping, patience);
        if (found === undefined) found = task.runHere(share);
        else {
          for (const [name, array] of Object.entries(task.outputs(share))) array?.set(results![name]!);
        }
        if (offending < 0 && found >= 0) offending = found + share.start * n * inner;
      });
    } finally {
      for (const slot of slots) this.#settle(slot);
    }
    return offending;
  }

  /** The outcome of a worker's share; undefined where this thread must compute it: not begun yet, failed, or never finished. */
  #join(slot: Slot, mapping: string, patience: number): number | undefined {
    const { control } = slot.mailbox;
    if (Atomics.compareExchange(control, STATE, POSTED, IDLE) === POSTED) {
      const now = performance.now();
      if (slot.late++ === 0) slot.lateSince = now;
      if (slot.late >= LATE_JOBS && now - slot.lateSince > LATE_TIME) this.#replace(slot);
      return undefined;
    }
    slot.late = 0;
    // A worker that has begun has the kernel; one that failed may not.
    slot.known.add(mapping);
    const end = performance.now() + patience;
    // Shares are equal, so that the wait is short; and a page's main thread may not sleep.
    for (let turn = 1; Atomics.load(control, STATE) !== DONE; turn++) {
      if (turn % 4096 === 0 && performance.now() > end) {
        this.#replace(slot);
        return undefined;
      }
    }
    const outcome = Atomics.load(control, OUTCOME);
    if (outcome >= -1) return outcome;
    slot.known.delete(mapping);
    return undefined;
  }

  /** Takes back what an error left with a worker: its memory must not change under the next job. */
  #settle(slot: Slot): void {
    const { control } = slot.mailbox;
    if (Atomics.compareExchange(control, STATE, POSTED, IDLE) === RUNNING) this.#replace(slot);
  }

  #forward(name: string, kernel: Kernel, call: KernelCall, weights: Float32Array, groups: Int32Array | null): number {
    const entries = call.n * call.inner;
    return this.#run({
      direction: "forward",
      mapping: name,
      kernel,
      call,
      inputs: (share) => ({ scores: part(call.scores, share, entries) }),
      outputs: (share) => ({ weights: part(weights, share, entries), groups: part(groups, share, entries) }),
      runHere(share) {
        const piece = { ...shapePart(call, share), scores: part(call.scores, share, entries) };
        return kernel.forward(piece, part(weights, share, entries), part(groups, share, entries));
      },
    });
  }

  #pullback(
    name: string,
    kernel: Kernel,
    ...[call, weights, groups, cotangent, gradient, gammaGradient, parameterGradient]: Parameters<Kernel["pullback"]>
  ): void {
    const { inner } = call;
    const entries = call.n * inner;
    const inputs = (share: Share) => ({
      weights: part(weights, share, entries),
      groups: part(groups, share, entries),
      cotangent: part(cotangent, share, entries),
    });
    const outputs = (share: Share) => ({
      gradient: part(gradient, share, entries),
      gammaGradient: part(gammaGradient, share, inner),
      parameterGradient: part(parameterGradient, share, inner),
    });
    this.#run({
      direction: "pullback",
      mapping: name,
      kernel,
      call,
      inputs,
      outputs,
      runHere(share) {
        const from = inputs(share);
        const to = outputs(share);
        kernel.pullback(
          shapePart(call, share),
          from.weights,
          from.groups,
          from.cotangent,
          to.gradient,
          to.gammaGradient,
          to.parameterGradient,
        );
        return -1;
      },
    });
  }
}
