/** Prints an array laid out like the scores, as lines of text, CSV or nested JSON lists. */
import { formatNumber } from "./numbers.ts";

/** Lines along the last axis; a blank line between the matrices of a larger array. */
export function formatLines(
  values: ArrayLike<number>,
  shape: readonly number[],
  separator: string,
  digits: number,
): string {
  const width = shape.at(-1) ?? 1;
  const height = shape.at(-2) ?? 1;
  let text = "";
  for (let start = 0, row = 0; start < values.length; start += width, row++) {
    if (row > 0 && row % height === 0 && separator === " ") text += "\n";
    for (let i = 0; i < width; i++) text += (i === 0 ? "" : separator) + formatNumber(values[start + i]!, digits);
    text += "\n";
  }
  return text;
}

/** Nested lists of the array's shape. JSON has no infinities: they are written as texts. */
export function formatJson(values: ArrayLike<number>, shape: readonly number[], digits: number): string {
  let next = 0;
  const write = (depth: number): string => {
    if (depth === shape.length) {
      const text = formatNumber(values[next++]!, digits);
      return /[a-z]$/i.test(text) ? JSON.stringify(text) : text;
    }
    return `[${Array.from({ length: shape[depth]! }, () => write(depth + 1)).join(", ")}]`;
  };
  return write(0);
}
