/** Cases of the benches: every mapping of the registry, at the values for which its speed is stated. */
import { registry, type RegistryEntry } from "fenchel";

/** A mapping with its parameter. */
export interface BenchCase {
  /** Label of the table: the name, with the parameter's value where a mapping has several: "entmax 1.5". */
  readonly label: string;
  readonly entry: RegistryEntry;
  /** The mapping's own options for rows of n entries. */
  optionsFor(n: number): Record<string, unknown>;
}

function casesOf(entry: RegistryEntry): BenchCase[] {
  const { name, parameter } = entry;
  const needed = (n: number) => ({ ...entry.optionsFor?.(n) });
  if (parameter === null) return [{ label: name, entry, optionsFor: needed }];
  const values = parameter.benchmarksFor(1);
  return values.map((value, i) => ({
    label: values.length === 1 ? name : `${name} ${value}`,
    entry,
    optionsFor: (n) => ({ ...needed(n), [parameter.name]: parameter.benchmarksFor(n)[i]! }),
  }));
}

/** The cases of the mappings named, or of all. The registry's first mapping, softmax, is always first: the unit of the ratios. */
export function benchCases(names: readonly string[] | null): BenchCase[] {
  return registry
    .filter(({ name }, i) => i === 0 || names === null || names.includes(name))
    .flatMap((entry) => casesOf(entry));
}
