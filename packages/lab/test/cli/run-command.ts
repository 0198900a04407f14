/** Runs the command line inside the test's process and catches what it says. */
import { expect, vi } from "vitest";
import { run } from "../../src/cli/main.ts";

export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

type Write = typeof process.stdout.write;

function catcher(to: string[]): Write {
  return ((chunk: string | Uint8Array, ...rest: unknown[]) => {
    to.push(String(chunk));
    const done = rest.findLast((argument) => typeof argument === "function") as (() => void) | undefined;
    done?.();
    return true;
  }) as Write;
}

/** `fenchel ARGS`, in process. */
export async function fenchel(...args: string[]): Promise<Outcome> {
  const out: string[] = [];
  const err: string[] = [];
  const stdout = vi.spyOn(process.stdout, "write").mockImplementation(catcher(out));
  const stderr = vi.spyOn(process.stderr, "write").mockImplementation(catcher(err));
  try {
    const code = await run(args);
    return { code, out: out.join(""), err: err.join("") };
  } finally {
    stdout.mockRestore();
    stderr.mockRestore();
  }
}

/** The one line for a mistake, with which the command ends before it prints anything. */
export async function mistake(...args: string[]): Promise<string> {
  const { code, out, err } = await fenchel(...args);
  expect(out).toBe("");
  expect(err).toMatch(/^fenchel: [^\n]+\n$/);
  expect(code).toBe(2);
  return err;
}
