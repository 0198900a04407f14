/** The registry as the page shows it: sliders of all hyper-parameters, and the options of a mapping over n entries. */
import { registry, type AnyMappingOptions, type RegistryEntry, type RegistryParameter } from "fenchel";
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

const gamma: Parameter = {
  name: "gamma",
  default: 1,
  least: 0.01,
  most: 100,
  scale: "log",
  hint: "strength of the whole regularizer",
};

/** The slider of a hyper-parameter: whole numbers for a count, and logarithmic where the range is wide. */
function sliderOf(parameter: RegistryParameter): Parameter {
  const { name, default: usual, differentiable, description: hint, typicalRange } = parameter;
  const [least, most] = typicalRange;
  const common = { name, default: usual, least, most, hint };
  if (least === 0) return { ...common, scale: "log-zero" };
  if (!differentiable) return { ...common, scale: "log", step: 1 };
  return most / least > 10 ? { ...common, scale: "log" } : { ...common, scale: "linear", step: 0.01 };
}

const own = registry.flatMap(({ parameter }) => (parameter === null ? [] : [sliderOf(parameter)]));

/** Gamma and every hyper-parameter of the registry; of mappings that share a name, the first one's. */
export const parameters: readonly Parameter[] = [
  gamma,
  ...own.filter(({ name }, i) => own.findIndex((other) => other.name === name) === i),
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

/** What the mapping is called with over rows of n entries: gamma, its own parameter, its structure. */
export function optionsOf(name: string, values: Values, n: number): AnyMappingOptions {
  const own = entryOf(name).parameter?.name;
  return {
    gamma: values["gamma"],
    ...(own === undefined ? {} : { [own]: values[own] }),
    ...entryOf(name).optionsFor?.(n),
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
