/** Starts one worker on its file, and tells when it is ready and when it ended, in Node and in a page alike. */
import { inNode, nodeModule } from "./platform.ts";
import type { SharedMailbox } from "./shared-job.ts";

/** A worker of a page, or of Node's module worker_threads. */
export interface ParallelWorker {
  postMessage(message: unknown): void;
  terminate(): unknown;
}

/** The address of the worker's file, `fenchel/parallel/worker`, or a function that starts a worker on that file. */
export type WorkerSource = string | URL | (() => ParallelWorker);

interface NodeWorker extends ParallelWorker {
  once(event: string, handle: (value: unknown) => void): void;
  /** An idle worker keeps no process alive. */
  unref(): void;
}

interface PageWorker extends ParallelWorker {
  addEventListener(event: string, handle: (event: { readonly message?: string }) => void): void;
}

type AnyWorker = NodeWorker | PageWorker;

const hint =
  "give startWorkers the option worker: the address of the file fenchel/parallel/worker, or a function that starts a worker on it";

/** A worker that has not answered after so many milliseconds runs some other file. */
const SILENCE = 30_000;

/** The address of this module; a bundle that is no module has none. */
const here: unknown = import.meta.url;

/** The worker's file beside this one, where this one is not bundled. Held apart from `import.meta` so that no bundler copies it. */
function besideThisFile(): URL {
  if (typeof here !== "string") throw new Error(`a worker's address is unknown in this bundle: ${hint}`);
  return new URL("./worker.js", here);
}

const fromTheWeb = /^https?:/;

/** A page may not start a worker of another origin (a CDN), but one of its own that imports it. */
function startInPage(address: URL): Worker {
  if (!fromTheWeb.test(address.protocol) || address.origin === location.origin) {
    return new Worker(address, { type: "module" });
  }
  const script = new Blob([`import ${JSON.stringify(address.href)};`], { type: "text/javascript" });
  return new Worker(URL.createObjectURL(script), { type: "module" });
}

function open(source: WorkerSource | undefined): AnyWorker {
  if (typeof source === "function") return source() as AnyWorker;
  if (inNode) {
    const { Worker } = nodeModule<{ Worker: new (address: string | URL) => NodeWorker }>("worker_threads");
    const address = source ?? besideThisFile();
    return new Worker(typeof address === "string" && address.startsWith("file:") ? new URL(address) : address);
  }
  if (source !== undefined) return startInPage(new URL(source, location.href));
  if (typeof here === "string" && fromTheWeb.test(here) && new URL(here).origin !== location.origin) {
    return startInPage(besideThisFile());
  }
  if (typeof here !== "string") throw new Error(`a worker's address is unknown in this bundle: ${hint}`);
  // Bundlers look for this expression, word by word, and bundle the worker.
  return new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
}

function on(worker: AnyWorker, event: string, handle: (value: unknown) => void): void {
  if ("once" in worker) worker.once(event, handle);
  else worker.addEventListener(event, handle);
}

/**
 * Starts a worker and hands it its mailbox. Resolves when it is ready, to undefined when `stopped` came first; rejects when it
 * does not start. `ended` is called when it ends later without having been terminated, as far as the platform tells.
 */
export async function startWorker(
  source: WorkerSource | undefined,
  mailbox: SharedMailbox,
  stopped: AbortSignal,
  ended: () => void,
): Promise<ParallelWorker | undefined> {
  const worker = open(source);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const ready = await new Promise<boolean>((resolve, reject) => {
    const fail = (cause: unknown) => {
      const why = (cause as { message?: unknown } | undefined)?.message;
      const reason = typeof why === "string" && why !== "" ? ` (${why})` : "";
      worker.terminate();
      reject(new Error(`a worker of fenchel/parallel did not start${reason}: ${hint}`, { cause }));
    };
    on(worker, "message", () => resolve(true));
    on(worker, "error", fail);
    on(worker, "exit", fail);
    stopped.addEventListener("abort", () => resolve(false));
    timer = setTimeout(() => fail(new Error("no answer")), SILENCE);
    worker.postMessage(mailbox);
  }).finally(() => clearTimeout(timer));
  if (!ready) {
    worker.terminate();
    return undefined;
  }
  on(worker, "error", ended);
  on(worker, "exit", ended);
  if ("unref" in worker) worker.unref();
  return worker;
}
