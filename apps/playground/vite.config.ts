/** Builds the page to static files that may lie in any folder of a server. */
import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const models = fileURLToPath(new URL("public/models", import.meta.url));

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  base: "./",
  // Views over trained models appear when the models are there.
  define: { MODEL_FILES: JSON.stringify(existsSync(models) ? readdirSync(models) : []) },
  build: { target: "es2023", reportCompressedSize: false, modulePreload: { polyfill: false } },
});
