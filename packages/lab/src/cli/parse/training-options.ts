/** Options of the commands that train: the task, its settings, and mappings with their options. */
import type { Command } from "commander";
import { registry } from "fenchel";
import { labelOf, type MappingChoice } from "../../compare/plan.ts";
import { spamTasks, type SpamTask } from "../../tasks/spam/task.ts";
import type { SpamRunConfig } from "../../tasks/run-types.ts";
import { defaultMappingOptions, defaultSettings, textMappings } from "../../tasks/spam/config.ts";
import { UserError } from "../terminal/errors.ts";
import { callMapping, mappingNamed } from "./mapping-options.ts";
import { unknownName } from "../terminal/suggest.ts";
import { integerOption, numberOption, parseNumber } from "./numbers.ts";

/** The task of a name. */
export function spamTaskNamed(name: string): SpamTask {
  const found = spamTasks.find((task) => task.name === name);
  const names = spamTasks.map((task) => task.name);
  if (found === undefined) throw new UserError(unknownName("task", name, names));
  return found;
}

/** Throws unless models can be trained with the mapping and it accepts the options. */
export function checkChoice({ mapping, options }: MappingChoice): MappingChoice {
  const entry = mappingNamed(mapping);
  if (!textMappings.includes(mapping)) {
    const known = textMappings.join(", ");
    throw new UserError(`mapping ${JSON.stringify(mapping)} cannot be trained with: choose from ${known}`);
  }
  callMapping(() => entry.mapping([1, 0], options));
  return { mapping, options };
}

/** The same for a choice of a list, in whose words the mistake is told. */
export function checkListed(choice: MappingChoice): MappingChoice {
  try {
    return checkChoice(choice);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(`--mappings: ${error.message.replace(/--(?=[\w])/g, "")}`);
  }
}

/** Throws when two choices are one: the options that are not given are those of `complete`. */
export function refuseTwins<C extends MappingChoice>(
  choices: readonly C[],
  complete: (choice: C) => MappingChoice["options"],
): void {
  const seen = new Set<string>();
  for (const choice of choices) {
    const options = Object.entries(complete(choice)).sort(([a], [b]) => (a < b ? -1 : 1));
    const key = JSON.stringify([choice.mapping, options]);
    if (seen.has(key)) throw new UserError(`--mappings: ${labelOf(choice, ":", "=")} is named twice`);
    seen.add(key);
  }
}

/** "fusedmax" or "fusedmax:lambda=0.2:gamma=2". */
function parseChoice(text: string): MappingChoice {
  const [mapping = "", ...parts] = text.trim().split(":");
  const options = parts.map((part): [string, number] => {
    const [name, value, ...rest] = part.split("=");
    const number = value === undefined ? null : parseNumber(value);
    if (name === undefined || number === null || rest.length > 0) {
      throw new UserError(
        `--mappings: ${JSON.stringify(text)} is not understood: write fusedmax or fusedmax:lambda=0.2`,
      );
    }
    return [name, number];
  });
  const twice = options.find(([name], i) => options.findIndex(([other]) => other === name) !== i);
  if (twice !== undefined) throw new UserError(`--mappings: ${JSON.stringify(text)} gives ${twice[0]} twice`);
  return { mapping, options: Object.fromEntries(options) };
}

/** Mappings separated by commas, each with options of its own; no two alike. */
export function parseChoices(text: string): MappingChoice[] {
  const parts = text.split(",").map((part) => part.trim());
  if (parts.includes("")) {
    throw new UserError(`--mappings is ${JSON.stringify(text)}: a name is needed before and after every comma`);
  }
  const choices = parts.map(parseChoice);
  refuseTwins(choices, ({ options }) => options);
  return choices;
}

/** The settings of the task "spam" by name. */
export function settingNames(): string[] {
  return settingForms.map(({ name }) => name);
}

type Setting =
  | "epochs"
  | "batchSize"
  | "learningRate"
  | "maxWords"
  | "vocabularySize"
  | "embeddingSize"
  | "hiddenSize"
  | "dropout"
  | "patience";

interface SettingForm {
  readonly name: Setting;
  readonly flag: string;
  readonly description: string;
  readonly read: (flag: string, text: string) => number;
}

const whole = (least: number) => (flag: string, text: string) => integerOption(flag, text, least);

const settingForms: readonly SettingForm[] = [
  { name: "epochs", flag: "--epochs", description: "most passes over the training texts", read: whole(1) },
  {
    name: "patience",
    flag: "--patience",
    description: "epochs without a better dev loss before stopping",
    read: whole(1),
  },
  { name: "batchSize", flag: "--batch-size", description: "texts a step", read: whole(1) },
  {
    name: "learningRate",
    flag: "--learning-rate",
    description: "Adam's step size",
    read: (flag, text) => numberOption(flag, text, "a number above 0 is needed", (value) => value > 0),
  },
  { name: "maxWords", flag: "--max-words", description: "words of a text that the model reads", read: whole(8) },
  { name: "vocabularySize", flag: "--vocabulary-size", description: "words that the model knows", read: whole(1) },
  { name: "embeddingSize", flag: "--embedding-size", description: "features of a word", read: whole(1) },
  { name: "hiddenSize", flag: "--hidden-size", description: "features of a word in its context", read: whole(1) },
  {
    name: "dropout",
    flag: "--dropout",
    description: "share of words and features dropped in training",
    read: (flag, text) =>
      numberOption(flag, text, "a number from 0 to below 1 is needed", (value) => value >= 0 && value < 1),
  },
];

/** The settings of the task "spam" as a study would have them, for the help text. */
export function ownSettings(): { name: string; description: string; value: number }[] {
  return settingForms.map(({ name, description }) => ({ name, description, value: defaultSettings[name] }));
}

/** Adds the settings of training to a command. */
export function addSettings(command: Command): Command {
  for (const { name, flag, description } of settingForms) {
    command.option(`${flag} <number>`, `${description} (default ${defaultSettings[name]})`);
  }
  return command;
}

/** The settings among a command's options; those that are not given are left out. */
export function readSettings(given: Readonly<Record<string, unknown>>): Partial<Pick<SpamRunConfig, Setting>> {
  const settings: Partial<Record<Setting, number>> = {};
  for (const { name, flag, read } of settingForms) {
    const text = given[name];
    if (typeof text === "string") settings[name] = read(flag, text);
  }
  return settings;
}

/** "softmax 0.2, sparsemax 2": what a mapping's parameter is in training when it is not given. */
export function usualValues(parameter: string): string {
  const values = textMappings.flatMap((name) => {
    const value = defaultMappingOptions(name)[parameter];
    return value === undefined ? [] : [`${name} ${value}`];
  });
  return values.join(", ");
}

/** The hyper-parameters that a trained mapping may have on the command line. */
export function hyperParameterNames(): string[] {
  const own = registry.flatMap(({ name, parameter }) =>
    parameter !== null && textMappings.includes(name) ? [parameter.name] : [],
  );
  return ["gamma", ...new Set(own)];
}
