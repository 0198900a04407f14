#!/usr/bin/env node
let main;
try {
  ({ main } = await import("../dist/cli/main.js"));
} catch (error) {
  if (error.code !== "ERR_MODULE_NOT_FOUND" || !String(error.message).includes("/dist/")) throw error;
  process.stderr.write("fenchel: the command is not built yet: run npm run build in the workspace\n");
  process.exit(2);
}
await main(process.argv.slice(2));
