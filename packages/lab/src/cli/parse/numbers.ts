/** Numbers as the command line reads and prints them. */
import { UserError } from "../terminal/errors.ts";

const decimal = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const infinite = /^[+-]?inf(inity)?$/i;

/** The number a text stands for, or null: decimals, infinities and NaN; a typographic minus counts as a minus. */
export function parseNumber(text: string): number | null {
  const plain = text.trim().replace(/^\u2212/, "-");
  if (decimal.test(plain)) return Number(plain);
  if (infinite.test(plain)) return plain.startsWith("-") ? -Infinity : Infinity;
  return /^nan$/i.test(plain) ? NaN : null;
}

/** The value, unless it is no score; `place` names it, as in "line 2, column 3". */
export function checkScore(value: number, place: () => string): number {
  if (Number.isFinite(value) || value === -Infinity) return value;
  throw new UserError(`${place()} is ${value}: a score is a finite number, or -inf, which removes its entry`);
}

/** A finite number given to an option; `wanted` names the range. */
export function numberOption(
  option: string,
  text: string,
  wanted = "a number is needed",
  accepts: (value: number) => boolean = () => true,
): number {
  const value = parseNumber(text);
  if (value === null || !Number.isFinite(value) || !accepts(value)) {
    throw new UserError(`${option} is ${JSON.stringify(text)}: ${wanted}`);
  }
  return value;
}

/** An integer of at least `least` (and at most `most`) given to an option. */
export function integerOption(option: string, text: string, least: number, most = Number.MAX_SAFE_INTEGER): number {
  const range = most === Number.MAX_SAFE_INTEGER ? `of ${least} or more` : `from ${least} to ${most}`;
  return numberOption(
    option,
    text,
    `an integer ${range} is needed`,
    (value) => Number.isInteger(value) && value >= least && value <= most,
  );
}

function isSize(size: number | null): size is number {
  return size !== null && Number.isSafeInteger(size) && size > 0;
}

/** Sizes written as 2x3 or 2,3, each 1 or more. */
export function sizesOption(option: string, text: string): number[] {
  const sizes = text.split(/[x,\u00d7]/i).map((part) => parseNumber(part));
  if (!sizes.every(isSize)) {
    throw new UserError(`${option} is ${JSON.stringify(text)}: sizes such as 14x14 are needed, each 1 or more`);
  }
  return sizes;
}

/** The shortest text of a number that is right to `digits` significant digits. */
export function formatNumber(value: number, digits = 12): string {
  if (!Number.isFinite(value)) return String(value);
  const rounded = Number(value.toPrecision(digits));
  return Object.is(rounded, -0) ? "0" : String(rounded);
}
