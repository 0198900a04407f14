/** Examples in the documentation comments of the metrics run and give what they say. */
import { readFileSync, readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { docExamples, literalValue, recordingProgram, rounded } from "../../../../testing/code-examples.ts";
import * as metrics from "../../src/metrics/index.ts";

const sources = new URL("../../src/metrics/", import.meta.url);
const files = readdirSync(sources, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
const texts = files.map((file) => ({ file, text: readFileSync(new URL(file, sources), "utf8") }));
const examples = texts.flatMap(({ file, text }) => docExamples(text).map((code) => ({ file, code })));

const AsyncFunction = (async () => {}).constructor as new (
  ...args: string[]
) => (...values: unknown[]) => Promise<void>;

test.each(examples)("$file: $code", async ({ code }) => {
  const { script, stated } = recordingProgram(code);
  expect(stated, "an example states at least one value").not.toHaveLength(0);
  const values: unknown[] = [];
  const run = new AsyncFunction("record", ...Object.keys(metrics), script);
  await run((index: number, value: unknown) => (values[index] = value), ...Object.values(metrics));
  expect(values.map(rounded)).toEqual(stated.map(({ expected }) => rounded(literalValue(expected))));
});

describe("every exported function", () => {
  const exported = Object.entries(metrics).flatMap(([name, value]) => (typeof value === "function" ? [name] : []));
  const all = texts.map(({ text }) => text).join("\n");
  test.each(exported)("%s documents its parameters and has an example", (name) => {
    const comment = new RegExp(
      String.raw`/\*\*((?:(?!\*/)[\s\S])*)\*/\nexport (?:async )?(?:function|const) ${name}\b`,
    ).exec(all)?.[1];
    expect(comment).toMatch(/@param \w+ - /);
    expect(comment).toContain("@example");
  });
});
