/** A process that trains one run: the folder and changes of the configuration are its arguments. */
import type { SpamRunConfig } from "../../../src/tasks/run-types.ts";
import { trainRun } from "../../../src/tasks/spam/train.ts";
import { smallConfig, syntheticData } from "./synthetic-data.ts";

const [folder, changes] = process.argv.slice(2) as [string, string];
try {
  await trainRun(smallConfig(JSON.parse(changes) as Partial<SpamRunConfig>), syntheticData(), folder);
} catch (error) {
  const { name, message } = error as Error;
  process.stderr.write(`${name}: ${message}\n`);
  process.exitCode = 2;
}
