/** `fenchel map`: the weights of a mapping for scores from arguments, a file or standard input. */
import type { Command } from "commander";
import type { RegistryEntry } from "fenchel";
import { UserError } from "../terminal/errors.ts";
import { choiceOption } from "../parse/choices.ts";
import { readBytes } from "../parse/files.ts";
import { addMappingOptions, callMapping, mappingNamed, readMappingOptions } from "../parse/mapping-options.ts";
import { integerOption, sizesOption } from "../parse/numbers.ts";
import { print } from "../terminal/output.ts";
import { parseArguments, parseScores, type ScoreArray } from "../parse/score-array.ts";
import { formatJson, formatLines } from "../parse/score-text.ts";

interface MapOptions {
  readonly input?: string;
  readonly array?: string;
  readonly shape?: string;
  readonly axis?: string;
  readonly format: string;
  readonly precision: string;
  readonly max?: boolean;
  readonly gap?: boolean;
  readonly groups?: boolean;
}

const examples = `
Examples:
  fenchel map fusedmax --lambda 0.1 1 2.1 1.9        prints 0 0.5 0.5
  fenchel map sparsemax -1 0.5 2                     negative scores need no care; -inf removes an entry
  fenchel map oscarmax --lambda 0.05 --groups 3 2.9 0
  fenchel map softmax --input scores.npy --axis 0 --format json
  echo '[[1, 2], [3, 1]]' | fenchel map sparsemax --gamma 0.5,2

Input, gzipped or not:
  JSON       nested lists, whose nesting is the shape; a list per line; Python's -Infinity
  CSV, TSV   one row per line, separated by commas, semicolons, tabs or blanks; a single column is one row.
             Left out are a first line without numbers and a first column without a name (a pandas or R index).
  NPY, NPZ   floats of 16 to 64 bits, integers and booleans, in C or Fortran order
Text is UTF-8 or UTF-16. Everything is computed in float64.`;

async function readScores(texts: readonly string[], options: MapOptions): Promise<ScoreArray> {
  if (texts.length > 0 && options.input !== undefined) {
    throw new UserError("scores are given both as arguments and with --input: give one of them");
  }
  let scores: ScoreArray;
  if (texts.length > 0) {
    if (options.array !== undefined) throw new UserError("--array is for .npz files: scores are given as arguments");
    scores = parseArguments(texts);
  } else {
    const path = options.input ?? "-";
    if (path === "-" && process.stdin.isTTY) {
      throw new UserError("no scores are given: add them as arguments, with --input FILE, or on standard input");
    }
    scores = parseScores(await readBytes(path), path === "-" ? "standard input" : path, options.array);
  }
  if (options.shape === undefined) return scores;
  const shape = sizesOption("--shape", options.shape);
  const size = shape.reduce((product, extent) => product * extent, 1);
  if (size !== scores.values.length) {
    throw new UserError(`--shape ${options.shape} has ${size} entries: ${scores.values.length} scores are given`);
  }
  return { values: scores.values, shape };
}

function shapeWithout(shape: readonly number[], axis: number): number[] {
  return shape.filter((_, d) => d !== (axis < 0 ? axis + shape.length : axis));
}

interface Answers {
  readonly weights: Float64Array;
  readonly max: Float64Array | null;
  readonly gap: Float64Array | null;
  readonly groups: Int32Array | null;
}

function answer(entry: RegistryEntry, scores: ScoreArray, own: Record<string, unknown>, options: MapOptions): Answers {
  const { mapping } = entry;
  const { values } = scores;
  const groups = options.groups === true ? mapping.groups : undefined;
  if (options.groups === true && groups === undefined) {
    throw new UserError(`--groups: ${entry.name} has no groups; leave the option out`);
  }
  return callMapping(() => {
    const weights = mapping(values, own);
    return {
      weights,
      max: options.max === true ? mapping.max(values, own) : null,
      gap: options.gap === true ? mapping.gap(values, weights, own) : null,
      groups: groups === undefined ? null : groups(values, own),
    };
  });
}

function asText({ weights, max, gap, groups }: Answers, shape: readonly number[], digits: number): string {
  let text = formatLines(weights, shape, " ", digits);
  if (max !== null) text += `max ${formatLines(max, [max.length], " ", digits)}`;
  if (gap !== null) text += `gap ${formatLines(gap, [gap.length], " ", digits)}`;
  if (groups !== null) {
    const lines = formatLines(groups, shape, " ", digits);
    text += shape.length === 1 ? `groups ${lines}` : `groups\n${lines}`;
  }
  return text;
}

function asJson(
  { weights, max, gap, groups }: Answers,
  shape: readonly number[],
  axis: number,
  digits: number,
): string {
  if (max === null && gap === null && groups === null) return `${formatJson(weights, shape, digits)}\n`;
  const rows = shapeWithout(shape, axis);
  const members = [`"weights": ${formatJson(weights, shape, digits)}`];
  if (max !== null) members.push(`"max": ${formatJson(max, rows, digits)}`);
  if (gap !== null) members.push(`"gap": ${formatJson(gap, rows, digits)}`);
  if (groups !== null) members.push(`"groups": ${formatJson(groups, shape, digits)}`);
  return `{ ${members.join(", ")} }\n`;
}

async function map(name: string, texts: readonly string[], options: MapOptions): Promise<void> {
  const entry = mappingNamed(name);
  const format = choiceOption("--format", options.format, ["text", "json", "csv"]);
  const digits = integerOption("--precision", options.precision, 1, 17);
  if (format === "csv" && (options.max || options.gap || options.groups)) {
    throw new UserError("--max, --gap and --groups have no place in CSV: use --format text or json");
  }
  const own = readMappingOptions(options as unknown as Record<string, unknown>);
  const scores = await readScores(texts, options);
  const { shape } = scores;
  const axis = options.axis === undefined ? -1 : integerOption("--axis", options.axis, -shape.length, shape.length - 1);
  const answers = answer(entry, scores, { ...own, shape, axis }, options);
  if (format === "text") await print(asText(answers, shape, digits));
  else if (format === "csv") await print(formatLines(answers.weights, shape, ",", digits));
  else await print(asJson(answers, shape, axis, digits));
}

/** Adds the command to the program. */
export function addMapCommand(program: Command): void {
  const command = program
    .command("map")
    .summary("attention weights for scores")
    .description("Prints the weights that a mapping gives to scores. `fenchel list` shows the mappings.")
    .argument("<mapping>", "name of the mapping")
    .argument("[scores...]", "scores of one row; without any, --input or standard input is read");
  addMappingOptions(command)
    .option("--input <file>", "read the scores from a file, - for standard input")
    .option("--array <name>", "array of an .npz file that holds several")
    .option("--shape <sizes>", "shape of the scores, for instance 2x3 (default: the input's own)")
    .option("--axis <axis>", "axis to map, negative from the end (default -1)")
    .option("--format <format>", "text, json or csv", "text")
    .option("--precision <digits>", "significant digits, 1 to 17", "12")
    .option("--max", "also print the regularized maximum of every row")
    .option("--gap", "also print the certified distance from the optimum of every row")
    .option("--groups", "also print the groups that the solver found: -1 for a zero, -2 for a removed entry")
    .addHelpText("after", examples)
    .action(map);
}
