import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = (path: string) => fileURLToPath(new URL(`./packages/${path}`, import.meta.url));

export default defineConfig({
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
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
