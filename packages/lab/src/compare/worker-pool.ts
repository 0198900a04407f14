/** Runs jobs in child processes, a few at a time: a crash is retried once, an abort stops every child. */
import { fork, type ChildProcess } from "node:child_process";

/** Message of a worker process to its parent. */
export type ChildMessage<P, R> =
  | { readonly kind: "progress"; readonly progress: P }
  | { readonly kind: "done"; readonly result: R }
  /** `user`: whether the message is written for the user, who can mend what it names. */
  | { readonly kind: "failed"; readonly user: boolean; readonly message: string; readonly stack: string };

/** A job: its name for messages, and the message that its worker receives. */
export interface PoolJob {
  readonly name: string;
  readonly message: unknown;
}

export interface PoolOptions<P, R> {
  /** Module of the worker processes. */
  readonly script: string | URL;
  /** Processes at a time. */
  readonly processes: number;
  /** Retries of a job whose process died without a message. Default 1. */
  readonly retries?: number;
  readonly signal?: AbortSignal;
  onStart?(job: PoolJob): void;
  onProgress?(job: PoolJob, progress: P): void;
  onRetry?(job: PoolJob, reason: string): void;
  onDone?(job: PoolJob, result: R): void;
}

/** A job that failed; `user` as in the child's message. */
export class JobError extends Error {
  override readonly name = "JobError";
  readonly job: string;
  readonly user: boolean;
  readonly detail: string;
  constructor(job: string, message: string, user: boolean, detail: string) {
    super(message);
    this.job = job;
    this.user = user;
    this.detail = detail;
  }
}

/** Characters kept of the output of a child, for the message when it dies. */
const KEPT_OUTPUT = 4000;

/** Milliseconds that a child may take to end after SIGTERM. */
const PATIENCE = 3000;

function reasonOf(code: number | null, signal: NodeJS.Signals | null): string {
  if (signal === "SIGKILL") return "worker was killed (SIGKILL), possibly out of memory";
  if (signal !== null) return `worker was killed (${signal})`;
  return `worker exited with code ${code} before it was done`;
}

/** Thrown inside for a process that died without a word. */
class Crash extends Error {
  readonly output: string;
  constructor(reason: string, output: string) {
    super(reason);
    this.output = output;
  }
}

/** The children that are running, and whether they are being stopped. */
interface Pool {
  readonly children: Set<ChildProcess>;
  stopped: boolean;
}

/** One process for one job; resolves with its result. */
function runJob<P, R>(job: PoolJob, options: PoolOptions<P, R>, pool: Pool): Promise<R> {
  return new Promise((resolve, reject) => {
    // The parent's own flags (a debugger's port, a test runner's loaders) are not for the children.
    const child = fork(options.script, [], {
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      execArgv: [],
      // Typed arrays travel as they are.
      serialization: "advanced",
    });
    pool.children.add(child);
    let output = "";
    let settled = false;
    const settle = (act: () => void) => {
      if (settled) return;
      settled = true;
      act();
    };
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        output = (output + text).slice(-KEPT_OUTPUT);
      });
    }
    child.on("message", (message: ChildMessage<P, R>) => {
      if (message.kind === "progress") options.onProgress?.(job, message.progress);
      else if (message.kind === "done") settle(() => resolve(message.result));
      else settle(() => reject(new JobError(job.name, message.message, message.user, message.stack)));
    });
    child.on("error", (error) => settle(() => reject(new JobError(job.name, error.message, false, error.stack ?? ""))));
    child.on("close", (code, signal) => {
      pool.children.delete(child);
      settle(() => reject(new Crash(reasonOf(code, signal), output)));
    });
    child.send(job.message as object, (error) => {
      // A child that is already gone reports itself by closing.
      if (error !== null && child.connected) settle(() => reject(error));
    });
  });
}

async function runWithRetries<P, R>(job: PoolJob, options: PoolOptions<P, R>, pool: Pool): Promise<R> {
  for (let left = options.retries ?? 1; ; left--) {
    try {
      return await runJob(job, options, pool);
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
      if (left <= 0 || pool.stopped) {
        throw new JobError(job.name, error.message, false, error.output);
      }
      options.onRetry?.(job, error.message);
    }
  }
}

/** Ends all children, the stubborn ones by force, and waits until they are gone. */
async function stopAll(children: ReadonlySet<ChildProcess>): Promise<void> {
  await Promise.all(
    Array.from(children, (child) => {
      const gone = new Promise<void>((resolve) => void child.once("close", () => resolve()));
      child.kill("SIGTERM");
      const force = setTimeout(() => child.kill("SIGKILL"), PATIENCE);
      return gone.finally(() => clearTimeout(force));
    }),
  );
}

/**
 * Runs the jobs; resolves with their results, in the order of the jobs. A job that fails for the user's sake, or an abort,
 * stops the others at once; after any other failure they are let finish, and then the first failure is thrown.
 */
export async function runPool<P, R>(jobs: readonly PoolJob[], options: PoolOptions<P, R>): Promise<R[]> {
  const results = new Map<PoolJob, R>();
  const failures: unknown[] = [];
  const pool: Pool = { children: new Set(), stopped: false };
  const waiting = [...jobs];
  const stop = async () => {
    pool.stopped = true;
    await stopAll(pool.children);
  };
  const onAbort = () => void stop();
  options.signal?.addEventListener("abort", onAbort);
  const worker = async () => {
    for (let job = waiting.shift(); job !== undefined && !pool.stopped; job = waiting.shift()) {
      options.onStart?.(job);
      try {
        const result = await runWithRetries(job, options, pool);
        results.set(job, result);
        options.onDone?.(job, result);
      } catch (error) {
        failures.push(error);
        if (!pool.stopped && error instanceof JobError && error.user) await stop();
      }
    }
  };
  try {
    options.signal?.throwIfAborted();
    await Promise.all(Array.from({ length: Math.min(options.processes, jobs.length) }, worker));
    options.signal?.throwIfAborted();
  } finally {
    options.signal?.removeEventListener("abort", onAbort);
    await stopAll(pool.children);
  }
  if (failures.length > 0) throw failures[0];
  return jobs.map((job) => results.get(job)!);
}
