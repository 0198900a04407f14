/** Options that take one of a few names. */
import { UserError } from "../terminal/errors.ts";
import { nearest } from "../terminal/suggest.ts";

/** The one of the known names that is given to an option. Throws a UserError that names the nearest. */
export function choiceOption<T extends string>(option: string, text: string, known: readonly T[]): T {
  const found = known.find((name) => name === text);
  if (found !== undefined) return found;
  const near = nearest(text, known);
  const hint = near === null ? "one" : `did you mean ${near}? One`;
  throw new UserError(`${option} is ${JSON.stringify(text)}: ${hint} of ${known.join(", ")} is needed`);
}

/** Several of the known names, separated by commas. */
export function choicesOption<T extends string>(option: string, text: string, known: readonly T[]): T[] {
  return text.split(",").map((name) => choiceOption(option, name.trim(), known));
}
