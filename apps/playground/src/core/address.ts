/** The state of a view in the page's address: `#view?name=value&...`. Whatever was typed there, a usable state comes out. */

/** More entries than this make no readable picture. */
export const MOST_SCORES = 1000;
const LARGEST = 1e6;

/** Takes a sentence about a part of the address that could not be used. */
export type Complain = (problem: string) => void;

export interface Address {
  readonly view: string;
  readonly query: URLSearchParams;
}

export function parseAddress(hash: string): Address {
  const text = hash.replace(/^#/, "");
  const at = text.indexOf("?");
  return {
    view: at < 0 ? text : text.slice(0, at),
    query: new URLSearchParams(at < 0 ? "" : text.slice(at + 1)),
  };
}

/** The address without the percent signs that commas and spaces do not need. */
export function formatAddress({ view, query }: Address): string {
  const text = query.toString().replaceAll("%2C", ",").replaceAll("%2F", "/");
  return text === "" ? `#${view}` : `#${view}?${text}`;
}

const shown = (text: string) => JSON.stringify(text.length > 24 ? `${text.slice(0, 21)}...` : text);

/** Numbers of a list as people type it: commas, semicolons, spaces and line ends all separate. */
export function parseNumbers(text: string, complain: Complain, most = MOST_SCORES): number[] {
  const result: number[] = [];
  // Long enough for `most` numbers at full precision; the rest is not looked at.
  const entries = text
    .slice(0, most * 32)
    .replaceAll("−", "-")
    .split(/[\s,;[\]]+/)
    .filter((entry) => entry !== "");
  let refused = 0;
  for (const entry of entries) {
    const value = Number(entry);
    if (!Number.isFinite(value)) {
      if (refused++ === 0) complain(`${shown(entry)} is not a finite number and was left out`);
    } else if (result.length === most) {
      complain(`only the first ${most} numbers were taken`);
      break;
    } else if (Math.abs(value) > LARGEST) {
      complain(`${shown(entry)} was moved to ${value > 0 ? "" : "-"}${LARGEST}`);
      result.push(Math.sign(value) * LARGEST);
    } else result.push(value);
  }
  if (refused > 1) complain(`${refused} entries were left out in all`);
  return result;
}

/** The numbers under `name`, or `fallback` when the address has no such part. */
export function readNumbers(
  query: URLSearchParams,
  name: string,
  fallback: readonly number[],
  complain: Complain,
): readonly number[] {
  const text = query.get(name);
  return text === null ? fallback : parseNumbers(text, complain);
}

/** The number under `name` within [least, most], or `fallback`. */
export function readNumber(
  query: URLSearchParams,
  name: string,
  { fallback, least, most, whole = false }: NumberRange,
  complain: Complain,
): number {
  const text = query.get(name);
  if (text === null) return fallback;
  const value = text.trim() === "" ? NaN : Number(text);
  if (!Number.isFinite(value)) {
    complain(`${name} = ${shown(text)} is not a number: ${fallback} was taken`);
    return fallback;
  }
  const inside = Math.min(Math.max(whole ? Math.round(value) : value, least), most);
  if (inside !== value) complain(`${name} = ${shown(text)} was moved to ${inside}`);
  return inside;
}

export interface NumberRange {
  readonly fallback: number;
  readonly least: number;
  readonly most: number;
  readonly whole?: boolean;
}

/** One of `choices`. */
export function readChoice<T extends string>(
  query: URLSearchParams,
  name: string,
  choices: readonly T[],
  fallback: T,
  complain: Complain,
): T {
  const text = query.get(name);
  if (text === null) return fallback;
  const found = choices.find((choice) => choice === text);
  if (found === undefined) complain(`${name} = ${shown(text)} is not known: ${fallback} was taken`);
  return found ?? fallback;
}

/** Those of `choices` that are listed, each once, in their order in the address. */
export function readChoices<T extends string>(
  query: URLSearchParams,
  name: string,
  choices: readonly T[],
  fallback: readonly T[],
  complain: Complain,
): readonly T[] {
  const text = query.get(name);
  if (text === null) return fallback;
  const wanted = new Set(
    text
      .slice(0, 1000)
      .split(",")
      .filter((entry) => entry !== ""),
  );
  const found = Array.from(wanted).flatMap((entry) => choices.filter((choice) => choice === entry));
  for (const entry of wanted) {
    if (!found.some((choice) => choice === entry)) complain(`${name} = ${shown(entry)} is not known`);
  }
  return found.length === 0 ? fallback : found;
}
