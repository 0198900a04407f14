/** Options of the commands that train: the task, its settings, and mappings with their options. */
import type { Command } from "commander";
import { registry } from "fenchel";
import type { MappingChoice } from "../compare/plan.ts";
import { tasks, type Task } from "../compare/tasks.ts";
import type { RunConfig } from "../run-types.ts";
import { defaultSettings, textMappings } from "../training/config.ts";
import { UserError } from "./errors.ts";
import { callMapping, mappingNamed } from "./mapping-options.ts";
import { unknownName } from "./nearest.ts";
import { integerOption, numberOption, parseNumber } from "./numbers.ts";

/** The task of a name. */
export function taskNamed(name: string): Task {
  const found = tasks.find((task) => task.name === name);
  const names = tasks.map((task) => task.name);
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
  return { mapping, options: Object.fromEntries(options) };
}

/** Mappings separated by commas, each with options of its own; no two alike. */
export function parseChoices(text: string): MappingChoice[] {
  const parts = text.split(",").map((part) => part.trim());
  const twice = parts.find((part, i) => parts.indexOf(part) !== i);
  if (twice !== undefined) throw new UserError(`--mappings: ${twice} is named twice`);
  return parts.map(parseChoice);
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

/** Adds the settings of training to a command. */
export function addSettings(command: Command): Command {
  for (const { name, flag, description } of settingForms) {
    command.option(`${flag} <number>`, `${description} (default ${defaultSettings[name]})`);
  }
  return command;
}

/** The settings among a command's options; those that are not given are left out. */
export function readSettings(given: Readonly<Record<string, unknown>>): Partial<Pick<RunConfig, Setting>> {
  const settings: Partial<Record<Setting, number>> = {};
  for (const { name, flag, read } of settingForms) {
    const text = given[name];
    if (typeof text === "string") settings[name] = read(flag, text);
  }
  return settings;
}

/** The hyper-parameters that a trained mapping may have on the command line. */
export function hyperParameterNames(): string[] {
  const own = registry.flatMap(({ name, parameter }) =>
    parameter !== null && textMappings.includes(name) ? [parameter.name] : [],
  );
  return ["gamma", ...new Set(own)];
}
