/** Every example in the documentation comments of the sources runs and gives what it says. */
import { readFileSync, readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { docExamples, literalValue, recordingProgram, rounded } from "../../../testing/code-examples.ts";
import * as fenchel from "../src/index.ts";

const sources = new URL("../src/", import.meta.url);
const files = readdirSync(sources, { recursive: true, encoding: "utf8" }).filter(
  (file) => file.endsWith(".ts") && !/^(jax|kernels|parallel|webgpu)/.test(file),
);
const examples = files.flatMap((file) =>
  docExamples(readFileSync(new URL(file, sources), "utf8")).map((code) => ({ file, code })),
);

const AsyncFunction = (async () => {}).constructor as new (
  ...args: string[]
) => (...values: unknown[]) => Promise<void>;

test("there are examples", () => expect(examples.length).toBeGreaterThanOrEqual(5));

test.each(examples)("$file: $code", async ({ code }) => {
  const { script, stated } = recordingProgram(code);
  expect(stated, "an example states at least one value").not.toHaveLength(0);
  const values: unknown[] = [];
  const load = () => Promise.resolve(fenchel);
  const run = new AsyncFunction("load", "record", ...Object.keys(fenchel), `{ ${script} }`);
  await run(load, (index: number, value: unknown) => (values[index] = value), ...Object.values(fenchel));
  expect(values.map(rounded)).toEqual(stated.map(({ expected }) => rounded(literalValue(expected))));
});
