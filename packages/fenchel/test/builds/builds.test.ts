/** The packed package in an empty folder, through every bundler, in Node's two module systems, and in pages. */
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { nodeResolve } from "@rollup/plugin-node-resolve";
import * as esbuild from "esbuild";
import type { Browser } from "playwright-core";
import { rollup, type ModuleFormat } from "rollup";
import * as vite from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import webpack from "webpack";
import { browserOrSkip, openBrowser } from "../../../../testing/browser.mjs";
import { registry } from "../../dist/index.js";
import {
  engine,
  engineOutcome,
  mappings,
  mappingsOutcome,
  required,
  workers,
  workersOutcome,
} from "./support/programs.ts";
import { makeStranger, type Stranger } from "./support/stranger.ts";

let stranger: Stranger;

beforeAll(() => {
  stranger = makeStranger();
  stranger.write("package.json", JSON.stringify({ name: "stranger", private: true }));
  stranger.write("mappings.mjs", mappings);
  stranger.write("workers.mjs", workers());
});

afterAll(() => stranger.remove());

/** What bundlers and pages say. */
const complaints: string[] = [];

async function withEsbuild(entry: string, outfile: string, options: esbuild.BuildOptions): Promise<void> {
  const { warnings } = await esbuild.build({
    absWorkingDir: stranger.folder,
    entryPoints: [entry],
    outfile: stranger.path(outfile),
    bundle: true,
    logLevel: "silent",
    ...options,
  });
  complaints.push(...warnings.map(({ text }) => text));
}

async function withRollup(entry: string, files: Partial<Record<ModuleFormat, string>>): Promise<void> {
  const bundle = await rollup({
    input: stranger.path(entry),
    plugins: [nodeResolve({ rootDir: stranger.folder })],
    onwarn: ({ message }) => complaints.push(message),
  });
  for (const [format, file] of Object.entries(files)) {
    await bundle.write({ file: stranger.path(file), format: format as ModuleFormat, name: "outcome" });
  }
  await bundle.close();
}

function withWebpack(entry: string, folder: string, options: webpack.Configuration): Promise<void> {
  const configuration: webpack.Configuration = {
    mode: "production",
    optimization: { minimize: false },
    context: stranger.folder,
    entry: stranger.path(entry),
    output: { path: stranger.path(folder), filename: "main.js" },
    ...options,
  };
  return new Promise((resolve, reject) => {
    webpack(configuration, (error, stats) => {
      if (error !== null) return reject(error);
      const { errors = [], warnings = [] } = stats!.toJson({ all: false, errors: true, warnings: true });
      complaints.push(...[...errors, ...warnings].map(({ message }) => message));
      return resolve();
    });
  });
}

async function withVite(root: string, options: vite.BuildOptions = {}): Promise<void> {
  const say = (message: string) => complaints.push(message);
  const logger: vite.Logger = {
    ...vite.createLogger("silent"),
    warn: say,
    warnOnce: say,
    error: say,
  };
  await vite.build({
    root: stranger.path(root),
    configFile: false,
    customLogger: logger,
    build: { ...options, emptyOutDir: true },
  });
}

/** Runs files in one fresh Node, each in its own realm of modules; returns what each left in globalThis.outcome. */
function outcomes(files: readonly string[]): unknown[] {
  const script = stranger.write(
    "run.cjs",
    `const { runInThisContext } = require("node:vm");
     const { readFileSync } = require("node:fs");
     (async () => {
       const all = [];
       for (const file of process.argv.slice(2)) {
         globalThis.outcome = undefined;
         if (file.endsWith(".mjs")) await import(file);
         else if (file.endsWith(".iife.js")) runInThisContext(readFileSync(file, "utf8"));
         else require(file);
         all.push(await globalThis.outcome);
       }
       console.log(JSON.stringify(all));
     })();`,
  );
  const answer = execFileSync(process.execPath, [script, ...files.map((file) => stranger.path(file))], {
    encoding: "utf8",
  });
  return JSON.parse(answer) as unknown[];
}

describe("in Node", () => {
  test("bundles of every kind compute what the package does", async () => {
    for (const format of ["esm", "cjs", "iife"] as const) {
      const file = `out/esbuild.${format}${format === "esm" ? ".mjs" : ".js"}`;
      await withEsbuild("mappings.mjs", file, { format, minify: true });
    }
    await withRollup("mappings.mjs", {
      es: "out/rollup.mjs",
      cjs: "out/rollup.cjs.js",
      iife: "out/rollup.iife.js",
    });
    await withWebpack("mappings.mjs", "out/webpack", { target: "node" });
    stranger.write("library/index.js", mappings);
    const library = {
      entry: "index.js",
      formats: ["es", "cjs", "iife"],
      name: "outcome",
      fileName: "library",
    } as const;
    await withVite("library", { lib: { ...library, formats: [...library.formats] } });
    expect(complaints.splice(0)).toEqual([]);
    const files = [
      "out/esbuild.esm.mjs",
      "out/esbuild.cjs.js",
      "out/esbuild.iife.js",
      "out/rollup.mjs",
      "out/rollup.cjs.js",
      "out/rollup.iife.js",
      "out/webpack/main.js",
      ...readdirSync(stranger.path("library/dist")).map((name) => `library/dist/${name}`),
    ];
    expect(files).toHaveLength(10);
    const all = outcomes(files);
    files.forEach((file, i) => expect(all[i], file).toEqual(mappingsOutcome(registry.length)));
  });

  test("import and require, the library, its workers and one engine", () => {
    const programs: Record<string, [string, unknown]> = {
      mappings: [mappings, mappingsOutcome(registry.length)],
      workers: [workers(), workersOutcome],
      engine: [engine, engineOutcome],
    };
    const files = Object.entries(programs).flatMap(([name, [text]]) => {
      stranger.write(`node/${name}.mjs`, text);
      stranger.write(`node/${name}.cjs`, required(text));
      return [`node/${name}.mjs`, `node/${name}.cjs`];
    });
    const all = outcomes(files);
    files.forEach((file, i) => expect(all[i], file).toEqual(Object.values(programs)[Math.floor(i / 2)]![1]));
  });

  test("require loads no ES module, which an older Node cannot", () => {
    const script = stranger.write(
      "plain.cjs",
      `const { fusedmax } = require("fenchel");
       require("fenchel/jax");
       require("fenchel/parallel");
       console.log(JSON.stringify(fusedmax([1, 2.1, 1.9], { lambda: 0.1 })));`,
    );
    const flags = process.allowedNodeEnvironmentFlags.has("--experimental-require-module")
      ? ["--no-experimental-require-module"]
      : [];
    expect(execFileSync(process.execPath, [...flags, script], { encoding: "utf8" })).toBe("[0,0.5,0.5]\n");
  });
});

const types: Readonly<Record<string, string>> = {
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".html": "text/html",
};

/** Serves a folder, with the headers of a page that may share memory; "*" lets other origins have its files. */
async function serve(folder: string): Promise<{ server: Server; origin: string }> {
  const headers = {
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
    "cross-origin-resource-policy": "cross-origin",
    "access-control-allow-origin": "*",
  };
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url!, "http://localhost");
    try {
      const body = readFileSync(join(folder, pathname));
      response.writeHead(200, { ...headers, "content-type": types[extname(pathname)] ?? "text/plain" }).end(body);
    } catch {
      response.writeHead(404, { ...headers, "content-type": "text/plain" }).end("not found");
    }
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

describe.runIf(browserOrSkip("builds in a page"))("in a page", () => {
  let browser: Browser;
  const servers: Server[] = [];

  beforeAll(async () => {
    browser = await openBrowser();
  });

  afterAll(async () => {
    await browser?.close();
    for (const server of servers) server.close();
    expect(complaints).toEqual([]);
  });

  async function serveUntilTheEnd(folder: string): Promise<string> {
    const { server, origin } = await serve(stranger.path(folder));
    servers.push(server);
    return origin;
  }

  /** What a page of a folder leaves in globalThis.outcome; what it says goes to the complaints. */
  async function outcomeOf(folder: string, name = "index.html"): Promise<unknown> {
    const page = await browser.newPage();
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(String(error)));
    await page.goto(`${await serveUntilTheEnd(folder)}/${name}`);
    const outcome = await page.evaluate("globalThis.outcome");
    await page.close();
    return outcome;
  }

  const html = (script: string) => `<!doctype html><link rel=icon href=data:,>${script}`;
  const moduleOf = (file: string) => html(`<script type=module src="${file}"></script>`);

  test("vite, as it comes, bundles the workers' file, and once", async () => {
    stranger.write("vite/index.html", moduleOf("./page.js"));
    stranger.write("vite/page.js", workers());
    await withVite("vite");
    expect(complaints.splice(0)).toEqual([]);
    const files = readdirSync(stranger.path("vite/dist/assets")).toSorted();
    expect(files.map((name) => name.replace(/-.*/, ""))).toEqual(["index", "worker"]);
    for (const name of files) {
      expect(readFileSync(stranger.path(`vite/dist/assets/${name}`), "utf8")).not.toContain("data:text/javascript");
    }
    expect(await outcomeOf("vite/dist")).toEqual(workersOutcome);
  });

  test("webpack bundles the workers' file, and once", async () => {
    await withWebpack("workers.mjs", "webpack", {});
    expect(complaints.splice(0)).toEqual([]);
    expect(readdirSync(stranger.path("webpack"))).toHaveLength(2);
    stranger.write("webpack/index.html", html('<script src="main.js"></script>'));
    expect(await outcomeOf("webpack")).toEqual(workersOutcome);
  });

  const besideTheBundle = 'new URL("./worker.js", import.meta.url)';

  test("rollup, with the workers' file as an entry whose address is given", async () => {
    stranger.write("given.mjs", workers(besideTheBundle));
    await withRollup("given.mjs", { es: "rollup/page.js" });
    await withRollup("node_modules/fenchel/dist/parallel/worker.js", { iife: "rollup/worker.js" });
    expect(complaints.splice(0)).toEqual([]);
    stranger.write("rollup/index.html", moduleOf("page.js"));
    expect(await outcomeOf("rollup")).toEqual(workersOutcome);
  });

  test("esbuild, with the workers' file as an entry: its address, or a function that starts a worker", async () => {
    const started = '() => new Worker("worker.js", { type: "module" })';
    stranger.write("given.mjs", workers(besideTheBundle));
    stranger.write("started.mjs", workers(started));
    await withEsbuild("given.mjs", "esbuild/page.js", { format: "esm" });
    await withEsbuild("fenchel/parallel/worker", "esbuild/worker.js", { format: "esm" });
    expect(complaints.splice(0)).toEqual([]);
    await withEsbuild("started.mjs", "esbuild/script.js", { format: "iife" });
    // A script has no import.meta: the address of the workers' file is given.
    expect(complaints.splice(0).filter((text) => !text.includes("import.meta"))).toEqual([]);
    stranger.write("esbuild/index.html", moduleOf("page.js"));
    stranger.write("esbuild/script.html", html('<script src="script.js"></script>'));
    expect(await outcomeOf("esbuild")).toEqual(workersOutcome);
    expect(await outcomeOf("esbuild", "script.html")).toEqual(workersOutcome);
  });

  test("a bundle without the workers' file says what is missing", async () => {
    await withEsbuild("workers.mjs", "missing/page.js", { format: "esm" });
    await withEsbuild("workers.mjs", "missing/script.js", { format: "iife" });
    complaints.length = 0;
    stranger.write("missing/index.html", moduleOf("page.js"));
    stranger.write("missing/script.html", html('<script src="script.js"></script>'));
    const told = (pattern: RegExp) => ({ error: expect.stringMatching(pattern) as string });
    expect(await outcomeOf("missing")).toEqual(
      told(/^a worker of fenchel\/parallel did not start.*: give startWorkers/),
    );
    expect(await outcomeOf("missing", "script.html")).toEqual(
      told(/^a worker's address is unknown in this bundle: give/),
    );
    complaints.length = 0;
  });

  test("no bundler: modules of the page's own origin, and of a network of another", async () => {
    const network = await serveUntilTheEnd("node_modules");
    const files = (base: string) => [`${base}/fenchel/dist/index.js`, `${base}/fenchel/dist/parallel/index.js`];
    stranger.write("plain.html", html(`<script type=module>${workers("undefined", files("/node_modules"))}</script>`));
    stranger.write("plain/index.html", html(`<script type=module>${workers("undefined", files(network))}</script>`));
    const imports = { fenchel: files(network)[0], "fenchel/parallel": files(network)[1] };
    const mapped = `<script type=importmap>${JSON.stringify({ imports })}</script><script type=module>${workers()}</script>`;
    stranger.write("plain/mapped.html", html(mapped));
    expect(await outcomeOf(".", "plain.html")).toEqual(workersOutcome);
    expect(await outcomeOf("plain")).toEqual(workersOutcome);
    expect(await outcomeOf("plain", "mapped.html")).toEqual(workersOutcome);
  });
});
