/** Commands with a subcommand per task, and a task's settings as their options. */
import type { Command } from "commander";
import { tasks } from "../../tasks/index.ts";
import type { Setting, Settings, SettingValue } from "../../tasks/settings.ts";
import type { Task } from "../../tasks/task.ts";
import { choiceOption } from "./choices.ts";
import { numberOption } from "./numbers.ts";

/** `learningRate` as `--learning-rate`. */
export function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** Values of a setting that are listed. */
const listed = ({ value, among }: Setting): readonly string[] | undefined =>
  typeof value === "boolean" ? ["true", "false"] : among;

function rangeOf({ least, most, whole }: Setting): string {
  const kind = whole === true ? "an integer" : "a number";
  if (least !== undefined && most !== undefined) return `${kind} from ${least} to ${most} is needed`;
  if (least !== undefined) return `${kind} of ${least} or more is needed`;
  return most === undefined ? `${kind} is needed` : `${kind} of ${most} or less is needed`;
}

function readSetting(setting: Setting, text: string): SettingValue {
  const flag = flagOf(setting.name);
  const { value, least = -Infinity, most = Infinity, whole = false } = setting;
  const values = listed(setting);
  if (values !== undefined) {
    const choice = choiceOption(flag, text, values);
    return typeof value === "boolean" ? choice === "true" : choice;
  }
  if (typeof value === "string") return text;
  return numberOption(flag, text, rangeOf(setting), (number) => {
    return number >= least && number <= most && (!whole || Number.isSafeInteger(number));
  });
}

/** The settings among a command's options. Throws a UserError for one that is out of range. */
export function readSettings(settings: readonly Setting[], given: Readonly<Record<string, unknown>>): Settings {
  const read: Record<string, SettingValue> = {};
  for (const setting of settings) {
    const text = given[setting.name];
    if (typeof text === "string") read[setting.name] = readSetting(setting, text);
  }
  return read;
}

/** Adds settings as options. */
export function addSettings(command: Command, settings: readonly Setting[]): void {
  for (const setting of settings) {
    const values = listed(setting);
    const among = values === undefined ? "" : `; one of ${values.join(", ")}`;
    command.option(
      `${flagOf(setting.name)} <value>`,
      `${setting.description}${among} (default ${String(setting.value)})`,
    );
  }
}

/** Adds a subcommand for every task to a group of them. */
export function addTaskCommands(group: Command, build: (command: Command, task: Task) => void): void {
  for (const task of tasks) build(group.command(task.name).summary(task.description), task);
}
