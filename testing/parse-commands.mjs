// Reads command lines of `fenchel` without doing what they say, in a process of its own: commands, arguments and options must exist.
import { Command } from "commander";

const { action } = Command.prototype;
Command.prototype.action = function parsedOnly() {
  return action.call(this, () => {});
};
const { run } = await import("../packages/lab/dist/cli/main.js");

process.once("message", async (lines) => {
  const faults = [];
  const { write } = process.stderr;
  for (const args of lines) {
    let said = "";
    process.stderr.write = (text, ...rest) => {
      said += text;
      rest.findLast((one) => typeof one === "function")?.();
      return true;
    };
    const code = await run(args);
    process.stderr.write = write;
    faults.push(code === 0 ? null : said.trim());
  }
  process.send(faults, () => process.exit());
});
