/** `fenchel list`: the mappings of the registry. */
import type { Command } from "commander";
import { registry } from "fenchel";
import { print } from "../terminal/output.ts";
import { formatTable } from "../terminal/table.ts";

/** Adds the command to the program. */
export function addListCommand(program: Command): void {
  program
    .command("list")
    .summary("the mappings, with formula, effect and cost")
    .description("Lists the mappings: regularizer, effect on the weights, own option and cost per row of n entries.")
    .option("--json", "print JSON")
    .addHelpText("after", "\nExamples:\n  fenchel list\n  fenchel list --json")
    .action(async ({ json }: { json?: boolean }) => {
      if (json === true) {
        const rows = registry.map((entry) => ({ ...entry, mapping: undefined }));
        await print(`${JSON.stringify(rows, null, 2)}\n`);
        return;
      }
      const rows = registry.map(({ name, formula, parameter, effect, cost }) => [
        name,
        formula,
        parameter === null ? "" : `--${parameter.name} ${parameter.default}`,
        effect,
        cost,
      ]);
      await print(formatTable(["mapping", "Omega", "own option", "weights", "cost per row"], rows));
    });
}
