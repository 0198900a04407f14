/** A study's choices and settings on the command line. */
import type { Command } from "commander";
import { studies } from "../studies/index.ts";
import type { Settings } from "../studies/compare-study.ts";
import type { Choice, Setting, SettingValue, Study } from "../studies/study.ts";
import { UserError } from "./errors.ts";
import { numberOption } from "./numbers.ts";

/** `learningRate` as `--learning-rate`. */
export function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** Throws unless the study can train with every choice; the choices keep the options that were given. */
export function checkStudyChoices(study: Study, choices: readonly Choice[]): readonly Choice[] {
  for (const choice of choices) {
    try {
      study.complete(choice);
    } catch (error) {
      if (error instanceof RangeError || error instanceof TypeError) throw new UserError(error.message);
      throw error;
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
  study: Study,
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

/** Adds the settings of all studies to a command that has those of `taken` already; returns the names of all. */
export function addStudySettings(command: Command, taken: readonly string[]): string[] {
  const names = new Set(taken);
  for (const study of studies) {
    for (const { name, description } of study.settings) {
      if (names.has(name)) continue;
      names.add(name);
      const having = studies.filter(({ settings }) => settings.some((one) => one.name === name));
      const defaults = having.map(({ name: task, settings }) => {
        return `${task} ${settings.find((one) => one.name === name)!.value}`;
      });
      command.option(`${flagOf(name)} <value>`, `${description} (default for ${defaults.join(", ")})`);
    }
  }
  return [...names];
}
