#!/usr/bin/env node
/**
 * The command of the library alone: `map` and `list`. Where fenchel-lab is installed it runs that package's command, which has them and
 * more, so that it does not matter which of the two the name `fenchel` is linked to.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

const labCommands = ["compare", "train", "evaluate", "explain", "bench", "data"];

const help = `Usage: fenchel map MAPPING [options] [scores...]
       fenchel list

Attention weights for scores, given as arguments or as JSON lists on standard input, and the mappings.

Options of map:
  --gamma NUMBER   temperature; --NAME VALUE sets a mapping's own option: --lambda 0.1, --grid 2x3, --edges 0-1,1-2
  --axis NUMBER    axis to map (default -1)

Examples:
  fenchel map fusedmax --lambda 0.1 1 2.1 1.9
  fenchel map sparsemax -1 0.5 -inf
  echo '[[1, 2], [3, 1]]' | fenchel map entmax --alpha 1.5

The package fenchel-lab brings ${labCommands.join(", ")} and more options: npm install fenchel-lab`;

/** A mistake that the user can mend. */
class Mistake extends Error {}

/** The command file of fenchel-lab, installed beside this package or in the project of the current folder; null where it is not. */
function labCommand() {
  for (const from of [import.meta.url, join(process.cwd(), "package.json")]) {
    try {
      const manifest = createRequire(from).resolve("fenchel-lab/package.json");
      return join(dirname(manifest), JSON.parse(readFileSync(manifest, "utf8")).bin.fenchel);
    } catch {
      // Not here.
    }
  }
  return null;
}

function numberOf(text) {
  if (/^[+-]?inf(inity)?$/i.test(text)) return text.startsWith("-") ? -Infinity : Infinity;
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : null;
}

/** An option's value: a number or several (0.1,0.2), sizes (2x3) or edges (0-1,1-2). */
function valueOf(name, text) {
  const numbers = text.split(",").map(numberOf);
  if (!numbers.includes(null)) return numbers.length === 1 ? numbers[0] : numbers;
  const sizes = /^(\d+)x(\d+)$/.exec(text);
  if (sizes !== null) return [Number(sizes[1]), Number(sizes[2])];
  const edges = text.split(",").map((part) => /^(\d+)-(\d+)$/.exec(part));
  if (!edges.includes(null)) return edges.map(([, from, to]) => [Number(from), Number(to)]);
  throw new Mistake(
    `--${name} is ${JSON.stringify(text)}: a number such as 0.1, sizes such as 2x3 or edges such as 0-1,1-2 are needed`,
  );
}

/** Scores and options among the arguments of `map`. */
function parse(args, known) {
  const texts = [];
  const options = {};
  for (let i = 0; i < args.length; i++) {
    const [, name, value] = /^--([a-z]\w*)(?:=(.*))?$/i.exec(args[i]) ?? [];
    if (name === undefined) texts.push(args[i]);
    else {
      if (!known.includes(name))
        throw new Mistake(`unknown option --${name}; available: ${known.map((one) => `--${one}`).join(", ")}`);
      const text = value ?? args[++i];
      if (text === undefined) throw new Mistake(`--${name} is the last argument: a value is needed`);
      options[name] = valueOf(name, text);
    }
  }
  const scores = texts.map((text, i) => {
    const score = numberOf(text);
    if (score === null) throw new Mistake(`score ${i + 1} is ${JSON.stringify(text)}: a number is needed`);
    return score;
  });
  return { scores, options };
}

/** Nested lists of JSON: their numbers, and the nesting as the shape. */
function scoresOfJson(text) {
  let root;
  try {
    root = JSON.parse(text);
  } catch (error) {
    throw new Mistake(`standard input is no JSON: ${error.message}`, { cause: error });
  }
  const shape = [];
  for (let level = root; Array.isArray(level) && shape.length < 64; level = level[0]) shape.push(level.length);
  const scores = Array.isArray(root) ? root.flat(shape.length - 1) : [];
  const size = shape.reduce((product, extent) => product * extent, 1);
  if (shape.length === 0 || scores.length !== size || !scores.every((score) => typeof score === "number")) {
    throw new Mistake("standard input: a list of numbers, or lists of equal lengths of them, is needed");
  }
  return { scores, shape };
}

function lines(weights, width) {
  const text = Array.from(weights, (weight) => String(Number(weight.toPrecision(12))));
  const rows = Array.from({ length: width === 0 ? 0 : text.length / width }, (_, r) =>
    text.slice(r * width, (r + 1) * width),
  );
  return rows.map((row) => `${row.join(" ")}\n`).join("");
}

async function map([name, ...args], { registry }) {
  const entry = registry.find((one) => one.name === name);
  if (entry === undefined) {
    throw new Mistake(
      `unknown mapping ${JSON.stringify(name ?? "")}; available: ${registry.map((one) => one.name).join(", ")}`,
    );
  }
  const { parameter, optionsFor, mapping } = entry;
  const own = [...(parameter === null ? [] : [parameter.name]), ...Object.keys(optionsFor?.(4) ?? {})];
  const { scores: given, options } = parse(args, ["gamma", ...own, "axis"]);
  if (given.length === 0 && process.stdin.isTTY)
    throw new Mistake("no scores are given: add them as arguments, or as JSON on standard input");
  const { scores, shape } =
    given.length > 0 ? { scores: given, shape: [given.length] } : scoresOfJson(readFileSync(0, "utf8"));
  try {
    return lines(mapping(scores, { ...options, shape }), shape.at(-1));
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof TypeError)) throw error;
    throw new Mistake(error.message, { cause: error });
  }
}

function list({ registry }) {
  const rows = registry.map(({ name, parameter, effect }) => [
    name,
    parameter === null ? "" : `--${parameter.name} ${parameter.default}`,
    effect,
  ]);
  const width = (column) => Math.max(...rows.map((row) => row[column].length));
  return rows
    .map(([name, option, effect]) => `${name.padEnd(width(0))}  ${option.padEnd(width(1))}  ${effect}\n`)
    .join("");
}

async function answer([command, ...args]) {
  if (command === "--version" || command === "-V") {
    return `${JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")).version}\n`;
  }
  if (labCommands.includes(command)) {
    throw new Mistake(`${command} is a command of the package fenchel-lab: npm install fenchel-lab`);
  }
  if (command === undefined || command === "help" || args.includes("--help") || command.startsWith("-"))
    return `${help}\n`;
  if (command !== "map" && command !== "list") {
    throw new Mistake(
      `unknown command ${JSON.stringify(command)}; available: map, list, and with fenchel-lab ${labCommands.join(", ")}`,
    );
  }
  const fenchel = await import("../dist/index.js");
  return command === "map" ? map(args, fenchel) : list(fenchel);
}

// A reader that has gone away, as in `fenchel list | head -1`, is no mistake.
process.stdout.on("error", () => {});

const lab = labCommand();
if (lab !== null) await import(pathToFileURL(lab).href);
else {
  try {
    process.stdout.write(await answer(process.argv.slice(2)));
  } catch (error) {
    if (!(error instanceof Mistake)) throw error;
    process.stderr.write(`fenchel: ${error.message}\n`);
    process.exitCode = 2;
  }
}
