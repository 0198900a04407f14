/** What a page downloads: gzipped sizes of the built package, and that nothing else comes along. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { expect, test } from "vitest";

const packageFolder = fileURLToPath(new URL("..", import.meta.url));

/** The minified bundle of some code that imports the built package. */
async function bundle(code: string): Promise<string> {
  const { outputFiles, warnings } = await build({
    stdin: { contents: code, resolveDir: packageFolder },
    alias: { fenchel: `${packageFolder}/dist/index.js` },
    bundle: true,
    format: "esm",
    minify: true,
    write: false,
    platform: "browser",
    target: "es2022",
  });
  expect(warnings).toEqual([]);
  return outputFiles[0]!.text;
}

const kilobytes = (text: string) => gzipSync(text, { level: 9 }).length / 1024;

test("import { sparsemax } stays below 12 KB, kernel included, and brings no other mapping", async () => {
  const text = await bundle('import { sparsemax } from "fenchel"; console.log(sparsemax([1, 2]));');
  expect(kilobytes(text)).toBeLessThan(12);
  for (const other of ["fusedmax", "oscarmax", "entmax", "tvmax"])
    expect(text.includes(`"${other}"`), other).toBe(false);
  // The magic number of a WebAssembly module as the kernels are encoded.
  expect(text.includes("(~0~B~<")).toBe(true);
});

test("the whole of fenchel stays below 72 KB", async () => {
  const text = await bundle('import * as fenchel from "fenchel"; console.log(fenchel);');
  expect(kilobytes(text)).toBeLessThan(72);
});

test("there is no runtime dependency, and no built file imports anything but its own package", async () => {
  const manifest = JSON.parse(readFileSync(`${packageFolder}/package.json`, "utf8")) as Record<string, object>;
  expect(Object.keys(manifest["dependencies"] ?? {})).toEqual([]);
  expect(Object.keys(manifest["peerDependencies"] ?? {})).toEqual(["@jax-js/jax"]);
  const text = await bundle('export * from "fenchel";');
  expect(/\bfrom\s*"[^."]/.test(text)).toBe(false);
});
