/** The options of mappings on the command line, drawn from the registry, and the mapping a name stands for. */
import { registry, type RegistryEntry } from "fenchel";
import type { Command } from "commander";
import { UserError } from "../terminal/errors.ts";
import { unknownName } from "../terminal/suggest.ts";
import { parseNumber, sizesOption } from "./numbers.ts";

/** The registry's entry of a name; misspelt names are told the nearest. */
export function mappingNamed(name: string): RegistryEntry {
  const names = registry.map((entry) => entry.name);
  const found = registry.find((entry) => entry.name === name);
  if (found === undefined) throw new UserError(unknownName("mapping", name, names));
  return found;
}

/** One number, or several separated by commas, one a row. */
function hyperParameter(name: string, text: string): number | number[] {
  const values = text.split(",").map((part) => {
    const value = parseNumber(part);
    if (value === null) {
      throw new UserError(`--${name} is ${JSON.stringify(text)}: a number, or numbers separated by commas, is needed`);
    }
    return value;
  });
  return values.length === 1 ? values[0]! : values;
}

/** Edges as 0-1,1-2. */
function edgeList(name: string, text: string): number[][] {
  return text.split(",").map((part) => {
    const ends = /^\s*(\d+)\s*-\s*(\d+)\s*$/.exec(part);
    if (ends === null) {
      throw new UserError(`--${name} is ${JSON.stringify(text)}: edges such as 0-1,1-2 are needed`);
    }
    return [Number(ends[1]), Number(ends[2])];
  });
}

function gridSizes(name: string, text: string): number[] {
  const sizes = sizesOption(`--${name}`, text);
  if (sizes.length !== 2) {
    throw new UserError(`--${name} is ${JSON.stringify(text)}: height and width such as 14x14 are needed`);
  }
  return sizes;
}

interface OptionForm {
  readonly name: string;
  readonly placeholder: string;
  readonly description: string;
  /** A value, for mappings that do without none. */
  readonly example?: string;
  readonly read: (name: string, text: string) => unknown;
}

/** The mappings that take the registry's parameter `name`, with their defaults. */
function takers(name: string): string {
  const byDefault = new Map<number, string[]>();
  for (const { name: mapping, parameter } of registry) {
    if (parameter?.name !== name) continue;
    byDefault.set(parameter.default, [...(byDefault.get(parameter.default) ?? []), mapping]);
  }
  return [...byDefault].map(([standard, mappings]) => `${mappings.join(", ")}: ${standard}`).join("; ");
}

function optionForms(): OptionForm[] {
  const parameters = [...new Set(registry.flatMap((entry) => (entry.parameter === null ? [] : entry.parameter.name)))];
  const forms: OptionForm[] = [
    {
      name: "gamma",
      placeholder: "number",
      description: "temperature: multiplies the whole regularizer (default 1)",
      read: hyperParameter,
    },
    ...parameters.map((name) => ({
      name,
      placeholder: "number",
      description: `own hyper-parameter (default ${takers(name)}), one number or one a row: 0.1,0.2`,
      read: hyperParameter,
    })),
    {
      name: "grid",
      placeholder: "HxW",
      description: "height and width of the grid a row is laid out on, for mappings on grids",
      example: "14x14",
      read: gridSizes,
    },
    {
      name: "edges",
      placeholder: "list",
      description: "edges between the entries of a row, for mappings on graphs: 0-1,1-2",
      example: "0-1,1-2",
      read: edgeList,
    },
  ];
  return forms;
}

/** Adds `--gamma` and every own option of the registry's mappings to a command. */
export function addMappingOptions(command: Command): Command {
  for (const { name, placeholder, description } of optionForms()) {
    command.option(`--${name} <${placeholder}>`, description);
  }
  return command;
}

/** The mapping's options among a command's parsed options. */
export function readMappingOptions(given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const options: Record<string, unknown> = {};
  for (const { name, read } of optionForms()) {
    const text = given[name];
    if (typeof text === "string") options[name] = read(name, text);
  }
  return options;
}

/** The library's messages begin with the argument they are about; the engine's own do not, or say "is not". */
function isAboutArgument({ message }: Error): boolean {
  return /^[\w.]+(\[\d+\])? (is|has|\[)/.test(message) && !/ is not (a |an |defined|iterable)/.test(message);
}

/** Calls a mapping; what it says of a bad argument becomes the user's line, in the command line's words. */
export function callMapping<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof TypeError) || !isAboutArgument(error)) throw error;
    const unknown = /^options\.(\w+) is unknown to (\w+): it takes (.*)$/.exec(error.message);
    if (unknown !== null) {
      const forms = new Set(optionForms().map((form) => form.name));
      const takes = unknown[3]!.split(", ").flatMap((name) => (forms.has(name) ? [`--${name}`] : []));
      throw new UserError(`--${unknown[1]} is no option of ${unknown[2]}: it takes ${takes.join(", ")}`);
    }
    const missing = optionForms().find(({ name }) => error.message.startsWith(`${name} is undefined:`));
    if (missing !== undefined) {
      const { name, description, example } = missing;
      throw new UserError(`--${name} is missing: ${description}; add, for instance, --${name} ${example}`);
    }
    const named = optionForms().some((form) => new RegExp(`^${form.name}\\b`).test(error.message));
    throw new UserError(named ? `--${error.message}` : error.message);
  }
}
