/** Standard output and standard error of the command. */
import { Exit } from "./errors.ts";

/** Writes to standard output; a reader that has gone away ends the command quietly. */
export function print(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => {
      if (error === undefined || error === null) resolve();
      else if ((error as NodeJS.ErrnoException).code === "EPIPE") reject(new Exit(0));
      else reject(Object.assign(error, { path: "standard output" }));
    });
  });
}

/** Writes a line to standard error. */
export function warn(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Keeps a closed pipe from raising an exception of its own: `print` has reported it already. */
export function watchStreams(): void {
  process.stdout.on("error", () => {});
  process.stderr.on("error", () => {});
}
