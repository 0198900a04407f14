/** Builds the page to static files that may lie in any folder of a server. */
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  base: "./",
  build: { target: "es2023", reportCompressedSize: false, modulePreload: { polyfill: false } },
});
