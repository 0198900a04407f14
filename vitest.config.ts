import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = (path: string) => fileURLToPath(new URL(`./packages/${path}`, import.meta.url));

/** What `npm run test:quick` leaves out: trainings, browsers, bundlers, processes of their own, data packages and long searches. */
const slow = [
  "apps/*/test/**",
  "**/*.browser.test.ts",
  "packages/fenchel/test/{browser,builds,jax,parallel}/**",
  "packages/fenchel/test/kernels/conformance.test.ts",
  "packages/{fenchel,lab}/test/**/{package,size,command,documentation}.test.ts",
  "packages/lab/test/{compare,tasks,training}/**",
  "packages/lab/test/bench/steps.test.ts",
  "packages/lab/test/cli/{bad-data,bench-train,built-command,run-commands}.test.ts",
  "packages/lab/test/datasets/{spam-assassin,ts-diagnostics}.test.ts",
];

/** Random tests take a fifth of their cases. */
const quick = { exclude: ["**/node_modules/**", ...slow], env: { FENCHEL_RUNS: process.env["FENCHEL_RUNS"] ?? "0.2" } };

export default defineConfig(({ mode }) => ({
  resolve: {
    alias: [
      { find: /^fenchel\/jax$/, replacement: source("fenchel/src/jax/index.ts") },
      { find: /^fenchel$/, replacement: source("fenchel/src/index.ts") },
    ],
  },
  test: {
    // Leak checks need a collection on demand.
    execArgv: ["--expose-gc"],
    include: ["packages/*/test/**/*.test.ts", "apps/*/test/**/*.test.ts", "testing/**/*.test.ts"],
    setupFiles: [fileURLToPath(new URL("./testing/setup.ts", import.meta.url))],
    ...(mode === "quick" ? quick : {}),
    // Every core: the default leaves one idle, half of a machine of two.
    maxWorkers: "100%",
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
}));
