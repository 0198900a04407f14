/** A study's choices and settings on the command line. */
import type { Command } from "commander";
import type { Settings } from "../../compare/grid-search.ts";
import type { AttentionSpec, Setting, SettingValue, Task } from "../../tasks/task.ts";
import { UserError } from "../terminal/errors.ts";
import { numberOption } from "./numbers.ts";

/** `learningRate` as `--learning-rate`. */
export function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** Throws unless the study can train with every choice; the choices keep the options that were given. */
export function checkStudyChoices(study: Task, choices: readonly AttentionSpec[]): readonly AttentionSpec[] {
  for (const choice of choices) {
    try {
      study.complete(choice);
    } catch (error) {
      if (!(error instanceof RangeError || error instanceof TypeError)) throw error;
      const message = error.message.replace(/^options\.(\w+) is unknown to (\w+):/, "$1 is no option of $2:");
      throw new UserError(`--mappings: ${message}`);
    }
  }
  return choices;
}

function rangeOf({ least, most, whole }: Setting): string {
  const kind = whole === true ? "a whole number" : "a number";
  if (least !== undefined && most !== undefined) return `${kind} from ${least} to ${most} is needed`;
  if (least !== undefined) return `${kind} of ${least} or more is needed`;
  return most === undefined ? `${kind} is needed` : `${kind} of ${most} or less is needed`;
}

function readSetting(setting: Setting, text: string): SettingValue {
  const flag = flagOf(setting.name);
  const { value, least = -Infinity, most = Infinity, whole = false, among } = setting;
  const listed = typeof value === "boolean" ? ["true", "false"] : among;
  if (listed !== undefined) {
    if (!listed.includes(text)) {
      throw new UserError(`${flag} is ${JSON.stringify(text)}: one of ${listed.join(", ")} is needed`);
    }
    return typeof value === "boolean" ? text === "true" : text;
  }
  if (typeof value === "string") return text;
  return numberOption(flag, text, rangeOf(setting), (number) => {
    return number >= least && number <= most && (!whole || Number.isSafeInteger(number));
  });
}

/** The settings among a command's options. Throws a UserError for one that is out of range or that the study does not have. */
export function readStudySettings(
  study: Task,
  given: Readonly<Record<string, unknown>>,
  settingNames: Iterable<string>,
): Settings {
  const settings: Record<string, SettingValue> = {};
  for (const name of settingNames) {
    const text = given[name];
    if (typeof text !== "string") continue;
    const setting = study.settings.find((one) => one.name === name);
    if (setting === undefined) {
      const known = study.settings.map((one) => flagOf(one.name)).join(", ");
      throw new UserError(`${flagOf(name)} is no setting of the task ${study.name}; it has ${known}`);
    }
    settings[name] = readSetting(setting, text);
  }
  return settings;
}

/** A task as the help texts tell of it. */
interface SettableTask {
  readonly name: string;
  readonly settings: readonly Setting[];
}

/** What a setting means to each task that has it, the values it may have, and its defaults; tasks of one meaning together. */
function helpOf(name: string, tasks: readonly SettableTask[]): string {
  const meanings = new Map<string, { readonly tasks: string[]; readonly defaults: string[] }>();
  for (const task of tasks) {
    const setting = task.settings.find((one) => one.name === name);
    if (setting === undefined) continue;
    const { description, value } = setting;
    const among = typeof value === "boolean" ? ["true", "false"] : setting.among;
    const meaning = among === undefined ? description : `${description}; one of ${among.join(", ")}`;
    const group = meanings.get(meaning) ?? { tasks: [], defaults: [] };
    meanings.set(meaning, group);
    group.tasks.push(task.name);
    group.defaults.push(String(value));
  }
  const parts = Array.from(meanings, ([meaning, group]) => {
    const same = new Set(group.defaults).size === 1;
    const defaults = same ? group.defaults.slice(0, 1) : group.tasks.map((task, i) => `${task} ${group.defaults[i]}`);
    return `${group.tasks.join(", ")}: ${meaning} (default ${defaults.join(", ")})`;
  });
  return parts.join(". ");
}

/** Adds the settings of all tasks to a command, but those that have no meaning for it; returns the names. */
export function addTaskSettings(
  command: Command,
  tasks: readonly SettableTask[],
  without: readonly string[] = [],
): string[] {
  const names = new Set(tasks.flatMap(({ settings }) => settings.map(({ name }) => name)));
  for (const name of without) names.delete(name);
  for (const name of names) command.option(`${flagOf(name)} <value>`, helpOf(name, tasks));
  return [...names];
}
