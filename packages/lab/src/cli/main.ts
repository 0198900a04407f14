/** The command `fenchel`: its subcommands, and what becomes of their errors. */
import { Command, CommanderError } from "commander";
import { addCompareCommand } from "./commands/compare.ts";
import { addEvaluateCommand } from "./commands/evaluate.ts";
import { addExplainCommand } from "./commands/explain.ts";
import { Exit, oneLine, userMessage, UserError } from "./terminal/errors.ts";
import { addBenchCommand } from "./commands/bench.ts";
import { addDataCommand } from "./commands/data.ts";
import { addListCommand } from "./commands/list.ts";
import { addMapCommand } from "./commands/map.ts";
import { unknownName } from "./terminal/suggest.ts";
import { print, warn, watchStreams } from "./terminal/output.ts";
import { addTrainCommand } from "./commands/train.ts";
import { version } from "../base/version.ts";

const examples = `
Examples:
  fenchel compare spam                         train the spam classifier with every mapping and write a report
  fenchel map fusedmax --lambda 0.1 1 2.1 1.9  weights for scores
  fenchel data list                            the data sets, and how to get them
  fenchel bench --quick                        speed of the mappings on this machine
  fenchel bench train entailment               training step time with each mapping
  fenchel help map                             a command's own help`;

/** The whole command line; `say` receives what commander prints (help, version). */
export function makeProgram(say: (text: string) => void): Command {
  const program = new Command("fenchel")
    .description("Sparse and structured attention: map scores, train and compare models, measure speed.")
    .version(version())
    .option("--debug", "show the stack of an unexpected error")
    .showSuggestionAfterError(true)
    .addHelpText("after", examples);
  addCompareCommand(program);
  addTrainCommand(program);
  addEvaluateCommand(program);
  addExplainCommand(program);
  addMapCommand(program);
  addBenchCommand(program);
  addListCommand(program);
  addDataCommand(program);
  for (const command of withSubcommands(program)) {
    command.exitOverride().configureOutput({ writeOut: say, writeErr: () => {} });
  }
  return program;
}

/** The command and all below it. */
function withSubcommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)];
}

const signLike = /^-(inf(inity)?|\d+\.?\d*(e[+-]?\d+)?|\.\d+(e[+-]?\d+)?)$/i;

/** Negative numbers, -inf included, are scores: commander must not take them for options. */
function protectNumbers(args: readonly string[]): string[] {
  return args.map((arg) => (signLike.test(arg) ? `\u2212${arg.slice(1)}` : arg));
}

/** The command that is meant, from the program on: [fenchel, data, get] for "data get imdb". */
function commandPath(program: Command, args: readonly string[]): [Command, ...Command[]] {
  const path: [Command, ...Command[]] = [program];
  for (const word of args) {
    if (word.startsWith("-")) continue;
    const next = path.at(-1)!.commands.find((command) => command.name() === word);
    if (next === undefined) break;
    path.push(next);
  }
  return path;
}

const namesIn = (group: Command): string[] => group.commands.map((command) => command.name());

/** Commands whose subcommands are tasks. */
const TASK_GROUPS = new Set(["compare", "train"]);

/** A usage error in the words of the command line, or null for help and version. */
function usageMessage(error: CommanderError, path: readonly Command[]): string | null {
  if (error.exitCode === 0) return null;
  const help = `see ${path.map((command) => command.name()).join(" ")} --help`;
  const group = path.findLast((command) => command.commands.length > 0)!;
  const unknown = /unknown command '([^']*)'/.exec(error.message);
  const kind = TASK_GROUPS.has(group.name()) ? "task" : "command";
  if (unknown !== null) return unknownName(kind, unknown[1]!, namesIn(group));
  if (error.code === "commander.help") return `no ${kind} is given. Known are ${namesIn(group).join(", ")}; ${help}`;
  const message = error.message.replace(/^error: /, "").replace(/\.$/, "");
  return message.includes("--help") ? message : `${message}; ${help}`;
}

/** `help data get` as `data get --help`, whatever commander makes of it. Throws a UserError for a command that there is not. */
function spellHelp(program: Command, args: readonly string[]): readonly string[] {
  const [first, ...words] = args;
  if (first !== "help" || words.length === 0) return args;
  const path = commandPath(program, words);
  const unknown = words[path.length - 1];
  if (unknown !== undefined && path.at(-1)!.commands.length > 0) {
    throw new UserError(unknownName("command", unknown, namesIn(path.at(-1)!)));
  }
  return [...words, "--help"];
}

/** Runs the command; returns the exit code. */
export async function run(args: readonly string[]): Promise<number> {
  const debug = args.includes("--debug");
  let said = "";
  const program = makeProgram((text) => {
    said += text;
  });
  try {
    try {
      await program.parseAsync(protectNumbers(spellHelp(program, args)), { from: "user" });
    } catch (error) {
      if (!(error instanceof CommanderError)) throw error;
      const message = usageMessage(error, commandPath(program, args));
      if (message !== null) {
        warn(`fenchel: ${oneLine(message)}`);
        return 2;
      }
    }
    if (said !== "") await print(said);
    return 0;
  } catch (error) {
    if (error instanceof Exit) return error.code;
    const message = userMessage(error);
    if (debug && error instanceof Error) warn(error.stack ?? String(error));
    if (message !== null) {
      warn(`fenchel: ${message}`);
      return 2;
    }
    if (!debug) {
      warn(`fenchel: unexpected error: ${oneLine(String(error instanceof Error ? error.message : error))}`);
      warn("This is a fault of fenchel; run it again with --debug to see where.");
    }
    return 1;
  }
}

/** Entry of bin/fenchel.js. */
export async function main(args: readonly string[]): Promise<void> {
  watchStreams();
  process.exitCode = await run(args);
}
