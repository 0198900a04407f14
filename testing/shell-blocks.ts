/** Checks of the shell blocks of documentation: scripts, packages, files, commands and options exist. */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ask } from "./child.ts";
import type { CodeBlock } from "./markdown.ts";
import type { Problem } from "./script-blocks.ts";

export const isShell = ({ language }: CodeBlock): boolean => ["sh", "bash", "shell"].includes(language);

/** One command of a line, and the comment at the line's end. */
export interface ShellCommand {
  readonly words: readonly string[];
  readonly comment: string;
  /** In the Markdown file, from 1. */
  readonly line: number;
}

/** The commands of a block: lines joined at a backslash, split at &&, ||, | and ;, without redirections and assignments before them. */
export function shellCommands({ code, line: first }: CodeBlock): ShellCommand[] {
  const commands: ShellCommand[] = [];
  const lines = code.split("\n");
  for (let at = 0; at < lines.length; at++) {
    const line = first + at;
    let text = lines[at]!;
    while (text.endsWith("\\") && at + 1 < lines.length) text = text.slice(0, -1) + lines[++at]!;
    const tokens = text.match(/#.*$|&&|\|\||[|;]|[<>]+\s*\S+|(?:"[^"]*"|'[^']*'|\\.|[^\s|;&<>"'])+/g) ?? [];
    const comment = tokens.at(-1)?.startsWith("#") === true ? tokens.pop()!.slice(1).trim() : "";
    let words: string[] = [];
    const end = (): void => {
      while (/^\w+=/.test(words[0] ?? "")) words.shift();
      if (words.length > 0) commands.push({ words, comment, line });
      words = [];
    };
    for (const token of tokens) {
      if (/^(?:&&|\|\||[|;])$/.test(token)) end();
      else if (!/^[<>]/.test(token)) words.push(token.replace(/"([^"]*)"|'([^']*)'|\\(.)/g, "$1$2$3"));
    }
    end();
  }
  return commands;
}

interface Manifest {
  readonly name: string;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly [kind: `${string}ependencies`]: Readonly<Record<string, string>> | undefined;
}

/** The packages of a workspace by their names, the root itself under "". */
function manifestsOf(root: string): ReadonlyMap<string, Manifest> {
  const read = (folder: string) => JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
  const folders = ["packages", "apps"].flatMap((group) =>
    readdirSync(join(root, group)).map((name) => join(root, group, name)),
  );
  const packages = folders.filter((folder) => existsSync(join(folder, "package.json"))).map(read);
  return new Map([["", read(root)] as const, ...packages.map((manifest) => [manifest.name, manifest] as const)]);
}

const optionValue = (words: readonly string[], names: readonly string[]): string | undefined =>
  words.find((_, i) => names.includes(words[i - 1] ?? ""));

const knownNames = (names: Iterable<string>) => [...names].filter((name) => name !== "").join(", ");

function npmFault(words: readonly string[], manifests: ReadonlyMap<string, Manifest>): string | null {
  const [, verb = "", ...rest] = words;
  const workspace = optionValue(words, ["-w", "--workspace"]) ?? "";
  const manifest = manifests.get(workspace);
  if (manifest === undefined) return `there is no workspace ${workspace}; known are ${knownNames(manifests.keys())}`;
  if (verb === "ci" || verb === "pack") return null;
  if (verb === "install" || verb === "i") {
    const known = new Set([
      ...manifests.keys(),
      ...[...manifests.values()].flatMap((one) =>
        [one["dependencies"], one["devDependencies"], one["peerDependencies"]].flatMap((some) =>
          Object.keys(some ?? {}),
        ),
      ),
    ]);
    const unknown = rest.find(
      (name) => !name.startsWith("-") && name !== workspace && !known.has(name.replace(/(?<=.)@.*$/, "")),
    );
    return unknown === undefined ? null : `no package of the workspace is or uses ${unknown}`;
  }
  const script = verb === "run" ? rest.find((word) => !word.startsWith("-")) : verb;
  if (verb !== "run" && verb !== "start" && verb !== "test") return `no rule checks npm ${verb}`;
  if (script !== undefined && manifest.scripts?.[script] !== undefined) return null;
  return `there is no script ${String(script)} in the package.json of ${manifest.name}`;
}

/** Commands of the system that need no check. */
const SYSTEM = new Set(["cat", "cd", "curl", "echo", "export", "git", "head", "mkdir", "printf", "zcat"]);

/** What the shell commands name and does not exist; the words of `fenchel` commands are checked elsewhere. */
function shellFault(words: readonly string[], root: string, manifests: ReadonlyMap<string, Manifest>): string | null {
  const [command = "", name = ""] = words;
  if (command === "npm") return npmFault(words, manifests);
  if (command === "npx") {
    return existsSync(join(root, "node_modules/.bin", name))
      ? null
      : `no package of the workspace has the command ${name}`;
  }
  if (command === "node") return existsSync(join(root, name)) ? null : `there is no file ${name}`;
  return SYSTEM.has(command) ? null : `no rule checks the command ${command}`;
}

/** Arguments of `npx fenchel ...` or `fenchel ...`; undefined for other commands. */
export function fenchelArguments(words: readonly string[]): readonly string[] | undefined {
  if (words[0] === "npx" && words[1] === "fenchel") return words.slice(2);
  return words[0] === "fenchel" ? words.slice(1) : undefined;
}

interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** The command, run in `folder` until it ends, or until `until` holds of what it has said. */
function runFenchel(
  root: string,
  args: readonly string[],
  folder: string,
  until: (said: string) => boolean,
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const bin = join(root, "packages/lab/bin/fenchel.js");
    const env = { ...process.env, FENCHEL_DATA: join(folder, "no-data"), NO_COLOR: "1" };
    const child = spawn(process.execPath, [bin, ...args], { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
    let [out, err] = ["", ""];
    const stop = (): void => void (until(out + err) && child.kill());
    child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
    const timer = setInterval(stop, 100);
    child.once("error", reject);
    child.once("close", (code) => {
      clearInterval(timer);
      resolve({ code, out, err });
    });
  });
}

/** True when a run is under way: the command has written a file. */
const hasBegun = (folder: string): boolean =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).some((entry) => entry.isFile());

/**
 * The fault of a command that trains: it is run where no data are, and is right when it asks for them or, with data of its own, begins
 * to write a run.
 */
async function trainingFault(root: string, args: readonly string[]): Promise<string | null> {
  const folder = mkdtempSync(join(tmpdir(), "fenchel-docs-"));
  try {
    const { code, err } = await runFenchel(root, args, folder, () => hasBegun(folder));
    if (code === 0 || hasBegun(folder) || err.includes(join(folder, "no-data"))) return null;
    return err.trim().split("\n").at(-1)!;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The fault of `fenchel map` whose comment states the weights. */
async function mapFault(root: string, args: readonly string[], stated: string): Promise<string | null> {
  const { out } = await runFenchel(root, args, root, () => false);
  const numbers = (text: string) =>
    text
      .trim()
      .split(/\s+/)
      .map((word) => Number(Number(word).toPrecision(6)));
  const [actual, wanted] = [numbers(out), numbers(stated)];
  return actual.join(" ") === wanted.join(" ") ? null : `prints ${actual.join(" ")}, not ${wanted.join(" ")}`;
}

/**
 * Names of shell blocks that do not exist: scripts and packages of npm, files, commands, and options of `fenchel`. Commands that train
 * are begun, `fenchel map` with weights in its comment is run. Blocks marked "recorded" hold a command of an earlier version.
 */
export async function shellProblems(blocks: readonly CodeBlock[], root: string): Promise<Problem[]> {
  const manifests = manifestsOf(root);
  const all = blocks
    .filter(({ marks }) => !marks.includes("recorded"))
    .flatMap((block) => shellCommands(block).map((command) => ({ ...command, file: block.file })));
  const problems: Problem[] = [];
  const report = ({ file, line, words }: (typeof all)[number], fault: string | null): void => {
    if (fault !== null) problems.push({ file, line, message: `${words.join(" ")}: ${fault}` });
  };
  const own = all.flatMap((command) => {
    const args = fenchelArguments(command.words);
    if (args === undefined || command.words[0] === "npx") report(command, shellFault(command.words, root, manifests));
    return args === undefined ? [] : [{ command, args }];
  });
  const faults = await ask<(string | null)[]>(
    "./parse-commands.mjs",
    own.map(({ args }) => args),
  );
  const check = async ({ command, args }: (typeof own)[number], parsed: string | null): Promise<void> => {
    if (parsed !== null) report(command, parsed);
    else if (args[0] === "compare" || args[0] === "train") report(command, await trainingFault(root, args));
    else if (args[0] === "map" && /^[\d.-]/.test(command.comment)) {
      report(command, await mapFault(root, args, command.comment));
    }
  };
  const waiting = [...own.entries()];
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await check(next[1], faults[next[0]]!);
  };
  await Promise.all([worker(), worker()]);
  return problems;
}
