/** Ctrl-C and termination: the first asks the work to stop in good order, the second ends the process. */

const codes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** The reason of aborted work; the command ends with `code`. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
  readonly code: number;
  constructor(code: number) {
    super("interrupted");
    this.code = code;
  }
}

/** Runs `work` with a signal that is aborted, by an Interrupted, when the process is told to end. */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const onSignal = (name: NodeJS.Signals) => {
    const code = codes[name as keyof typeof codes];
    if (controller.signal.aborted) process.exit(code);
    controller.abort(new Interrupted(code));
  };
  const names = Object.keys(codes) as (keyof typeof codes)[];
  for (const name of names) process.on(name, onSignal);
  try {
    return await work(controller.signal);
  } finally {
    for (const name of names) process.off(name, onSignal);
  }
}
