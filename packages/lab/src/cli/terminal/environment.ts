/** Machine and command line, for reports. */
import { cpus, totalmem } from "node:os";

export function machine(): Record<string, string | number> {
  const processors = cpus();
  return {
    processor: processors[0]?.model.trim() ?? "unknown",
    cores: processors.length,
    memory: totalmem(),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
  };
}

/** The command line as it was given. */
export function commandLine(): string {
  return ["fenchel", ...process.argv.slice(2)].join(" ");
}
