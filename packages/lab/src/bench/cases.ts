/** What is measured: every mapping of the registry, at the parameters that the project's figures are stated for. */
import { registry, type RegistryEntry } from "fenchel";

/** A mapping with its parameter. */
export interface BenchCase {
  /** Label of the table, for instance "entmax 1.5". */
  readonly label: string;
  readonly entry: RegistryEntry;
  /** The mapping's own options for rows of n entries. */
  optionsFor(n: number): Record<string, unknown>;
}

/** The parameters to measure; a mapping that is not named is measured at its default. */
const measured: Readonly<Record<string, readonly { label: string; value: (n: number) => number }[]>> = {
  entmax: [
    { label: "1.5", value: () => 1.5 },
    { label: "1.3", value: () => 1.3 },
  ],
  fusedmax: [{ label: "", value: () => 0.1 }],
  oscarmax: [{ label: "", value: (n) => 0.1 / n }],
  tvmax: [{ label: "", value: () => 0.1 }],
};

/** The contestants of the mappings named, or of all; softmax is always among them, as the unit of the ratios. */
export function benchCases(names: readonly string[] | null): BenchCase[] {
  const wanted = registry.filter(({ name }) => names === null || name === "softmax" || names.includes(name));
  return wanted.flatMap((entry) => {
    const { parameter } = entry;
    if (parameter === null)
      return [{ label: entry.name, entry, optionsFor: (n: number) => ({ ...entry.optionsFor?.(n) }) }];
    const values = measured[entry.name] ?? [{ label: "", value: () => parameter.default }];
    return values.map(({ label, value }) => ({
      label: label === "" ? entry.name : `${entry.name} ${label}`,
      entry,
      optionsFor: (n: number) => ({ ...entry.optionsFor?.(n), [parameter.name]: value(n) }),
    }));
  });
}
