/** fenchel/parallel: large Float32Array batches on several threads, over shared memory; off until started. */
import { valueError } from "../core/arguments.ts";
import { setKernelDelegate } from "../kernels/runtime/dispatch.ts";
import { WorkerPool } from "./pool.ts";
import { nodeModule } from "./platform.ts";

export interface WorkerOptions {
  /** Threads that share a call, the caller's own included. Default: as many as the machine has cores. */
  readonly threads?: number | undefined;
  /** Calls with fewer scores than this stay on the caller's thread. Default 65,536. */
  readonly minimum?: number | undefined;
}

let pool: WorkerPool | undefined;

function positive(name: string, value: number): number {
  if (!Number.isInteger(value) || value < 1) throw valueError(name, value, "an integer of 1 or more is needed");
  return value;
}

/**
 * Starts workers; from then on every mapping spreads calls on a large enough Float32Array over them, forward and
 * pullback, with the same results. A call still returns at once when it is done: the caller works on its own share and
 * then waits for the others. Call it again to change the number of threads.
 *
 * - Resolves to the number of threads that share a call.
 * - Rejects with a RangeError for options out of range, and with an Error where memory cannot be shared: a page must be
 *   cross-origin isolated (the headers Cross-Origin-Opener-Policy and Cross-Origin-Embedder-Policy).
 * - Workers keep no process alive; `stopWorkers()` ends them.
 */
export async function startWorkers(options: WorkerOptions = {}): Promise<number> {
  const cores = (globalThis as { navigator?: { hardwareConcurrency?: number } }).navigator?.hardwareConcurrency;
  const threads = positive("threads", options.threads ?? cores ?? (await nodeCores()));
  const minimum = positive("minimum", options.minimum ?? 65_536);
  stopWorkers();
  if (typeof SharedArrayBuffer !== "function" || typeof SharedArrayBuffer.prototype.grow !== "function") {
    throw new Error("memory cannot be shared with workers here: the page must be cross-origin isolated");
  }
  const started = await WorkerPool.start(threads - 1, minimum);
  pool = started;
  setKernelDelegate(started);
  return threads;
}

/** Ends the workers; calls run on the caller's thread again. */
export function stopWorkers(): void {
  setKernelDelegate(undefined);
  pool?.stop();
  pool = undefined;
}

async function nodeCores(): Promise<number> {
  const os = await nodeModule<{ availableParallelism(): number }>("os");
  return os.availableParallelism();
}
