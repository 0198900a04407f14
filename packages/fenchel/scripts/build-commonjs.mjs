// Makes dist/commonjs of what TypeScript made: the same modules for require(), with their types, so that a program of
// CommonJS modules shares one engine with "fenchel/jax" and needs no Node that requires ES modules.
import { cp, mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { transform } from "esbuild";
import { rollup } from "rollup";

const dist = join(dirname(fileURLToPath(import.meta.url)), "../dist");
const target = join(dist, "commonjs");
// Written beside the target and renamed: another process may be reading.
const fresh = join(dist, `commonjs.${process.pid}`);
const entries = ["index", "jax/index", "parallel/index", "parallel/worker"];

/** A module's address. Without `require`, so that a bundler for pages may take this file, too. */
const address = `(typeof __filename === "string" ? "file://" + encodeURI(__filename.replace(/^(?!\\/)/, "/").replaceAll("\\\\", "/")).replace(/[?#]/g, encodeURIComponent) : undefined)`;

const build = await rollup({
  input: Object.fromEntries(entries.map((entry) => [entry, join(dist, `${entry}.js`)])),
  external: ["@jax-js/jax"],
  plugins: [
    { name: "module-address", resolveImportMeta: (property) => (property === "url" ? address : null) },
    {
      name: "no-comments",
      renderChunk: async (code) =>
        (await transform(code, { format: "cjs", target: "es2023", legalComments: "none" })).code,
    },
  ],
  onwarn: (warning) => {
    console.log(warning.message.slice(0, 300));
  },
});
await mkdir(fresh, { recursive: true });
await build.write({
  dir: fresh,
  format: "cjs",
  exports: "named",
  chunkFileNames: "shared/[name].js",
  dynamicImportInCjs: true,
});
await build.close();
await writeFile(join(fresh, "package.json"), '{ "type": "commonjs" }\n');

const types = (await readdir(dist, { recursive: true }))
  .map((path) => path.replaceAll("\\", "/"))
  .filter((path) => path.endsWith(".d.ts") && !path.startsWith("commonjs"));
for (const path of types) await cp(join(dist, path), join(fresh, path));

await rm(target, { recursive: true, force: true });
await rename(fresh, target);
