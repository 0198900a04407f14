/** What the page knows of every mapping beyond the registry: the ranges of its sliders and the structure over n entries. */
import { registry, type AnyMappingOptions, type RegistryEntry } from "fenchel";
import { readNumber, type Complain } from "./address.ts";

export const mappingNames: readonly string[] = registry.map(({ name }) => name);

export function entryOf(name: string): RegistryEntry {
  const entry = registry.find((candidate) => candidate.name === name);
  if (entry === undefined) throw new RangeError(`mapping ${name} is not in the registry`);
  return entry;
}

/** A number that a slider moves. */
export interface Parameter {
  readonly name: string;
  readonly default: number;
  readonly least: number;
  readonly most: number;
  /** "log": equal ratios are equal distances; "log-zero": the same above an end that is 0. */
  readonly scale: "linear" | "log" | "log-zero";
  readonly step?: number;
  readonly hint: string;
}

export const parameters: readonly Parameter[] = [
  { name: "gamma", default: 1, least: 0.01, most: 100, scale: "log", hint: "strength of the whole regularizer" },
  { name: "lambda", default: 0.1, least: 0, most: 3, scale: "log-zero", hint: "how strongly entries fuse" },
  {
    name: "alpha",
    default: 1.5,
    least: 1.01,
    most: 4,
    scale: "linear",
    step: 0.01,
    hint: "towards 1 dense, larger sparser",
  },
  {
    name: "p",
    default: 1.5,
    least: 1.01,
    most: 2,
    scale: "linear",
    step: 0.01,
    hint: "towards 1 the argmax, 2 sparsemax",
  },
  { name: "budget", default: 1, least: 0.1, most: 10, scale: "log", hint: "what all weights may take together" },
  { name: "k", default: 8, least: 1, most: 50, scale: "log", step: 1, hint: "entries kept" },
];

/** Values of all parameters, by name. */
export type Values = Readonly<Record<string, number>>;

export const defaultValues: Values = Object.fromEntries(
  parameters.map((parameter) => [parameter.name, parameter.default]),
);

/** The parameters that some of the mappings take, gamma first. */
export function parametersOf(names: readonly string[]): Parameter[] {
  const own = new Set(names.map((name) => entryOf(name).parameter?.name));
  return parameters.filter(({ name }) => name === "gamma" || own.has(name));
}

/** The squarest grid of n entries, and the ring that joins each entry to the next. */
function structureOf(name: string, n: number): AnyMappingOptions {
  if (name === "tvmax") {
    let height = Math.max(1, Math.floor(Math.sqrt(n)));
    while (n % height !== 0) height -= 1;
    return { grid: [height, n / height] };
  }
  if (name === "graphmax") {
    const ring = Array.from({ length: n > 2 ? n : n - 1 }, (_, i): [number, number] => [i, (i + 1) % n]);
    return { edges: ring };
  }
  return {};
}

/** What the mapping is called with over rows of n entries: gamma, its own parameter, its structure. */
export function optionsOf(name: string, values: Values, n: number): AnyMappingOptions {
  const own = entryOf(name).parameter?.name;
  return {
    gamma: values["gamma"],
    ...(own === undefined ? {} : { [own]: values[own] }),
    ...structureOf(name, n),
  };
}

/** "fusedmax, lambda 0.1, gamma 2": what differs from softmax's bare name. */
export function optionText(name: string, values: Values): string {
  const own = entryOf(name).parameter?.name;
  const parts = own === undefined ? [] : [`${own} ${values[own]}`];
  if (values["gamma"] !== 1) parts.push(`gamma ${values["gamma"]}`);
  return parts.join(", ");
}

export function readValues(query: URLSearchParams, complain: Complain, usual: Values = defaultValues): Values {
  const read = ({ name, least, most, step }: Parameter) => {
    const range = { fallback: usual[name]!, least, most, whole: step === 1 };
    return [name, readNumber(query, name, range, complain)] as const;
  };
  return Object.fromEntries(parameters.map(read));
}

/** Writes the values that differ from the usual ones. */
export function writeValues(query: URLSearchParams, values: Values, usual: Values = defaultValues): void {
  for (const { name } of parameters) if (values[name] !== usual[name]) query.set(name, String(values[name]));
}
