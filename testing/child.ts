/** A process that answers one message. */
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The answer of a script of this folder to `message`. Rejects when the process ends before it answers. */
export function ask<Answer>(script: string, message: unknown): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(new URL(script, import.meta.url)), {
      serialization: "advanced",
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      execArgv: [],
    });
    let errors = "";
    child.stderr!.on("data", (chunk: Buffer) => (errors += chunk.toString()));
    child.once("message", (answer) => resolve(answer as Answer));
    child.once("error", reject);
    child.once("exit", (code, signal) => reject(new Error(`${script} ended with ${code ?? signal}: ${errors}`)));
    child.send(message as object);
  });
}
