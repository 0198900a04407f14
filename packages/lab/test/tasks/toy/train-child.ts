/** A process that trains one run of the toy task: the folder and changes of the configuration are its arguments. */
import { runTask } from "../../../src/tasks/run-task.ts";
import { toyConfig, toyData, type ToyChanges } from "./config.ts";
import toy from "./task.ts";

const [folder, changes] = process.argv.slice(2) as [string, string];
try {
  await runTask(toy, await toyConfig(JSON.parse(changes) as ToyChanges), await toyData(), folder);
} catch (error) {
  const { name, message } = error as Error;
  process.stderr.write(`${name}: ${message}\n`);
  process.exitCode = 2;
}
