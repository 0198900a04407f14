/** The worker of the pool: waits for jobs in shared memory and runs them on its own kernels. */
import type { Kernel } from "../kernels/runtime/kernel.ts";
import { makeKernel } from "../kernels/runtime/run.ts";
import { DONE, OUTCOME, POSTED, POSTED_SO_FAR, readJob, RUNNING, STATE, type SharedMailbox } from "./shared-job.ts";
import { inNode, nodeModule } from "./platform.ts";

/** Outcome of a job that failed; otherwise it is what `forward` returned. */
const FAILED = -2;

/** The kernels that jobs brought along, by their mappings' names. */
const kernels = new Map<string, Kernel>();

function runJob(mailbox: SharedMailbox): number {
  const { description, arrays } = readJob(mailbox);
  const { mapping, source } = description;
  if (source !== null) kernels.set(mapping, makeKernel(source.binary, source.traits));
  const kernel = kernels.get(mapping);
  if (kernel === undefined) return FAILED;
  const call = {
    scores: arrays["scores"] as Float32Array,
    outer: description.outer,
    n: description.n,
    inner: description.inner,
    kept: (arrays["kept"] as Uint8Array | undefined) ?? null,
    lengths: (arrays["lengths"] as Int32Array | undefined) ?? null,
    gamma: arrays["gamma"] as Float64Array,
    parameter: arrays["parameter"] as Float64Array,
    structure: description.structure,
  };
  const weights = arrays["weights"] as Float32Array;
  const groups = (arrays["groups"] as Int32Array | undefined) ?? null;
  if (description.direction === "forward") return kernel.forward(call, weights, groups);
  kernel.pullback(
    call,
    weights,
    groups,
    arrays["cotangent"] as Float32Array,
    arrays["gradient"] as Float32Array,
    (arrays["gammaGradient"] as Float64Array | undefined) ?? null,
    (arrays["parameterGradient"] as Float64Array | undefined) ?? null,
  );
  return -1;
}

/** Serves jobs for ever; the pool ends it by terminating the worker. */
function serve(mailbox: SharedMailbox): never {
  const { control } = mailbox;
  for (let seen = 0; ;) {
    Atomics.wait(control, POSTED_SO_FAR, seen);
    seen = Atomics.load(control, POSTED_SO_FAR);
    if (Atomics.compareExchange(control, STATE, POSTED, RUNNING) !== POSTED) continue;
    let outcome = FAILED;
    try {
      outcome = runJob(mailbox);
    } catch {
      // The caller runs the share itself and meets the error there.
    }
    Atomics.store(control, OUTCOME, outcome);
    Atomics.store(control, STATE, DONE);
  }
}

interface Port {
  postMessage(message: unknown): void;
}

interface NodePort extends Port {
  once(event: "message", handle: (mailbox: SharedMailbox) => void): void;
}

interface PageScope extends Port {
  addEventListener(type: "message", handle: (event: { readonly data: SharedMailbox }) => void): void;
}

/** Says that it is ready, then serves. Starting is the only message a worker ever gets. */
function start(port: Port, mailbox: SharedMailbox): never {
  port.postMessage("ready");
  return serve(mailbox);
}

// No await at the top: bundlers turn this file into a script that has none.
if (inNode) {
  const { parentPort } = nodeModule<{ parentPort: NodePort }>("worker_threads");
  parentPort.once("message", (mailbox) => start(parentPort, mailbox));
} else {
  const scope = globalThis as unknown as PageScope;
  scope.addEventListener("message", ({ data }) => start(scope, data));
}
