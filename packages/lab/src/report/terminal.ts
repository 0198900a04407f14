/** The attention over texts in a terminal: the fill behind a word by its weight, zeros bare, fused neighbours in brackets. */

import { columns, printable } from "../base/terminal-text.ts";
import { attentionSegments } from "../metrics/attention/attention-statistics.ts";
import { formatWeight, LEVEL_BOUNDS, weightLevel } from "../figures/color-scale.ts";
import { formatProbability } from "../figures/format.ts";
import { answerOf, type Explanation } from "../figures/heat-map.ts";

export interface TerminalOptions {
  /** Names of the task's labels. */
  readonly labels: readonly string[];
  /** Use 256 colours; without, weights stand behind the words: word(0.25). */
  readonly color: boolean;
  /** Columns to fill; default 80, at least 20. */
  readonly width?: number;
  /** The ground the colours are for; default dark. */
  readonly theme?: "dark" | "light";
}

/** Fill and text of each step, of the 256 colours: one blue, lighter with the weight on dark ground and darker on light ground. */
const RAMPS: Readonly<Record<"dark" | "light", readonly (readonly [fill: number, text: number])[]>> = {
  dark: [[17, 255], [18, 255], [19, 255], [25, 255], [26, 255], [74, 16], [117, 16], [159, 16]],
  light: [[189, 16], [153, 16], [117, 16], [111, 16], [75, 16], [26, 231], [25, 231], [17, 231]],
}; // prettier-ignore

/** Attention of rows to columns. */
export interface MatrixAttention {
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  readonly weights: readonly (readonly number[])[];
}

const LINE_END = "\u00b6";

/** A piece of a line: what is printed and how many columns it takes. */
interface Piece {
  readonly plain: string;
  readonly styled: string;
  /** Whether a space that belongs to the fill precedes it. */
  readonly joined: boolean;
}

function paint(text: string, weight: number, { color, theme = "dark" }: TerminalOptions): string {
  if (!color || weight === 0) return text;
  const [fill, ink] = RAMPS[theme][weightLevel(weight) - 1]!;
  return `\u001b[48;5;${fill};38;5;${ink}m${text}\u001b[0m`;
}

function pieces({ text }: Explanation, options: TerminalOptions): Piece[] {
  const words = text.words.map((word) => printable(word));
  const result: Piece[] = words.map((word) => ({ plain: word, styled: word, joined: false }));
  for (const { start, end, weight } of attentionSegments(text.weights)) {
    for (let i = start; i < end; i++) {
      const fused = end - start > 1;
      const open = fused && i === start ? "[" : "";
      const close = fused && i === end - 1 ? "]" : "";
      const value = !options.color && i === end - 1 ? `(${formatWeight(weight)})` : "";
      const plain = `${open}${words[i]}${close}${value}`;
      result[i] = { plain, styled: paint(plain, weight, options), joined: i > start };
    }
  }
  return result;
}

function wrap(
  list: readonly Piece[],
  words: readonly string[],
  explanation: Explanation,
  width: number,
  options: TerminalOptions,
): string[] {
  const lines: string[] = [];
  let line = "";
  let used = 0;
  for (const [index, { plain, styled, joined }] of list.entries()) {
    const size = columns(plain);
    if (used > 0 && used + 1 + size > width) {
      lines.push(line);
      line = "";
      used = 0;
    }
    if (used > 0) {
      // The space inside a fused segment belongs to its box.
      line += joined ? paint(" ", explanation.text.weights[index]!, options) : " ";
      used++;
    }
    line += styled;
    used += size;
    if (words[index] === LINE_END) {
      lines.push(line);
      line = "";
      used = 0;
    }
  }
  if (used > 0) lines.push(line);
  return lines;
}

const count = (value: number, noun: string): string => `${value} ${noun}${value === 1 ? "" : "s"}`;

/** The steps of the fill with their upper bounds, and what brackets mean. */
export function terminalLegend(options: TerminalOptions): string {
  const brackets = "[a box] neighbours that share one weight";
  if (!options.color)
    return `word(w) weight of a word; no number: exactly 0; [a box](w) neighbours that share one weight`;
  const steps = LEVEL_BOUNDS.map((bound) => paint(` ${bound} `, bound, options)).join("");
  return `weight up to ${steps}  bare: exactly 0  ${brackets}`;
}

/**
 * Every explanation with its mapping, prediction and statistics, wrapped to the width; ends with a line end.
 *
 * With colour a word with a weight has a blue fill, by the same steps as the report; without, its weight in parentheses behind it, and a
 * fused segment reads [two words](0.25). A word without weight is bare. Control characters of the text are not passed on.
 */
export function renderTerminal(explanations: readonly Explanation[], options: TerminalOptions): string {
  // Two columns of indent.
  const width = Math.max(20, options.width ?? 80) - 2;
  const blocks = explanations.map((explanation) => {
    const { mapping, options: mappingOptions = "", text } = explanation;
    if (text.words.length !== text.weights.length) {
      throw new RangeError(
        `the explained text "${text.id}" has ${text.words.length} words but ${text.weights.length} weights`,
      );
    }
    const { answer, probability, right } = answerOf(text, options.labels);
    const segments = attentionSegments(text.weights);
    const support = segments.reduce((sum, { start, end }) => sum + end - start, 0);
    const verdict = right === false ? ` (wrong: ${printable(options.labels[text.label!] ?? String(text.label))})` : "";
    const name = options.color ? `\u001b[1m${printable(mapping)}\u001b[0m` : printable(mapping);
    const head = `${name}${mappingOptions === "" ? "" : ` ${printable(mappingOptions)}`}  ${printable(answer)} ${formatProbability(probability).replace("\u00a0", " ")}${verdict}`;
    const figures = `${count(support, "word")} of ${text.words.length}, ${count(segments.length, "segment")}`;
    return [
      `${head}  ${figures}`,
      ...wrap(pieces(explanation, options), text.words, explanation, width, options).map((line) => `  ${line}`),
    ].join("\n");
  });
  return `${blocks.join("\n\n")}\n`;
}

/** Attention of every row's word to the words of the columns, a line per row, with the weights that are not 0; ends with a line end. */
export function renderMatrix(
  title: string,
  { rows, columns: words, weights }: MatrixAttention,
  options: TerminalOptions,
): string {
  const width = Math.max(0, ...rows.map((row) => columns(printable(row))));
  const lines = rows.map((row, i) => {
    const parts = words.flatMap((word, j) => {
      const weight = weights[i]![j]!;
      if (weight === 0) return [];
      return [
        options.color ? paint(` ${printable(word)} `, weight, options) : `${printable(word)}(${formatWeight(weight)})`,
      ];
    });
    return `  ${" ".repeat(width - columns(printable(row)))}${printable(row)}  ${parts.join(" ")}`.trimEnd();
  });
  return `${[options.color ? `\u001b[1m${printable(title)}\u001b[0m` : printable(title), ...lines].join("\n")}\n`;
}
