/** `fenchel-lab/metrics` of the built package: complete, without training code, small, and good for a page. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { version } from "../../src/base/version.ts";
import * as metrics from "../../src/metrics/index.ts";

const packageFolder = fileURLToPath(new URL("../..", import.meta.url));

/** A loader that prints the address of every module. */
const loader = `import { writeSync } from "node:fs";
export async function load(url, context, next) {
  writeSync(1, url + "\\n");
  return next(url, context);
}`;

/** Modules that Node loads for an import, and the names that it exports. */
function imported(specifier: string): { modules: string[]; names: string[] } {
  const register = `import { register } from "node:module";
register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(loader)}`)});
const names = Object.keys(await import(${JSON.stringify(specifier)}));
process.stdout.write("names " + names.join(" ") + "\\n");`;
  const printed = execFileSync(process.execPath, ["--input-type=module", "--eval", register], {
    cwd: packageFolder,
    encoding: "utf8",
  });
  const lines = printed.trim().split("\n");
  const names = lines.find((line) => line.startsWith("names "))!;
  return { modules: lines.filter((line) => /^(file|node):/.test(line)), names: names.split(" ").slice(1) };
}

async function bundle(code: string): Promise<{ inputs: string[]; kilobytes: number }> {
  const { outputFiles, metafile, warnings } = await build({
    stdin: { contents: code, resolveDir: packageFolder },
    absWorkingDir: packageFolder,
    bundle: true,
    format: "esm",
    minify: true,
    write: false,
    metafile: true,
    platform: "browser",
    target: "es2022",
  });
  expect(warnings).toEqual([]);
  return {
    inputs: Object.keys(metafile.inputs).filter((input) => input !== "<stdin>"),
    kilobytes: gzipSync(outputFiles[0]!.contents, { level: 9 }).length / 1024,
  };
}

test("Node loads metrics and base only", () => {
  const { modules, names } = imported("fenchel-lab/metrics");
  expect(modules.length).toBeGreaterThan(10);
  for (const module of modules) expect(module).toMatch(/\/packages\/lab\/dist\/(metrics|base)\//);
  expect(names.toSorted()).toEqual(Object.keys(metrics).toSorted());
});

test("the way of telling sees the training code of the whole package", () => {
  const { modules } = imported("fenchel-lab");
  expect(modules.some((module) => module.includes("@jax-js/jax"))).toBe(true);
  expect(modules.some((module) => module.includes("/dist/training/"))).toBe(true);
});

test("a page bundles all metrics in 14 KB, and one in less", async () => {
  const all = await bundle('import * as metrics from "fenchel-lab/metrics"; console.log(metrics);');
  for (const input of all.inputs) expect(input).toMatch(/^dist\/(metrics|base)\//);
  expect(all.kilobytes).toBeLessThan(14);
  const one = await bundle('import { rationaleScores } from "fenchel-lab/metrics"; console.log(rationaleScores);');
  expect(one.kilobytes).toBeLessThan(2);
});

test("scores are signed with the version of the manifest", () => {
  const manifest = JSON.parse(readFileSync(`${packageFolder}/package.json`, "utf8")) as { version: string };
  expect(version()).toBe(manifest.version);
});
