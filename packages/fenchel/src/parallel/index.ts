/** fenchel/parallel: large Float32Array batches on several threads, over shared memory; off until started. */
import { checkOptions, valueError } from "../core/arguments.ts";
import { setKernelDelegate } from "../kernels/runtime/dispatch.ts";
import { WorkerPool } from "./pool.ts";
import { nodeModule } from "./platform.ts";
import type { WorkerSource } from "./start-worker.ts";

export type { ParallelWorker, WorkerSource } from "./start-worker.ts";

/** Options of `startWorkers`. */
export interface WorkerOptions {
  /** Threads that share a call, the caller's own included. Default: as many as the machine has cores. */
  readonly threads?: number | undefined;
  /** Calls with fewer scores than this stay on the caller's thread. Default 65,536. */
  readonly minimum?: number | undefined;
  /**
   * The workers' file, `fenchel/parallel/worker`: its address, or a function that starts a worker on it. Only where it is not
   * found by itself: Node, a page without a bundler, vite and webpack find it; esbuild and rollup need it as an entry of its
   * own, whose address is given here.
   */
  readonly worker?: WorkerSource | undefined;
}

let pool: WorkerPool | undefined;
/** Counts starts and stops: a start that is overtaken ends its workers. */
let turn = 0;
/** The threads of the newest start, 1 after a stop. */
let newest: Promise<number> = /* @__PURE__ */ Promise.resolve(1);

function checkCount(name: string, value: number | undefined): void {
  if (value === undefined || (Number.isInteger(value) && value >= 1)) return;
  throw valueError(name, value, "an integer of 1 or more is needed");
}

function checkSource(source: WorkerSource | undefined): void {
  if (source === undefined || typeof source === "string" || typeof source === "function") return;
  if (source instanceof URL) return;
  throw valueError("worker", source, "an address, or a function that starts a worker, is needed", "type");
}

function defaultThreads(): number {
  const cores = (globalThis as { navigator?: { hardwareConcurrency?: number } }).navigator?.hardwareConcurrency;
  return cores ?? nodeModule<{ availableParallelism(): number }>("os").availableParallelism();
}

async function begin({ threads, minimum, worker }: WorkerOptions, own: number): Promise<number> {
  const wanted = threads ?? defaultThreads();
  const started = new WorkerPool(wanted - 1, minimum ?? 65_536, worker);
  pool = started;
  try {
    await started.ready;
  } catch (error) {
    if (own === turn) throw error;
  }
  if (own !== turn) return newest.catch(() => 1);
  setKernelDelegate(started);
  return wanted;
}

/**
 * Starts workers; from then on every mapping spreads calls on a large enough Float32Array over them, forward and
 * pullback, with the same results (to rounding, where hyper-parameters differ from row to row). A call still returns at once when it is done: the caller works on its own share and
 * then waits for the others; what a worker has not begun by then, or does not finish, the caller computes. A worker that ended
 * is replaced. Call it again to change the number of threads.
 *
 * - `options`: see `WorkerOptions`. Resolves to the number of threads that share a call. A start that another start or a stop
 *   overtakes leaves no worker and resolves to what holds then: the other's threads, or 1.
 * - Rejects with a RangeError or TypeError for options out of range or unknown; with an Error where memory cannot be shared (a
 *   page must be cross-origin isolated, by the headers Cross-Origin-Opener-Policy and Cross-Origin-Embedder-Policy), and
 *   where a worker does not start.
 * - Workers keep no process alive; `stopWorkers()` ends them. Cost: 10 to 50 ms, and a thread's memory for each.
 *
 * @example
 * await startWorkers({ threads: 4 }); // 4
 */
export async function startWorkers(options: WorkerOptions = {}): Promise<number> {
  checkOptions("startWorkers", options, ["threads", "minimum", "worker"]);
  checkCount("threads", options.threads);
  checkCount("minimum", options.minimum);
  checkSource(options.worker);
  stopWorkers();
  if (typeof SharedArrayBuffer !== "function" || typeof SharedArrayBuffer.prototype.grow !== "function") {
    throw new Error("memory cannot be shared with workers here: the page must be cross-origin isolated");
  }
  newest = begin(options, turn);
  return newest;
}

/** Ends the workers, also those that are just starting; calls run on the caller's thread again. */
export function stopWorkers(): void {
  turn++;
  newest = Promise.resolve(1);
  setKernelDelegate(undefined);
  pool?.stop();
  pool = undefined;
}
