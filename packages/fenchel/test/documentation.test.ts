/** Every example in the documentation comments of the sources runs and gives what it says. */
import { readFileSync, readdirSync } from "node:fs";
import { expect, test } from "vitest";
import * as fenchel from "../src/index.ts";

const sources = new URL("../src/", import.meta.url);

interface Example {
  readonly file: string;
  readonly code: string;
  readonly expected: string;
}

/** Lines of the form `expression; // value` below an @example tag; lines without a value prepare the ones after them. */
function examplesOf(file: string): Example[] {
  const text = readFileSync(new URL(file, sources), "utf8");
  const examples: Example[] = [];
  for (const comment of text.match(/\/\*\*[\s\S]*?\*\//g) ?? []) {
    const body = comment.split("@example")[1];
    if (body === undefined) continue;
    let before = "";
    for (const line of body.split("\n").map((raw) =>
      raw
        .replace(/^\s*\*\/?\s?/, "")
        .replace("*/", "")
        .trim(),
    )) {
      const [, code, expected] = /^(.*);\s*\/\/ (.*)$/.exec(line) ?? [];
      if (code !== undefined && expected !== undefined) {
        examples.push({ file, code: `${before}return ${code};`, expected });
        before += `${code};\n`;
      } else if (!line.startsWith("import ") && !line.startsWith("@")) before += `${line}\n`;
    }
  }
  return examples;
}

/** Numbers anywhere in a value, compared to 6 digits; everything else exactly. */
function rounded(value: unknown): unknown {
  if (typeof value === "number") return Number(value.toPrecision(6));
  if (ArrayBuffer.isView(value)) return Array.from(value as Float64Array, rounded);
  if (Array.isArray(value)) return value.map(rounded);
  return value;
}

const files = readdirSync(sources, { recursive: true, encoding: "utf8" }).filter(
  (file) => file.endsWith(".ts") && !/^(jax|kernels|parallel|webgpu)/.test(file),
);
const examples = files.flatMap(examplesOf);

test("there are examples", () => expect(examples.length).toBeGreaterThanOrEqual(5));

test.each(examples)("$file: $code", ({ code, expected }) => {
  // The examples are this repository's own sources.
  const run = new Function(...Object.keys(fenchel), code) as (...values: unknown[]) => unknown;
  const evaluate = new Function(`return ${expected};`) as () => unknown;
  expect(rounded(run(...Object.values(fenchel)))).toEqual(rounded(evaluate()));
});
