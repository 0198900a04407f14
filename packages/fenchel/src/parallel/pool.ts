/** The pool: splits a call's rows over its workers and the caller's own thread. */
import type { KernelDelegate } from "../kernels/runtime/dispatch.ts";
import type { CallShape, Kernel, KernelCall } from "../kernels/runtime/kernel.ts";
import { bytesOf, DONE, makeMailbox, OUTCOME, REQUEST, writeJob, type SharedMailbox } from "./shared-job.ts";
import { inNode, nodeModule } from "./platform.ts";

/** Most bytes of one worker's share; a larger call stays on the caller's thread. */
const MOST = 2 ** 30;

/** What Node's and a page's workers have in common. */
interface AnyWorker {
  postMessage(message: unknown): void;
  terminate(): unknown;
  /** Node only: an idle worker keeps no process alive. */
  unref?(): void;
}

type Numbers = Float32Array | Float64Array | Int32Array | Uint8Array;

/** A share: blocks [start, end) of the outermost axis. */
interface Share {
  readonly start: number;
  readonly end: number;
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

async function makeWorker(mailbox: SharedMailbox): Promise<AnyWorker> {
  const url = new URL("./worker.js", import.meta.url);
  if (inNode) {
    const { Worker } = await nodeModule<{
      Worker: new (url: URL) => AnyWorker & { once(event: string, handle: (value: unknown) => void): void };
    }>("worker_threads");
    const worker = new Worker(url);
    await new Promise((resolve, reject) => {
      worker.once("message", resolve);
      worker.once("error", reject);
      worker.postMessage(mailbox);
    });
    worker.unref?.();
    return worker;
  }
  const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
  await new Promise((resolve, reject) => {
    worker.addEventListener("message", resolve, { once: true });
    worker.addEventListener("error", () => reject(new Error("a worker of fenchel/parallel did not start")), {
      once: true,
    });
    worker.postMessage(mailbox);
  });
  return worker;
}

/** Owns the workers and the memory shared with them. */
export class WorkerPool implements KernelDelegate {
  #workers: readonly AnyWorker[];
  readonly #mailboxes: readonly SharedMailbox[];
  /** Mappings whose kernels a worker has, by its mailbox. */
  readonly #known = new WeakMap<SharedMailbox, Set<string>>();
  readonly #minimum: number;

  private constructor(workers: readonly AnyWorker[], mailboxes: readonly SharedMailbox[], minimum: number) {
    this.#workers = workers;
    this.#mailboxes = mailboxes;
    this.#minimum = minimum;
  }

  static async start(count: number, minimum: number): Promise<WorkerPool> {
    const mailboxes = Array.from({ length: count }, () => makeMailbox(MOST));
    return new WorkerPool(await Promise.all(mailboxes.map(makeWorker)), mailboxes, minimum);
  }

  /** Ends the workers; a kernel that was spread over them runs on the caller's thread from then on. */
  stop(): void {
    for (const worker of this.#workers) worker.terminate();
    this.#workers = [];
  }

  take(name: string, kernel: Kernel, { outer, n, inner }: CallShape): Kernel | undefined {
    const size = outer * n * inner;
    if (this.#workers.length === 0 || outer <= 1 || size < this.#minimum || size * 24 >= MOST) return undefined;
    return {
      ...kernel,
      forward: (call, weights, groups) => this.#forward(name, kernel, call, weights, groups),
      pullback: (...rest) => this.#pullback(name, kernel, ...rest),
    };
  }

  /** The caller's own share and those of the workers that have something to do. */
  #split(outer: number): { own: Share; others: Share[] } {
    const shares = Math.min(outer, this.#workers.length + 1);
    const bound = (s: number) => Math.floor((outer * s) / shares);
    const others = Array.from({ length: shares - 1 }, (_, s) => ({ start: bound(s + 1), end: bound(s + 2) }));
    return { own: { start: 0, end: bound(1) }, others };
  }

  /** Hands a worker its share; the returned function waits for it and gives its outcome. */
  #send(
    index: number,
    direction: "forward" | "pullback",
    mapping: string,
    kernel: Kernel,
    call: CallShape,
    inputs: Readonly<Record<string, Numbers | null>>,
    outputs: Readonly<Record<string, Numbers | null>>,
    runHere: () => number,
  ): () => number {
    const mailbox = this.#mailboxes[index]!;
    const { outer, n, inner, structure } = call;
    const shared = { kept: call.kept, lengths: call.lengths, gamma: call.gamma, parameter: call.parameter };
    if (bytesOf(inputs) + bytesOf(outputs) + bytesOf(shared) > MOST) return runHere;
    const known = this.#known.get(mailbox) ?? new Set();
    this.#known.set(mailbox, known);
    const source = known.has(mapping) ? null : kernel.source;
    known.add(mapping);
    const results = writeJob(
      mailbox,
      { direction, mapping, source, outer, n, inner, structure },
      { ...inputs, ...shared },
      outputs,
    );
    const request = Atomics.add(mailbox.control, REQUEST, 1) + 1;
    Atomics.notify(mailbox.control, REQUEST);
    return () => {
      // Shares are equal, so that the wait is short; and a page's main thread may not sleep.
      while (Atomics.load(mailbox.control, DONE) !== request);
      const outcome = Atomics.load(mailbox.control, OUTCOME);
      if (outcome < -1) {
        known.delete(mapping);
        return runHere();
      }
      for (const [name, array] of Object.entries(outputs)) if (array !== null) array.set(results[name]!);
      return outcome;
    };
  }

  #forward(name: string, kernel: Kernel, call: KernelCall, weights: Float32Array, groups: Int32Array | null): number {
    const entries = call.n * call.inner;
    const { own, others } = this.#split(call.outer);
    const run = (share: Share) => {
      const piece = { ...shapePart(call, share), scores: part(call.scores, share, entries) };
      return kernel.forward(piece, part(weights, share, entries), part(groups, share, entries));
    };
    const joins = others.map((share, index) => {
      const outputs = { weights: part(weights, share, entries), groups: part(groups, share, entries) };
      const inputs = { scores: part(call.scores, share, entries) };
      return this.#send(index, "forward", name, kernel, shapePart(call, share), inputs, outputs, () => run(share));
    });
    let offending = run(own);
    joins.forEach((join, index) => {
      const found = join();
      if (offending < 0 && found >= 0) offending = found + others[index]!.start * entries;
    });
    return offending;
  }

  #pullback(
    name: string,
    kernel: Kernel,
    ...[call, weights, groups, cotangent, gradient, ...more]: Parameters<Kernel["pullback"]>
  ): void {
    const { inner } = call;
    const entries = call.n * inner;
    const [gammaGradient, parameterGradient] = more;
    const { own, others } = this.#split(call.outer);
    const inputsOf = (share: Share) => ({
      weights: part(weights, share, entries),
      groups: part(groups, share, entries),
      cotangent: part(cotangent, share, entries),
    });
    const outputsOf = (share: Share) => ({
      gradient: part(gradient, share, entries),
      gammaGradient: part(gammaGradient, share, inner),
      parameterGradient: part(parameterGradient, share, inner),
    });
    const run = (share: Share) => {
      const from = inputsOf(share);
      const to = outputsOf(share);
      const piece = shapePart(call, share);
      kernel.pullback(
        piece,
        from.weights,
        from.groups,
        from.cotangent,
        to.gradient,
        to.gammaGradient,
        to.parameterGradient,
      );
      return -1;
    };
    const joins = others.map((share, index) =>
      this.#send(index, "pullback", name, kernel, shapePart(call, share), inputsOf(share), outputsOf(share), () =>
        run(share),
      ),
    );
    run(own);
    for (const join of joins) join();
  }
}
